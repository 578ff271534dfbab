package git

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"bureau/ingest/origin"
)

func wantsAll(string, int64) (bool, error) { return true, nil }

// A project is a repository of a test.
type project struct {
	t      *testing.T
	folder string
}

func newProject(t *testing.T) project {
	t.Helper()
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("git is not installed here")
	}
	p := project{t, t.TempDir()}
	p.git("init", "--quiet", "--initial-branch=main")
	return p
}

// git runs git in the repository.
func (p project) git(args ...string) {
	p.t.Helper()
	c := exec.CommandContext(p.t.Context(), "git", append([]string{"-C", p.folder, "-c", "user.name=Mei", "-c", "user.email=mei@example.com"}, args...)...)
	c.Env = append(os.Environ(), "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=/dev/null")
	if out, err := c.CombinedOutput(); err != nil {
		p.t.Fatalf("git %v: %v\n%s", args, err, out)
	}
}

// commit commits files; one without a text is removed.
func (p project) commit(texts map[string]string) {
	p.t.Helper()
	for name, text := range texts {
		path := filepath.Join(p.folder, name)
		if text == "" {
			if err := os.Remove(path); err != nil {
				p.t.Fatal(err)
			}
			continue
		}
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(text), 0o644)); err != nil {
			p.t.Fatal(err)
		}
	}
	p.git("add", "--all")
	p.git("commit", "--quiet", "--message", "change")
}

func (p project) repository() *Repository {
	return &Repository{URL: p.folder, Environment: []string{"PATH=" + os.Getenv("PATH")}, Wants: wantsAll}
}

// texts returns the files of a folder that are not hidden.
func texts(t *testing.T, folder string) map[string]string {
	t.Helper()
	found := map[string]string{}
	err := fs.WalkDir(os.DirFS(folder), ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case name != "." && strings.HasPrefix(entry.Name(), "."):
			if entry.IsDir() {
				return fs.SkipDir
			}
			return nil
		case !entry.Type().IsRegular():
			return nil
		}
		data, err := os.ReadFile(filepath.Join(folder, name))
		found[name] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestFetchBringsWhatTheBranchHas(t *testing.T) {
	p, folder := newProject(t), filepath.Join(t.TempDir(), "work")
	p.commit(map[string]string{"a.md": "# A\r\n", "docs/制度.md": "# 考勤\n", "gone.md": "soon"})
	r := p.repository()
	for range 2 {
		if err := r.Fetch(t.Context(), folder); err != nil {
			t.Fatal(err)
		}
		if got, want := texts(t, folder), map[string]string{"a.md": "# A\r\n", "docs/制度.md": "# 考勤\n", "gone.md": "soon"}; !reflect.DeepEqual(got, want) {
			t.Fatalf("%q, want %q", got, want)
		}
	}
	before, err := os.Stat(filepath.Join(folder, "a.md"))
	if err != nil {
		t.Fatal(err)
	}
	p.commit(map[string]string{"gone.md": "", "docs/制度.md": "# 请假\n"})
	if err := r.Fetch(t.Context(), folder); err != nil {
		t.Fatal(err)
	}
	if got, want := texts(t, folder), map[string]string{"a.md": "# A\r\n", "docs/制度.md": "# 请假\n"}; !reflect.DeepEqual(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if after, err := os.Stat(filepath.Join(folder, "a.md")); err != nil || !os.SameFile(before, after) {
		t.Errorf("a file that has not changed was written again (%v)", err)
	}
	if err := r.Reach(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestFetchTakesOneFolderOfOneBranch(t *testing.T) {
	p, folder := newProject(t), t.TempDir()
	p.commit(map[string]string{"a.md": "a", "docs/b.md": "b"})
	p.git("switch", "--quiet", "--create", "next")
	p.commit(map[string]string{"docs/b.md": "b of next"})
	p.git("switch", "--quiet", "main")
	r := p.repository()
	r.Branch, r.Folder = "next", "docs"
	if err := r.Fetch(t.Context(), folder); err != nil {
		t.Fatal(err)
	}
	if got, want := texts(t, folder), map[string]string{"b.md": "b of next"}; !reflect.DeepEqual(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	r.Branch = "none"
	if fetch, reach := r.Fetch(t.Context(), folder), r.Reach(t.Context()); fetch == nil || reach == nil {
		t.Errorf("a branch that is not there: %v, %v", fetch, reach)
	}
	if got := texts(t, folder); len(got) != 1 {
		t.Errorf("an error took something out: %q", got)
	}
}

// What a repository says is to be run when it is checked out is not run, and
// links and submodules are left out.
func TestFetchRunsNothingOfTheRepository(t *testing.T) {
	p, folder, ran := newProject(t), t.TempDir(), filepath.Join(t.TempDir(), "ran")
	p.git("config", "filter.evil.smudge", "touch "+ran)
	p.git("config", "filter.evil.clean", "cat")
	for _, hook := range []string{"post-checkout", "post-merge", "pre-auto-gc", "reference-transaction"} {
		path := filepath.Join(p.folder, ".git", "hooks", hook)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte("#!/bin/sh\n[ \"$BUREAU_TEST\" ] && touch "+ran+"\nexit 0\n"), 0o755)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("/etc/passwd", filepath.Join(p.folder, "out.md")); err != nil {
		t.Fatal(err)
	}
	p.commit(map[string]string{".gitattributes": "*.md filter=evil\n", "a.md": "a"})
	p.git("update-index", "--add", "--cacheinfo", "160000,0123456789012345678901234567890123456789,module")
	p.git("commit", "--quiet", "--message", "a submodule")
	if err := os.RemoveAll(ran); err != nil {
		t.Fatal(err)
	}
	r := p.repository()
	r.Environment = append(r.Environment, "BUREAU_TEST=1")
	var missed origin.Missed
	if err := r.Fetch(t.Context(), folder); !errors.As(err, &missed) || len(missed) != 1 || missed[0].Name != "out.md" {
		t.Errorf("%v", err)
	}
	if got, want := texts(t, folder), map[string]string{"a.md": "a"}; !reflect.DeepEqual(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if _, err := os.Stat(ran); err == nil {
		t.Error("something of the repository ran")
	}
}

func TestCacheOfAKilledFetchIsMadeAnew(t *testing.T) {
	p, folder := newProject(t), t.TempDir()
	p.commit(map[string]string{"a.md": "a"})
	r := p.repository()
	if err := r.Fetch(t.Context(), folder); err != nil {
		t.Fatal(err)
	}
	p.commit(map[string]string{"a.md": "b"})
	if err := os.WriteFile(filepath.Join(folder, cache, "shallow.lock"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := r.Fetch(t.Context(), folder); err != nil || texts(t, folder)["a.md"] != "b" {
		t.Errorf("%v, %q", err, texts(t, folder))
	}
	damage := filepath.Join(folder, cache, "objects")
	if err := errors.Join(os.RemoveAll(damage), os.MkdirAll(damage, 0o700)); err != nil {
		t.Fatal(err)
	}
	for range 2 { // of a damaged one the first finds out
		if err := r.Fetch(t.Context(), folder); err == nil {
			return
		}
	}
	t.Error("a damaged cache is never given up")
}

// What is fetched is not fetched again because somebody edited the configuration
// meanwhile.
func TestFetchThatIsBrokenOffKeepsTheCache(t *testing.T) {
	p, folder := newProject(t), t.TempDir()
	p.commit(map[string]string{"a.md": "a"})
	r := p.repository()
	ctx, cancel := context.WithCancel(t.Context())
	r.Wants = func(string, int64) (bool, error) { cancel(); return true, nil } // once the repository is here
	if err := r.Fetch(ctx, folder); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	if _, err := os.Stat(filepath.Join(folder, cache, "HEAD")); err != nil {
		t.Error(err)
	}
	r.Wants = wantsAll
	if err := r.Fetch(t.Context(), folder); err != nil || texts(t, folder)["a.md"] != "a" {
		t.Errorf("%v, %q", err, texts(t, folder))
	}
}

func TestRepositoriesThatAreNotFetched(t *testing.T) {
	token := func() (string, error) { return "secret", nil }
	for _, c := range []struct {
		name, says string
		r          Repository
	}{
		{"Nothing", "url", Repository{}},
		{"Program", "neither", Repository{URL: "ext::sh -c id"}},
		{"Flag", "neither", Repository{URL: "--upload-pack=id"}},
		{"File", "file://", Repository{URL: "file:///srv/docs.git"}},
		{"Plain", "http://", Repository{URL: "http://git.example.com/docs.git"}},
		{"RelativePath", "neither", Repository{URL: "../docs.git"}},
		{"Password", "token", Repository{URL: "https://mei:secret@git.example.com/docs.git"}},
		{"Query", "token_env", Repository{URL: "https://git.example.com/docs.git?private_token=secret"}},
		{"QueryWithoutAScheme", "neither", Repository{URL: "git.example.com/docs.git?private_token=secret"}},
		{"TokenOverSSH", "https://", Repository{URL: "ssh://git@git.example.com/docs.git", Token: token}},
		{"FolderOutside", "folder", Repository{URL: "https://git.example.com/docs.git", Folder: "../x"}},
		{"BranchThatIsAFlag", "branch", Repository{URL: "https://git.example.com/docs.git", Branch: "--all"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if err := c.r.Check(); err == nil || !strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), "secret") {
				t.Errorf("%v", err)
			}
		})
	}
	for _, url := range []string{"https://git.example.com/docs.git", "ssh://git@git.example.com:2222/docs.git", "git@git.example.com:docs.git", "/srv/docs.git"} {
		if err := (&Repository{URL: url}).Check(); err != nil {
			t.Errorf("%s: %v", url, err)
		}
	}
}

func TestTokenGoesToItsHostAlone(t *testing.T) {
	got := signIn("https://git.example.com/team/docs.git", "oauth2", "t0ken")
	want := []string{"GIT_CONFIG_COUNT=1", "GIT_CONFIG_KEY_0=http.https://git.example.com/.extraHeader", "GIT_CONFIG_VALUE_0=Authorization: Basic b2F1dGgyOnQwa2Vu"}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestAbsentGitIsSaidWithTheRemedy(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	r := &Repository{URL: "/srv/docs.git", Wants: wantsAll}
	for _, err := range []error{r.Fetch(t.Context(), t.TempDir()), r.Reach(t.Context())} {
		if err == nil || !strings.Contains(err.Error(), "install git") {
			t.Errorf("%v", err)
		}
	}
}
