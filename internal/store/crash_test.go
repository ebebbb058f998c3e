package store_test

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"trialog/internal/chat"
	"trialog/internal/store"
	"trialog/internal/store/storetest"
)

// crashAt makes this test binary the victim of TestKill: where to die, in which store, in which conversation.
const crashAt, crashDir, crashURL, crashIn = "STORE_CRASH_AT", "STORE_CRASH_DIR", "STORE_CRASH_URL", "STORE_CRASH_IN"

func TestMain(m *testing.M) {
	if point := os.Getenv(crashAt); point != "" {
		die(point)
		os.Exit(3) // it should not have lived
	}
	// A history with restarts takes its time: fewer of them, unless asked for more.
	for name, value := range map[string]string{"rapid.checks": "10", "rapid.steps": "20"} {
		if err := flag.Set(name, value); err != nil {
			fmt.Println(err)
			os.Exit(2)
		}
	}
	flag.Parse()
	os.Exit(m.Run())
}

// die appends lines, prints each when it is acknowledged, and kills its own process at a point of the fifth commit.
func die(point string) {
	s, err := store.Open(context.Background(), store.Config{Dir: os.Getenv(crashDir), URL: os.Getenv(crashURL)})
	if err != nil {
		fmt.Println(err)
		return
	}
	var commits atomic.Int32
	s.SetHook(func(at string) {
		if at == point && commits.Add(1) == 5 {
			syscall.Kill(os.Getpid(), syscall.SIGKILL)
			select {}
		}
	})
	for i := range 10 {
		text := fmt.Sprintf("line %d", i)
		if _, err := s.Append(context.Background(), line(chat.ConversationID(os.Getenv(crashIn)), text, text)); err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(text)
	}
}

func TestKill(t *testing.T) {
	storetest.Each(t, func(t *testing.T, cfg store.Config) {
		// Before COMMIT nothing of the fifth write may be seen; after it, all of it, though nobody was told.
		for point, want := range map[string]int{"commit": 4, "committed": 5} {
			t.Run(point, func(t *testing.T) {
				s := storetest.Open(t, cfg)
				id := open(t, s)
				acked := killed(t, cfg, point, id)
				if len(acked) != 4 {
					t.Fatalf("the victim acknowledged %d lines: %q", len(acked), acked)
				}
				entries := log(t, s, id)[1:]
				if len(entries) != want {
					t.Fatalf("got %d lines after the crash, want %d", len(entries), want)
				}
				for i, text := range acked {
					if got := entries[i].Content.PlainText(); got != text {
						t.Errorf("line %d: got %q, want %q", i, got, text)
					}
				}
				c := must[*chat.Conversation](t)(s.Conversation(context.Background(), id))
				if int(c.Last) != want+1 {
					t.Errorf("the state is at %d, the log at %d", c.Last, want+1)
				}
				if a := say(t, s, id, "line 4", "line 4"); a.Repeat != (want == 5) || a.Entries[0].Seq != 6 {
					t.Errorf("repeating the line in doubt: got repeat %v, seq %d", a.Repeat, a.Entries[0].Seq)
				}
			})
		}
	})
}

// killed runs the victim and returns the lines it printed.
func killed(t *testing.T, cfg store.Config, point string, id chat.ConversationID) (printed []string) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), crashAt+"="+point, crashDir+"="+cfg.Dir, crashURL+"="+cfg.URL, crashIn+"="+string(id))
	out, err := cmd.Output()
	if err == nil || !strings.Contains(err.Error(), "killed") {
		t.Fatalf("the victim ended with %v: %s", err, out)
	}
	for lines := bufio.NewScanner(strings.NewReader(string(out))); lines.Scan(); {
		printed = append(printed, lines.Text())
	}
	return printed
}
