package main

import (
	"context"
	"errors"
	"fmt"
	"unicode/utf8"

	"trialog/internal/app"
)

// doctorCmd checks an installation from the same settings as the server.
type doctorCmd struct {
	storage
	PublicURL string `name:"public-url" help:"As for serve." env:"TRIALOG_PUBLIC_URL"`
	LoginURL  string `name:"login-url" help:"As for serve." env:"TRIALOG_LOGIN_URL"`
	GraphURL  string `name:"graph-url" help:"As for serve." env:"TRIALOG_GRAPH_URL"`

	Probe   bool     `help:"Ask the tenant, with real people, what Microsoft does not document. The server has to run."`
	Agent   string   `help:"With --probe: login of the agent in whose name to ask."`
	Person  []string `help:"With --probe: two colleagues of the agent, by object ID or user principal name. They see the probe's chat."`
	Blocked string   `help:"With --probe: somebody without a licence, or behind an information barrier."`
	Patient bool     `help:"With --probe: wait for more than an hour to see whether notifications end with Microsoft's token."`
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
	if d.Probe {
		return errors.Join(d.probe(ctx, c, a), a.Close())
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

// probe prints what the tenant answers, as a table.
func (d *doctorCmd) probe(ctx context.Context, c *console, a *app.App) error {
	if d.Agent == "" || len(d.Person) != 2 {
		return errors.New("--probe needs --agent and two --person")
	}
	answers, err := a.Probe(ctx, d.Agent, app.ProbeRequest{First: d.Person[0], Second: d.Person[1], Blocked: d.Blocked, Patient: d.Patient})
	width := 0
	for _, x := range answers {
		width = max(width, utf8.RuneCountInString(x.Question))
	}
	for _, x := range answers {
		sign := "✓"
		if !x.OK {
			sign = "✗"
		}
		fmt.Fprintf(c.out, "%s %-*s  %s\n", sign, width, x.Question, x.Answer)
	}
	return err
}
