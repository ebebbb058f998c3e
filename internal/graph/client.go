package graph

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"
)

const (
	callTimeout  = 10 * time.Second // one call, from request to the whole answer
	fileTimeout  = 5 * time.Minute  // one file
	maxJSON      = 8 << 20          // bytes of an answer
	maxErrorBody = 64 << 10
)

// TokenSource hands out access tokens. Token is called with the token that Graph has just refused (or "" for the first), and must
// return another one or an error.
type TokenSource interface {
	Token(ctx context.Context, refused Secret) (Secret, error)
	// Challenged is told that Graph wants more to be proven than the token proves: claims is what the next sign-in has to ask for. It
	// returns the error that the call ends with. [claims-challenge]
	Challenged(ctx context.Context, claims string) error
}

// Client calls Graph in one person's name.
type Client struct {
	end    Endpoint
	http   *http.Client
	tokens TokenSource
}

// NewClient returns a Client.
func NewClient(end Endpoint, tokens TokenSource) *Client {
	return &Client{end: end, http: end.client(), tokens: tokens}
}

// request is one call.
type request struct {
	op     string
	method string
	path   string // below /v1.0, or a whole address on Graph's host
	query  url.Values
	header http.Header
	body   any           // JSON; or raw bytes
	kind   string        // content type of raw bytes
	limit  time.Duration // callTimeout when 0
	at     *time.Time    // unless nil, set to Microsoft's time of the answer, in whole seconds
}

// do performs a call and decodes its answer into out unless that is nil. A 401 is tried once more with a fresh token: it was
// refused before anything happened. Nothing else is repeated.
func (c *Client) do(ctx context.Context, r request, out any) error {
	if r.limit == 0 {
		r.limit = callTimeout
	}
	ctx, cancel := context.WithTimeout(ctx, r.limit)
	defer cancel()
	resp, err := c.send(ctx, r)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if r.at != nil {
		*r.at = answeredAt(resp.Header)
	}
	return c.decode(r, resp, out)
}

// answeredAt is the server's clock, by which messages are dated too; ours when it does not say.
func answeredAt(h http.Header) time.Time {
	at, err := http.ParseTime(h.Get("Date"))
	if err != nil {
		at = time.Now().Truncate(time.Second)
	}
	return at.UTC()
}

func (c *Client) decode(r request, resp *http.Response, out any) error {
	if out == nil {
		_, err := io.Copy(io.Discard, io.LimitReader(resp.Body, maxErrorBody))
		if err != nil {
			return &Error{Op: r.op, Status: resp.StatusCode, err: err, unclear: true}
		}
		return nil
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxJSON+1))
	if err == nil && len(body) > maxJSON {
		err = errors.New("the answer is too large")
	}
	if err == nil {
		err = json.Unmarshal(body, out)
	}
	if err != nil {
		return &Error{Op: r.op, Status: resp.StatusCode, err: err, unclear: true}
	}
	return nil
}

// send returns the answer of a call that succeeded; the caller closes it.
func (c *Client) send(ctx context.Context, r request) (*http.Response, error) {
	var refused Secret
	for {
		token, err := c.tokens.Token(ctx, refused)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", r.op, err)
		}
		req, err := c.request(ctx, r, token)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", r.op, err)
		}
		resp, err := c.http.Do(req)
		if err != nil {
			return nil, &Error{Op: r.op, err: err}
		}
		if resp.StatusCode < 300 || resp.StatusCode == http.StatusFound {
			return resp, nil
		}
		body, err := io.ReadAll(io.LimitReader(resp.Body, maxErrorBody))
		resp.Body.Close()
		if claims := challenge(resp.Header); claims != "" {
			return nil, fmt.Errorf("%s: %w", r.op, c.tokens.Challenged(ctx, claims))
		}
		failed := answerError(r.op, resp, body)
		failed.err = err
		if after, throttled := Throttled(failed); throttled && c.end.Throttled != nil {
			c.end.Throttled(r.op, after)
		}
		if resp.StatusCode != http.StatusUnauthorized || refused != "" {
			return nil, failed
		}
		refused = token
	}
}

// request builds the HTTP request. A body that could be rewound lets Go's transport silently send a POST twice when a reused
// connection breaks (and so would an Idempotency-Key header, which Graph does not know): so bodies can't be rewound, and a broken
// connection is an unknown outcome that only the caller can settle.
func (c *Client) request(ctx context.Context, r request, token Secret) (*http.Request, error) {
	address := r.path
	if r.path[0] == '/' {
		address = c.end.base() + r.path
	} else if !c.end.onGraph(r.path) {
		return nil, fmt.Errorf("%s is not on Graph's host", r.path)
	}
	if len(r.query) > 0 {
		address += "?" + r.query.Encode()
	}
	var body io.Reader
	kind := r.kind
	if raw, ok := r.body.([]byte); ok {
		body = bytes.NewReader(raw)
	} else if r.body != nil {
		enc, err := json.Marshal(r.body)
		if err != nil {
			return nil, err
		}
		body, kind = bytes.NewReader(enc), "application/json"
	}
	req, err := http.NewRequestWithContext(ctx, r.method, address, body)
	if err != nil {
		return nil, err
	}
	if r.method == http.MethodPost {
		req.GetBody = nil
	}
	for name, values := range r.header {
		req.Header[name] = values
	}
	if kind != "" {
		req.Header.Set("Content-Type", kind)
	}
	req.Header.Set("Authorization", "Bearer "+string(token))
	req.Header.Set("Accept", "application/json")
	req.Header.Set("Prefer", "include-unknown-enum-members")
	return req, nil
}

// page is one page of a collection. [paging]
type page[T any] struct {
	Value    []T    `json:"value"`
	NextLink string `json:"@odata.nextLink"`
}

// Pace waits until the next page may be asked for: every page is a call of its own for Microsoft's rates. nil for no wait.
type Pace func(context.Context) error

// pages walks a collection until visit returns false. A page may be shorter than asked for, even empty, and still be followed by
// another.
func pages[T any](ctx context.Context, c *Client, r request, pace Pace, visit func(T) bool) error {
	for range maxPages {
		if pace != nil {
			if err := pace(ctx); err != nil {
				return err
			}
		}
		var p page[T]
		if err := c.do(ctx, r, &p); err != nil {
			return err
		}
		for _, v := range p.Value {
			if !visit(v) {
				return nil
			}
		}
		if p.NextLink == "" {
			return nil
		}
		if !c.end.onGraph(p.NextLink) {
			return &Error{Op: r.op, Status: http.StatusOK, unclear: true, err: errors.New("the next page is not on Graph's host")}
		}
		r.path, r.query = p.NextLink, nil
	}
	return &Error{Op: r.op, Status: http.StatusOK, unclear: true, err: fmt.Errorf("more than %d pages", maxPages)}
}

// maxPages bounds a walk.
const maxPages = 500

// seg escapes one path segment. [ids with ':' and '@' are accepted raw and percent-encoded; careful clients encode]
func seg[T ~string](s T) string { return url.PathEscape(string(s)) }
