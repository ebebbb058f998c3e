package teams

import (
	"errors"
	"testing"
	"time"

	"trialog/internal/chat"
	"trialog/internal/directory"
	"trialog/internal/store"
)

// TestLookUpOfReplacedAccount: who was starred before the account was replaced is found under the present one while both live in one
// tenant, where people keep their ids; people of any other account are refused with a true reason.
func TestLookUpOfReplacedAccount(t *testing.T) {
	e := openMailbox(t)
	ctx := t.Context()
	const elsewhere = "cccccccc-0000-0000-0000-000000000003"
	replaced := store.AccountSettings{ReplacedBy: "present"}
	for _, a := range []store.Account{
		{ID: "contoso", Tenant: earTenant, Settings: replaced}, {ID: "moved", Tenant: elsewhere, Settings: replaced}, {ID: "beside", Tenant: earTenant}, {ID: "present", Tenant: earTenant},
	} {
		a.ClientID, a.Secret, a.Cert = "client of "+string(a.ID), "s", []byte{1}
		if err := e.Store.PutAccount(ctx, a); err != nil {
			t.Fatal(err)
		}
	}
	if err := e.Reload(ctx); err != nil {
		t.Fatal(err)
	}
	l := store.Link{Account: "present", Agent: "anna", Person: "p-anna", State: store.LinkConnected, Since: time.Now()}
	if _, err := e.Store.PutLink(ctx, l); err != nil {
		t.Fatal(err)
	}
	erik := directory.Person{Kind: directory.Expert, Account: "present", ID: "erik", Name: "Erik Lind"}
	if err := e.cache(ctx, l, time.Now(), recent{People: []directory.Person{erik}}); err != nil {
		t.Fatal(err)
	}
	for account, want := range map[chat.AccountID]string{"present": "", "contoso": "", "moved": "other_account", "beside": "other_account", "unknown": "other_account"} {
		p, err := e.lookUp(ctx, "anna", chat.Person{Account: account, ID: "erik"})
		var refused *chat.Error
		switch errors.As(err, &refused); {
		case want == "" && (err != nil || p != erik):
			t.Errorf("Erik of %s is %+v, %v", account, p, err)
		case want != "" && (refused == nil || refused.Code != want || refused.Kind != chat.Conflict):
			t.Errorf("Erik of %s is refused with %+v, want %s", account, refused, want)
		}
	}
}
