package store_test

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"trialog/internal/chat"
	"trialog/internal/store"
	"trialog/internal/store/storetest"
)

var cuts = flag.Int("cuts", 60, "how many power cuts and how many flipped bits TestPowerCut and TestBitFlips try, each")

// disk is what stands in the files of a SQLite database.
type disk struct{ main, wal []byte }

func diskOf(t *testing.T, dir string) disk {
	t.Helper()
	wal, err := os.ReadFile(filepath.Join(dir, "trialog.db-wal"))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	return disk{must[[]byte](t)(os.ReadFile(filepath.Join(dir, "trialog.db"))), wal}
}

// put writes the files into a new folder.
func (d disk) put(t *testing.T) store.Config {
	t.Helper()
	cfg := storetest.SQLite(t)
	for name, content := range map[string][]byte{"trialog.db": d.main, "trialog.db-wal": d.wal} {
		if err := os.WriteFile(filepath.Join(cfg.Dir, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return cfg
}

// torn is a file of which a power cut left any of the sectors that were being written, and cut off the end anywhere beyond the old one.
func torn(chance *rand.Rand, old, fresh []byte) []byte {
	const sector = 512
	left := make([]byte, max(len(old), chance.IntN(len(fresh)+1)/sector*sector))
	copy(left, old)
	for at := 0; at < len(left) && at < len(fresh); at += sector {
		if chance.IntN(3) > 0 {
			copy(left[at:min(at+sector, len(left))], fresh[at:])
		}
	}
	return left
}

// TestPowerCut cuts the power while a line is written into the write-ahead log, and while that is carried over into the database: of what was not
// synced by then, any part may stand on the disk. All that was acknowledged is there afterwards, and nothing is half there. [reliability F27]
func TestPowerCut(t *testing.T) {
	const lines = 12
	cfg := storetest.SQLite(t)
	s := storetest.Open(t, cfg)
	id := open(t, s)
	written := []disk{diskOf(t, cfg.Dir)} // after that many lines were acknowledged
	carried := map[int][2]disk{}          // before and after a checkpoint, by the lines acknowledged
	side := beside(t, cfg)                // the store's own checkpoints come too late for a test
	for i := range lines {
		say(t, s, id, fmt.Sprint(i), fmt.Sprint("line ", i))
		if i%4 == 2 {
			before := diskOf(t, cfg.Dir)
			if _, err := side.Exec("PRAGMA wal_checkpoint(PASSIVE)"); err != nil {
				t.Fatal(err)
			}
			carried[i+1] = [2]disk{before, diskOf(t, cfg.Dir)}
		}
		written = append(written, diskOf(t, cfg.Dir))
	}
	check := func(what string, d disk, least, most int) {
		t.Helper()
		s, err := store.Open(context.Background(), d.put(t))
		if err != nil {
			t.Errorf("%s: %v", what, err)
			return
		}
		defer s.Close()
		entries := log(t, s, id)[1:]
		if len(entries) < least || len(entries) > most {
			t.Errorf("%s: %d lines are there, of %d acknowledged", what, len(entries), least)
		}
		for i, e := range entries {
			if got, want := e.Content.PlainText(), fmt.Sprint("line ", i); got != want {
				t.Errorf("%s: line %d is %q", what, i, got)
			}
		}
		if c := must[*chat.Conversation](t)(s.Conversation(context.Background(), id)); int(c.Last) != len(entries)+1 {
			t.Errorf("%s: the state is at %d, the log at %d", what, c.Last, len(entries)+1)
		}
		next := fmt.Sprint(least)
		if a := say(t, s, id, next, "line "+next); a.Repeat != (len(entries) > least) {
			t.Errorf("%s: saying the line in doubt again: got repeat %v with %d lines there", what, a.Repeat, len(entries))
		}
	}
	for cut := range *cuts {
		chance := rand.New(rand.NewPCG(1, uint64(cut)))
		acked := chance.IntN(lines)
		old, fresh := written[acked], written[acked+1]
		what := fmt.Sprintf("cut %d, while line %d was written", cut, acked)
		if moved, ok := carried[acked+1]; ok {
			fresh = moved[0]
		}
		check(what, disk{old.main, torn(chance, old.wal, fresh.wal)}, acked, acked+1)

		at := []int{3, 7, 11}[chance.IntN(3)]
		what = fmt.Sprintf("cut %d, while %d lines were carried over", cut, at)
		check(what, disk{torn(chance, carried[at][0].main, carried[at][1].main), carried[at][0].wal}, at, at)
	}
}

// TestBitFlips flips a bit of the database on disk at a time. What is read then is what was written, or it is refused: no other words, and no
// shorter log. [reliability F27]
func TestBitFlips(t *testing.T) {
	cfg := storetest.SQLite(t)
	s, err := store.Open(context.Background(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	written := map[chat.ConversationID][]chat.Entry{}
	for range 5 {
		id := open(t, s)
		for i := range 40 {
			say(t, s, id, fmt.Sprint(i), fmt.Sprintf("line %d of %s", i, id))
		}
		written[id] = log(t, s, id)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	whole := diskOf(t, cfg.Dir)
	refused := 0
	for flip := range *cuts {
		chance := rand.New(rand.NewPCG(2, uint64(flip)))
		d := disk{main: bytes.Clone(whole.main)}
		bit := chance.IntN(8 * len(d.main))
		d.main[bit/8] ^= 1 << (bit % 8)
		if err := readAll(t, d.put(t), written); err != nil {
			refused++
			if errors.Is(err, errOther) {
				t.Errorf("bit %d of byte %d: %v", bit%8, bit/8, err)
			}
		}
	}
	t.Logf("%d flipped bits: %d refused, the others harmless", *cuts, refused)
}

// TestDamagedLog damages a log's rows. A log of which something is missing or different is refused; what was written before there were sums is
// read.
func TestDamagedLog(t *testing.T) {
	for _, c := range []struct {
		name, damage string
		refused      bool
	}{
		{"other words", `UPDATE entries SET body = REPLACE(body, 'line 1', 'line 7') WHERE seq = 3`, true},
		{"no sum", `UPDATE entries SET sum = NULL`, false},
		{"another place", `UPDATE entries SET seq = 9 WHERE seq = 5`, true},
		{"a gap", `DELETE FROM entries WHERE seq = 3`, true},
		{"no beginning", `DELETE FROM entries WHERE seq = 1`, true},
		{"no end", `DELETE FROM entries WHERE seq = 5`, true},
		{"nothing", `DELETE FROM entries`, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, cfg store.Config) {
				s := storetest.Open(t, cfg)
				id := open(t, s)
				for i := range 4 {
					say(t, s, id, fmt.Sprint(i), fmt.Sprint("line ", i))
				}
				written := map[chat.ConversationID][]chat.Entry{id: log(t, s, id)}
				db := beside(t, cfg)
				if _, err := db.Exec(c.damage); err != nil {
					t.Fatal(err)
				}
				if err := readAll(t, cfg, written); errors.Is(err, store.ErrDamaged) != c.refused {
					t.Errorf("got %v", err)
				}
			})
		})
	}
}

var errOther = errors.New("something else is read than was written")

// readAll reads every log page by page, and compares.
func readAll(t *testing.T, cfg store.Config, written map[chat.ConversationID][]chat.Entry) error {
	s, err := store.Open(context.Background(), cfg)
	if err != nil {
		return err
	}
	defer s.Close()
	for id, want := range written {
		if _, err := s.Conversation(context.Background(), id); err != nil {
			return err
		}
		var all []chat.Entry
		for {
			page, err := s.Entries(context.Background(), id, chat.Seq(len(all)), 3)
			if err != nil {
				return err
			}
			if len(page) == 0 {
				break
			}
			all = append(all, page...)
		}
		if !reflect.DeepEqual(all, want) {
			return fmt.Errorf("%w: %d entries for %d of %s", errOther, len(all), len(want), id)
		}
	}
	return nil
}
