// Command withtenant runs a command beside a simulated tenant and ends with its exit code:
//
//	withtenant node --test
//
// The command finds the tenant by its environment: TENANT_URL, TENANT_ID, CLIENT_ID, CLIENT_SECRET, REDIRECT_URI, DESKTOP_ID; the
// files HOOK_CERT and HOOK_KEY for a server of its own on localhost (of RSA, so that notifications can be encrypted for it, too); and
// NODE_EXTRA_CA_CERTS, which node reads before anything else, so that it can only come from outside.
package main

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"

	"trialog/test/independent/tenant"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := run(ctx, os.Args[1:])
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() > 0 {
		os.Exit(exit.ExitCode())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "withtenant:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) (err error) {
	if len(args) == 0 {
		return errors.New("which command?")
	}
	files, err := os.MkdirTemp("", "withtenant")
	if err != nil {
		return err
	}
	defer os.RemoveAll(files)
	at, wait, cancel, err := open(ctx)
	if err != nil {
		return err
	}
	defer func() {
		cancel()
		err = errors.Join(err, wait())
	}()
	env, err := environment(at, files)
	if err != nil {
		return err
	}
	child := exec.CommandContext(ctx, args[0], args[1:]...)
	child.Env = append(os.Environ(), env...)
	child.Stdin, child.Stdout, child.Stderr = os.Stdin, os.Stdout, os.Stderr
	return child.Run()
}

func open(ctx context.Context) (*tenant.Tenant, func() error, context.CancelFunc, error) {
	ctx, cancel := context.WithCancel(ctx)
	at, wait, err := tenant.Open(ctx)
	if err != nil {
		cancel()
	}
	return at, wait, cancel, err
}

// environment writes the files and names everything.
func environment(at *tenant.Tenant, dir string) ([]string, error) {
	ca, err := tenant.Trusted()
	if err != nil {
		return nil, err
	}
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, err
	}
	cert, key, err := ca.ServerPEM(private)
	if err != nil {
		return nil, err
	}
	env := []string{"TENANT_URL=" + at.URL, "TENANT_ID=" + at.ID(), "CLIENT_ID=" + tenant.ClientID, "CLIENT_SECRET=" + tenant.Secret,
		"REDIRECT_URI=" + tenant.RedirectURI, "DESKTOP_ID=" + tenant.DesktopID}
	for _, f := range []struct {
		variable, name string
		content        []byte
	}{{"NODE_EXTRA_CA_CERTS", "ca.pem", ca.PEM()}, {"HOOK_CERT", "hook.pem", cert}, {"HOOK_KEY", "hook.key", key}} {
		file := filepath.Join(dir, f.name)
		if err := os.WriteFile(file, f.content, 0o600); err != nil {
			return nil, err
		}
		env = append(env, f.variable+"="+file)
	}
	return env, nil
}
