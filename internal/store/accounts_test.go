package store_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"trialog/internal/chat"
	"trialog/internal/store"
	"trialog/internal/store/storetest"
)

func TestAccounts(t *testing.T) {
	storetest.Each(t, func(t *testing.T, cfg store.Config) {
		s, ctx := storetest.Open(t, cfg), context.Background()
		at := time.Date(2027, 3, 1, 0, 0, 0, 0, time.UTC)
		want := store.Account{ID: "contoso", Name: "Contoso", Tenant: "t", ClientID: "c", Secret: "s3cret", Cert: []byte("cert"), CertKey: []byte("key"),
			Settings: store.AccountSettings{Expires: at, Without: []string{"files"}}, OldKeys: []store.OldKey{{Cert: []byte("old"), Key: []byte("older"), Until: at}}}
		check := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		check(s.PutAccount(ctx, want))
		if diff := cmp.Diff([]store.Account{want}, must[[]store.Account](t)(s.Accounts(ctx))); diff != "" {
			t.Errorf("accounts (-want +got):\n%s", diff)
		}
		// Who changes an account at the same time as others loses nothing.
		var wg sync.WaitGroup
		for range 20 {
			wg.Go(func() {
				if err := s.ChangeAccounts(ctx, func(tx *store.AccountsTx) error {
					all, err := tx.All(ctx)
					if err != nil {
						return err
					}
					all[0].Name += "."
					return tx.Put(ctx, all[0])
				}); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if got := must[[]store.Account](t)(s.Accounts(ctx)); got[0].Name != "Contoso...................." {
			t.Errorf("after 20 changes at once: %q", got[0].Name)
		}
		refused := errors.New("no")
		if err := s.ChangeAccounts(ctx, func(tx *store.AccountsTx) error {
			return errors.Join(tx.Drop(ctx, "contoso"), refused)
		}); !errors.Is(err, refused) {
			t.Errorf("a refused change: %v", err)
		}
		for _, id := range []chat.AccountID{"contoso", "fabrikam"} {
			_, err := s.PutLink(ctx, store.Link{Account: id, Agent: "anna", Person: "p", Refresh: "r", Claims: "{}", State: store.LinkConnected, Since: time.Unix(int64(len(id)), 0)})
			check(err)
		}
		links := must[[]store.Link](t)(s.LinksOf(ctx, "anna"))
		if len(links) != 2 || links[0].Account != "fabrikam" || links[0].Claims != "{}" {
			t.Errorf("links are %+v", links)
		}
		check(s.PutThread(ctx, &store.Thread{Conversation: "k", Account: "contoso"}))
		check(s.ChangeAccounts(ctx, func(tx *store.AccountsTx) error {
			if n, err := tx.Running(ctx, "contoso"); err != nil || n != 1 {
				return fmt.Errorf("running: %d %w", n, err)
			}
			return tx.Drop(ctx, "contoso")
		}))
		if left := must[[]store.Link](t)(s.LinksOf(ctx, "anna")); len(left) != 1 || left[0].Account != "fabrikam" {
			t.Errorf("links after the account was dropped: %+v", left)
		}
	})
}

// A refresh that took long must not put its token in place of that of a newer sign-in.
func TestOlderTokenNeverWins(t *testing.T) {
	storetest.Each(t, func(t *testing.T, cfg store.Config) {
		s, ctx := storetest.Open(t, cfg), context.Background()
		put := func(l store.Link, want bool) {
			t.Helper()
			if ok := must[bool](t)(s.PutLink(ctx, l)); ok != want {
				t.Errorf("%s is taken: %v", l.Refresh, ok)
			}
		}
		put(store.Link{Account: "contoso", Agent: "anna", Refresh: "first", State: store.LinkConnected}, true)
		before, _, err := s.LinkOf(ctx, "contoso", "anna")
		if err != nil {
			t.Fatal(err)
		}
		put(store.Link{Account: "contoso", Agent: "anna", Refresh: "of a new sign-in", State: store.LinkConnected}, true)
		before.Refresh = "of a slow refresh"
		put(before, false)
		now, _, err := s.LinkOf(ctx, "contoso", "anna")
		if err != nil || now.Refresh != "of a new sign-in" {
			t.Errorf("got the token %q, %v", now.Refresh, err)
		}
		now.Refresh = "refreshed"
		put(now, true)
		late, _, err := s.LinkOf(ctx, "contoso", "anna")
		if err != nil {
			t.Fatal(err)
		}
		if err := s.DeleteLink(ctx, "contoso", "anna"); err != nil {
			t.Fatal(err)
		}
		put(late, false) // switched off while a refresh was under way
		if _, ok, err := s.LinkOf(ctx, "contoso", "anna"); ok || err != nil {
			t.Errorf("a link that was removed is back: %v", err)
		}
	})
}

func TestDeadLetters(t *testing.T) {
	storetest.Each(t, func(t *testing.T, cfg store.Config) {
		s, ctx := storetest.Open(t, cfg), context.Background()
		by := store.AuditRecord{Actor: "agent:ada", Action: "replay_notification", Object: "account:contoso"}
		check := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		check(s.PutSubscription(ctx, store.TeamsSubscription{Account: "contoso", Agent: "anna", Path: "p", Cert: "x"}))
		check(s.NoteHeard(ctx, "contoso", "anna", time.Unix(7, 0), true))
		sub, _, err := s.SubscriptionOf(ctx, "contoso", "anna")
		check(err)
		if sub.Cert != "x" || sub.Heard.Unix() != 7 || sub.Echoed.Unix() != 7 {
			t.Errorf("subscription is %+v", sub)
		}
		check(s.PutDelivery(ctx, "contoso", "p", []byte("a")))
		check(s.PutDelivery(ctx, "contoso", "p", []byte("b")))
		all := must[[]store.Delivery](t)(s.Deliveries(ctx, "contoso", store.Delivery{}, 10))
		for range store.MaxTries {
			check(s.RetryDelivery(ctx, all[0].ID, "stuck", time.Now()))
		}
		dead := must[[]store.Delivery](t)(s.DeadLetters(ctx, "contoso", 10))
		if len(dead) != 1 || dead[0].Reason != "stuck" || string(dead[0].Body) != "a" || must[int](t)(s.DeadDeliveries(ctx, "contoso")) != 1 {
			t.Fatalf("dead letters are %+v", dead)
		}
		if at := must[time.Time](t)(s.OldestDelivery(ctx, "contoso")); !at.Equal(all[1].At) {
			t.Errorf("the oldest that waits came at %v, want %v", at, all[1].At)
		}
		for name, settle := range map[string]func(context.Context, chat.AccountID, string, store.AuditRecord) error{"replay": s.ReplayDelivery, "discard": s.DiscardDelivery} {
			if err := settle(ctx, "fabrikam", dead[0].ID, by); !chat.IsKind(err, chat.NotFound) {
				t.Errorf("%s of another account's letter: %v", name, err)
			}
			if err := settle(ctx, "contoso", all[1].ID, by); !chat.IsKind(err, chat.NotFound) {
				t.Errorf("%s of one that waits: %v", name, err)
			}
		}
		check(s.ReplayDelivery(ctx, "contoso", dead[0].ID, by))
		if got := must[[]store.Delivery](t)(s.Deliveries(ctx, "contoso", store.Delivery{}, 10)); len(got) != 2 {
			t.Errorf("after the replay %d wait", len(got))
		}
		if trail := must[[]store.AuditRecord](t)(s.AuditTrail(ctx, "account:contoso", time.Time{}, 10)); len(trail) != 1 {
			t.Errorf("audited %+v", trail)
		}
	})
}
