package teamsim_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"trialog/internal/teamsim"
)

// BenchmarkRoundTrip is a bare post to the simulator over a loopback socket, the measure
// for everything that talks to it.
func BenchmarkRoundTrip(b *testing.B) {
	tenant, err := teamsim.New(teamsim.Config{Seed: 1})
	if err != nil {
		b.Fatal(err)
	}
	if err := teamsim.Demo(tenant); err != nil {
		b.Fatal(err)
	}
	token, _, err := tenant.TeamsToken("Anna Becker")
	if err != nil {
		b.Fatal(err)
	}
	srv := httptest.NewServer(tenant.Handler())
	defer srv.Close()
	var chats []string
	for i := range 100 {
		id, err := tenant.As("Anna Becker").NewChat(fmt.Sprint("chat ", i), "Erik Lind", "Mei Tanaka")
		if err != nil {
			b.Fatal(err)
		}
		chats = append(chats, id)
	}
	for i := 0; b.Loop(); i++ {
		req, err := http.NewRequest(http.MethodPost, srv.URL+"/v1.0/chats/"+chats[i%100]+"/messages", strings.NewReader(`{"body":{"contentType":"html","content":"<p>Hallo</p>"}}`))
		if err != nil {
			b.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+token)
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, res.Body); err != nil || res.StatusCode != 201 {
			b.Fatal(res.StatusCode, err)
		}
		res.Body.Close()
	}
}
