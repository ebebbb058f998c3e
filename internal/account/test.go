package account

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"trialog/internal/chat"
	"trialog/internal/graph"
	"trialog/internal/store"
)

// Finding is one thing that was looked at. Code is stable and worded by the reader's catalogue; words.go holds the English sentences.
type Finding struct {
	State  string `json:"state" enum:"ok,bad,unknown" doc:"unknown: it can't be told yet."`
	Code   string `json:"code"`
	Detail string `json:"detail,omitempty" doc:"The thing it is about, such as a permission."`
	URL    string `json:"url,omitempty" doc:"Where to do something about it."`
}

// OK reports whether nothing is wrong as far as can be told.
func (f Finding) OK() bool { return f.State != "bad" }

func ok(code, detail string) Finding { return Finding{State: "ok", Code: code, Detail: detail} }

func bad(code, detail string) Finding { return Finding{State: "bad", Code: code, Detail: detail} }

// Test asks Microsoft, step by step, whether an account works, and says of the first thing that does not what exactly is wrong. Error:
// chat.NotFound "no_account".
func (s *Accounts) Test(ctx context.Context, id chat.AccountID) ([]Finding, error) {
	a, err := s.Account(ctx, id)
	if err != nil {
		return nil, err
	}
	if lacking := incomplete(a); lacking != "" {
		return []Finding{bad("incomplete", lacking)}, nil
	}
	app := s.app(a)
	if err := app.Test(ctx); err != nil {
		return []Finding{s.refusal(a, err)}, nil
	}
	list := []Finding{ok("credentials", "")}
	if err := app.CheckRedirect(ctx); err != nil {
		list = append(list, s.refusal(a, err))
	} else {
		list = append(list, ok("redirect", app.RedirectURL))
	}
	if f, known := expires(a, time.Now()); known {
		list = append(list, f)
	}
	consent, err := s.consent(ctx, a)
	return append(list, consent...), err
}

// incomplete names the fields without which nothing can be tried.
func incomplete(a store.Account) string {
	var list []string
	for name, given := range map[string]bool{"tenant": a.Tenant != "", "clientId": a.ClientID != "", "secret": a.Secret != "" || a.Certificate != ""} {
		if !given {
			list = append(list, name)
		}
	}
	slices.Sort(list)
	return strings.Join(list, ", ")
}

// refusal words what Microsoft said.
func (s *Accounts) refusal(a store.Account, err error) Finding {
	var e *graph.AuthError
	if !errors.As(err, &e) {
		return Finding{State: "unknown", Code: "redirect_unknown", Detail: RedirectURL(s.cfg.PublicURL)}
	}
	return s.Explain(a, e.Problem())
}

// Explain makes a finding of a problem with an account: what it is about, and where to mend it.
func (s *Accounts) Explain(a store.Account, p graph.Problem) Finding {
	f := bad(string(p), "")
	switch p {
	case "unknown_tenant":
		f.Detail = a.Tenant
	case "unknown_client", "app_disabled", "public_client", "single_tenant":
		f.Detail = a.ClientID
	case "wrong_redirect", "no_redirect", "spa_registration":
		f.Detail = RedirectURL(s.cfg.PublicURL)
	case "bad_certificate":
		f.Detail = thumbprint(a.Certificate)
	case "secret_expired":
		if !a.Settings.Expires.IsZero() {
			f.Detail = a.Settings.Expires.UTC().Format(time.DateOnly)
		}
	case "no_consent", "admin_consent", "consent_requested", "declined", "permission_not_registered", "unknown_permission":
		f.Detail, f.URL = ScopesFor(a, p), s.app(a).AdminConsentURL("consent")
	}
	return f
}

func expires(a store.Account, now time.Time) (Finding, bool) {
	at := a.Settings.Expires
	if at.IsZero() {
		return Finding{State: "unknown", Code: "expiry_unknown"}, true
	}
	n, near := expiry(a, now)
	if near {
		return bad("secret_ends", n.Until), true
	}
	return ok("secret_lasts", at.UTC().Format(time.DateOnly)), true
}

// consent says which permissions the agents of an account were granted. Without anybody having signed in, only a refused sign-in tells.
func (s *Accounts) consent(ctx context.Context, a store.Account) ([]Finding, error) {
	url := s.app(a).AdminConsentURL("consent")
	refused, err := LastRefusal(ctx, s.cfg.Store, a.ID)
	if err != nil {
		return nil, err
	}
	if refused.Problem.Class() == graph.Consent {
		return []Finding{s.Explain(a, refused.Problem)}, nil
	}
	links, err := s.cfg.Store.Links(ctx)
	if err != nil {
		return nil, err
	}
	links = slices.DeleteFunc(links, func(l store.Link) bool { return l.Account != a.ID })
	if len(links) == 0 {
		return []Finding{{State: "unknown", Code: "consent_unknown", Detail: ScopesFor(a, ""), URL: url}}, nil
	}
	var list []Finding
	for _, f := range features {
		if slices.Contains(a.Settings.Without, f.Name) {
			continue
		}
		if slices.ContainsFunc(links, func(l store.Link) bool { return !graph.HasScope(l.Scopes, f.Scope) }) {
			list = append(list, Finding{State: "bad", Code: "missing_permission", Detail: f.Scope, URL: url})
		}
	}
	if len(list) == 0 {
		list = []Finding{ok("consent", ScopesFor(a, ""))}
	}
	return list, nil
}

// Refusal is what Microsoft last refused for a reason that lies in the account – its secret, say, or the want of consent – until it is accepted.
type Refusal struct {
	Problem graph.Problem `json:"problem"`
	At      time.Time     `json:"at"`
}

// NoteRefresh remembers or forgets what the refresh of a sign-in tells of the account: that its secret, client or tenant is refused. A want of
// consent is another person's affair and stays.
func NoteRefresh(ctx context.Context, st *store.Store, id chat.AccountID, err error) error {
	p := graph.ProblemOf(err)
	switch p.Class() {
	case graph.ConfigSecret, graph.ConfigClient, graph.ConfigTenant:
		return NoteRefusal(ctx, st, id, p)
	}
	if err != nil {
		return nil
	}
	old, err := LastRefusal(ctx, st, id)
	if err != nil || old.Problem == "" || old.Problem.Class() == graph.Consent {
		return err
	}
	return NoteRefusal(ctx, st, id, "")
}

func refusalKey(id chat.AccountID) string { return "account.refused|" + string(id) }

// NoteRefusal remembers what is wrong with an account; "" forgets it.
func NoteRefusal(ctx context.Context, st *store.Store, id chat.AccountID, p graph.Problem) error {
	if p == "" {
		if old, err := LastRefusal(ctx, st, id); err != nil || old.Problem == "" {
			return err
		}
	}
	b, err := json.Marshal(Refusal{p, time.Now().UTC()})
	if err != nil {
		return fmt.Errorf("note refusal: %w", err)
	}
	return st.PutSetting(ctx, refusalKey(id), string(b))
}

// LastRefusal returns what NoteRefusal remembers; the zero value when there is nothing.
func LastRefusal(ctx context.Context, st *store.Store, id chat.AccountID) (r Refusal, err error) {
	text, known, err := st.Setting(ctx, refusalKey(id))
	if err == nil && known {
		err = json.Unmarshal([]byte(text), &r)
	}
	return r, err
}
