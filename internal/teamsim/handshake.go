package teamsim

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// handshake proves that an address wants notifications: it must answer 200 with the
// decoded token as plain text within ten seconds.
func (t *Tenant) handshake(ctx context.Context, address string) error {
	token := "Validation: Testing client application reachability for subscription Request-Id: " + t.traceID()
	target, err := url.Parse(address)
	if err != nil {
		return fmt.Errorf("validate: %w", err)
	}
	query := "validationToken=" + url.QueryEscape(token)
	if target.RawQuery != "" {
		query = target.RawQuery + "&" + query
	}
	target.RawQuery = query
	ctx, cancel := context.WithTimeout(ctx, handshakeTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, target.String(), http.NoBody)
	if err != nil {
		return fmt.Errorf("validate: %w", err)
	}
	req.Header.Set("Content-Type", "text/plain; charset=utf-8")
	res, err := t.http.Do(req)
	if err != nil {
		return fmt.Errorf("validate: %w", err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, 1<<16))
	switch {
	case err != nil:
		return fmt.Errorf("validate: %w", err)
	case res.StatusCode != http.StatusOK:
		return fmt.Errorf("validate: status %d", res.StatusCode)
	case !strings.HasPrefix(res.Header.Get("Content-Type"), "text/plain"):
		return fmt.Errorf("validate: content type %q", res.Header.Get("Content-Type"))
	case string(body) != token:
		return fmt.Errorf("validate: the answer is not the token")
	}
	return nil
}
