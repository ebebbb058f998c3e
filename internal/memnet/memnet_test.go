package memnet_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/coder/websocket"

	"trialog/internal/memnet"
)

func get(t *testing.T, c *http.Client, url string) (string, error) {
	t.Helper()
	resp, err := c.Get(url)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	return string(b), err
}

// eachClient plays a test with connections and with calls.
func eachClient(t *testing.T, play func(*testing.T, *memnet.Network, *http.Client)) {
	for name, client := range map[string]func(*memnet.Network) *http.Client{
		"connections": (*memnet.Network).Client,
		"calls": func(n *memnet.Network) *http.Client {
			return n.Calls(func(value any, _ []byte) { t.Errorf("panic: %v", value) })
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				n := memnet.New()
				play(t, n, client(n))
			})
		})
	}
}

func TestHosts(t *testing.T) {
	eachClient(t, func(t *testing.T, n *memnet.Network, client *http.Client) {
		n.Handle("a.test", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "a "+r.Host) }))
		n.Handle("b.test", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.Copy(w, r.Body) }))
		if got, err := get(t, client, "https://a.test/x"); got != "a a.test" || err != nil {
			t.Errorf("got %q, %v", got, err)
		}
		long := strings.Repeat("x", 1<<20)
		resp, err := client.Post("http://b.test:8080/", "text/plain", strings.NewReader(long))
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		if b, err := io.ReadAll(resp.Body); string(b) != long || err != nil {
			t.Errorf("%d bytes, %v", len(b), err)
		}
		if _, err := get(t, client, "https://c.test/"); !errors.Is(err, syscall.ECONNREFUSED) {
			t.Errorf("an unknown host: %v", err)
		}
	})
}

func TestDeathBreaksConnections(t *testing.T) {
	eachClient(t, func(t *testing.T, n *memnet.Network, client *http.Client) {
		gone := make(chan struct{})
		n.Handle("a.test", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			<-r.Context().Done()
			close(gone)
		}))
		failed := make(chan error)
		go func() {
			_, err := get(t, client, "https://a.test/")
			failed <- err
		}()
		synctest.Wait()
		n.Handle("a.test", nil)
		if err := <-failed; err == nil {
			t.Error("a request outlived its server")
		}
		<-gone
		if _, err := get(t, client, "https://a.test/"); !errors.Is(err, syscall.ECONNREFUSED) {
			t.Errorf("after the death: %v", err)
		}
	})
}

func TestAnswersBreakOff(t *testing.T) {
	eachClient(t, func(t *testing.T, n *memnet.Network, client *http.Client) {
		n.Handle("a.test", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			switch r.URL.Path {
			case "/abort":
				panic(http.ErrAbortHandler)
			case "/silent":
				<-r.Context().Done()
			}
			w.WriteHeader(http.StatusTeapot)
			w.WriteHeader(http.StatusOK) // too late
		}))
		if _, err := get(t, client, "https://a.test/abort"); !errors.Is(err, io.EOF) {
			t.Errorf("a connection that breaks: %v", err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		req, err := http.NewRequestWithContext(ctx, "GET", "https://a.test/silent", nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := client.Do(req); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("a silent server: %v", err)
		}
		resp, err := client.Get("https://a.test/")
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		if resp.StatusCode != http.StatusTeapot {
			t.Errorf("status %d", resp.StatusCode)
		}
	})
}

func TestPanicsAreTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := memnet.New()
		n.Handle("a.test", http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("a bug") }))
		var told []any
		if _, err := get(t, n.Calls(func(value any, _ []byte) { told = append(told, value) }), "https://a.test/"); !errors.Is(err, io.EOF) || len(told) != 1 || told[0] != "a bug" {
			t.Errorf("got %v, told %v", err, told)
		}
	})
}

func TestWebSocket(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := memnet.New()
		n.Handle("a.test", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			ws, err := websocket.Accept(w, r, nil)
			if err != nil {
				t.Error(err)
				return
			}
			defer ws.CloseNow()
			_ = ws.Write(r.Context(), websocket.MessageText, []byte("hello"))
			_, _, _ = ws.Read(r.Context()) // until the client is gone
		}))
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		ws, _, err := websocket.Dial(ctx, "wss://a.test/live", &websocket.DialOptions{HTTPClient: n.Client()})
		if err != nil {
			t.Fatal(err)
		}
		defer ws.CloseNow()
		if _, b, err := ws.Read(ctx); string(b) != "hello" || err != nil {
			t.Errorf("got %q, %v", b, err)
		}
	})
}
