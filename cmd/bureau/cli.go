package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"runtime/debug"

	"github.com/alecthomas/kong"
	"golang.org/x/term"
)

// commandLine is the grammar of the program. A command is a struct with its
// flags and a Run method, in a file of its own.
type commandLine struct {
	settings
	Version versionFlag `help:"Print the version and exit."`

	Demo     demoCommand     `cmd:"" help:"Serve the sample company: index its documents, start the server, print the address."`
	Serve    serveCommand    `cmd:"" help:"Serve the chat to browsers."`
	Ingest   ingestCommand   `cmd:"" help:"Bring the index up to date with the documents."`
	Status   statusCommand   `cmd:"" help:"Say how far the documents have come, and what keeps the others."`
	Retry    retryCommand    `cmd:"" help:"Have the next ingest try again what failed."`
	Reindex  reindexCommand  `cmd:"" help:"Build the index anew beside the one in use, and switch to it."`
	Index    indexCommand    `cmd:"" help:"List, switch and delete the generations of the index."`
	Who      whoCommand      `cmd:"" help:"Say who can read a document, and by which rule."`
	Why      whyCommand      `cmd:"" help:"Say whether a person can read a document, and why."`
	Passages passagesCommand `cmd:"" help:"Show how a document is cut, and who may read it."`
	Search   searchCommand   `cmd:"" help:"Find passages, as one person."`
	Ask      askCommand      `cmd:"" help:"Answer a question, as one person."`
	Slack    slackCommand    `cmd:"" help:"Try the Slack bot in a made-up workspace, in the terminal."`
	Eval     evalCommand     `cmd:"" help:"Measure retrieval and refusal on a question set."`
	Bench    benchCommand    `cmd:"" help:"Measure an engine on this machine, apart from the company's own index."`
	User     userCommand     `cmd:"" help:"Keep the accounts of people who sign in with a password."`
	Session  sessionCommand  `cmd:"" help:"Say who is signed in, and sign people out."`
	Token    tokenCommand    `cmd:"" help:"Make, list and end tokens for programs."`
	SCIM     scimCommand     `cmd:"" name:"scim" help:"Keep the tokens with which providers send people and groups, and list what they sent."`
	Audit    auditCommand    `cmd:"" help:"Show who was answered from what, and that nobody has edited it."`
	Feedback feedbackCommand `cmd:"" help:"Read what people thought of their answers."`
	Leaktest leaktestCommand `cmd:"" help:"Try to make the product leak: plant canaries, ask as everybody through every door, and print what came of it."`
	ReadFile readFileCommand `cmd:"" name:"read-file" hidden:""`
	Doctor   doctorCommand   `cmd:"" help:"Say for every part whether it works, and the command that mends it."`
}

// settings are the flags of all commands. Each stands over the environment,
// which stands over the configuration file.
type settings struct {
	Config   string  `short:"c" default:"bureau.yaml" placeholder:"FILE" from:"BUREAU_CONFIG" help:"Configuration file (BUREAU_CONFIG)."`
	Data     *string `placeholder:"DIR" from:"BUREAU_DATA" help:"Where the index and the state are kept (BUREAU_DATA)."`
	Index    *string `placeholder:"ENGINE" from:"BUREAU_INDEX" help:"Engine of the next generation of the index: sqlite, or qdrant://HOST:PORT (BUREAU_INDEX)."`
	Ollama   *string `placeholder:"URL" from:"BUREAU_OLLAMA" help:"Ollama server (BUREAU_OLLAMA)."`
	Model    *string `placeholder:"NAME" from:"BUREAU_CHAT_MODEL" help:"Chat model; none answers with quotes only (BUREAU_CHAT_MODEL)."`
	Embedder *string `placeholder:"NAME" from:"BUREAU_EMBEDDER" help:"Embedding model; none searches by words only (BUREAU_EMBEDDER)."`
	Threads  *int    `placeholder:"N" from:"BUREAU_THREADS" help:"Threads of the models on this machine, 0 lets Ollama choose (BUREAU_THREADS)."`

	Verbose bool `help:"Log what is done in detail, without secrets."`

	lookup func(string) (string, bool) `kong:"-"` // the environment, for what no flag and no file may hold
}

// environment resolves flags from the variables that their "from" tag names.
func environment(lookup func(string) (string, bool)) kong.Resolver {
	return kong.ResolverFunc(func(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
		if variable := flag.Tag.Get("from"); variable != "" {
			if value, ok := lookup(variable); ok {
				return value, nil
			}
		}
		return nil, nil
	})
}

// reporting is the flag of every command that reports.
type reporting struct {
	JSON bool `name:"json" help:"Print the report as JSON (fields in docs/cli.md)."`
}

// report prints a value as JSON, or lets text print it for people.
func (r reporting) report(w io.Writer, value any, text func(io.Writer)) error {
	if !r.JSON {
		text(w)
		return nil
	}
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	return encoder.Encode(value)
}

// asPerson is the flag of every command that reads as somebody.
type asPerson struct {
	As string `required:"" placeholder:"PERSON" help:"Id of the person to read as."`
}

type versionFlag bool

// BeforeReset prints the version before anything else is looked at.
func (versionFlag) BeforeReset(app *kong.Kong) error { //nolint:unparam // the signature is kong's
	fmt.Fprintln(app.Stdout, "bureau", version())
	app.Exit(exitDone)
	return nil
}

// version is the module's version as the build recorded it.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" {
		return "(unversioned build)"
	}
	return info.Main.Version
}

// isTerminal reports whether f is a terminal.
func isTerminal(f *os.File) bool { return term.IsTerminal(int(f.Fd())) }
