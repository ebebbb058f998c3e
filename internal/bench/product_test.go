package bench

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"trialog/internal/outside"
)

// process is a server under measurement.
type process struct {
	cmd  *exec.Cmd
	addr string
	up   time.Duration // from start to ready
}

// cpu is the processor time that the process has used so far.
func (p *process) cpu(b *testing.B) time.Duration {
	b.Helper()
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.cmd.Process.Pid))
	if err != nil {
		b.Fatal(err)
	}
	fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
	user, _ := strconv.Atoi(fields[11])
	system, _ := strconv.Atoi(fields[12])
	return time.Duration(user+system) * 10 * time.Millisecond
}

// rss is the resident memory of the process in bytes.
func (p *process) rss(b *testing.B) int64 {
	b.Helper()
	statm, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", p.cmd.Process.Pid))
	if err != nil {
		b.Fatal(err)
	}
	pages, err := strconv.ParseInt(strings.Fields(string(statm))[1], 10, 64)
	if err != nil {
		b.Fatal(err)
	}
	return pages * int64(os.Getpagesize())
}

func startLimit(b *testing.B, dsn string) *process {
	b.Helper()
	self, err := os.Executable()
	if err != nil {
		b.Fatal(err)
	}
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), limitEnv+"="+dsn)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	start(b, cmd)
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		b.Fatal(err)
	}
	return &process{cmd: cmd, addr: strings.TrimSpace(line)}
}

func start(b *testing.B, cmd *exec.Cmd) {
	b.Helper()
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
}

// trialog finds the built program; `make bench` builds it.
func trialog(b *testing.B) string {
	b.Helper()
	path, err := filepath.Abs("../../bin/trialog")
	if err != nil {
		b.Fatal(err)
	}
	if _, err := os.Stat(path); err != nil {
		b.Skip("bin/trialog is not built: run make bench")
	}
	return path
}

// startProduct seeds an installation with agents that have no bound on their chats, and starts its server.
func startProduct(b *testing.B, dir, database string, agents int) *process {
	b.Helper()
	for i := range agents {
		add := exec.Command(trialog(b), "user", "add", fmt.Sprintf("agent%d", i), "--name", fmt.Sprintf("Agent %d", i), "--password", "benchbench", "--capacity", "0",
			"--data", dir, "--database-url", database)
		if out, err := add.CombinedOutput(); err != nil {
			b.Fatalf("user add: %v\n%s", err, out)
		}
	}
	addr := outside.FreeAddr(b)
	cmd := exec.Command(trialog(b), "serve", "--addr", addr, "--data", dir, "--database-url", database, "--public-url", "http://"+addr, "--chat-starts", "0", "--log-level", "warn")
	cmd.Stderr = os.Stderr
	began := time.Now()
	start(b, cmd)
	for {
		resp, err := http.Get("http://" + addr + "/api/v1/visitor/services")
		if err == nil {
			resp.Body.Close()
			break
		}
		if time.Since(began) > 20*time.Second {
			b.Fatal("the server does not answer")
		}
		time.Sleep(2 * time.Millisecond)
	}
	return &process{cmd: cmd, addr: addr, up: time.Since(began)}
}

// productParties opens n conversations, each with a customer and an agent on live connections.
func productParties(b *testing.B, p *process, n, agents int) [][2]seat {
	b.Helper()
	staff, desks := make([]*http.Client, agents), make([]*party, agents)
	for i := range staff {
		client, err := outside.Browser()
		if err != nil {
			b.Fatal(err)
		}
		staff[i] = client
		post(b, staff[i], p, "/session", "", map[string]string{"login": fmt.Sprintf("agent%d", i), "password": "benchbench"}, nil)
		desks[i] = live(b, staff[i], p, "/tickets", "/live", "")
	}
	pairs := make([][2]seat, n)
	for i := range pairs {
		token, id := openChat(b, p)
		agent := staff[i%agents]
		post(b, agent, p, "/conversations/"+id+"/accept", "", map[string]any{}, nil)
		pairs[i] = [2]seat{{party: customer(b, p, token)}, {desks[i%agents], id}}
		if err := desks[i%agents].ws.Write(b.Context(), websocket.MessageText, fmt.Appendf(nil, `{"type":"open","conversation":%q,"after":0}`, id)); err != nil {
			b.Fatal(err)
		}
	}
	return pairs
}

func openChat(b *testing.B, p *process) (token, id string) {
	b.Helper()
	var opened struct {
		Token        string
		Conversation struct{ ID string }
	}
	post(b, http.DefaultClient, p, "/visitor/conversations", "", map[string]any{"name": "Karla", "locale": "de", "page": map[string]string{}}, &opened)
	return opened.Token, opened.Conversation.ID
}

func customer(b *testing.B, p *process, token string) *party {
	b.Helper()
	c := live(b, http.DefaultClient, p, "/visitor/tickets", "/visitor/live", token)
	if err := c.ws.Write(b.Context(), websocket.MessageText, []byte(`{"type":"hello","after":0}`)); err != nil {
		b.Fatal(err)
	}
	return c
}

func live(b *testing.B, client *http.Client, p *process, tickets, path, bearer string) *party {
	b.Helper()
	var t struct{ Ticket string }
	post(b, client, p, tickets, bearer, map[string]any{}, &t)
	return dialParty(b, "ws://"+p.addr+"/api/v1"+path+"?ticket="+t.Ticket, http.Header{"Origin": {"http://" + p.addr}})
}

func post(b *testing.B, client *http.Client, p *process, path, bearer string, body, answer any) {
	b.Helper()
	enc, err := json.Marshal(body)
	if err != nil {
		b.Fatal(err)
	}
	req, err := http.NewRequest("POST", "http://"+p.addr+"/api/v1"+path, bytes.NewReader(enc))
	if err != nil {
		b.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	if bearer != "" {
		req.Header.Set("Authorization", "Bearer "+bearer)
	}
	resp, err := client.Do(req)
	if err != nil {
		b.Fatal(err)
	}
	defer resp.Body.Close()
	got, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode >= 400 {
		b.Fatalf("POST %s: %s %s %v", path, resp.Status, got, err)
	}
	if answer != nil {
		if err := json.Unmarshal(got, answer); err != nil {
			b.Fatal(err)
		}
	}
}
