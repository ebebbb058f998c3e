package tenant

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
)

// Browser is a person with a browser without scripts: it loads the sign-in page and presses its buttons.
type Browser struct {
	// Choose fills in a form and names the button to press.
	Choose func(Form) (Button, bool)
	http   *http.Client
}

// Arrival is where the sign-in page sent the browser, and with what. The browser stops there: the caller is the application.
type Arrival struct {
	Address *url.URL   // without query
	Values  url.Values // of the query, or of the form in response_mode form_post
	Posted  bool
}

// NewBrowser is the browser of somebody who signs in under a name and accepts what the application asks for.
func NewBrowser(person string) (*Browser, error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, err
	}
	stay := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &Browser{Choose: accept(person), http: &http.Client{Jar: jar, CheckRedirect: stay}}, nil
}

// accept picks the person in the account picker and "Accept" on the consent page.
func accept(person string) func(Form) (Button, bool) {
	return func(f Form) (Button, bool) {
		for _, b := range f.Buttons {
			if b.Label == person || b.Name == "action" && b.Value == "accept" {
				return b, true
			}
		}
		return Button{}, false
	}
}

// maxPages bounds a walk: account, consent, back to the application.
const maxPages = 6

// SignIn walks from an authorize address to the application.
func (b *Browser) SignIn(ctx context.Context, address string) (Arrival, error) {
	start, err := url.Parse(address)
	if err != nil {
		return Arrival{}, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return Arrival{}, err
	}
	for range maxPages {
		next, arrival, err := b.step(req, start.Host)
		if err != nil || arrival != nil {
			return deref(arrival), err
		}
		req = next.WithContext(ctx)
	}
	return Arrival{}, fmt.Errorf("sign in: still at %s after %d pages", req.URL, maxPages)
}

// step loads one page: it ends in a redirect, in the application's form, or in the next page.
func (b *Browser) step(req *http.Request, host string) (*http.Request, *Arrival, error) {
	res, err := b.http.Do(req)
	if err != nil {
		return nil, nil, fmt.Errorf("sign in: %w", err)
	}
	defer res.Body.Close()
	if res.StatusCode == http.StatusFound {
		return redirected(res, host)
	}
	body, err := io.ReadAll(io.LimitReader(res.Body, 1<<20))
	if err != nil {
		return nil, nil, fmt.Errorf("sign in: %w", err)
	}
	form, found := readForm(string(body))
	if !found {
		return nil, nil, fmt.Errorf("sign in: %s has no form (%d): %s", req.URL.Path, res.StatusCode, words(string(body)))
	}
	target, err := req.URL.Parse(form.Action)
	if err != nil {
		return nil, nil, fmt.Errorf("sign in: %w", err)
	}
	if target.Host != host {
		return nil, &Arrival{Address: target, Values: form.Fields, Posted: true}, nil
	}
	button, found := b.Choose(form)
	if !found {
		return nil, nil, fmt.Errorf("sign in: no button to press on: %s", words(string(body)))
	}
	if button.Name != "" {
		form.Fields.Set(button.Name, button.Value)
	}
	next, err := http.NewRequest(http.MethodPost, target.String(), strings.NewReader(form.Fields.Encode()))
	if err == nil {
		next.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	return next, nil, err
}

func redirected(res *http.Response, host string) (*http.Request, *Arrival, error) {
	to, err := res.Location()
	if err != nil {
		return nil, nil, fmt.Errorf("sign in: %w", err)
	}
	if to.Host == host {
		next, err := http.NewRequest(http.MethodGet, to.String(), nil)
		return next, nil, err
	}
	values := to.Query()
	to.RawQuery = ""
	return nil, &Arrival{Address: to, Values: values}, nil
}

func deref(a *Arrival) Arrival {
	if a == nil {
		return Arrival{}
	}
	return *a
}
