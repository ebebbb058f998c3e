package soak

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"time"
)

// torment lets misfortunes happen for a while, and at least until so many processes have been killed; mild ones only, from which a world
// recovers at once, or all. It returns when everything is mended again.
func (w *world) torment(kills int, length time.Duration, mild bool) {
	ctx, stop := context.WithTimeout(w.life, length)
	defer stop()
	var all sync.WaitGroup
	all.Go(func() { w.kills(ctx, kills, length) })
	every := max(length/40, 5*time.Second)
	happen := func(strike func(context.Context)) {
		all.Go(func() {
			for pause(ctx, randomly(every)); ctx.Err() == nil; pause(ctx, randomly(every)) {
				strike(ctx)
			}
		})
	}
	happen(w.cutOff)
	if mild {
		all.Wait()
		return
	}
	happen(w.freeze)
	if w.hasDisk {
		happen(w.fillDisk)
	}
	if *clock {
		happen(w.turnClock)
	}
	all.Wait()
}

// randomly is a pause around a length.
func randomly(around time.Duration) time.Duration {
	return around/2 + time.Duration(rand.Int64N(int64(around)))
}

// kills kills processes at random moments: mostly in quick succession, also while they start, and now and then after a time in which
// leases are taken and lanes move on.
func (w *world) kills(ctx context.Context, n int, length time.Duration) {
	mean := length / time.Duration(n+1)
	for done := 0; done < n && w.life.Err() == nil; {
		gap := randomly(mean * 3 / 10)
		if rand.IntN(7) == 0 {
			gap = randomly(mean * 5)
		}
		pause(w.life, gap)
		rest := time.Duration(0)
		if rand.IntN(10) == 0 {
			rest = randomly(2 * time.Second)
		}
		if w.nodes[rand.IntN(len(w.nodes))].kill(rest) {
			done++
			w.count("killed", 1)
		}
	}
}

// freeze stops a process, mostly for moments, now and then for longer than its lease on the account lasts.
func (w *world) freeze(ctx context.Context) {
	length := randomly(1500 * time.Millisecond)
	if rand.IntN(6) == 0 {
		length = randomly(40 * time.Second)
	}
	if w.nodes[rand.IntN(len(w.nodes))].freeze(ctx, length) {
		w.count("frozen", 1)
	}
}

// cutOff takes Microsoft away.
func (w *world) cutOff(ctx context.Context) {
	m := []mode{refusing, silent}[rand.IntN(2)]
	w.line.set(m)
	w.count(map[mode]string{refusing: "Microsoft refuses", silent: "Microsoft is silent"}[m], 1)
	pause(ctx, randomly(4*time.Second))
	w.line.set(through)
}

// turnClock sets the nodes' wall clock, and sets it right again.
func (w *world) turnClock(ctx context.Context) {
	by := []time.Duration{-time.Hour, -5 * time.Minute, -40 * time.Second, 40 * time.Second, 5 * time.Minute, time.Hour}[rand.IntN(6)]
	set := func(by time.Duration) {
		if err := setClock(w.clockFile(), by); err != nil {
			w.t.Error(err)
		}
	}
	set(by)
	w.count("clock jumps", 2)
	pause(ctx, randomly(8*time.Second))
	set(0)
}

// diskSize is enough for the database and its log, and quick to fill.
const diskSize = 96 << 20

// mountDisk makes the data directory a small disk, where one may.
func (w *world) mountDisk() {
	out, err := exec.Command("mount", "-t", "tmpfs", "-o", fmt.Sprintf("size=%d", diskSize), "tmpfs", w.data).CombinedOutput()
	if err != nil {
		w.t.Logf("SKIPPED, NOT TESTED: the disk never fills up, for no small one can be mounted: %v %s", err, out)
		return
	}
	w.hasDisk = true
}

func (w *world) unmountDisk() {
	if out, err := exec.Command("umount", w.data).CombinedOutput(); err != nil {
		w.t.Errorf("unmount: %v %s", err, out)
	}
}

// fillDisk leaves no byte on the disk for a while.
func (w *world) fillDisk(ctx context.Context) {
	name := filepath.Join(w.data, "filler")
	f, err := os.Create(name)
	if err == nil {
		block := make([]byte, 1<<20)
		for size := len(block); err == nil || size > 1; {
			if _, err = f.Write(block[:size]); err != nil {
				size = max(1, size/2)
			}
		}
		err = errors.Join(f.Close(), unlessFull(err))
	}
	if unlessFull(err) != nil {
		w.t.Errorf("fill the disk: %v", err)
	}
	w.count("disk full", 1)
	pause(ctx, randomly(2*time.Second))
	w.readAnything(ctx)
	pause(ctx, randomly(time.Second))
	if err := os.Remove(name); err != nil {
		w.t.Errorf("make room: %v", err)
	}
}

// readAnything lets a customer read: a full disk is no reason not to answer, though a server that has just been killed is.
func (w *world) readAnything(ctx context.Context) {
	talks := w.all()
	if len(talks) == 0 {
		return
	}
	c := talks[rand.IntN(len(talks))]
	var got struct{ Entries []struct{} }
	if c.customer.call(ctx, "GET", "/visitor/conversation?after=0&limit=5", nil, &got) == nil && len(got.Entries) > 0 {
		w.count("conversations read while the disk was full", 1)
	}
}

func unlessFull(err error) error {
	if errors.Is(err, syscall.ENOSPC) {
		return nil
	}
	return err
}
