package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode"
)

// secrets are the words that stand in Human Resources' documents and in no
// other document of the sample company. Whoever is not in Human Resources may
// see none of them, wherever Bureau says something.
type secrets map[string]bool

// ourOwn are words that Bureau says itself: fields of its JSON, elements of its
// HTML, numbers of its lists.
var ourOwn = []string{"enough", "evidence", "support", "sentence", "mark", "27"}

// hrSecrets collects the words from the files themselves.
func hrSecrets(t *testing.T) secrets {
	t.Helper()
	found, elsewhere := secrets{}, map[string]bool{}
	folder := os.DirFS(filepath.Join(root, "examples", "company", "documents"))
	err := fs.WalkDir(folder, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := fs.ReadFile(folder, name)
		for _, word := range wordsOf(name + "\n" + string(text)) {
			if strings.HasPrefix(name, "hr/") {
				found[word] = true
			} else {
				elsewhere[word] = true
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for word := range elsewhere {
		delete(found, word)
	}
	for _, word := range ourOwn {
		delete(found, word)
	}
	if !found["63,500"] || !found["pay-bands-2026.md"] {
		t.Fatalf("the sample company has changed: %d words are Human Resources' own, without the pay bands among them", len(found))
	}
	return found
}

// except leaves out the words of texts that the asker wrote.
func (s secrets) except(texts ...string) secrets {
	rest := secrets{}
	for word := range s {
		rest[word] = true
	}
	for _, text := range texts {
		for _, word := range wordsOf(text) {
			delete(rest, word)
		}
	}
	return rest
}

// figures are the secrets with a digit in them. A model may find a word by
// itself, but not an amount.
func (s secrets) figures() secrets {
	found := secrets{}
	for word := range s {
		if strings.ContainsFunc(word, unicode.IsDigit) && len(word) > 3 {
			found[word] = true
		}
	}
	return found
}

// in returns the secrets that stand in a text, sorted.
func (s secrets) in(text string) []string {
	var found []string
	for _, word := range wordsOf(text) {
		if s[word] {
			found = append(found, word)
		}
	}
	slices.Sort(found)
	return slices.Compact(found)
}

// wordsOf cuts a text into lower-case words; figures and names of files stay
// whole.
func wordsOf(text string) []string {
	words := strings.FieldsFunc(strings.ToLower(text), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune(".,-", r)
	})
	for i, word := range words {
		words[i] = strings.Trim(word, ".,-")
	}
	return slices.DeleteFunc(words, func(word string) bool { return word == "" })
}
