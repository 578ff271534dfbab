package web

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/tdewolff/minify/v2"
	"github.com/tdewolff/minify/v2/js"
)

// widgetScript is the one script that a page names. It is made at the start,
// of element.js and all that this imports: one file to fetch, as small as its
// code, and a classic script, so that a page needs no module of its own. What
// is imported later, by import(), stays a module beside it.
const widgetScript = "widget.js"

// widgetHead tells the script where it came from. As a module it is not told, and
// what a script of another origin loads is not looked for beside it.
const widgetHead = `(()=>{
const from=document.currentScript?.src||[...document.scripts].map((s)=>s.src).find((src)=>/\/widget(\.[0-9a-f]+)?\.js$/.test(src))||document.baseURI;
const load=(file)=>import(new URL(file,from)),m={};
`

// The forms of import and export that our modules have.
var (
	importLine = regexp.MustCompile(`^import \{ ([\w ,]+) \} from "\./([\w-]+\.js)";$`)
	exportLine = regexp.MustCompile(`^export ((?:async )?function|class|const) (\w+)`)
)

// bundle returns the widget's script of the modules that read returns. An
// error is a mistake in a module.
func bundle(entry string, read func(name string) ([]byte, error)) ([]byte, error) {
	var b strings.Builder
	b.WriteString(widgetHead)
	var done, above []string
	var add func(name string) error
	add = func(name string) error {
		if slices.Contains(done, name) {
			return nil
		}
		if slices.Contains(above, name) {
			return fmt.Errorf("bundle %s: it imports itself, by %s", name, strings.Join(above, ", "))
		}
		content, err := read(name)
		if err != nil {
			return fmt.Errorf("bundle: %w", err)
		}
		above = append(above, name)
		scope, imports, err := enclose(name, string(content))
		if err != nil {
			return err
		}
		for _, other := range imports {
			if err := add(other); err != nil {
				return err
			}
		}
		above = above[:len(above)-1]
		done = append(done, name)
		b.WriteString(scope)
		return nil
	}
	if err := add(entry); err != nil {
		return nil, err
	}
	b.WriteString("})();\n")
	return []byte(b.String()), nil
}

// shrunk returns a script that does the same in fewer bytes. An error is a
// mistake in the script.
func shrunk(script []byte) ([]byte, error) {
	m := minify.New()
	m.AddFunc("text/javascript", js.Minify)
	small, err := m.Bytes("text/javascript", script)
	if err != nil {
		return nil, fmt.Errorf("shrink a script: %w", err)
	}
	return small, nil
}

// enclose returns a module as a function that returns what it exports, and the
// names of the modules that it imports.
func enclose(name, module string) (scope string, imports []string, err error) {
	var b strings.Builder
	var exports []string
	fmt.Fprintf(&b, "m[%q]=(()=>{\n", name)
	for line := range strings.Lines(withoutComments(module)) {
		line = strings.TrimSpace(line)
		if found := importLine.FindStringSubmatch(line); found != nil {
			imports = append(imports, found[2])
			line = fmt.Sprintf("const {%s}=m[%q];", strings.ReplaceAll(found[1], " as ", ": "), found[2])
		}
		if found := exportLine.FindStringSubmatch(line); found != nil {
			exports = append(exports, found[2])
			line = strings.TrimPrefix(line, "export ")
		}
		if strings.HasPrefix(line, "import ") || strings.HasPrefix(line, "export ") {
			return "", nil, fmt.Errorf("bundle %s: %q is no form of import or export that is known", name, line)
		}
		if line != "" {
			b.WriteString(strings.NewReplacer("import.meta.url", "from", "import(", "load(").Replace(line) + "\n")
		}
	}
	fmt.Fprintf(&b, "return {%s};})();\n", strings.Join(exports, ","))
	return b.String(), imports, nil
}

// withoutComments takes out the lines that are comments and nothing else.
func withoutComments(module string) string {
	var b strings.Builder
	inside := false // a comment of several lines
	for line := range strings.Lines(module) {
		text := strings.TrimSpace(line)
		begins := strings.HasPrefix(text, "/*")
		inside = inside || begins
		comment := inside || strings.HasPrefix(text, "//")
		if inside && strings.HasSuffix(text, "*/") {
			inside = false
		}
		if !comment {
			b.WriteString(line)
		}
	}
	return b.String()
}

// isScript reports whether a file is JavaScript.
func isScript(name string) bool { return path.Ext(name) == ".js" }
