package git

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"os/exec"
	"strings"

	"bureau/ingest/origin"
)

// bounds keep git from asking, from reading settings of the machine and from
// running or reaching anything that the configuration does not name.
var bounds = []string{
	"GIT_TERMINAL_PROMPT=0", "GIT_ASKPASS=", "SSH_ASKPASS=", "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=/dev/null",
	"GIT_SSH_COMMAND=ssh -oBatchMode=yes", "GIT_NO_REPLACE_OBJECTS=1", "GIT_LITERAL_PATHSPECS=1", "LC_ALL=C",
}

// settings are those of every command.
var settings = []string{
	"-c", "core.hooksPath=/dev/null", "-c", "credential.helper=", "-c", "http.followRedirects=false",
	"-c", "gc.auto=0", "-c", "maintenance.auto=false", "-c", "submodule.recurse=false",
}

// protocol is the only one that git may speak, by the URL.
func (r *Repository) protocol() string {
	switch {
	case strings.HasPrefix(r.URL, "/"):
		return "file"
	case strings.HasPrefix(r.URL, "https://"):
		return "https"
	}
	return "ssh"
}

// command prepares a command of git on a repository, or on none. What it says
// of errors is kept.
func (r *Repository) command(ctx context.Context, repository string, environment []string, args ...string) (*exec.Cmd, *origin.Tail) {
	all := settings
	if repository != "" {
		all = append(all[:len(all):len(all)], "--git-dir="+repository)
	}
	command := origin.Command(ctx, "git", append(all[:len(all):len(all)], args...)...)
	command.Env = append(append(append([]string{}, r.Environment...), bounds...), "GIT_ALLOW_PROTOCOL="+r.protocol())
	command.Env = append(command.Env, environment...)
	said := &origin.Tail{}
	command.Stderr = said
	return command, said
}

// git runs a command and returns what it prints.
func (r *Repository) git(ctx context.Context, repository string, environment []string, args ...string) ([]byte, error) {
	command, said := r.command(ctx, repository, environment, args...)
	var out bytes.Buffer
	command.Stdout = &out
	if err := command.Run(); err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, failed(args[0], said, err)
	}
	return out.Bytes(), nil
}

// failed is the error of a command of git.
func failed(command string, said *origin.Tail, err error) error {
	if err := absent(err); errors.Is(err, exec.ErrNotFound) {
		return err
	}
	return fmt.Errorf("git %s: %w: %s", command, err, said)
}

// absent adds the remedy to the error that git is not there.
func absent(err error) error {
	if errors.Is(err, exec.ErrNotFound) {
		return fmt.Errorf("%w: install git where Bureau runs, or have a command bring the files", err)
	}
	return err
}

// signIn returns the settings by which git signs in at the host of a URL.
func signIn(url, user, token string) []string {
	scheme, rest, _ := strings.Cut(url, "://")
	host, _, _ := strings.Cut(rest, "/")
	return []string{
		"GIT_CONFIG_COUNT=1",
		"GIT_CONFIG_KEY_0=http." + scheme + "://" + host + "/.extraHeader",
		"GIT_CONFIG_VALUE_0=Authorization: Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+token)),
	}
}
