package apptest

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"trialog/internal/teamsim"
)

// administrator is the desk's administrator.
const administrator = "admin"

// admin carries out what administrators do with accounts.
func (p *player) admin(ctx context.Context, args []string) error {
	not, args := negated(args)
	if len(args) < 2 {
		return fmt.Errorf("admin VERB ACCOUNT …")
	}
	a, err := p.agentOf(ctx, administrator)
	if err != nil {
		return err
	}
	verb, id, args := args[0], args[1], args[2:]
	at := "/accounts/" + id
	switch verb {
	case "adds":
		return a.call(ctx, "POST", "/accounts", fields(append(args, "name="+id)), nil)
	case "sets":
		return a.call(ctx, "PATCH", at, fields(args), nil)
	case "deletes":
		return a.call(ctx, "DELETE", at, nil, nil)
	case "rotates":
		return a.call(ctx, "POST", at+"/key", nil, nil)
	case "tests":
		return p.finds(ctx, a, at, args)
	case "reads":
		return p.reads(ctx, a, at, args)
	case "replays", "discards":
		return settleLetters(ctx, a, at, verb)
	case "retries":
		c, err := p.lena(args[0])
		if err != nil {
			return err
		}
		return a.call(ctx, "POST", at+"/lanes/"+string(c.ID)+"/retry", nil, nil)
	case "sees":
		return p.notices(ctx, a, not, append([]string{id}, args...))
	}
	return fmt.Errorf("administrators don't %q", verb)
}

// fields makes a form of NAME=VALUE. A date may be written +40d, a list with commas.
func fields(args []string) map[string]any {
	form := map[string]any{}
	for _, arg := range args {
		name, v, _ := strings.Cut(arg, "=")
		days, relative := strings.CutPrefix(v, "+")
		switch n, err := strconv.Atoi(strings.TrimSuffix(days, "d")); {
		case relative && err == nil:
			form[name] = time.Now().AddDate(0, 0, n).UTC().Format(time.DateOnly)
		case name == "without":
			form[name] = slices.DeleteFunc(strings.Split(v, ","), func(s string) bool { return s == "" })
		default:
			form[name] = v
		}
	}
	return form
}

// finds tests the connection and looks for a finding: CODE [what its detail holds].
func (p *player) finds(ctx context.Context, a *Agent, at string, want []string) error {
	var got struct {
		Findings []struct{ State, Code, Detail, URL string }
	}
	if err := a.call(ctx, "POST", at+"/test", nil, &got); err != nil {
		return err
	}
	for _, f := range got.Findings {
		if f.Code == want[0] && (len(want) == 1 || strings.Contains(f.Detail+" "+f.URL, want[1])) {
			return nil
		}
	}
	return fmt.Errorf("the test finds %+v, want %q", got.Findings, want)
}

// reads waits until the account's health has a value at a path such as agents.0.state; "-" for none.
func (p *player) reads(ctx context.Context, a *Agent, at string, args []string) error {
	path, err := word(args, 0, "which part of the health")
	if err != nil {
		return err
	}
	want, err := word(args, 1, "the value")
	if err != nil {
		return err
	}
	var got string
	if p.w.Until(patience, func() bool {
		var h any
		if err = a.call(ctx, "GET", at+"/health", nil, &h); err != nil {
			return false
		}
		got = valueAt(h, strings.Split(path, "."))
		return got == want
	}) {
		return nil
	}
	return fmt.Errorf("%s is %q, want %q (%v)", path, got, want, err)
}

func valueAt(v any, path []string) string {
	for _, step := range path {
		switch x := v.(type) {
		case map[string]any:
			v = x[step]
		case []any:
			i, err := strconv.Atoi(step)
			if err != nil || i >= len(x) {
				return "-"
			}
			v = x[i]
		default:
			return "-"
		}
	}
	if v == nil {
		return "-"
	}
	return fmt.Sprint(v)
}

// settleLetters replays or discards all notifications that were set aside.
func settleLetters(ctx context.Context, a *Agent, at, verb string) error {
	var h struct {
		DeadLetters []struct{ ID, Reason string }
	}
	if err := a.call(ctx, "GET", at+"/health", nil, &h); err != nil {
		return err
	}
	if len(h.DeadLetters) == 0 {
		return fmt.Errorf("nothing was set aside")
	}
	for _, l := range h.DeadLetters {
		if l.Reason == "" {
			return fmt.Errorf("letter %s has no reason", l.ID)
		}
		method, path := "POST", at+"/letters/"+l.ID+"/replay"
		if verb == "discards" {
			method, path = "DELETE", at+"/letters/"+l.ID
		}
		if err := a.call(ctx, method, path, nil, nil); err != nil {
			return err
		}
	}
	return nil
}

// notices looks for a warning bar: CODE [LEVEL].
func (p *player) notices(ctx context.Context, a *Agent, not bool, want []string) error {
	var got struct {
		Notices []struct{ Code, Level string }
	}
	if err := a.call(ctx, "GET", "/notices", nil, &got); err != nil {
		return err
	}
	found := slices.ContainsFunc(got.Notices, func(n struct{ Code, Level string }) bool {
		return n.Code == want[0] && (len(want) == 1 || n.Level == want[1])
	})
	if found == not {
		return fmt.Errorf("%s sees %+v; want %q: %v", a.Login, got.Notices, want, !not)
	}
	return nil
}

// tenantApps carries out what administrators of the tenant do with applications; ok is false for other words.
func (p *player) tenantApps(verb string, args []string) (ok bool, err error) {
	t := p.w.Tenant
	app := teamsim.App{ClientID: clientID, Name: "Trialog", RedirectURIs: []string{p.w.URL + "/api/v1/teams/callback"}, Consented: []string{"ChatMember.ReadWrite"}}
	switch verb {
	case "secrets": // these, and no others
		for _, s := range args {
			app.Secrets = append(app.Secrets, teamsim.Secret{Value: s})
		}
		t.AddApp(app)
	case "registers": // another application
		app.ClientID, app.Secret = args[0], args[1]
		t.AddApp(app)
	case "consents": // only to these, for everybody
		app.Secret, app.Consented = secret, args
		t.AddApp(app)
	case "withdraws-consent":
		err = t.RevokeConsent(clientID)
		t.ExpireTokens()
	case "rolls-keys":
		err = t.RollKeys(true)
	case "challenges":
		err = t.RevokeSignIn(args[0], 0)
	case "hides-keys":
		p.w.Net.Handle(loginHost, withoutKeys(p.w.microsoft))
	case "shows-keys":
		p.w.Net.Handle(loginHost, p.w.microsoft)
	default:
		return false, nil
	}
	return true, err
}

// withoutKeys is Microsoft's sign-in while it does not tell its keys.
func withoutKeys(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/openid-configuration") || strings.HasSuffix(r.URL.Path, "/keys") {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		h.ServeHTTP(w, r)
	})
}

// asJSON is for messages of tests.
func asJSON(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(b)
}
