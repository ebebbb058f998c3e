package app

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"trialog/internal/account"
	"trialog/internal/store"
	"trialog/internal/teams"
)

// accountMetrics tells Prometheus what the health page shows, read anew with every scrape.
type accountMetrics struct{ app *App }

// scrapeTime bounds one scrape.
const scrapeTime = 5 * time.Second

func describe(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc("trialog_teams_"+name, help, append([]string{"account"}, labels...), nil)
}

var (
	secretSeconds  = describe("secret_seconds", "Until the secret or certificate of the account ends.")
	signIns        = describe("sign_ins", "Agents who signed in, by state.", "state")
	subscriptions  = describe("subscriptions", "Subscriptions by which Microsoft tells us what experts write, that are alive.")
	lanesByState   = describe("lanes", "Conferences that do not simply run, by state.", "state")
	inboxSeconds   = describe("inbox_oldest_seconds", "How long the oldest notification waits that is not worked off.")
	unsentSeconds  = describe("unsent_oldest_seconds", "How long the oldest line waits that is not in Microsoft Teams.")
	deadLetters    = describe("dead_letters", "Notifications that were set aside.")
	events         = describe("events_total", "How often something happened on this node since it started, by kind.", "event")
	accountDescs   = []*prometheus.Desc{secretSeconds, signIns, subscriptions, lanesByState, inboxSeconds, unsentSeconds, deadLetters, events}
	unquietedLanes = []store.LaneState{store.LaneWaiting, store.LaneVerifying, store.LaneBlocked, store.LanePaused}
)

// Describe is for prometheus.
func (m *accountMetrics) Describe(to chan<- *prometheus.Desc) {
	for _, d := range accountDescs {
		to <- d
	}
}

// Collect is for prometheus. What can't be read is reported as an invalid metric, which fails the scrape visibly.
func (m *accountMetrics) Collect(to chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), scrapeTime)
	defer cancel()
	all, err := m.app.Store.Accounts(ctx)
	if err != nil {
		to <- prometheus.NewInvalidMetric(deadLetters, err)
		return
	}
	for _, a := range all {
		h, err := m.app.Health(ctx, a.ID)
		if err != nil {
			to <- prometheus.NewInvalidMetric(deadLetters, err)
			return
		}
		counts := m.app.Teams.Counts(a.ID)
		for _, e := range teams.Events {
			to <- prometheus.MustNewConstMetric(events, prometheus.CounterValue, float64(counts[e]), string(a.ID), string(e))
		}
		collect(to, a, h)
	}
}

func collect(to chan<- prometheus.Metric, a store.Account, h account.Health) {
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		to <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, append([]string{string(a.ID)}, labels...)...)
	}
	if !a.Settings.Expires.IsZero() {
		gauge(secretSeconds, a.Settings.Expires.Sub(h.At).Seconds())
	}
	states, alive := map[store.LinkState]int{}, 0
	for _, one := range h.Agents {
		states[one.State]++
		if one.Subscription != nil && one.Subscription.Alive {
			alive++
		}
	}
	for _, s := range []store.LinkState{store.LinkConnected, store.LinkNeedsSignIn} {
		gauge(signIns, float64(states[s]), string(s))
	}
	gauge(subscriptions, float64(alive))
	lanes := map[store.LaneState]int{}
	for _, l := range h.Lanes {
		lanes[l.State]++
	}
	for _, s := range unquietedLanes {
		gauge(lanesByState, float64(lanes[s]), string(s))
	}
	gauge(inboxSeconds, age(h.At, h.Lag.OldestWaiting))
	gauge(unsentSeconds, age(h.At, h.Lag.OldestUnsent))
	gauge(deadLetters, float64(h.Dead))
}

func age(now time.Time, since *time.Time) float64 {
	if since == nil {
		return 0
	}
	return now.Sub(*since).Seconds()
}
