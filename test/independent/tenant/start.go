package tenant

import (
	"context"
	"net/http"
	"testing"
)

// Start is Open for a test; the tenant is the test's own.
func Start(t testing.TB) *Tenant {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	tenant, wait, err := Open(ctx)
	if err != nil {
		cancel()
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cancel()
		if err := wait(); err != nil {
			t.Errorf("the tenant stopped: %v", err)
		}
	})
	return tenant
}

// Listen serves h over TLS until the test ends and returns its address.
func Listen(t testing.TB, h http.Handler) string {
	t.Helper()
	ca, err := Trusted()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	address, stopped, err := Serve(ctx, ca, h)
	if err != nil {
		cancel()
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cancel()
		if err := <-stopped; err != nil {
			t.Errorf("%s stopped: %v", address, err)
		}
	})
	return address
}

// PersonID is somebody's object id.
func (t *Tenant) PersonID(tb testing.TB, name string) string {
	tb.Helper()
	p, found := t.Person(name)
	if !found {
		tb.Fatalf("nobody is called %q", name)
	}
	return p.ID
}
