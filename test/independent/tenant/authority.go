package tenant

import (
	"crypto/x509"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"trialog/internal/localca"
)

// Trusted is the authority of this process, which Go's own TLS clients trust from the first call on: that is how a client is tested
// with the transport it really uses, instead of one we configured for it.
var Trusted = sync.OnceValues(trust)

// trust must come before the first TLS connection of the process: Go reads the system's roots once.
func trust() (*localca.Authority, error) {
	a, err := localca.New("Trialog independent tests CA")
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "trialog-ca")
	if err != nil {
		return nil, fmt.Errorf("trust the CA: %w", err)
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "ca.pem")
	if err := os.WriteFile(file, a.PEM(), 0o600); err != nil {
		return nil, fmt.Errorf("trust the CA: %w", err)
	}
	if err := os.Setenv("SSL_CERT_FILE", file); err != nil {
		return nil, fmt.Errorf("trust the CA: %w", err)
	}
	defer os.Unsetenv("SSL_CERT_FILE") // children must not look for a file that is gone
	if _, err := x509.SystemCertPool(); err != nil {
		return nil, fmt.Errorf("trust the CA: %w", err)
	}
	if err := a.Verify(); err != nil {
		return nil, fmt.Errorf("trust the CA: the roots had been read before: %w", err)
	}
	return a, nil
}
