package account

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"trialog/internal/chat"
	"trialog/internal/graph"
	"trialog/internal/store"
)

// Create makes an account. Errors: chat.Invalid with the field, chat.Conflict "account_exists", "account_replaced".
func (s *Accounts) Create(ctx context.Context, actor string, f Form) (View, error) {
	a := store.Account{}
	if err := s.encryptFor(&a); err != nil {
		return View{}, err
	}
	err := s.cfg.Store.ChangeAccounts(ctx, func(tx *store.AccountsTx) error {
		all, err := tx.All(ctx)
		if err != nil {
			return err
		}
		if err := f.apply(&a, time.Now()); err != nil {
			return err
		}
		a.ID = newID(a.Name, all)
		if err := first(a, all); err != nil {
			return err
		}
		return put(ctx, tx, a, actor, "create_account", f)
	})
	if err != nil {
		return View{}, err
	}
	return s.View(ctx, a)
}

// Put creates the account of that id, or changes it: what the command line and the seed of a demonstration do.
func (s *Accounts) Put(ctx context.Context, actor string, id chat.AccountID, f Form) (View, error) {
	a := store.Account{ID: id}
	if err := s.encryptFor(&a); err != nil {
		return View{}, err
	}
	known := false
	err := s.cfg.Store.ChangeAccounts(ctx, func(tx *store.AccountsTx) error {
		all, err := tx.All(ctx)
		if err != nil {
			return err
		}
		if _, err := find(all, id); err == nil {
			known = true
			return nil
		}
		if err := f.apply(&a, time.Now()); err != nil {
			return err
		}
		if err := first(a, all); err != nil {
			return err
		}
		return put(ctx, tx, a, actor, "create_account", f)
	})
	if err != nil {
		return View{}, err
	}
	if known {
		return s.Change(ctx, actor, id, f)
	}
	return s.View(ctx, a)
}

// Change changes an account. A new secret or certificate keeps every sign-in: those belong to the person and the application. Another
// application or tenant is another account: if anybody has signed in with the old one, a new account takes its place, agents are told
// to sign in again, and what runs goes on with the old one until it ends. Errors: chat.NotFound, chat.Invalid with the field,
// chat.Conflict "account_exists", "account_replaced".
func (s *Accounts) Change(ctx context.Context, actor string, id chat.AccountID, f Form) (View, error) {
	fresh := store.Account{}
	if err := s.encryptFor(&fresh); err != nil {
		return View{}, err
	}
	var a store.Account
	err := s.cfg.Store.ChangeAccounts(ctx, func(tx *store.AccountsTx) error {
		all, err := tx.All(ctx)
		if err != nil {
			return err
		}
		old, err := find(all, id)
		if err != nil {
			return err
		}
		if old.Settings.ReplacedBy != "" {
			return chat.Refuse(chat.Conflict, "account_replaced", "This account was replaced by %s. Change that one.", old.Settings.ReplacedBy)
		}
		a = old
		other := otherApplication(old, f)
		if other && value(f.Secret) == "" && value(f.Certificate) == "" {
			return chat.RefuseField("secret", "no_credential", "Another application has another secret: give it too.")
		}
		if err := f.apply(&a, time.Now()); err != nil {
			return err
		}
		if err := unique(a, all); err != nil {
			return err
		}
		needed, err := needed(ctx, tx, id)
		if err != nil {
			return err
		}
		earlier, back := replaced(a, all)
		if !back && (!other || !needed) {
			if other {
				err = forgetNotes(ctx, tx, id) // they are about the application that was
			}
			return errors.Join(err, put(ctx, tx, a, actor, "change_account", f))
		}
		if back { // the application that was in this account's place before, with the sign-ins that are left
			a.ID, a.Cert, a.CertKey, a.OldKeys = earlier.ID, earlier.Cert, earlier.CertKey, earlier.OldKeys
		} else {
			a.ID, a.Cert, a.CertKey, a.OldKeys = newID(a.Name, all), fresh.Cert, fresh.CertKey, nil
		}
		if err := replace(ctx, tx, old, a, actor, f); err != nil || needed {
			return err
		}
		return drop(ctx, tx, old.ID, actor)
	})
	if err != nil {
		return View{}, err
	}
	return s.View(ctx, a)
}

// needed reports whether anybody has signed in with an account, or a conference runs through it.
func needed(ctx context.Context, tx *store.AccountsTx, id chat.AccountID) (bool, error) {
	links, err := tx.SignedIn(ctx, id)
	if err != nil || links > 0 {
		return links > 0, err
	}
	running, err := tx.Running(ctx, id)
	return running > 0, err
}

// replace puts an account in the place of an old one.
func replace(ctx context.Context, tx *store.AccountsTx, old, by store.Account, actor string, f Form) error {
	by.Settings.ReplacedBy = ""
	if err := put(ctx, tx, by, actor, "create_account", f); err != nil {
		return err
	}
	old.Settings.ReplacedBy = by.ID
	return put(ctx, tx, old, actor, "replace_account", f)
}

// drop forgets an account and what was noted of it. What it had replaced is replaced by what replaces it, or is in use again when nothing does.
func drop(ctx context.Context, tx *store.AccountsTx, id chat.AccountID, actor string) error {
	all, err := tx.All(ctx)
	if err != nil {
		return err
	}
	gone, err := find(all, id)
	if err != nil {
		return err
	}
	r, err := record(actor, "delete_account", id, nil)
	if err != nil {
		return err
	}
	if err := errors.Join(tx.Drop(ctx, id), forgetNotes(ctx, tx, id), tx.Audit(ctx, r)); err != nil {
		return err
	}
	left := slices.DeleteFunc(all, func(a store.Account) bool { return a.ID == id })
	for i := range left {
		a := &left[i]
		if a.Settings.ReplacedBy != id {
			continue
		}
		a.Settings.ReplacedBy = gone.Settings.ReplacedBy
		if other, ok := current(*a, left); ok && a.Settings.ReplacedBy == "" {
			a.Settings.ReplacedBy = other.ID
		}
		if err := put(ctx, tx, *a, actor, "replace_account", Form{}); err != nil {
			return err
		}
	}
	return nil
}

// forgetNotes forgets what was noted of an account while it was used: a later one of that id, or another application in its place, begins anew.
func forgetNotes(ctx context.Context, tx *store.AccountsTx, id chat.AccountID) error {
	return tx.ForgetSettings(ctx, refusalKey(id), unmarkedKey(id), throttleKey(id))
}

// first refuses a new account for an application that there is an account for.
func first(a store.Account, all []store.Account) error {
	if err := unique(a, all); err != nil {
		return err
	}
	if earlier, had := replaced(a, all); had {
		return &chat.Error{Kind: chat.Conflict, Field: "clientId", Code: "account_replaced",
			Text: "The account " + earlier.Name + " is for this application and was replaced. Change the account in its place, or delete it first."}
	}
	return nil
}

// replaced finds an account for the same application that was replaced.
func replaced(a store.Account, all []store.Account) (store.Account, bool) {
	i := slices.IndexFunc(all, func(other store.Account) bool {
		return other.ID != a.ID && other.Settings.ReplacedBy != "" && sameApplication(a, other)
	})
	if i < 0 {
		return store.Account{}, false
	}
	return all[i], true
}

func sameApplication(a, b store.Account) bool {
	return strings.EqualFold(a.Tenant, b.Tenant) && strings.EqualFold(a.ClientID, b.ClientID)
}

func otherApplication(old store.Account, f Form) bool {
	differs := func(given *string, is string) bool {
		return given != nil && !strings.EqualFold(strings.TrimSpace(*given), is)
	}
	return differs(f.Tenant, old.Tenant) || differs(f.ClientID, old.ClientID)
}

func unique(a store.Account, all []store.Account) error {
	if other, ok := current(a, all); ok {
		return &chat.Error{Kind: chat.Conflict, Field: "clientId", Code: "account_exists", Text: "The account " + other.Name + " is for this application already."}
	}
	return nil
}

// current finds another account for the same application that nothing has replaced.
func current(a store.Account, all []store.Account) (store.Account, bool) {
	i := slices.IndexFunc(all, func(other store.Account) bool {
		return other.ID != a.ID && other.Settings.ReplacedBy == "" && sameApplication(a, other)
	})
	if i < 0 {
		return store.Account{}, false
	}
	return all[i], true
}

func put(ctx context.Context, tx *store.AccountsTx, a store.Account, actor, action string, f Form) error {
	r, err := record(actor, action, a.ID, map[string]any{"fields": f.names(), "replacedBy": a.Settings.ReplacedBy})
	if err != nil {
		return err
	}
	if err := tx.Put(ctx, a); err != nil {
		return err
	}
	return tx.Audit(ctx, r)
}

// Delete forgets an account with the sign-ins of its agents. An account that it had replaced is in use again, unless another is in its place.
// Errors: chat.NotFound, chat.Conflict "account_in_use" while conferences run.
func (s *Accounts) Delete(ctx context.Context, actor string, id chat.AccountID) error {
	return s.cfg.Store.ChangeAccounts(ctx, func(tx *store.AccountsTx) error {
		running, err := tx.Running(ctx, id)
		if err != nil {
			return err
		}
		if running > 0 {
			return chat.Refuse(chat.Conflict, "account_in_use", "%d conference chats still run through this account. End them first, or wait for their end.", running)
		}
		return drop(ctx, tx, id, actor)
	})
}

// KeepOldKeys is how long the key of a replaced encryption certificate is kept: longer than any subscription lives that was made
// with it. [change-notifications-with-resource-data: at least 3 days]
const KeepOldKeys = 4 * 24 * time.Hour

// RotateKey makes a new certificate for the encryption of notifications. The old key goes on opening what Microsoft encrypts until every
// subscription has learnt of the new one. Error: chat.NotFound.
func (s *Accounts) RotateKey(ctx context.Context, actor string, id chat.AccountID) error {
	fresh := store.Account{}
	if err := s.encryptFor(&fresh); err != nil {
		return err
	}
	r, err := record(actor, "rotate_key", id, nil)
	if err != nil {
		return err
	}
	return s.cfg.Store.ChangeAccounts(ctx, func(tx *store.AccountsTx) error {
		all, err := tx.All(ctx)
		if err != nil {
			return err
		}
		a, err := find(all, id)
		if err != nil {
			return err
		}
		now := time.Now()
		a.OldKeys = slices.DeleteFunc(a.OldKeys, func(k store.OldKey) bool { return now.After(k.Until) })
		a.OldKeys = append(a.OldKeys, store.OldKey{Cert: a.Cert, Key: a.CertKey, Until: now.Add(KeepOldKeys).UTC()})
		a.Cert, a.CertKey = fresh.Cert, fresh.CertKey
		if err := tx.Put(ctx, a); err != nil {
			return err
		}
		return tx.Audit(ctx, r)
	})
}

// encryptFor gives an account a certificate for the encryption of notifications.
func (s *Accounts) encryptFor(a *store.Account) error {
	der, key, err := graph.NewCertificate(s.cfg.Rand)
	if err != nil {
		return err
	}
	a.Cert = der
	if a.CertKey, err = x509.MarshalPKCS8PrivateKey(key); err != nil {
		return fmt.Errorf("encode encryption key: %w", err)
	}
	return nil
}
