package main

import (
	"context"
	"errors"
	"fmt"

	"trialog/internal/app"
)

// doctorCmd checks an installation from the same settings as the server.
type doctorCmd struct {
	storage
	PublicURL string `name:"public-url" help:"As for serve." env:"TRIALOG_PUBLIC_URL"`
	LoginURL  string `name:"login-url" help:"As for serve." env:"TRIALOG_LOGIN_URL"`
	GraphURL  string `name:"graph-url" help:"As for serve." env:"TRIALOG_GRAPH_URL"`
}

// errUnwell says that something was found wrong, which has been printed.
var errUnwell = errors.New("something is wrong, see above")

// Run prints what is well and what is not, with the remedy.
func (d *doctorCmd) Run(ctx context.Context, c *console) error {
	config := d.storage.config(c)
	config.LoginURL, config.GraphURL = d.LoginURL, d.GraphURL
	if d.PublicURL != "" {
		config.PublicURL = d.PublicURL
	}
	a, err := app.New(ctx, config)
	if err != nil {
		return err
	}
	report, err := a.Diagnose(ctx)
	for _, line := range report {
		sign := "✓"
		if !line.OK {
			sign, err = "✗", errors.Join(err, errUnwell)
		}
		fmt.Fprintf(c.out, "%s %s: %s\n", sign, line.Subject, line.Text)
	}
	if errors.Is(err, errUnwell) {
		err = errUnwell
	}
	return errors.Join(err, a.Close())
}
