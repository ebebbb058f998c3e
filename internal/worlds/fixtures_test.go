package worlds

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"database/sql"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"testing"
	"testing/cryptotest"
	"testing/synctest"
	"time"

	"modernc.org/sqlite"

	"trialog/internal/store"
	"trialog/internal/teamsim"
)

// keyBits is shorter than Microsoft takes: what is proved here is not cryptography, which would take most of the time.
const keyBits = 640

// fixtures is what takes long to make and is the same in every world.
type fixtures struct {
	dir     string            // with the sealing key, and room for the worlds' own directories
	signing []*rsa.PrivateKey // Microsoft's
}

// template names the database that every world begins with.
const template = "template"

// newFixtures makes it, the same in every process.
func newFixtures(t *testing.T) *fixtures {
	cryptotest.SetGlobalRandom(t, 0)
	f := &fixtures{dir: workDir(t)}
	for range 4 { // two to begin with, and two to roll to
		key, err := rsa.GenerateKey(rand.Reader, keyBits)
		if err != nil {
			t.Fatal(err)
		}
		f.signing = append(f.signing, key)
	}
	hold(t, template)
	t.Run("template", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) { // where it is always the same time
			if err := furnish(f.dir); err != nil {
				t.Fatal(err)
			}
		})
	})
	return f
}

// workDir is in memory where the machine has such a place: what is proved here is not that a disk works.
func workDir(t *testing.T) string {
	if info, err := os.Stat("/dev/shm"); err != nil || !info.IsDir() {
		return t.TempDir()
	}
	dir, err := os.MkdirTemp("/dev/shm", "worlds-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	return dir
}

func (f *fixtures) keyFile() string { return filepath.Join(f.dir, "key") }

// hold keeps a database in memory until the test ends.
func hold(t testing.TB, name string) *sql.Conn {
	address := store.MemoryURL(name)
	db, err := sql.Open("sqlite", address.String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	c, err := db.Conn(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := c.PingContext(context.Background()); err != nil {
		t.Fatal(err)
	}
	return c
}

// furnish makes the installation that every world begins with.
func furnish(dir string) error {
	ctx := context.Background()
	s, err := store.Open(ctx, store.Config{Dir: dir, Memory: template})
	if err != nil {
		return err
	}
	for _, v := range []store.Service{{ID: "technik", Name: "Technik"}, {ID: "rechnung", Name: "Rechnung", Settings: store.ServiceSettings{ExpertNames: store.NameFirst}}} {
		if err := s.PutService(ctx, v); err != nil {
			return err
		}
	}
	for _, a := range []store.Agent{{ID: "anna", Login: "anna", Name: "Anna Becker"}, {ID: "ben", Login: "ben", Name: "Ben Okafor"}} {
		if _, err := s.CreateAgent(ctx, a); err != nil {
			return err
		}
	}
	cert, key, err := certificate()
	if err != nil {
		return err
	}
	if err := s.PutAccount(ctx, store.Account{ID: "contoso", Name: "Contoso", Tenant: teamsim.DefaultTenant, ClientID: clientID, Secret: secret,
		Settings: store.AccountSettings{Locale: "de", TimeZone: "UTC"}, Cert: cert, CertKey: key}); err != nil {
		return err
	}
	return s.Close()
}

// certificate is what notifications are encrypted for. It outlasts the year 2000, in which bubbles begin.
func certificate() (cert, key []byte, err error) {
	private, err := rsa.GenerateKey(rand.Reader, keyBits)
	if err != nil {
		return nil, nil, err
	}
	about := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "worlds"},
		NotBefore: time.Unix(0, 0), NotAfter: time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC), KeyUsage: x509.KeyUsageKeyEncipherment}
	if cert, err = x509.CreateCertificate(rand.Reader, about, about, private.Public(), private); err != nil {
		return nil, nil, err
	}
	key, err = x509.MarshalPKCS8PrivateKey(private)
	return cert, key, err
}

// copyTemplate fills an empty database in memory with what every world begins with.
func copyTemplate(c *sql.Conn) error {
	from := store.MemoryURL(template)
	return c.Raw(func(driver any) error {
		b, err := driver.(interface {
			NewRestore(string) (*sqlite.Backup, error)
		}).NewRestore(from.String())
		if err != nil {
			return fmt.Errorf("copy the template: %w", err)
		}
		if _, err := b.Step(-1); err != nil {
			return fmt.Errorf("copy the template: %w", err)
		}
		return b.Finish()
	})
}
