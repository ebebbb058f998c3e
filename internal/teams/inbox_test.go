package teams

import (
	"crypto/rand"
	"crypto/x509"
	"testing"
	"time"

	"trialog/internal/graph"
	"trialog/internal/store"
)

// TestOldKeys: what Microsoft encrypted for a certificate that was replaced is opened for some days, and not for ever.
func TestOldKeys(t *testing.T) {
	made := func() (cert, key []byte) {
		der, private, err := graph.NewCertificate(rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		if key, err = x509.MarshalPKCS8PrivateKey(private); err != nil {
			t.Fatal(err)
		}
		return der, key
	}
	now := time.Now()
	a := store.Account{ID: "contoso"}
	a.Cert, a.CertKey = made()
	old := store.OldKey{Until: now.Add(time.Hour)}
	old.Cert, old.Key = made()
	a.OldKeys = []store.OldKey{old}
	present, err1 := certKey(a, certID(a.Cert), now)
	earlier, err2 := certKey(a, certID(old.Cert), now)
	if err1 != nil || err2 != nil || present.Equal(earlier) {
		t.Fatalf("keys: %v %v", err1, err2)
	}
	if _, err := certKey(a, certID(old.Cert), now.Add(2*time.Hour)); err == nil {
		t.Error("an old key opens for ever")
	}
	if _, err := certKey(a, "somebody else's", now); err == nil {
		t.Error("a foreign certificate has a key")
	}
}
