package soak

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"time"
)

// program is the built product; all worlds share it.
var program = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "trialog-soak-program-")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "trialog")
	args := []string{"build", "-o", path}
	if *clock {
		overlay, err := skewedTime()
		if err != nil {
			return "", err
		}
		args = append(args, "-overlay", overlay)
	}
	if out, err := exec.Command("go", append(args, "trialog/cmd/trialog")...).CombinedOutput(); err != nil {
		return "", fmt.Errorf("build: %w: %s", err, out)
	}
	return path, nil
})

// node is one process of the product that is started again whenever it ends, as by an operator's supervisor.
type node struct {
	name, addr, probe string
	path              string
	args, env         []string
	logFile           *os.File
	started           func(up time.Duration)     // it answers
	died              func(name string, _ error) // without having been killed

	mu     sync.Mutex
	cmd    *exec.Cmd
	killed bool
	rest   time.Duration // how long it stays down this time
	gone   chan struct{} // closed when it is not started again
}

// keepRunning starts the process and starts it again until ctx ends.
func (n *node) keepRunning(ctx context.Context) {
	n.gone = make(chan struct{})
	go func() {
		defer close(n.gone)
		for ctx.Err() == nil {
			err := n.live(ctx)
			n.mu.Lock()
			killed, rest := n.killed, n.rest
			n.killed, n.rest, n.cmd = false, 0, nil
			n.mu.Unlock()
			if !killed && ctx.Err() == nil {
				n.died(n.name, err)
				rest = 300 * time.Millisecond
			}
			pause(ctx, rest)
		}
	}()
}

// live is one life of the process.
func (n *node) live(ctx context.Context) error {
	cmd := exec.Command(n.path, n.args...)
	cmd.Stdout, cmd.Stderr = n.logFile, n.logFile
	cmd.Env = append(os.Environ(), n.env...)
	cmd.SysProcAttr = dieWithTest()
	began := time.Now()
	n.mu.Lock()
	if err := cmd.Start(); err != nil {
		n.mu.Unlock()
		return err
	}
	n.cmd = cmd
	n.mu.Unlock()
	life, end := context.WithCancel(ctx)
	stop := context.AfterFunc(ctx, func() { _ = cmd.Process.Kill() }) // fails when it has ended already
	defer stop()
	go func() {
		if n.answers(life) {
			n.started(time.Since(began))
		}
	}()
	err := cmd.Wait()
	end()
	return err
}

// answers waits until the process answers a customer's first question.
func (n *node) answers(ctx context.Context) bool {
	client := &http.Client{Timeout: 2 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	for ctx.Err() == nil {
		req, err := http.NewRequestWithContext(ctx, "GET", "http://"+n.addr+n.probe, nil)
		if err != nil {
			return false
		}
		resp, err := client.Do(req)
		if err == nil {
			resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return true
			}
		}
		pause(ctx, 5*time.Millisecond)
	}
	return false
}

// kill ends the process as kill -9 does. It reports false when there is none at the moment.
func (n *node) kill(rest time.Duration) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.cmd == nil || n.killed {
		return false
	}
	if err := n.cmd.Process.Kill(); err != nil {
		return false
	}
	n.killed, n.rest = true, rest
	return true
}

// dump lets the process write down what all its goroutines wait for, and end of it.
func (n *node) dump() {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.cmd != nil && n.cmd.Process.Signal(syscall.SIGQUIT) == nil {
		n.killed = true
	}
}

// freeze stops the process in the middle of whatever it does, for a while. It reports false when there was none.
func (n *node) freeze(ctx context.Context, length time.Duration) bool {
	n.mu.Lock()
	cmd := n.cmd
	n.mu.Unlock()
	if cmd == nil || cmd.Process.Signal(syscall.SIGSTOP) != nil {
		return false
	}
	pause(ctx, length)
	err := cmd.Process.Signal(syscall.SIGCONT)
	return err == nil || errors.Is(err, os.ErrProcessDone)
}

// pause waits, but not beyond the end of ctx.
func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// removeProgram deletes what was built.
func removeProgram() {
	if path, err := program(); err == nil {
		_ = os.RemoveAll(filepath.Dir(path)) // a leftover in the folder for temporary files hurts nobody
	}
}
