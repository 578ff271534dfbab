package ingest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"slices"
	"strings"
)

// Pages of a website say much that is not theirs: menus, breadcrumbs, footers.
// What is marked as such in the HTML is left out by its reader; the rest is
// known by standing on most pages of a source, at their beginning or end. In the
// middle of a text a paragraph that other pages have too belongs to it.
const (
	fewestPages = 8  // below which nobody can tell what repeats
	mostPages   = 40 // that are looked at: always the same ones, as long as they are there
	onMost      = 2  // a paragraph on one page in so many stands on most
)

// A furniture is the paragraphs that stand on most pages of a source. It is
// part of how a page is extracted.
type furniture struct {
	paragraphs map[string]bool
}

// furnish finds the furniture of every source.
func (r *run) furnish(ctx context.Context, walks []walk) error {
	r.furniture = map[string]furniture{}
	for _, w := range walks {
		var texts []string
		for _, f := range samplePages(w.files) {
			data, err := readFile(f)
			if err != nil {
				continue // which is said when its turn comes
			}
			if x, err := r.reader.Extract(ctx, f.path, data); err == nil {
				texts = append(texts, x.Markdown)
			}
			if ctx.Err() != nil {
				return ctx.Err()
			}
		}
		r.furniture[w.source.ID] = furnitureOf(texts)
	}
	return nil
}

// samplePages returns the pages to look at, none where there are too few. They
// are chosen by their names, so that a new page seldom changes the choice.
func samplePages(files []file) []file {
	type page struct {
		file
		key [sha256.Size]byte
	}
	var pages []page
	for _, f := range files {
		if f.isPage() && f.problem == nil {
			pages = append(pages, page{f, sha256.Sum256([]byte(f.path))})
		}
	}
	if len(pages) < fewestPages {
		return nil
	}
	slices.SortFunc(pages, func(a, b page) int { return slices.Compare(a.key[:], b.key[:]) })
	var sample []file
	for _, p := range pages[:min(mostPages, len(pages))] {
		sample = append(sample, p.file)
	}
	return sample
}

// furnitureOf returns what stands on most of the texts.
func furnitureOf(texts []string) furniture {
	count := map[string]int{}
	for _, text := range texts {
		on := map[string]bool{}
		for _, p := range paragraphsOf(text) {
			on[oneLine(p)] = true
		}
		for p := range on {
			count[p]++
		}
	}
	f := furniture{map[string]bool{}}
	for p, n := range count {
		if len(texts) >= fewestPages && n*onMost > len(texts) {
			f.paragraphs[p] = true
		}
	}
	return f
}

// strip returns a text without the furniture in front of and behind what is its
// own. A text of nothing else stays as it is.
func (f furniture) strip(text string) string {
	if len(f.paragraphs) == 0 {
		return text
	}
	paragraphs := paragraphsOf(text)
	from, to := 0, len(paragraphs)
	for from < to && f.paragraphs[oneLine(paragraphs[from])] {
		from++
	}
	for from < to && f.paragraphs[oneLine(paragraphs[to-1])] {
		to--
	}
	if from == to {
		return text
	}
	return strings.Join(paragraphs[from:to], "\n\n")
}

// paragraphsOf returns what blank lines divide a text into.
func paragraphsOf(text string) []string {
	return strings.Split(strings.Trim(text, "\n"), "\n\n")
}

// fingerprint names the furniture: with another one a page has another text.
func (f furniture) fingerprint() string {
	if len(f.paragraphs) == 0 {
		return ""
	}
	h := sha256.New()
	for _, p := range slices.Sorted(maps.Keys(f.paragraphs)) {
		_, _ = h.Write([]byte(p + "\x00")) // never fails
	}
	return hex.EncodeToString(h.Sum(nil)[:4])
}

// isPage reports whether f is a page of HTML, and a file of its own.
func (f file) isPage() bool {
	kind, err := formatOf(f.path)
	return err == nil && kind == formatHTML && f.holder == ""
}

// opening names how a file is opened: what is inside is found by it.
func (j *judge) opening(f file) string {
	how := j.extraction(f)
	if len(f.source.Exclude) > 0 {
		sum := sha256.Sum256([]byte(strings.Join(f.source.Exclude, "\x00")))
		how += "/" + hex.EncodeToString(sum[:4])
	}
	return how
}

// extraction names how the text of a file is extracted, and what is inside a
// file found.
func (j *judge) extraction(f file) string {
	how := ExtractionVersion + "/" + f.source.Language
	if f.source.Export != nil {
		how += "/" + f.source.Export.fingerprint()
	}
	if f.isPage() {
		how += j.furniture[f.source.ID].fingerprint()
	}
	return how
}
