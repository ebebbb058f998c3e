package teamsim

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"time"
)

// encryptionCert is the public half of a subscriber's key pair.
type encryptionCert struct {
	id, thumbprint string
	key            *rsa.PublicKey
}

type encryptedContent struct {
	Data          string `json:"data"`
	DataSignature string `json:"dataSignature"`
	DataKey       string `json:"dataKey"`
	CertID        string `json:"encryptionCertificateId"`
	Thumbprint    string `json:"encryptionCertificateThumbprint"`
}

// readEncryptionCert reads a base64 X.509 certificate with an RSA key of 2048 to 4096
// bits; who issued it does not matter.
func (t *Tenant) readEncryptionCert(text, id string) (*encryptionCert, error) {
	if text == "" || id == "" || len(id) > 128 {
		return nil, errors.New("encryptionCertificate and encryptionCertificateId (at most 128 characters) are required when includeResourceData is true")
	}
	der, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return nil, fmt.Errorf("encryptionCertificate is not base64: %w", err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, fmt.Errorf("encryptionCertificate is not an X.509 certificate: %w", err)
	}
	key, isRSA := cert.PublicKey.(*rsa.PublicKey)
	if !isRSA || key.N.BitLen() < 2048 && !t.cfg.WeakKeys || key.N.BitLen() > 4096 {
		return nil, errors.New("encryptionCertificate must hold an RSA key of 2048 to 4096 bits")
	}
	if time.Now().After(cert.NotAfter) {
		return nil, errors.New("encryptionCertificate has expired")
	}
	sum := sha1.Sum(der)
	return &encryptionCert{id: id, thumbprint: hexUpper(sum[:]), key: key}, nil
}

// seal encrypts a resource: AES-256-CBC with a fresh key whose first half is the IV,
// HMAC-SHA256 over the cipher text, the key itself by RSA-OAEP with SHA-1.
func (c *encryptionCert) seal(plain []byte, random io.Reader) (*encryptedContent, error) {
	key := make([]byte, 32)
	if _, err := io.ReadFull(random, key); err != nil {
		return nil, fmt.Errorf("make data key: %w", err)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	pad := aes.BlockSize - len(plain)%aes.BlockSize
	data := append(bytes.Clone(plain), bytes.Repeat([]byte{byte(pad)}, pad)...)
	cipher.NewCBCEncrypter(block, key[:aes.BlockSize]).CryptBlocks(data, data)
	mac := hmac.New(sha256.New, key)
	mac.Write(data)
	wrapped, err := rsa.EncryptOAEP(sha1.New(), random, c.key, key, nil)
	if err != nil {
		return nil, fmt.Errorf("wrap data key: %w", err)
	}
	b64 := base64.StdEncoding
	return &encryptedContent{Data: b64.EncodeToString(data), DataSignature: b64.EncodeToString(mac.Sum(nil)),
		DataKey: b64.EncodeToString(wrapped), CertID: c.id, Thumbprint: c.thumbprint}, nil
}

// validationToken proves to a subscriber that a POST comes from Microsoft: a token of
// version 1.0 for the subscriber's application.
func (t *Tenant) validationToken(app string) (string, error) {
	key, err := t.keys.signing()
	if err != nil {
		return "", err
	}
	t.mu.Lock()
	known := t.proofs[app]
	t.mu.Unlock()
	if known.key == key && time.Now().Before(known.until) {
		return known.token, nil
	}
	token, err := signJWT(key, t.validationClaims(app))
	if err != nil {
		return "", err
	}
	t.mu.Lock()
	t.proofs[app] = proof{key, token, time.Now().Add(proofLife)}
	t.mu.Unlock()
	return token, nil
}

// proofLife is how long one validation token serves; it is valid for an hour.
const proofLife = 10 * time.Minute

// proof is a validation token that has been signed.
type proof struct {
	key   *signingKey
	token string
	until time.Time
}

func (t *Tenant) validationClaims(app string) map[string]any {
	at := time.Now()
	return map[string]any{
		"aud": app, "iss": "https://sts.windows.net/" + t.cfg.Tenant + "/", "ver": "1.0", "tid": t.cfg.Tenant,
		"iat": at.Unix(), "nbf": at.Unix(), "exp": at.Add(time.Hour).Unix(),
		"appid": notificationAppID, "appidacr": "2", "idp": "https://sts.windows.net/" + t.cfg.Tenant + "/", "uti": t.traceID(),
	}
}
