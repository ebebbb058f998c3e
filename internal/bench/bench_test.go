package bench

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"trialog/internal/store/storetest"
)

const (
	conversations = 500
	agents        = 10
	each          = 4 * time.Second
)

// databases lists what each figure is measured on: the product's URL and the limit's.
func databases(b *testing.B, measure func(b *testing.B, dir, product, limit string)) {
	b.Run("sqlite", func(b *testing.B) {
		dir := b.TempDir()
		measure(b, dir, "", "file:"+filepath.Join(dir, "limit.db")+"?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_txlock=immediate")
	})
	b.Run("postgres", func(b *testing.B) {
		storetest.Synced(b)
		measure(b, b.TempDir(), storetest.Postgres(b).URL, storetest.Postgres(b).URL)
	})
}

// BenchmarkDurable is P1, P2 and P3.
func BenchmarkDurable(b *testing.B) {
	trialog(b)
	databases(b, func(b *testing.B, dir, product, bare string) {
		limit := startLimit(b, bare)
		pairs := limitParties(b, limit.addr, conversations)
		limitQuick := acrossScreens(b, pairs, 100)
		limitBest := durable(b, pairs, each)
		for _, p := range pairs {
			p[0].ws.CloseNow()
			p[1].ws.CloseNow()
		}

		server := startProduct(b, dir, product, agents)
		pairs = productParties(b, server, conversations, agents)
		quick := acrossScreens(b, pairs, 100)
		before := server.cpu(b)
		began := time.Now()
		best := durable(b, pairs, each)
		used := server.cpu(b) - before
		said := best.perSecond * time.Since(began).Seconds()

		report(b, best.perSecond, "durable-msg/s")
		report(b, limitBest.perSecond, "limit-msg/s")
		report(b, best.perSecond/limitBest.perSecond, "P1-x-of-limit")
		report(b, best.p99.Seconds()*1000, "p99-ms")
		report(b, quick.p50.Seconds()*1000, "screen-p50-ms")
		report(b, limitQuick.p50.Seconds()*1000, "limit-screen-p50-ms")
		report(b, float64(quick.p50)/float64(limitQuick.p50), "P2-x-of-limit")
		report(b, quick.p99.Seconds()*1000, "P2-p99-ms")
		report(b, float64(used.Microseconds())/said, "P3-server-cpu-us/msg")
	})
}

// BenchmarkIdle is P4: what a silent customer costs.
func BenchmarkIdle(b *testing.B) {
	trialog(b)
	const idle = 2000
	server := startProduct(b, b.TempDir(), "", 1)
	token, _ := openChat(b, server)
	customer(b, server, token)
	time.Sleep(time.Second)
	before := server.rss(b)
	for range idle {
		token, _ := openChat(b, server)
		customer(b, server, token)
	}
	time.Sleep(5 * time.Second)
	cpu := server.cpu(b)
	time.Sleep(10 * time.Second)
	report(b, float64(server.rss(b)-before)/idle/1024, "P4-KiB/idle-customer")
	report(b, (server.cpu(b)-cpu).Seconds()/10*100*10000/idle, "P4-percent-core/10k")
}

// BenchmarkReady is P5: from start to the first answer, with migrations applied, and the size of the program.
func BenchmarkReady(b *testing.B) {
	path := trialog(b)
	dir := b.TempDir()
	first := startProduct(b, dir, "", 1) // applies the migrations
	if err := first.cmd.Process.Signal(os.Interrupt); err != nil {
		b.Fatal(err)
	}
	if err := first.cmd.Wait(); err != nil {
		b.Fatalf("the server does not stop in order: %v", err)
	}
	server := startProduct(b, dir, "", 0)
	size, err := os.Stat(path)
	if err != nil {
		b.Fatal(err)
	}
	report(b, float64(server.up.Milliseconds()), "P5-ready-ms")
	report(b, float64(size.Size())/(1<<20), "P5-MB")
}

// report adds a metric; the time per operation means nothing here.
func report(b *testing.B, v float64, unit string) {
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(v, unit)
}
