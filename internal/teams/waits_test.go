package teams

import (
	"testing"
	"testing/synctest"
	"time"
)

// A clock that is set back by an hour must not add that hour to what is waited for.
func TestWaitsSurviveTheClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, test := range []struct{ ahead, most, want time.Duration }{
			{20 * time.Second, time.Minute, 20 * time.Second},
			{time.Minute, time.Minute, time.Minute},
			{-time.Second, time.Minute, 0},
			{time.Hour, time.Minute, 0},
		} {
			if got := until(time.Now().Add(test.ahead), test.most); got != test.want {
				t.Errorf("%s ahead, at most %s: waits %s, want %s", test.ahead, test.most, got, test.want)
			}
		}
		if got := since(time.Now().Add(-time.Second)); got != time.Second {
			t.Errorf("a second ago is %s ago", got)
		}
		if got := since(time.Now().Add(time.Hour)); got < 1000*time.Hour {
			t.Errorf("in an hour is %s ago", got)
		}
	})
}

// What an earlier run has noted counts anew, whatever its clock said; what this one notes is due by a clock that nobody sets.
func TestDeadlines(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var x lane
		var d deadline
		for _, noted := range []time.Duration{-time.Hour, time.Hour, 10 * time.Second} {
			x, d = lane{}, deadline{}
			at := time.Now().Add(noted)
			if got := x.left(&d, at, time.Minute); got != time.Minute {
				t.Errorf("noted earlier for %s from now: %s are left, want a minute", noted, got)
			}
			x.stepped = true
			time.Sleep(20 * time.Second)
			if got := x.left(&d, at, time.Minute); got != 40*time.Second {
				t.Errorf("20 s later %s are left, want 40 s", got)
			}
		}
		at := time.Now().Add(10 * time.Second)
		if got := x.left(&d, at, time.Minute); got != 10*time.Second {
			t.Errorf("noted now: %s are left, want 10 s", got)
		}
		time.Sleep(time.Hour)
		if got := x.left(&d, at, time.Minute); got != 0 {
			t.Errorf("an hour later %s are left", got)
		}
	})
}
