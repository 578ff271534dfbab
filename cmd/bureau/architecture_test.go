package main

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// root is the folder of the module, seen from this package.
const root = "../.."

// mayImport is the architecture: each folder, and the folders it may know.
var mayImport = map[string][]string{
	"access":                      {},
	"store":                       {},
	"store/storetest":             {"store"},
	"audit":                       {},
	"audit/audittest":             {"audit"},
	"retrieval":                   {"access"},
	"retrieval/sqlite":            {"access", "retrieval", "store"},
	"retrieval/qdrant":            {"access", "retrieval", "store"},
	"retrieval/qdrant/qdranttest": {},
	"retrieval/indextest":         {"access", "retrieval"},
	"retrieval/eval":              {"access", "retrieval"},
	"retrieval/loadtest":          {"access", "retrieval", "retrieval/eval"},
	"ingest":                      {"access", "ingest/archive", "ingest/bounded", "ingest/format", "ingest/mail", "ingest/office", "ingest/origin", "ingest/pdf", "ingest/vocabulary", "retrieval", "store"},
	"ingest/format":               {},
	"ingest/archive":              {"ingest/format"},
	"ingest/bounded":              {"ingest/format"},
	"ingest/mail":                 {"ingest/format"},
	"ingest/office":               {"ingest/format"},
	"ingest/origin":               {"ingest/format"},
	"ingest/origin/command":       {"ingest/origin"},
	"ingest/origin/git":           {"ingest/origin"},
	"ingest/origin/origintest":    {},
	"ingest/origin/s3":            {"ingest/origin"},
	"ingest/origin/website":       {"ingest/origin"},
	"ingest/origin/zipfile":       {"ingest/archive", "ingest/format", "ingest/origin"},
	"ingest/pdf":                  {"ingest/format"},
	"ingest/vocabulary":           {},
	"chat":                        {"access", "audit", "retrieval"},
	"chat/history":                {"access", "chat", "retrieval", "store"},
	"chat/ollama":                 {},
	"markdown":                    {},
	"metrics":                     {},
	"slack":                       {"access", "audit", "chat", "markdown", "retrieval"},
	"slack/journal":               {"store"},
	"slack/slacktest":             {},
	"web":                         {"access", "audit", "chat", "chat/history", "identity", "markdown", "retrieval", "store", "web/limit"},
	"web/limit":                   {},
	"identity":                    {"access", "store"},
	"identity/oidc":               {"identity"},
	"identity/oidctest":           {},
	"identity/scim":               {"identity"},
	"identity/visitors":           {"identity", "store"},
	"identity/visitorstest":       {},
	"leaktest":                    {},
	"examples":                    {},
	"examples/visitors":           {},
	"examples/widget":             {},
	"cmd/bureau": {
		"access", "audit", "chat", "chat/history", "chat/ollama", "examples", "identity", "identity/oidc", "identity/scim", "identity/visitors", "ingest", "ingest/bounded", "ingest/format", "ingest/origin", "ingest/origin/command", "ingest/origin/git",
		"ingest/origin/s3", "ingest/origin/website", "ingest/origin/zipfile", "ingest/pdf", "ingest/vocabulary", "leaktest", "metrics", "retrieval", "retrieval/eval",
		"retrieval/loadtest", "retrieval/qdrant", "retrieval/sqlite", "slack", "slack/journal", "slack/slacktest", "store", "web",
	},
}

// onlyIn names the folders that may know a vendor's package, as few as can be.
var onlyIn = map[string]string{
	"github.com/ollama/ollama":     "chat/ollama",
	"github.com/gorilla/websocket": "leaktest web slack/slacktest",
	"github.com/tdewolff":          "web",
	"github.com/fsnotify/fsnotify": "ingest",
	"github.com/qdrant/go-client":  "retrieval/qdrant",
	"google.golang.org/grpc":       "retrieval/qdrant",
	"modernc.org/sqlite":           "store",
	"github.com/klippa-app":        "ingest/pdf",
	"github.com/tetratelabs":       "ingest/pdf",
	"github.com/fsnotify":          "ingest",
	"github.com/emersion":          "ingest/mail",
	"github.com/alecthomas/kong":   "cmd/bureau",
	"github.com/coreos/go-oidc":    "identity/oidc",
	"golang.org/x/oauth2":          "identity/oidc",
	"github.com/go-jose":           "identity/visitors",
	"golang.org/x/crypto":          "identity",
	"github.com/slack-go":          "slack",
}

// goFiles calls visit for every Go file of the module.
func goFiles(t *testing.T, visit func(folder, file string)) {
	t.Helper()
	seen := 0
	err := fs.WalkDir(os.DirFS(root), ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && name != "." && strings.HasPrefix(entry.Name(), "."):
			return fs.SkipDir
		case path.Ext(name) == ".go":
			seen++
			visit(path.Dir(name), name)
		}
		return nil
	})
	if err != nil || seen == 0 {
		t.Fatalf("walked %d Go files, error %v", seen, err)
	}
}

func TestRoomsKnowOnlyWhomTheyMay(t *testing.T) {
	goFiles(t, func(folder, name string) {
		allowed, ok := mayImport[folder]
		if !ok {
			t.Errorf("%s: folder %s is not in the table of rooms", name, folder)
			return
		}
		file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(root, name), nil, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		isTest := strings.HasSuffix(name, "_test.go")
		for _, spec := range file.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				t.Fatal(err)
			}
			if room, ours := strings.CutPrefix(imported, "bureau/"); ours {
				if room != folder && !slices.Contains(allowed, room) && !isTest {
					t.Errorf("%s: %s may not know %s", name, folder, room)
				}
				continue
			}
			for vendor, home := range onlyIn {
				if strings.HasPrefix(imported, vendor) && !slices.Contains(strings.Fields(home), folder) && !isTest {
					t.Errorf("%s: %s belongs to %s alone", name, vendor, home)
				}
			}
		}
	})
}

func TestOnlyCmdReadsTheEnvironment(t *testing.T) {
	goFiles(t, func(folder, name string) {
		// The second is for tests alone, and what it reads is told by scripts/test.sh;
		// an example is a program of its own.
		if folder == "cmd/bureau" || folder == "retrieval/qdrant/qdranttest" || folder == "examples/widget" || folder == "examples/visitors" || strings.HasSuffix(name, "_test.go") {
			return
		}
		source, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			t.Fatal(err)
		}
		for _, word := range []string{"os.Getenv", "os.LookupEnv", "os.Args", "flag.Parse"} {
			if strings.Contains(string(source), word) {
				t.Errorf("%s reads %s: flags and the environment are cmd's", name, word)
			}
		}
	})
}

func TestEveryPackageSaysWhatItIs(t *testing.T) {
	documented := map[string]bool{}
	goFiles(t, func(folder, name string) {
		if strings.HasSuffix(name, "_test.go") {
			return
		}
		file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(root, name), nil, parser.PackageClauseOnly|parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		documented[folder] = documented[folder] || file.Doc != nil
	})
	for folder, ok := range documented {
		if !ok {
			t.Errorf("package %s has no comment that says what it is", folder)
		}
	}
}

func TestEveryDecisionIsListedInItsOrder(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(root, "docs", "adr", "*.md"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%d decisions: %v", len(files), err)
	}
	text, err := os.ReadFile(filepath.Join(root, "ARCHITECTURE.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, decisions, _ := strings.Cut(string(text), "## Decisions")
	for _, file := range files {
		_, behind, ok := strings.Cut(decisions, "(docs/adr/"+filepath.Base(file)+")")
		if !ok {
			t.Errorf("%s is not among the decisions of ARCHITECTURE.md, or not in its place", filepath.Base(file))
			continue
		}
		decisions = behind
	}
}
