package graph

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	"time"
)

// Limits of one delivery. [S24]
const (
	MaxNotification = 1 << 20 // bytes
	MaxItems        = 1000
)

// Envelope is the body of a notification. [change-notifications-with-resource-data]
type Envelope struct {
	Items            []Notification `json:"value"`
	ValidationTokens []string       `json:"validationTokens"`
}

// Notification is one item of an Envelope: a change, or a lifecycle event.
type Notification struct {
	SubscriptionID SubscriptionID `json:"subscriptionId"`
	ChangeType     string         `json:"changeType"` // created, updated, deleted
	ClientState    string         `json:"clientState"`
	TenantID       string         `json:"tenantId"`
	Resource       string         `json:"resource"`
	Lifecycle      string         `json:"lifecycleEvent"` // reauthorizationRequired, subscriptionRemoved, missed
	Encrypted      *Encrypted     `json:"encryptedContent"`
}

// Encrypted is a resource as only we can read it. All values are base64.
type Encrypted struct {
	Data          string `json:"data"`
	Signature     string `json:"dataSignature"`
	Key           string `json:"dataKey"`
	CertificateID string `json:"encryptionCertificateId"`
	Thumbprint    string `json:"encryptionCertificateThumbprint"`
}

// ParseNotifications reads the body of a delivery, within limits.
func ParseNotifications(body []byte) (Envelope, error) {
	var e Envelope
	if len(body) > MaxNotification {
		return e, errors.New("read notification: too large")
	}
	if err := json.Unmarshal(body, &e); err != nil {
		return Envelope{}, fmt.Errorf("read notification: %w", err)
	}
	if len(e.Items) > MaxItems || len(e.ValidationTokens) > 100 {
		return Envelope{}, errors.New("read notification: too many items")
	}
	return e, nil
}

// Decrypt opens an item's content with the private key of the certificate it names: OAEP with SHA-1 as Graph dictates, then the
// signature, and only if that is right the content. [change-notifications-with-resource-data]
func Decrypt(e Encrypted, key *rsa.PrivateKey) ([]byte, error) {
	wrapped, err1 := base64.StdEncoding.DecodeString(e.Key)
	data, err2 := base64.StdEncoding.DecodeString(e.Data)
	signature, err3 := base64.StdEncoding.DecodeString(e.Signature)
	if err := errors.Join(err1, err2, err3); err != nil {
		return nil, fmt.Errorf("decrypt notification: %w", err)
	}
	session, err := rsa.DecryptOAEP(sha1.New(), nil, key, wrapped, nil)
	if err != nil {
		return nil, fmt.Errorf("decrypt notification: %w", err)
	}
	mac := hmac.New(sha256.New, session)
	mac.Write(data)
	if !hmac.Equal(mac.Sum(nil), signature) {
		return nil, errors.New("decrypt notification: the signature is wrong")
	}
	if len(session) != 32 || len(data) == 0 || len(data)%aes.BlockSize != 0 {
		return nil, errors.New("decrypt notification: bad length")
	}
	block, err := aes.NewCipher(session)
	if err != nil {
		return nil, fmt.Errorf("decrypt notification: %w", err)
	}
	cipher.NewCBCDecrypter(block, session[:aes.BlockSize]).CryptBlocks(data, data)
	pad := int(data[len(data)-1])
	if pad < 1 || pad > aes.BlockSize || !bytes.Equal(data[len(data)-pad:], bytes.Repeat([]byte{byte(pad)}, pad)) {
		return nil, errors.New("decrypt notification: bad padding")
	}
	return data[:len(data)-pad], nil
}

// NewCertificate makes a self-signed certificate for the encryption of notifications, valid for two years, and its key. Graph does
// not verify the issuer.
func NewCertificate(rand io.Reader) (der []byte, key *rsa.PrivateKey, err error) {
	key, err = rsa.GenerateKey(rand, 2048)
	if err != nil {
		return nil, nil, fmt.Errorf("make encryption key: %w", err)
	}
	now := time.Now()
	t := &x509.Certificate{SerialNumber: big.NewInt(now.UnixNano()), Subject: pkix.Name{CommonName: "Trialog notifications"},
		NotBefore: now.Add(-time.Hour), NotAfter: now.AddDate(2, 0, 0), KeyUsage: x509.KeyUsageKeyEncipherment}
	der, err = x509.CreateCertificate(rand, t, t, key.Public(), key)
	if err != nil {
		return nil, nil, fmt.Errorf("make encryption certificate: %w", err)
	}
	return der, key, nil
}
