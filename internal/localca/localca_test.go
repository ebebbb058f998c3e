package localca_test

import (
	"crypto/tls"
	"crypto/x509"
	"net/http"
	"net/http/httptest"
	"testing"

	"trialog/internal/localca"
)

// TestServer: whoever trusts the authority reaches its servers by name and by address; nobody else does.
func TestServer(t *testing.T) {
	ca, err := localca.New("test")
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewUnstartedServer(http.NotFoundHandler())
	if s.TLS, err = ca.Server(); err != nil {
		t.Fatal(err)
	}
	s.StartTLS()
	defer s.Close()
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(ca.PEM()) {
		t.Fatal("the certificate is no PEM")
	}
	for name, c := range map[string]struct {
		roots *x509.CertPool
		good  bool
	}{"trusted": {roots, true}, "not trusted": {x509.NewCertPool(), false}} {
		client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: c.roots, ServerName: "localhost"}}}
		resp, err := client.Get(s.URL)
		if (err == nil) != c.good {
			t.Errorf("%s: %v", name, err)
		}
		if err == nil {
			resp.Body.Close()
		}
	}
	if ca.Verify() == nil {
		t.Error("an authority that nobody was told of is trusted")
	}
}
