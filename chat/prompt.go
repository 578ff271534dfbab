package chat

import (
	"embed"
	"fmt"
	"strings"
	"text/template"

	"github.com/tmc/langchaingo/llms"
)

//go:embed prompts/*.tmpl
var promptFiles embed.FS

// prompts are the parsed prompts by language. Each defines "system", which is
// the same for every question so that the model keeps it in its cache, and
// "user", the passages, the earlier questions and the question.
var prompts = map[string]*template.Template{
	English:     parsePrompt(English),
	Simplified:  parsePrompt(Simplified),
	Traditional: parsePrompt(Traditional),
}

// parsePrompt parses an embedded prompt. The files are part of the program: a
// broken one stops it at its start.
func parsePrompt(language string) *template.Template {
	return template.Must(template.ParseFS(promptFiles, "prompts/"+language+".tmpl"))
}

// A promptPassage is a passage as the model sees it.
type promptPassage struct {
	N     int
	Title string // with the headings
	Text  string
}

// A prompt is everything that the model is given.
type prompt struct {
	language string
	passages []promptPassage
	earlier  []string // earlier questions; never earlier answers
	question string
}

// messages returns the prompt for a model.
func (p prompt) messages() ([]llms.MessageContent, error) {
	system, err := p.execute("system", map[string]any{"NotInSources": words[p.language].notInSources})
	if err != nil {
		return nil, err
	}
	data := map[string]any{"Question": defuse(p.question)}
	var passages []promptPassage
	for _, passage := range p.passages {
		passages = append(passages, promptPassage{passage.N, oneLine(defuse(passage.Title)), defuse(passage.Text)})
	}
	var earlier []string
	for _, question := range p.earlier {
		earlier = append(earlier, oneLine(defuse(question)))
	}
	data["Passages"], data["Earlier"] = passages, earlier
	user, err := p.execute("user", data)
	if err != nil {
		return nil, err
	}
	return []llms.MessageContent{
		llms.TextParts(llms.ChatMessageTypeSystem, system),
		llms.TextParts(llms.ChatMessageTypeHuman, user),
	}, nil
}

// execute runs one part of the prompt.
func (p prompt) execute(part string, data any) (string, error) {
	var b strings.Builder
	if err := prompts[p.language].ExecuteTemplate(&b, part, data); err != nil {
		return "", fmt.Errorf("write the %s prompt in %s: %w", part, p.language, err)
	}
	return strings.TrimSpace(b.String()), nil
}

// fences are what a text could leave its quotation with: our own fence, and
// the words that models read as the border between two speakers.
var fences = strings.NewReplacer(
	"===", "= = =",
	"<|", "< |", "|>", "| >", "<｜", "< ｜", "｜>", "｜ >",
	"<start_of_turn>", "< start_of_turn >", "<end_of_turn>", "< end_of_turn >",
	"[INST]", "[ INST ]", "[/INST]", "[ /INST ]", "<<SYS>>", "< SYS >", "<</SYS>>", "< /SYS >",
	"<s>", "< s >", "</s>", "< /s >",
)

// defuse returns a text that cannot pass for anything but quoted data.
func defuse(text string) string { return fences.Replace(text) }

// oneLine returns text without line breaks.
func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }
