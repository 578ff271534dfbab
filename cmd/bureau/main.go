// Command bureau answers employees' questions from their company's own
// documents, and only from what their department may read.
//
// It is the one place that reads flags, the environment and the configuration
// file, and that puts the parts together. Exit status: 0 done, 1 something
// failed (and was said), 2 misused.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"
)

// An env is everything bureau takes from the process it runs in.
type env struct {
	args           []string
	lookup         func(string) (string, bool)
	stdout, stderr io.Writer
	terminal       bool // stderr is a terminal that progress may be drawn on
	stdin          io.Reader
}

// Exit statuses.
const (
	exitDone    = 0
	exitFailed  = 1
	exitMisused = 2
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	secrets := newRedactor(os.Environ())
	log.SetOutput(secrets.over(os.Stderr)) // that slog writes to as well
	stderr, terminal := io.Writer(os.Stderr), isTerminal(os.Stderr)
	if !terminal { // progress is drawn on a terminal itself, which nobody keeps
		stderr = secrets.over(stderr)
	}
	status := run(ctx, env{os.Args[1:], os.LookupEnv, os.Stdout, stderr, terminal, os.Stdin})
	stop()
	os.Exit(status)
}

// run is the whole program but for the process around it.
func run(ctx context.Context, e env) int {
	cli := commandLine{settings: settings{lookup: e.lookup}}
	exited := -1
	parser, err := kong.New(&cli,
		kong.Name("bureau"),
		kong.Description("Answers questions from your company's documents, inside what each person may read."),
		kong.Writers(e.stdout, e.stderr),
		kong.Exit(func(status int) { exited = status }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
		kong.Resolvers(environment(e.lookup)),
		kong.BindTo(ctx, (*context.Context)(nil)),
		kong.Bind(e),
	)
	if err != nil {
		panic(err) // unreachable: the grammar is checked by every test that runs a command
	}
	command, err := parser.Parse(e.args)
	if cli.Verbose {
		slog.SetLogLoggerLevel(slog.LevelDebug)
	}
	if exited >= 0 { // --help and --version have answered
		return exited
	}
	if err != nil {
		fmt.Fprintf(e.stderr, "bureau: %v\nRun \"bureau --help\" for the commands.\n", err)
		return exitMisused
	}
	return status(e, command.Run(&cli.settings))
}

// status prints why a command failed and returns the exit status.
func status(e env, err error) int {
	var misuse misuse
	switch {
	case err == nil:
		return exitDone
	case errors.Is(err, errSaid):
		return exitFailed
	case errors.As(err, &misuse):
		fmt.Fprintf(e.stderr, "bureau: %v\n", err)
		return exitMisused
	default:
		fmt.Fprintf(e.stderr, "bureau: %v\n", err)
		return exitFailed
	}
}

// errSaid says that a command failed and its own output has told why.
var errSaid = errors.New("said")

// A misuse is a wrong way to call a command, or a configuration that cannot be
// used: nothing was tried.
type misuse struct{ error }

func (m misuse) Unwrap() error { return m.error }
