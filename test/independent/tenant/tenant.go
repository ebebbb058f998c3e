package tenant

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"

	"trialog/internal/localca"
	"trialog/internal/teamsim"
)

// The applications of every tenant. Their redirect address is never loaded: the person's browser stops in front of it.
const (
	ClientID    = "5d0c9f5e-2f0b-4b8e-9c57-3a6f1f8b7e21"
	Secret      = "s3cret~value.+/=&%"
	RedirectURI = "https://desk.example/teams/callback"

	// DesktopID is a public client that listens on a port of its own choice, as MSAL's interactive sign-in does.
	DesktopID = "6e1d0a6f-3a1c-4c9f-8d68-4b7a2a9c8f32"
)

// Scopes is what the product asks for; one of them needs an administrator's consent, which the tenants here have given.
var Scopes = []string{"User.Read", "User.ReadBasic.All", "Chat.ReadWrite", "ChatMember.ReadWrite", "Presence.Read.All", "Files.ReadWrite"}

// Tenant is a simulated tenant that listens.
type Tenant struct {
	*teamsim.Tenant
	URL string // https://localhost:port, login and Graph alike
}

// Authority is the address of the tenant's identity platform.
func (t *Tenant) Authority() string { return t.URL + "/" + t.ID() }

// Graph is the address of Graph v1.0.
func (t *Tenant) Graph() string { return t.URL + "/v1.0" }

// signingKeys are shared by all tenants of the process: making RSA keys takes longer than most tests.
var signingKeys = sync.OnceValues(func() ([]*rsa.PrivateKey, error) {
	var keys []*rsa.PrivateKey
	for range 2 {
		key, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			return nil, fmt.Errorf("make the tenant's keys: %w", err)
		}
		keys = append(keys, key)
	}
	return keys, nil
})

// Open starts a tenant with the people of the demonstration; it lives until ctx ends. Wait returns when everything has stopped.
func Open(ctx context.Context) (t *Tenant, wait func() error, err error) {
	ca, err := Trusted()
	if err != nil {
		return nil, nil, err
	}
	keys, err := signingKeys()
	if err != nil {
		return nil, nil, err
	}
	sim, err := teamsim.New(teamsim.Config{Seed: 1, SigningKeys: keys})
	if err != nil {
		return nil, nil, err
	}
	if err := teamsim.Demo(sim); err != nil {
		return nil, nil, err
	}
	sim.AddApp(teamsim.App{ClientID: ClientID, Name: "Trialog", Secret: Secret, RedirectURIs: []string{RedirectURI}, Consented: []string{"ChatMember.ReadWrite"}})
	sim.AddApp(teamsim.App{ClientID: DesktopID, Name: "Desktop", Public: true, RedirectURIs: []string{"http://localhost"}})
	address, stopped, err := Serve(ctx, ca, sim.Handler())
	if err != nil {
		return nil, nil, err
	}
	ran := make(chan error, 1)
	go func() { ran <- sim.Run(ctx) }()
	return &Tenant{Tenant: sim, URL: address}, func() error { return errors.Join(<-ran, <-stopped) }, nil
}

// Serve serves h over TLS on a free loopback port until ctx ends; the channel tells when and why it stopped.
func Serve(ctx context.Context, ca *localca.Authority, h http.Handler) (address string, stopped <-chan error, err error) {
	secure, err := ca.Server()
	if err != nil {
		return "", nil, err
	}
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	server := &http.Server{Handler: h, TLSConfig: secure, ReadHeaderTimeout: 10 * time.Second}
	done := make(chan error, 1)
	context.AfterFunc(ctx, func() { server.Close() })
	go func() {
		if err := server.ServeTLS(l, "", ""); !errors.Is(err, http.ErrServerClosed) {
			done <- err
		}
		close(done)
	}()
	_, port, err := net.SplitHostPort(l.Addr().String())
	return "https://localhost:" + port, done, err
}
