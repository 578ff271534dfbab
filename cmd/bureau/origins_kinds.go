package main

import (
	"cmp"
	"errors"
	"time"

	"bureau/ingest/origin/command"
	"bureau/ingest/origin/git"
	"bureau/ingest/origin/s3"
	"bureau/ingest/origin/website"
	"bureau/ingest/origin/zipfile"
)

// A gitOrigin is one branch of a git repository.
type gitOrigin struct {
	URL      string `yaml:"url"`
	Branch   string `yaml:"branch"`
	Folder   string `yaml:"folder"`
	User     string `yaml:"user"`
	TokenEnv string `yaml:"token_env"`
}

// gitNeeds are the variables that git and ssh find their way by.
var gitNeeds = []string{
	"PATH", "HOME", "TMPDIR", "SSH_AUTH_SOCK", "GIT_SSL_CAINFO", "SSL_CERT_FILE", "SSL_CERT_DIR",
	"HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "NO_PROXY", "no_proxy",
}

func (c *gitOrigin) open(s surroundings) (checked, error) {
	r := &git.Repository{
		URL: c.URL, Branch: c.Branch, Folder: c.Folder, User: c.User,
		Environment: s.values(gitNeeds...), Wants: s.wants,
	}
	if c.TokenEnv != "" {
		r.Token = func() (string, error) { return s.secret(c.TokenEnv) }
		return r, variable("token_env", c.TokenEnv)
	}
	return r, nil
}

// A zipOrigin is a zip archive: a path, or an https address.
type zipOrigin string

func (c *zipOrigin) open(s surroundings) (checked, error) {
	place := string(*c)
	if place == "" {
		return nil, errors.New("names no archive")
	}
	if !zipfile.IsAddress(place) {
		place = within(s.base, place)
	}
	return &zipfile.Archive{Place: place, Wants: s.wants}, nil
}

// An s3Origin is a bucket of S3, or of a server that speaks as it does.
type s3Origin struct {
	Endpoint     string `yaml:"endpoint"`
	Region       string `yaml:"region"`
	Bucket       string `yaml:"bucket"`
	Prefix       string `yaml:"prefix"`
	AccessKeyEnv string `yaml:"access_key_env"`
	SecretKeyEnv string `yaml:"secret_key_env"`
	SessionEnv   string `yaml:"session_token_env"`
}

func (c *s3Origin) open(s surroundings) (checked, error) {
	access, secret := cmp.Or(c.AccessKeyEnv, "AWS_ACCESS_KEY_ID"), cmp.Or(c.SecretKeyEnv, "AWS_SECRET_ACCESS_KEY")
	session := c.SessionEnv
	if c.AccessKeyEnv == "" && c.SecretKeyEnv == "" {
		session = cmp.Or(session, "AWS_SESSION_TOKEN")
	}
	key := func() (k s3.Key, err error) {
		var accessErr, secretErr, sessionErr error
		k.ID, accessErr = s.secret(access)
		k.Secret, secretErr = s.secret(secret)
		if session != "" {
			k.Session, sessionErr = s.secret(session)
		}
		if c.SessionEnv == "" {
			sessionErr = nil // keys that last have none
		}
		return k, errors.Join(accessErr, secretErr, sessionErr)
	}
	b := &s3.Bucket{Endpoint: c.Endpoint, Region: c.Region, Name: c.Bucket, Prefix: c.Prefix, Key: key, Wants: s.wants}
	return b, errors.Join(variable("access_key_env", access), variable("secret_key_env", secret), variable("session_token_env", cmp.Or(session, "NONE")))
}

// A websiteOrigin is a website, by its sitemap.
type websiteOrigin struct {
	URL       string         `yaml:"url"`
	Sitemap   string         `yaml:"sitemap"`
	Pages     int            `yaml:"pages"`
	Megabytes int64          `yaml:"megabytes"`
	Delay     *time.Duration `yaml:"delay"`
	Private   bool           `yaml:"private"`
}

// politeDelay is how long a website is left alone between two requests where
// neither the configuration nor its robots.txt says.
const politeDelay = time.Second

func (c *websiteOrigin) open(s surroundings) (checked, error) {
	w := &website.Site{
		URL: c.URL, Sitemap: c.Sitemap, Pages: c.Pages, Bytes: c.Megabytes << 20, Delay: politeDelay,
		Private: c.Private, Reads: s.reads, Wants: s.wants,
	}
	if c.Delay != nil {
		w.Delay = *c.Delay
	}
	if c.Pages < 0 || c.Megabytes < 0 || w.Delay < 0 {
		return w, errors.New("pages, megabytes and delay must not be below 0")
	}
	return w, nil
}

// A commandOrigin is a program that writes documents into a folder, with its
// arguments.
type commandOrigin []string

// commandNeeds are the variables that every program finds its way by.
var commandNeeds = []string{"PATH", "HOME", "TMPDIR", "LANG", "TZ"}

func (c *commandOrigin) open(s surroundings) (checked, error) {
	for _, name := range s.environment {
		if err := variable("environment", name); err != nil {
			return nil, err
		}
	}
	environment := s.values(append(commandNeeds[:len(commandNeeds):len(commandNeeds)], s.environment...)...)
	return &command.Program{Args: *c, Folder: s.base, Environment: environment}, nil
}
