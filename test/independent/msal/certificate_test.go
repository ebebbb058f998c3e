package msal

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"net/http"
	"testing"
	"time"

	"github.com/AzureAD/microsoft-authentication-library-for-go/apps/confidential"
	"golang.org/x/oauth2"

	"trialog/internal/teamsim"
	"trialog/test/independent/tenant"
)

// TestCertificateInsteadOfSecret lets MSAL sign the client assertion: the tenant must accept Microsoft's header and claims, not ours.
func TestCertificateInsteadOfSecret(t *testing.T) {
	at := tenant.Start(t)
	key, cert := clientCertificate(t)
	app := at.AddApp(teamsim.App{Name: "With a certificate", Certificates: []*x509.Certificate{cert}, RedirectURIs: []string{tenant.RedirectURI}, Consented: tenant.Scopes})
	client := certificateClient(t, at, app.ClientID, cert, key)
	verifier := oauth2.GenerateVerifier()
	code := authCode(t, client, app.ClientID, oauth2.S256ChallengeFromVerifier(verifier))
	r, err := client.AcquireTokenByAuthCode(t.Context(), code, tenant.RedirectURI, tenant.Scopes, confidential.WithChallenge(verifier))
	if err != nil {
		t.Fatal(err)
	}
	if got := graphStatus(t, at, r.AccessToken); got != http.StatusOK {
		t.Errorf("Graph answers %d to the token", got)
	}

	strangerKey, stranger := clientCertificate(t)
	other := certificateClient(t, at, app.ClientID, stranger, strangerKey)
	code = authCode(t, client, app.ClientID, oauth2.S256ChallengeFromVerifier(verifier))
	_, err = other.AcquireTokenByAuthCode(t.Context(), code, tenant.RedirectURI, tenant.Scopes, confidential.WithChallenge(verifier))
	wants(t, "a certificate nobody registered", err, "invalid_client", "AADSTS700027")
}

func certificateClient(t *testing.T, at *tenant.Tenant, id string, cert *x509.Certificate, key crypto.PrivateKey) confidential.Client {
	t.Helper()
	credential, err := confidential.NewCredFromCert([]*x509.Certificate{cert}, key)
	if err != nil {
		t.Fatal(err)
	}
	client, err := confidential.New(at.Authority(), id, credential, confidential.WithInstanceDiscovery(false))
	if err != nil {
		t.Fatal(err)
	}
	return client
}

func clientCertificate(t *testing.T) (*rsa.PrivateKey, *x509.Certificate) {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	template := &x509.Certificate{SerialNumber: big.NewInt(now.UnixNano()), Subject: pkix.Name{CommonName: "client"}, NotBefore: now.Add(-time.Hour), NotAfter: now.Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return key, cert
}
