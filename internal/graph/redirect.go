package graph

import (
	"context"
	"errors"
	"io"
	"net/http"
	"regexp"
	"strings"

	"golang.org/x/oauth2"
)

var pageCode = regexp.MustCompile(`AADSTS(\d+)`)

// CheckRedirect finds out whether the redirect URI is registered, without anybody signing in: asked for a silent sign-in, Microsoft sends
// the browser back with "login_required" where it knows the address, and shows an error page where it does not.
// [v2-oauth2-auth-code-flow]
func (a *App) CheckRedirect(ctx context.Context) error {
	const op = "check redirect URI"
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	at := a.AuthURL(AuthRequest{State: "check", Nonce: "check", Verifier: oauth2.GenerateVerifier(), Prompt: "none"})
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, at, nil)
	if err != nil {
		return &AuthError{Op: op, Class: ConfigTenant, err: err}
	}
	resp, err := a.client().Do(req)
	if err != nil {
		return &AuthError{Op: op, Class: Transient, err: err}
	}
	defer resp.Body.Close()
	to := resp.Header.Get("Location")
	if resp.StatusCode/100 == 3 && strings.HasPrefix(to, a.RedirectURL+"?") {
		u, err := resp.Location()
		if err != nil {
			return &AuthError{Op: op, Class: OurBug, err: err}
		}
		if refused := CallbackError(u.Query()); refused != nil && refused.Class != Interaction {
			return refused
		}
		return nil
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if err != nil {
		return &AuthError{Op: op, Class: Transient, err: err}
	}
	if e := pageError(op, resp.StatusCode, body); e != nil {
		return e
	}
	return errNoVerdict
}

// errNoVerdict says that Microsoft's answer told nothing.
var errNoVerdict = errors.New("check redirect URI: Microsoft neither sent the browser back nor said why not")

// pageError reads the code on an error page, or returns nil.
func pageError(op string, status int, body []byte) *AuthError {
	m := pageCode.FindSubmatch(body)
	if m == nil {
		return nil
	}
	e := &AuthError{Op: op, Status: status, Code: "error_page", AADSTS: []int{number(string(m[1]))}}
	e.Class = classify(status, e.Code, e.AADSTS)
	return e
}
