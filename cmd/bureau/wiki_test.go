package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"bureau/ingest/origin"
)

// A wikiOrigin is the company's wiki: what its key in a source says.
type wikiOrigin struct {
	URL      string `yaml:"url"`
	TokenEnv string `yaml:"token_env"`
}

func (c *wikiOrigin) open(s surroundings) (checked, error) {
	token := func() (string, error) { return s.secret(c.TokenEnv) }
	return &wiki{c.URL, token, s.wants}, variable("token_env", c.TokenEnv)
}

// A wiki brings the pages of the company's wiki.
type wiki struct {
	url   string
	token func() (string, error)
	wants origin.Wants
}

func (w *wiki) String() string { return "wiki " + w.url }

func (w *wiki) Check() error {
	if !strings.HasPrefix(w.url, "https://") && !strings.HasPrefix(w.url, "http://127.0.0.1:") {
		return errors.New("url is not an https address")
	}
	return nil
}

// A wikiPage is one entry of the wiki's list.
type wikiPage struct {
	Path    string `json:"path"`
	Version int    `json:"version"`
	Text    string `json:"text"`
}

// Fetch asks for all pages at once. Only those with another version are
// written, and what the wiki lists no more is taken out.
func (w *wiki) Fetch(ctx context.Context, path string) error {
	pages, err := w.pages(ctx)
	if err != nil {
		return err // nothing is taken out
	}
	texts := map[string]string{}
	var list []origin.File
	for _, p := range pages {
		texts[p.Path] = p.Text
		list = append(list, origin.File{Name: p.Path + ".md", Key: p.Path, Mark: fmt.Sprint(p.Version), Size: int64(len(p.Text))})
	}
	return origin.Bring(path, func(folder *origin.Folder) error {
		missing, err := folder.Expect(list, w.wants)
		if err != nil {
			return err
		}
		for _, file := range missing {
			if err := folder.Put(file, strings.NewReader(texts[file.Key])); err != nil {
				return err
			}
		}
		return nil
	})
}

func (w *wiki) pages(ctx context.Context) (pages []wikiPage, err error) {
	token, err := w.token()
	if err != nil {
		return nil, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, w.url+"/pages", http.NoBody)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Authorization", "Bearer "+token)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, response.Body.Close()) }()
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("the wiki answers %s", response.Status)
	}
	return pages, json.NewDecoder(response.Body).Decode(&pages)
}
