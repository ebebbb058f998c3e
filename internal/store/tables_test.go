package store_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"trialog/internal/chat"
	"trialog/internal/store"
	"trialog/internal/store/storetest"
)

func TestCursorsNeverGoBack(t *testing.T) {
	storetest.Each(t, func(t *testing.T, cfg store.Config) {
		s := storetest.Open(t, cfg)
		ctx := context.Background()
		for _, m := range []store.Cursor{{Participant: 1, Delivered: 5, Read: 2}, {Participant: 1, Delivered: 3, Read: 4},
			{Participant: 2, Delivered: 1, Read: 7}, {Participant: 1, Delivered: 1, Read: 1}} {
			if err := s.Advance(ctx, "c", m.Participant, m.Delivered, m.Read); err != nil {
				t.Fatal(err)
			}
		}
		var wg sync.WaitGroup
		for i := range 100 {
			wg.Go(func() {
				if err := s.Advance(ctx, "many", chat.ParticipantID(i%3+1), chat.Seq(i), 0); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		want := []store.Cursor{{Participant: 1, Delivered: 5, Read: 4}, {Participant: 2, Delivered: 7, Read: 7}}
		if diff := cmp.Diff(want, must[[]store.Cursor](t)(s.Cursors(ctx, "c"))); diff != "" {
			t.Errorf("cursors (-want +got):\n%s", diff)
		}
		want = []store.Cursor{{Participant: 1, Delivered: 99}, {Participant: 2, Delivered: 97}, {Participant: 3, Delivered: 98}}
		if diff := cmp.Diff(want, must[[]store.Cursor](t)(s.Cursors(ctx, "many"))); diff != "" {
			t.Errorf("cursors moved at once (-want +got):\n%s", diff)
		}
	})
}

func TestTakeOnceGivesToOne(t *testing.T) {
	storetest.Each(t, func(t *testing.T, cfg store.Config) {
		s := storetest.Open(t, cfg)
		other := storetest.Open(t, cfg)
		ctx := context.Background()
		_, hash := s.NewToken()
		if err := s.PutOnce(ctx, "ticket", hash, []byte("anna"), time.Now().Add(time.Minute)); err != nil {
			t.Fatal(err)
		}
		if _, ok, err := s.TakeOnce(ctx, "state", hash); ok || err != nil {
			t.Fatalf("taken for another purpose: %v %v", ok, err)
		}
		var taken atomic.Int32
		var wg sync.WaitGroup
		for i := range 200 {
			wg.Go(func() {
				data, ok, err := []*store.Store{s, other}[i%2].TakeOnce(ctx, "ticket", hash)
				if err != nil {
					t.Error(err)
				}
				if ok {
					taken.Add(1)
					if string(data) != "anna" {
						t.Errorf("took %q", data)
					}
				}
			})
		}
		wg.Wait()
		if taken.Load() != 1 {
			t.Errorf("%d of 200 took it, want 1", taken.Load())
		}
		if err := s.PutOnce(ctx, "ticket", []byte("late"), nil, time.Now().Add(-time.Second)); err != nil {
			t.Fatal(err)
		}
		if _, ok, err := s.TakeOnce(ctx, "ticket", []byte("late")); ok || err != nil {
			t.Errorf("an expired one was taken: %v %v", ok, err)
		}
	})
}

func TestLeaseHasOneHolder(t *testing.T) {
	storetest.Each(t, func(t *testing.T, cfg store.Config) {
		s := storetest.Open(t, cfg)
		ctx := context.Background()
		const ttl = 200 * time.Millisecond
		first, reborn := store.Holder{Node: "a", Incarnation: "1"}, store.Holder{Node: "a", Incarnation: "2"}
		l, ok, err := s.Acquire(ctx, "lane", first, ttl)
		if err != nil || !ok || l.Holder != first || l.Fence != 1 {
			t.Fatalf("acquire: got %+v %v %v", l, ok, err)
		}
		if l, ok, err := s.Acquire(ctx, "lane", reborn, ttl); ok || err != nil || l.Holder != first {
			t.Errorf("the node's next incarnation: got %+v %v %v, want it refused", l, ok, err)
		}
		if _, ok, err := s.Renew(ctx, "lane", reborn, ttl); ok || err != nil {
			t.Errorf("renewed what is not theirs: %v %v", ok, err)
		}
		if l, ok, err := s.Renew(ctx, "lane", first, ttl); !ok || err != nil || l.Fence != 1 {
			t.Errorf("renew: got %+v %v %v", l, ok, err)
		}
		if l, ok, err := s.Acquire(ctx, "lane", first, ttl); !ok || err != nil || l.Fence != 1 {
			t.Errorf("acquire what is held: got %+v %v %v", l, ok, err)
		}
		time.Sleep(ttl + 50*time.Millisecond)
		if _, ok, err := s.Renew(ctx, "lane", first, ttl); ok || err != nil {
			t.Errorf("renewed an expired lease: %v %v", ok, err)
		}
		if l, ok, err := s.Acquire(ctx, "lane", reborn, time.Minute); !ok || err != nil || l.Fence != 2 {
			t.Errorf("acquire after expiry: got %+v %v %v", l, ok, err)
		}
		if err := s.Release(ctx, "lane", first); err != nil {
			t.Fatal(err)
		}
		if _, ok, err := s.Acquire(ctx, "lane", first, ttl); ok || err != nil {
			t.Errorf("a release by another holder freed the lease: %v %v", ok, err)
		}
		if err := s.Release(ctx, "lane", reborn); err != nil {
			t.Fatal(err)
		}
		if l, ok, err := s.Acquire(ctx, "lane", first, ttl); !ok || err != nil || l.Fence != 3 {
			t.Errorf("acquire after release: got %+v %v %v", l, ok, err)
		}
	})
}

func TestAgents(t *testing.T) {
	storetest.Each(t, func(t *testing.T, cfg store.Config) {
		s := storetest.Open(t, cfg)
		ctx := context.Background()
		anna := must[store.Agent](t)(s.CreateAgent(ctx, store.Agent{Login: "anna", Name: "Anna Berg", Locale: "de", PasswordHash: "h",
			Roles: []string{"agent", "admin"}, Capacity: 3, Settings: json.RawMessage(`{"sound":true}`)}))
		ben := must[store.Agent](t)(s.CreateAgent(ctx, store.Agent{Login: "ben", Name: "Ben", Roles: []string{"agent"}, Settings: json.RawMessage(`{}`)}))
		if _, err := s.CreateAgent(ctx, store.Agent{Login: "anna"}); !chat.IsKind(err, chat.Conflict) {
			t.Errorf("a second anna: got %v, want a conflict", err)
		}
		anna.Nickname, anna.Capacity = "Annie", 5
		if err := s.UpdateAgent(ctx, anna); err != nil {
			t.Fatal(err)
		}
		ben.Login = "anna"
		if err := s.UpdateAgent(ctx, ben); !chat.IsKind(err, chat.Conflict) {
			t.Errorf("ben takes anna's login: got %v, want a conflict", err)
		}
		ben.Login = "ben"
		if err := s.SetPasswordHash(ctx, ben.ID, "new"); err != nil {
			t.Fatal(err)
		}
		if err := s.UpdateAgent(ctx, ben); err != nil { // who changes the profile read it before
			t.Fatal(err)
		}
		ben.PasswordHash = "new"
		if err := s.SetPasswordHash(ctx, "nobody", "new"); !chat.IsKind(err, chat.NotFound) {
			t.Errorf("password of nobody: got %v", err)
		}
		if err := s.UpdateAgent(ctx, store.Agent{ID: "nobody", Login: "x"}); !chat.IsKind(err, chat.NotFound) {
			t.Errorf("update of nobody: got %v", err)
		}
		if diff := cmp.Diff([]store.Agent{anna, ben}, must[[]store.Agent](t)(s.Agents(ctx))); diff != "" {
			t.Errorf("agents (-want +got):\n%s", diff)
		}
		for _, get := range []func() (store.Agent, error){
			func() (store.Agent, error) { return s.Agent(ctx, anna.ID) },
			func() (store.Agent, error) { return s.AgentByLogin(ctx, "anna") },
		} {
			if diff := cmp.Diff(anna, must[store.Agent](t)(get())); diff != "" {
				t.Errorf("anna (-want +got):\n%s", diff)
			}
		}
		if _, err := s.Agent(ctx, "nobody"); !chat.IsKind(err, chat.NotFound) {
			t.Errorf("unknown agent: got %v", err)
		}
	})
}

func TestSessions(t *testing.T) {
	storetest.Each(t, func(t *testing.T, cfg store.Config) {
		s := storetest.Open(t, cfg)
		ctx := context.Background()
		begin := func(agent chat.AgentID, ttl time.Duration) []byte {
			_, hash := s.NewToken()
			if err := s.CreateSession(ctx, store.Session{TokenHash: hash, Agent: agent, ExpiresAt: time.Now().Add(ttl)}); err != nil {
				t.Fatal(err)
			}
			return hash
		}
		alive := func(hash []byte) bool {
			n, err := s.SessionByHash(ctx, hash)
			if err != nil && !chat.IsKind(err, chat.Unauthenticated) {
				t.Fatal(err)
			}
			return err == nil && n.Agent != ""
		}
		first, second, bens, old := begin("anna", time.Hour), begin("anna", time.Hour), begin("ben", time.Hour), begin("anna", -time.Second)
		if !alive(first) || alive(old) {
			t.Error("a session lives until it expires, and no longer")
		}
		later := time.Now().Add(2 * time.Hour).Truncate(time.Microsecond)
		for _, expires := range []time.Time{later, later.Add(-time.Hour)} {
			if err := s.TouchSession(ctx, first, time.Now(), expires); err != nil {
				t.Fatal(err)
			}
		}
		if n := must[store.Session](t)(s.SessionByHash(ctx, first)); !n.ExpiresAt.Equal(later) || n.SeenAt.Before(n.CreatedAt) {
			t.Errorf("after two touches: got %+v, want it to end at %v", n, later)
		}
		if err := s.DeleteSession(ctx, first); err != nil || alive(first) || !alive(second) {
			t.Errorf("sign out: %v", err)
		}
		if err := s.DeleteSessionsOf(ctx, "anna"); err != nil || alive(second) || !alive(bens) {
			t.Errorf("sign out everywhere: %v", err)
		}
	})
}

func TestServicesFilesSettingsAudit(t *testing.T) {
	storetest.Each(t, func(t *testing.T, cfg store.Config) {
		s := storetest.Open(t, cfg)
		ctx := context.Background()
		billing := store.Service{ID: "billing", Name: "Billing"}
		for range 2 {
			if err := s.PutService(ctx, billing); err != nil {
				t.Fatal(err)
			}
			billing.Settings = store.ServiceSettings{ExpertNames: store.NameAlias, Alias: "our expert"}
		}
		if diff := cmp.Diff(billing, must[store.Service](t)(s.Service(ctx, "billing"))); diff != "" {
			t.Errorf("service (-want +got):\n%s", diff)
		}
		if list := must[[]store.Service](t)(s.Services(ctx)); len(list) != 1 {
			t.Errorf("got %d services, want 1", len(list))
		}
		if _, err := s.Service(ctx, "x"); !chat.IsKind(err, chat.NotFound) {
			t.Errorf("unknown service: got %v", err)
		}

		file := store.FileRecord{File: chat.File{ID: chat.FileID(s.NewID()), Name: "a.png", Size: 3, Type: "image/png", Width: 1, Height: 2},
			Conversation: "c", Uploader: 1, CreatedAt: time.UnixMicro(5).UTC()}
		if err := s.AddFile(ctx, file); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(file, must[store.FileRecord](t)(s.File(ctx, file.ID))); diff != "" {
			t.Errorf("file (-want +got):\n%s", diff)
		}
		if list := must[[]store.FileRecord](t)(s.FilesOf(ctx, "c")); len(list) != 1 {
			t.Errorf("got %d files, want 1", len(list))
		}
		if _, err := s.File(ctx, "x"); !chat.IsKind(err, chat.NotFound) {
			t.Errorf("unknown file: got %v", err)
		}

		for _, v := range []string{"1", "2"} {
			if err := s.PutSetting(ctx, "k", v); err != nil {
				t.Fatal(err)
			}
		}
		if v, ok, err := s.Setting(ctx, "k"); v != "2" || !ok || err != nil {
			t.Errorf("setting: got %q %v %v", v, ok, err)
		}

		for i := range 3 {
			r := store.AuditRecord{At: time.UnixMicro(int64(i)), Actor: "agent:anna", Action: "sign_in", Object: fmt.Sprint("o", i%2), Detail: json.RawMessage(`{"n":1}`)}
			if err := s.Audit(ctx, r); err != nil {
				t.Fatal(err)
			}
		}
		trail := must[[]store.AuditRecord](t)(s.AuditTrail(ctx, "o0", time.Time{}, 10))
		if len(trail) != 2 || trail[0].At.UnixMicro() != 2 || string(trail[0].Detail) != `{"n":1}` {
			t.Errorf("audit trail: got %+v", trail)
		}
		if trail = must[[]store.AuditRecord](t)(s.AuditTrail(ctx, "", time.UnixMicro(2), 1)); len(trail) != 1 || trail[0].Object != "o1" {
			t.Errorf("audit page: got %+v", trail)
		}
	})
}

func TestUpdateAndView(t *testing.T) {
	storetest.Each(t, func(t *testing.T, cfg store.Config) {
		s := storetest.Open(t, cfg)
		ctx := context.Background()
		refusal := errors.New("no")
		for _, want := range []error{nil, refusal} {
			err := s.Update(ctx, func(tx *store.Tx) error {
				_, err := tx.Exec(ctx, "INSERT INTO settings (key, value) VALUES ($1, $2)", fmt.Sprint(want), "v")
				return errors.Join(err, want)
			})
			if !errors.Is(err, want) {
				t.Errorf("got %v, want %v", err, want)
			}
		}
		if err := s.Update(ctx, func(*store.Tx) error { panic("bug") }); err == nil {
			t.Error("a panic passed for success")
		}
		swallow := func(tx *store.Tx) error {
			tx.Exec(ctx, "nonsense")
			_, err := tx.Exec(ctx, "INSERT INTO settings (key, value) VALUES ('half', 'v')")
			return err
		}
		if err := s.Update(ctx, swallow); err == nil != (cfg.URL == "") {
			t.Errorf("after a failed statement: got %v", err) // SQLite goes on, PostgreSQL must not pretend to
		}
		var keys []string
		err := s.View(ctx, func(tx *store.Tx) error {
			rows, err := tx.Query(ctx, "SELECT key FROM settings WHERE key <> $1", "half")
			if err != nil {
				return err
			}
			defer rows.Close()
			for rows.Next() {
				var k string
				if err := rows.Scan(&k); err != nil {
					return err
				}
				keys = append(keys, k)
			}
			if _, err := tx.Exec(ctx, "DELETE FROM settings"); err == nil {
				t.Error("a view wrote")
			}
			return rows.Err()
		})
		if cfg.URL == "" && err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{"<nil>"}, keys); diff != "" {
			t.Errorf("keys (-want +got):\n%s", diff)
		}
	})
}
