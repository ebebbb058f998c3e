package msal

import (
	"net/http"
	"testing"

	"github.com/AzureAD/microsoft-authentication-library-for-go/apps/public"

	"trialog/test/independent/tenant"
)

// TestInteractiveSignIn is MSAL's whole desktop flow, PKCE of its own included: it listens on a port nobody registered (the port of a
// localhost redirect address does not count at Microsoft [reply-url]) and takes the answer by form_post.
func TestInteractiveSignIn(t *testing.T) {
	at := tenant.Start(t)
	client, err := public.New(tenant.DesktopID, public.WithAuthority(at.Authority()), public.WithInstanceDiscovery(false))
	if err != nil {
		t.Fatal(err)
	}
	browser, err := tenant.NewBrowser(person)
	if err != nil {
		t.Fatal(err)
	}
	scopes := []string{"User.Read", "Chat.ReadWrite"} // what a person may consent to alone
	open := func(address string) error {
		back, err := browser.SignIn(t.Context(), address)
		if err != nil {
			return err
		}
		if !back.Posted {
			t.Errorf("came back by redirect, MSAL asked for form_post")
		}
		go func() { // MSAL listens only after this function returned
			res, err := http.PostForm(back.Address.String(), back.Values)
			if err == nil {
				res.Body.Close()
			}
		}()
		return nil
	}
	r, err := client.AcquireTokenInteractive(t.Context(), scopes, public.WithOpenURL(open))
	if err != nil {
		t.Fatal(err)
	}
	if want := at.PersonID(t, person) + "." + at.ID(); r.Account.HomeAccountID != want {
		t.Errorf("home account %q, want %q", r.Account.HomeAccountID, want)
	}
	if got := graphStatus(t, at, r.AccessToken); got != http.StatusOK {
		t.Errorf("Graph answers %d to the token", got)
	}
	if _, err := client.AcquireTokenSilent(t.Context(), scopes, public.WithSilentAccount(r.Account)); err != nil {
		t.Errorf("silent: %v", err)
	}
}
