package teams

import (
	"bytes"
	"io"
	"log/slog"
	"net/http"
	"testing"
	"time"

	"trialog/internal/desk"
	"trialog/internal/graph"
	"trialog/internal/store"
	"trialog/internal/store/storetest"
)

type slowLogin struct{ asked, answer chan struct{} }

func (s slowLogin) RoundTrip(r *http.Request) (*http.Response, error) {
	close(s.asked)
	<-s.answer
	return &http.Response{StatusCode: 200, Header: http.Header{"Content-Type": {"application/json"}}, Request: r,
		Body: io.NopCloser(bytes.NewBufferString(`{"token_type":"Bearer","access_token":"a2","refresh_token":"r2","expires_in":3600,"scope":"Chat.ReadWrite"}`))}, nil
}

// The agent switches Microsoft Teams off while a refresh of the tokens is under way.
func TestZwDisableDuringRefresh(t *testing.T) {
	ctx := t.Context()
	s := storetest.Open(t, storetest.SQLite(t))
	anna, err := s.CreateAgent(ctx, store.Agent{Login: "anna", Name: "Anna"})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.PutAccount(ctx, store.Account{ID: "contoso", Tenant: earTenant, ClientID: earClient, Secret: "s", Cert: []byte("c"), CertKey: []byte("k")}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.PutLink(ctx, store.Link{Account: "contoso", Agent: anna.ID, Person: "p", Name: "Anna", Refresh: "r1", State: store.LinkConnected, Since: time.Now()}); err != nil {
		t.Fatal(err)
	}
	login := slowLogin{make(chan struct{}), make(chan struct{})}
	k, err := New(ctx, Config{Store: s, Desk: desk.New(desk.Config{Store: s}), PublicURL: "https://trialog.test", Node: "n", Log: slog.New(slog.DiscardHandler),
		Endpoint: graph.Endpoint{HTTP: &http.Client{Transport: login}}})
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { _, err := k.tokensOf("contoso", anna.ID).Token(ctx, ""); done <- err }()
	<-login.asked
	if err := k.Disable(ctx, anna.ID); err != nil {
		t.Fatal(err)
	}
	if l, _ := k.Link(ctx, anna.ID); l.State != "disconnected" {
		t.Fatalf("after switching off: %s", l.State)
	}
	close(login.answer)
	t.Log("refresh:", <-done)
	l, err := k.Link(ctx, anna.ID)
	if err != nil || l.State != "disconnected" {
		t.Fatalf("switched off, and yet %q as %q (%v)", l.State, l.Name, err)
	}
}
