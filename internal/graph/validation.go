package graph

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// publisher is the application that signs Graph's notifications. [change-notifications-with-resource-data]
const publisher = "0bf30f3b-4a52-48df-9a82-234910c4a086"

// KeySet holds the keys by which Microsoft signs, fetched when an unknown one turns up, but at most once a minute: a flood of
// made-up key ids must not make us flood Microsoft. [signing-key-rollover]
type KeySet struct {
	end Endpoint

	mu      sync.Mutex
	keys    map[string]jose.JSONWebKey
	fetched time.Time
}

// NewKeySet returns an empty KeySet.
func NewKeySet(end Endpoint) *KeySet { return &KeySet{end: end, keys: map[string]jose.JSONWebKey{}} }

const keysEvery = time.Minute

func (k *KeySet) key(ctx context.Context, id string) (jose.JSONWebKey, error) {
	k.mu.Lock()
	key, ok := k.keys[id]
	stale := time.Since(k.fetched) >= keysEvery
	if !ok && stale {
		k.fetched = time.Now()
	}
	k.mu.Unlock()
	if ok {
		return key, nil
	}
	if !stale { // it may be a new one: that can't be told before the keys may be fetched again
		return key, errTooSoon
	}
	fresh, err := k.fetch(ctx)
	if err != nil {
		return key, err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.keys = fresh
	key, ok = fresh[id]
	if !ok {
		return key, fmt.Errorf("%w: unknown signing key", ErrForged)
	}
	return key, nil
}

var errTooSoon = errors.New("unknown signing key, and the keys were fetched within the last minute")

func (k *KeySet) fetch(ctx context.Context) (map[string]jose.JSONWebKey, error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	var discovery struct {
		JWKS string `json:"jwks_uri"`
	}
	if err := k.get(ctx, k.end.login()+"/common/.well-known/openid-configuration", &discovery); err != nil {
		return nil, err
	}
	if !strings.HasPrefix(discovery.JWKS, k.end.login()+"/") {
		return nil, errors.New("fetch signing keys: they are on a foreign host")
	}
	var set jose.JSONWebKeySet
	if err := k.get(ctx, discovery.JWKS, &set); err != nil {
		return nil, err
	}
	keys := map[string]jose.JSONWebKey{}
	for _, key := range set.Keys {
		keys[key.KeyID] = key
	}
	return keys, nil
}

func (k *KeySet) get(ctx context.Context, from string, out any) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, from, nil)
	if err != nil {
		return fmt.Errorf("fetch signing keys: %w", err)
	}
	resp, err := k.end.client().Do(req)
	if err != nil {
		return fmt.Errorf("fetch signing keys: %w", err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("fetch signing keys: %s", resp.Status)
	}
	if err := json.NewDecoder(io.LimitReader(resp.Body, 1<<20)).Decode(out); err != nil {
		return fmt.Errorf("fetch signing keys: %w", err)
	}
	return nil
}

// ErrForged means that a delivery does not come from Microsoft, or is not meant for us: drop it, and answer 202 all the same.
var ErrForged = errors.New("notification is not authentic")

// ValidateTokens checks that every validation token of a delivery was signed by Microsoft for this application and tenant, and that
// there is one: that it decrypts proves nothing, since anybody may encrypt with our certificate. An error that is not ErrForged
// means that Microsoft's keys could not be had: try again later. at is when the delivery came: a token must have been valid then, however
// late it is looked at. [change-notifications-with-resource-data]
func (k *KeySet) ValidateTokens(ctx context.Context, tokens []string, tenant, clientID string, at time.Time) error {
	if len(tokens) == 0 {
		return fmt.Errorf("%w: no validation token", ErrForged)
	}
	for _, t := range tokens {
		if err := k.validate(ctx, t, tenant, clientID, at); err != nil {
			return err
		}
	}
	return nil
}

func (k *KeySet) validate(ctx context.Context, token, tenant, clientID string, at time.Time) error {
	if len(token) > 16<<10 {
		return fmt.Errorf("%w: token too long", ErrForged)
	}
	sig, err := jose.ParseSigned(token, []jose.SignatureAlgorithm{jose.RS256})
	if err != nil || len(sig.Signatures) != 1 {
		return fmt.Errorf("%w: %v", ErrForged, err)
	}
	key, err := k.key(ctx, sig.Signatures[0].Header.KeyID)
	if err != nil {
		return err
	}
	payload, err := sig.Verify(key)
	if err != nil {
		return fmt.Errorf("%w: %v", ErrForged, err)
	}
	var c struct {
		Audience  string `json:"aud"`
		Issuer    string `json:"iss"`
		AppID     string `json:"appid"`
		AZP       string `json:"azp"`
		TenantID  string `json:"tid"`
		Expires   int64  `json:"exp"`
		NotBefore int64  `json:"nbf"`
	}
	if err := json.Unmarshal(payload, &c); err != nil {
		return fmt.Errorf("%w: %v", ErrForged, err)
	}
	const skew = 5 * time.Minute
	switch {
	case at.After(time.Unix(c.Expires, 0).Add(skew)), at.Add(skew).Before(time.Unix(c.NotBefore, 0)):
		err = errors.New("expired or not yet valid")
	case c.Audience != clientID:
		err = errors.New("for another application")
	case c.Issuer != "https://sts.windows.net/"+tenant+"/" && c.Issuer != k.end.login()+"/"+tenant+"/v2.0":
		err = errors.New("by another issuer")
	case c.AppID != publisher && c.AZP != publisher:
		err = errors.New("by another publisher")
	case c.TenantID != "" && !strings.EqualFold(c.TenantID, tenant):
		err = errors.New("of another tenant")
	}
	if err != nil {
		return fmt.Errorf("%w: %v", ErrForged, err)
	}
	return nil
}
