package graphsdk

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"math/big"
	"strings"
	"testing"
	"time"
)

// keyPair is a subscriber's certificate; nobody has to have signed it.
type keyPair struct {
	key  *rsa.PrivateKey
	cert []byte // DER
}

func newKeyPair(t *testing.T) keyPair {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	template := &x509.Certificate{SerialNumber: big.NewInt(now.UnixNano()), Subject: pkix.Name{CommonName: "hook"}, NotBefore: now.Add(-time.Hour), NotAfter: now.AddDate(1, 0, 0)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return keyPair{key, der}
}

// open decrypts as Microsoft's page tells subscribers to, with the standard library only. It was written from that page, not from the
// product's or the simulator's code. [change-notifications-with-resource-data]
func (k keyPair) open(s *sealed) ([]byte, error) {
	thumb := sha1.Sum(k.cert)
	if !strings.EqualFold(s.EncryptionCertificateThumbprint, hex.EncodeToString(thumb[:])) {
		return nil, errors.New("encrypted for another certificate")
	}
	wrapped, err1 := base64.StdEncoding.DecodeString(s.DataKey)
	data, err2 := base64.StdEncoding.DecodeString(s.Data)
	signature, err3 := base64.StdEncoding.DecodeString(s.DataSignature)
	if err := errors.Join(err1, err2, err3); err != nil {
		return nil, err
	}
	key, err := rsa.DecryptOAEP(sha1.New(), nil, k.key, wrapped, nil)
	if err != nil {
		return nil, err
	}
	mac := hmac.New(sha256.New, key)
	mac.Write(data)
	if !hmac.Equal(mac.Sum(nil), signature) {
		return nil, errors.New("the signature does not fit")
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	if len(data) == 0 || len(data)%aes.BlockSize != 0 {
		return nil, errors.New("not whole blocks")
	}
	cipher.NewCBCDecrypter(block, key[:aes.BlockSize]).CryptBlocks(data, data)
	pad := int(data[len(data)-1])
	if pad < 1 || pad > aes.BlockSize || !bytes.HasSuffix(data, bytes.Repeat([]byte{byte(pad)}, pad)) {
		return nil, errors.New("bad padding")
	}
	return data[:len(data)-pad], nil
}
