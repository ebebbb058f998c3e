package web

import (
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// metrics counts requests by route, never by address or path.
type metrics struct {
	took *prometheus.HistogramVec
}

func newMetrics(r prometheus.Registerer) *metrics {
	if r == nil {
		return &metrics{}
	}
	m := &metrics{took: prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "trialog_http_request_seconds", Help: "Time to answer, by route and status; live connections count when they end.",
		Buckets: []float64{.001, .005, .01, .05, .1, .5, 1, 5, 30},
	}, []string{"method", "route", "status"})}
	r.MustRegister(m.took)
	return m
}

func (m *metrics) note(method, route string, status int, took time.Duration) {
	if m.took != nil {
		m.took.WithLabelValues(known(method), route, strconv.Itoa(status)).Observe(took.Seconds())
	}
}

// known keeps strangers from inventing labels.
func known(method string) string {
	switch method {
	case "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS":
		return method
	}
	return "other"
}
