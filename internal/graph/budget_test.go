package graph

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

// TestBudget: when each of several calls to one chat may be made, in seconds after a process started.
func TestBudget(t *testing.T) {
	ago := func(seconds ...int) (list []time.Duration) {
		for _, s := range seconds {
			list = append(list, -time.Duration(s)*time.Second)
		}
		return list
	}
	for name, test := range map[string]struct {
		burst    int
		window   time.Duration
		recalled []time.Duration
		want     []time.Duration
	}{
		"a pause between two":               {1, time.Second, nil, []time.Duration{time.Second, 2 * time.Second, 3 * time.Second}},
		"some in a window":                  {2, time.Minute, nil, []time.Duration{0, time.Second, time.Minute, 61 * time.Second}},
		"an earlier process made some":      {2, time.Minute, ago(50), []time.Duration{0, 10 * time.Second, time.Minute}},
		"an earlier process made all":       {2, time.Minute, ago(50, 20), []time.Duration{10 * time.Second, 40 * time.Second, 70 * time.Second}},
		"more than the window allows":       {2, time.Minute, ago(55, 50, 20), []time.Duration{10 * time.Second, 40 * time.Second}},
		"an earlier process made them long": {2, time.Minute, ago(90, 80), []time.Duration{0, time.Second, time.Minute}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b, began := NewBudget(1, test.burst, test.window), time.Now()
				var calls []time.Time
				for _, d := range test.recalled {
					calls = append(calls, began.Add(d))
				}
				for i, want := range test.want {
					b.Recall("chat", calls)
					if err := b.Wait(context.Background(), "chat", Live); err != nil {
						t.Fatal(err)
					}
					if got := time.Since(began); got != want {
						t.Errorf("call %d was allowed after %s, want %s", i+1, got, want)
					}
				}
			})
		})
	}
}
