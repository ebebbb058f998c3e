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
