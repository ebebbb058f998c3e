package worlds

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"os"
	"path/filepath"
	"sync"

	"trialog/internal/graph"
	"trialog/internal/store"
	"trialog/internal/teamsim"
)

// made is what takes long to make and is the same in every world.
type made struct {
	signing []*rsa.PrivateKey
	files   map[string][]byte // of a data directory with schema, services, agents and account
}

// fixtures makes it once.
var fixtures = sync.OnceValue(func() made {
	m := made{files: map[string][]byte{}}
	for range 4 { // two to begin with, and two to roll to
		key, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			panic(err)
		}
		m.signing = append(m.signing, key)
	}
	dir, err := os.MkdirTemp("", "worlds-template-")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	if err := furnish(dir); err != nil {
		panic(err)
	}
	for _, name := range []string{"trialog.db", "key"} {
		content, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			panic(err)
		}
		m.files[name] = content
	}
	return m
})

// furnish makes the installation that every world begins with.
func furnish(dir string) error {
	ctx := context.Background()
	s, err := store.Open(ctx, store.Config{Dir: dir})
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
	cert, key, err := graph.NewCertificate(rand.Reader)
	if err != nil {
		return err
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	if err := s.PutAccount(ctx, store.Account{ID: "contoso", Name: "Contoso", Tenant: teamsim.DefaultTenant, ClientID: clientID, Secret: secret,
		Settings: store.AccountSettings{Locale: "de", TimeZone: "UTC"}, Cert: cert, CertKey: der}); err != nil {
		return err
	}
	return s.Close()
}
