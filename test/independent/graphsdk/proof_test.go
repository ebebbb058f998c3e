package graphsdk

import (
	"context"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/big"
	"net/http"

	"github.com/golang-jwt/jwt/v5"

	"trialog/test/independent/tenant"
)

// checkProof verifies a validation token as Microsoft's page tells subscribers to: the keys come from the common discovery document,
// and the token is one of version 1.0 by Microsoft's own application. [change-notifications-with-resource-data]
func checkProof(ctx context.Context, at *tenant.Tenant, token string) error {
	var discovery struct {
		JWKS string `json:"jwks_uri"`
	}
	if err := getJSON(ctx, at.URL+"/common/.well-known/openid-configuration", &discovery); err != nil {
		return err
	}
	var set struct {
		Keys []struct{ Kid, N, E string }
	}
	if err := getJSON(ctx, discovery.JWKS, &set); err != nil {
		return err
	}
	find := func(t *jwt.Token) (any, error) {
		for _, k := range set.Keys {
			n, err1 := base64.RawURLEncoding.DecodeString(k.N)
			e, err2 := base64.RawURLEncoding.DecodeString(k.E)
			if k.Kid == t.Header["kid"] && err1 == nil && err2 == nil {
				return &rsa.PublicKey{N: new(big.Int).SetBytes(n), E: int(new(big.Int).SetBytes(e).Int64())}, nil
			}
		}
		return nil, fmt.Errorf("no key %v", t.Header["kid"])
	}
	claims := jwt.MapClaims{}
	_, err := jwt.ParseWithClaims(token, claims, find, jwt.WithValidMethods([]string{"RS256"}), jwt.WithExpirationRequired(),
		jwt.WithAudience(tenant.ClientID), jwt.WithIssuer("https://sts.windows.net/"+at.ID()+"/"))
	if err == nil && claims["appid"] != "0bf30f3b-4a52-48df-9a82-234910c4a086" {
		err = fmt.Errorf("the token is by %v", claims["appid"])
	}
	return err
}

func getJSON(ctx context.Context, address string, out any) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s", address, res.Status)
	}
	return json.NewDecoder(res.Body).Decode(out)
}
