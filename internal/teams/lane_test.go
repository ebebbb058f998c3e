package teams

import (
	"testing"
	"testing/synctest"
	"time"

	"trialog/internal/store"
)

// A paused lane whose thread was to be read back stepped a thousand times a second until its agent had signed in again.
func TestStandingLaneDoesNotSpin(t *testing.T) {
	for _, test := range []struct {
		state store.LaneState
		in    time.Duration // from now; 0: no reading back is due
		want  time.Duration
	}{
		{store.LaneIdle, 0, idle},
		{store.LaneIdle, 20 * time.Second, 20 * time.Second},
		{store.LaneIdle, -20 * time.Second, time.Millisecond},
		{store.LaneEnded, 20 * time.Second, 20 * time.Second},
		{store.LanePaused, -20 * time.Second, idle},
		{store.LanePaused, 20 * time.Second, idle},
		{store.LaneBlocked, -20 * time.Second, idle},
	} {
		synctest.Test(t, func(t *testing.T) {
			thread := store.Thread{State: test.state}
			if test.in != 0 {
				thread.Recheck = time.Now().Add(test.in)
			}
			x := &lane{stepped: true, run: &run{Connector: &Connector{Config: Config{Settle: time.Minute}}}}
			if got := x.untilRecheck(&thread); got != test.want {
				t.Errorf("%s, due in %s: waits %s, want %s", test.state, test.in, got, test.want)
			}
		})
	}
}

// A chat is ours by the whole title that was asked for; what somebody adds changes nothing, a longer number does.
func TestEntitled(t *testing.T) {
	asked := &store.Thread{Topic: "Technik · Karla · #12"}
	for title, want := range map[string]bool{
		"Technik · Karla · #12":            true,
		"Technik · Karla · #12 · dringend": true,
		"! Technik · Karla · #12":          true,
		"Technik · Karla · #123":           false,
		"Rechnung · Karla · #12":           false,
		"#12":                              false,
		"✕ Technik · Karla · 12":           false,
		"":                                 false,
	} {
		if got := entitled(title, asked); got != want {
			t.Errorf("%q: %v, want %v", title, got, want)
		}
	}
}
