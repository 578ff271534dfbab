package git

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"strings"
	"syscall"

	"bureau/ingest/origin"
)

// A Repository is one branch of a repository, or a folder in it.
type Repository struct {
	URL    string // https://…, ssh://…, user@host:path, or an absolute path
	Branch string // "" for the repository's own
	Folder string // in the repository, "" for all of it
	// User and Token sign in over https; Token is asked for each fetch, nil for
	// a repository that needs none.
	User  string
	Token func() (string, error)
	// Environment are the variables, as NAME=value, that git and ssh get beside
	// those that keep them in bounds: PATH, HOME, proxies, certificates.
	Environment []string
	Wants       origin.Wants
}

// Check reports why a repository cannot be named so, or nil.
func (r *Repository) Check() error {
	switch {
	case r.URL == "":
		return errors.New("names no url")
	case strings.HasPrefix(r.Branch, "-") || strings.ContainsAny(r.Branch, " :~^*?[\\"):
		return fmt.Errorf("branch %q is not the name of one", r.Branch)
	case r.Folder != "" && !filepath.IsLocal(r.Folder):
		return fmt.Errorf("folder %q is not one in the repository", r.Folder)
	case r.Token != nil && r.protocol() != "https":
		return errors.New("has a token, which signs in over https:// alone")
	case filepath.IsAbs(r.URL):
		return nil
	}
	return checkAddress(r.URL)
}

// checkAddress reports why an address is not that of a repository elsewhere.
func checkAddress(address string) error {
	scheme, _, hasScheme := strings.Cut(address, "://")
	if !hasScheme {
		if strings.HasPrefix(address, "-") || strings.Contains(address, "::") || !strings.Contains(address, ":") {
			return errors.New("url is neither https://…, ssh://…, user@host:path nor an absolute path")
		}
		return nil
	}
	if scheme != "https" && scheme != "ssh" {
		return fmt.Errorf("%s:// is not fetched: use https://, ssh:// or an absolute path", scheme)
	}
	u, err := url.Parse(address)
	if err != nil {
		return errors.New("the url is none")
	}
	if _, has := u.User.Password(); has || u.User != nil && scheme == "https" || u.RawQuery != "" {
		return errors.New("has who signs in, or a query, in its url: name the variable that holds the token with token_env, and the user with user")
	}
	return nil
}

// String names the repository, its branch and its folder.
func (r *Repository) String() string {
	text := "git " + r.URL
	if r.Branch != "" {
		text += ", branch " + r.Branch
	}
	if r.Folder != "" {
		text += ", folder " + r.Folder
	}
	return text
}

const (
	// cache is the bare repository in the origin's folder.
	cache = ".git"
	// fetched is the reference to what was fetched last.
	fetched = "refs/bureau/fetched"
	// mostPacks is how many fetches a cache collects before it is made anew.
	mostPacks = 50
)

// Fetch brings what the branch has.
func (r *Repository) Fetch(ctx context.Context, folder string) error {
	return origin.Bring(folder, func(f *origin.Folder) error {
		repository := filepath.Join(folder, cache)
		if err := r.update(ctx, repository); err != nil {
			return err
		}
		err := r.bring(ctx, repository, f)
		if err == nil || ctx.Err() != nil || errors.Is(err, syscall.ENOSPC) {
			return err // which is not the cache's fault
		}
		// A cache that cannot be read is made anew by the next fetch.
		return errors.Join(err, os.RemoveAll(repository))
	})
}

// bring brings the files of the commit in the cache.
func (r *Repository) bring(ctx context.Context, repository string, f *origin.Folder) error {
	list, err := r.list(ctx, repository)
	if err != nil {
		return err
	}
	missing, err := f.Expect(list, r.Wants)
	if err != nil {
		return err
	}
	return r.copy(ctx, repository, f, missing)
}

// update fetches the newest commit of the branch into the cache.
func (r *Repository) update(ctx context.Context, repository string) error {
	if isWorn(repository) {
		if err := os.RemoveAll(repository); err != nil {
			return err
		}
	}
	if _, err := os.Stat(filepath.Join(repository, "HEAD")); err != nil {
		if _, err := r.git(ctx, "", nil, "init", "--quiet", "--bare", "--template=", repository); err != nil {
			return err
		}
	}
	credentials, err := r.credentials()
	if err != nil {
		return err
	}
	_, err = r.git(ctx, repository, credentials, "fetch", "--quiet", "--depth=1", "--no-tags", "--no-recurse-submodules", "--no-write-fetch-head",
		"--force", "--", r.URL, "+"+r.reference()+":"+fetched)
	return err
}

// isWorn reports whether a cache has collected many fetches, or was left locked
// by one that was killed.
func isWorn(repository string) bool {
	packs, _ := filepath.Glob(filepath.Join(repository, "objects", "pack", "*.pack"))
	locks, _ := filepath.Glob(filepath.Join(repository, "*.lock"))
	_, err := os.Stat(filepath.Join(repository, filepath.FromSlash(fetched)+".lock"))
	return len(packs) > mostPacks || len(locks) > 0 || err == nil
}

// reference is the branch as git names it.
func (r *Repository) reference() string {
	if r.Branch == "" {
		return "HEAD"
	}
	return "refs/heads/" + r.Branch
}

// Reach reports why the repository cannot be fetched, or nil.
func (r *Repository) Reach(ctx context.Context) error {
	credentials, err := r.credentials()
	if err != nil {
		return err
	}
	_, err = r.git(ctx, "", credentials, "ls-remote", "--quiet", "--exit-code", "--", r.URL, r.reference())
	return err
}

// list returns the files of the commit that was fetched.
func (r *Repository) list(ctx context.Context, repository string) ([]origin.File, error) {
	tree := fetched + "^{tree}"
	if inside := path.Clean(filepath.ToSlash(r.Folder)); r.Folder != "" && inside != "." {
		tree = fetched + ":" + inside
	}
	out, err := r.git(ctx, repository, nil, "ls-tree", "-r", "-z", "-l", "--full-tree", tree)
	if err != nil {
		return nil, err
	}
	var list []origin.File
	for line := range strings.SplitSeq(string(out), "\x00") {
		file, ok, err := parse(line)
		if err != nil {
			return nil, err
		}
		if ok {
			list = append(list, file)
		}
	}
	return list, nil
}

// credentials are the settings by which git signs in. They go by the
// environment, which other users of the machine do not see, and to the host of
// the URL alone.
func (r *Repository) credentials() ([]string, error) {
	if r.Token == nil {
		return nil, nil
	}
	token, err := r.Token()
	if err != nil {
		return nil, err
	}
	return signIn(r.URL, cmp.Or(r.User, "x-access-token"), token), nil
}
