package bench

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/coder/websocket"
	_ "github.com/jackc/pgx/v5/stdlib"
	_ "modernc.org/sqlite"
)

// limitEnv makes the test binary be the limit's server on that database instead of running tests.
const limitEnv = "TRIALOG_BENCH_LIMIT"

func TestMain(m *testing.M) {
	if dsn := os.Getenv(limitEnv); dsn != "" {
		if err := serveLimit(dsn); err != nil {
			fmt.Fprintln(os.Stderr, "limit:", err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// limit is a server without sign-in, rules or history: accept, commit in groups, acknowledge, pass on.
type limit struct {
	db    *sql.DB
	pairs sync.Map // conversation → *pair
	in    chan *limitLine
}

type pair struct {
	mu   sync.Mutex
	ends []*limitEnd
}

type limitEnd struct {
	ws  *websocket.Conn
	out chan []byte
}

type limitLine struct {
	ID   string `json:"id"`
	Text string `json:"text"`
	pair *pair
	from *limitEnd
	at   string
	seq  int64
}

func serveLimit(dsn string) error {
	driver := "sqlite"
	if strings.HasPrefix(dsn, "postgres") {
		driver = "pgx"
	}
	db, err := sql.Open(driver, dsn)
	if err != nil {
		return err
	}
	if _, err := db.Exec("CREATE TABLE lines (conversation TEXT, seq BIGINT, body TEXT, PRIMARY KEY (conversation, seq))"); err != nil {
		return err
	}
	l := &limit{db: db, in: make(chan *limitLine, 8192)}
	go l.commit()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Println(ln.Addr())
	return http.Serve(ln, l)
}

// commit writes whatever queued during the last sync as one transaction.
func (l *limit) commit() {
	var seq int64
	for first := range l.in {
		group := []*limitLine{first}
		for len(group) < 2000 && len(l.in) > 0 {
			group = append(group, <-l.in)
		}
		tx, err := l.db.Begin()
		if err != nil {
			panic(err)
		}
		for start := 0; start < len(group); start += 500 {
			part := group[start:min(start+500, len(group))]
			var b strings.Builder
			args := make([]any, 0, 3*len(part))
			b.WriteString("INSERT INTO lines (conversation, seq, body) VALUES ")
			for i, line := range part {
				if i > 0 {
					b.WriteByte(',')
				}
				fmt.Fprintf(&b, "($%d,$%d,$%d)", 3*i+1, 3*i+2, 3*i+3)
				seq++
				line.seq = seq
				args = append(args, line.at, seq, line.Text)
			}
			if _, err := tx.Exec(b.String(), args...); err != nil {
				panic(err)
			}
		}
		if err := tx.Commit(); err != nil {
			panic(err)
		}
		for _, line := range group {
			line.from.out <- fmt.Appendf(nil, `{"type":"ack","id":%q,"seq":%d}`, line.ID, line.seq)
			note, err := json.Marshal(map[string]any{"type": "entries", "entries": []any{map[string]any{"seq": line.seq, "text": line.Text}}})
			if err != nil {
				panic(err)
			}
			line.pair.mu.Lock()
			for _, end := range line.pair.ends {
				end.out <- note
			}
			line.pair.mu.Unlock()
		}
	}
}

func (l *limit) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	ws, err := websocket.Accept(w, r, &websocket.AcceptOptions{CompressionMode: websocket.CompressionDisabled})
	if err != nil {
		return
	}
	defer ws.CloseNow()
	at := r.URL.Query().Get("c")
	found, _ := l.pairs.LoadOrStore(at, &pair{})
	p := found.(*pair)
	end := &limitEnd{ws: ws, out: make(chan []byte, 256)}
	p.mu.Lock()
	p.ends = append(p.ends, end)
	p.mu.Unlock()
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	go func() {
		for {
			select {
			case <-ctx.Done():
				return
			case b := <-end.out:
				if ws.Write(ctx, websocket.MessageText, b) != nil {
					return
				}
			}
		}
	}()
	for {
		_, b, err := ws.Read(ctx)
		if err != nil {
			return
		}
		line := &limitLine{pair: p, from: end, at: at}
		if json.Unmarshal(b, line) != nil {
			return
		}
		l.in <- line
	}
}

// limitParties connects two ends of n conversations to a limit's server.
func limitParties(b *testing.B, addr string, n int) [][2]seat {
	b.Helper()
	pairs := make([][2]seat, n)
	for i := range pairs {
		for side := range 2 {
			pairs[i][side] = seat{party: dialParty(b, fmt.Sprintf("ws://%s/?c=%d", addr, i), nil)}
		}
	}
	return pairs
}
