// Command trialog is the whole product in one program: the server, the demo with its simulated Microsoft tenant, and the few
// things an operator does by hand. `trialog help` lists them.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"
)

// cli is every subcommand. Flags and TRIALOG_… variables of the same name mean the same.
type cli struct {
	Serve   serveCmd   `cmd:"" help:"Run the server."`
	Demo    demoCmd    `cmd:"" help:"Run server, simulated Microsoft tenant and seeded people; nothing to set up."`
	Teamsim teamsimCmd `cmd:"" help:"Run the simulated Microsoft tenant alone."`
	Migrate migrateCmd `cmd:"" help:"Bring the database up to date and exit."`
	User    userCmd    `cmd:"" help:"Create agents and change their passwords."`
	Account accountCmd `cmd:"" help:"Create or change the Microsoft Teams integration account."`
	Service serviceCmd `cmd:"" help:"Create a service or change what customers and experts see in its chats."`
	Doctor  doctorCmd  `cmd:"" help:"Check this installation and say in plain words what is wrong."`
	Version versionCmd `cmd:"" help:"Print the version."`

	LogLevel slog.Level `help:"debug, info, warn or error." default:"info" env:"TRIALOG_LOG_LEVEL"`
}

// console is what commands print to; the log goes to standard error.
type console struct {
	out io.Writer
	log *slog.Logger
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout, os.Stderr); err != nil && !errors.Is(err, context.Canceled) {
		fmt.Fprintln(os.Stderr, "trialog:", err)
		os.Exit(1)
	}
}

// run is the program as a value: arguments in, output to out, errors back.
func run(ctx context.Context, args []string, out, errout io.Writer) error {
	var c cli
	parser, err := kong.New(&c, kong.Name("trialog"), kong.Writers(out, errout), kong.UsageOnError(),
		kong.Description("A contact-centre web chat in which agents bring Microsoft Teams experts into a customer's chat."))
	if err != nil {
		return err
	}
	k, err := parser.Parse(args)
	if err != nil {
		return err
	}
	log := slog.New(slog.NewTextHandler(errout, &slog.HandlerOptions{Level: c.LogLevel}))
	k.BindTo(ctx, (*context.Context)(nil))
	k.Bind(&console{out: out, log: log})
	return k.Run()
}
