package teams

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"trialog/internal/graph"
	"trialog/internal/store"
)

// Finding is one thing that was looked at. Code is stable; Detail names the thing it is about.
type Finding struct {
	OK     bool
	Code   string
	Detail string
}

// Diagnose looks at an account: whether Microsoft takes its credentials, whether its agents are signed in and heard, and what waits.
func (k *Connector) Diagnose(ctx context.Context, a store.Account) ([]Finding, error) {
	list := []Finding{k.credentials(ctx, a)}
	links, err := k.Store.Links(ctx)
	if err != nil {
		return list, err
	}
	for _, l := range links {
		if l.Account != a.ID {
			continue
		}
		found, err := k.diagnoseLink(ctx, l)
		if err != nil {
			return list, err
		}
		list = append(list, found...)
	}
	dead, err := k.Store.DeadDeliveries(ctx, a.ID)
	if err != nil {
		return list, err
	}
	return append(list, Finding{OK: dead == 0, Code: "dead_letters", Detail: fmt.Sprint(dead)}), nil
}

// credentials asks Microsoft for an application token, which needs the right tenant, client and secret and nothing else.
func (k *Connector) credentials(ctx context.Context, a store.Account) Finding {
	err := k.app(a).Test(ctx)
	if err == nil {
		return Finding{OK: true, Code: "credentials"}
	}
	var auth *graph.AuthError
	if errors.As(err, &auth) && auth.Status != 0 {
		return Finding{Code: string(auth.Class), Detail: fmt.Sprint(auth.AADSTS)}
	}
	return Finding{Code: "unreachable", Detail: err.Error()}
}

func (k *Connector) diagnoseLink(ctx context.Context, l store.Link) ([]Finding, error) {
	who := string(l.Agent) + " (" + l.Username + ")"
	if l.State != store.LinkConnected {
		return []Finding{{Code: "needs_sign_in", Detail: who}}, nil
	}
	var list []Finding
	for _, scope := range missing(l.Scopes, graph.DefaultScopes) {
		list = append(list, Finding{Code: "missing_permission", Detail: scope + " for " + who})
	}
	sub, ok, err := k.Store.SubscriptionOf(ctx, l.Account, l.Agent)
	if err != nil {
		return nil, err
	}
	alive := ok && sub.ID != "" && time.Now().Before(sub.Expires)
	return append(list, Finding{OK: alive, Code: "subscription", Detail: who}), nil
}

// missing lists the permissions among wanted that were not granted.
func missing(granted, wanted []string) []string {
	var list []string
	for _, scope := range wanted {
		if !protocol(scope) && !graph.HasScope(granted, scope) {
			list = append(list, scope)
		}
	}
	return list
}

// granted lists the permissions that were granted, by the names that people know.
func granted(scopes []string) []string {
	var list []string
	for _, scope := range scopes {
		if name := scope[strings.LastIndexByte(scope, '/')+1:]; !protocol(name) && name != "email" {
			list = append(list, name)
		}
	}
	slices.Sort(list)
	return list
}

// protocol reports whether a scope belongs to the sign-in itself; Microsoft does not tell that it was granted.
func protocol(scope string) bool {
	return scope == "openid" || scope == "profile" || scope == "offline_access"
}
