package account

import (
	"crypto/rsa"
	"crypto/sha1"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"strings"
	"time"

	"trialog/internal/chat"
)

const (
	maxPEM  = 32 << 10
	minBits = 2048
)

// checkCertificate parses a certificate with its key and says when it ends. Errors: chat.Invalid with the field.
func checkCertificate(pem string, now time.Time) (until time.Time, err error) {
	refuse := func(code, text string) (time.Time, error) {
		return time.Time{}, chat.RefuseField("certificate", code, "%s", text)
	}
	switch {
	case len(pem) > maxPEM:
		return refuse("bad_certificate", "The certificate is too long.")
	case !strings.Contains(pem, "BEGIN CERTIFICATE"):
		return refuse("bad_certificate", "There is no certificate in this PEM.")
	case !strings.Contains(pem, "PRIVATE KEY"):
		return refuse("certificate_without_key", "The private key is missing: the PEM needs both, the certificate and its key.")
	case strings.Contains(pem, "ENCRYPTED"):
		return refuse("certificate_locked", "The private key is protected by a password. Take the protection off first.")
	}
	pair, err := tls.X509KeyPair([]byte(pem), []byte(pem))
	if err != nil {
		return refuse("bad_certificate", "The certificate or its key can't be read, or they don't belong together.")
	}
	key, ok := pair.PrivateKey.(*rsa.PrivateKey)
	if !ok || key.N.BitLen() < minBits {
		return refuse("certificate_key", "Microsoft takes certificates with RSA keys of at least 2048 bits.")
	}
	cert, err := x509.ParseCertificate(pair.Certificate[0])
	if err != nil {
		return refuse("bad_certificate", "The certificate can't be read.")
	}
	if now.After(cert.NotAfter) {
		return refuse("certificate_expired", "The certificate has expired.")
	}
	return cert.NotAfter.UTC(), nil
}

// usable reads a certificate that was checked when it came in; what can't be read any more can't sign.
func usable(pem string) *tls.Certificate {
	pair, err := tls.X509KeyPair([]byte(pem), []byte(pem))
	if err != nil {
		return &tls.Certificate{}
	}
	return &pair
}

// thumbprint is a certificate's SHA-1 in hexadecimal, by which Microsoft's pages name it.
func thumbprint(pem string) string {
	pair := usable(pem)
	if len(pair.Certificate) == 0 {
		return ""
	}
	sum := sha1.Sum(pair.Certificate[0])
	return strings.ToUpper(hex.EncodeToString(sum[:]))
}
