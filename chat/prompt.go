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

// A promptText is the prompt in one language.
type promptText struct {
	// head is the same for every question, so that the model keeps it in its
	// cache.
	head string
	// tail holds the passages, the earlier questions and the question.
	tail *template.Template
}

// prompts are the prompts by language.
var prompts = map[string]promptText{
	English:     parsePrompt(English),
	Simplified:  parsePrompt(Simplified),
	Traditional: parsePrompt(Traditional),
}

// parsePrompt parses an embedded prompt. The files are part of the program: a
// broken one stops it at its start.
func parsePrompt(language string) promptText {
	parsed := template.Must(template.ParseFS(promptFiles, "prompts/"+language+".tmpl"))
	var head strings.Builder
	if err := parsed.ExecuteTemplate(&head, "system", struct{ NotInSources string }{words[language].notInSources}); err != nil {
		panic(err)
	}
	return promptText{strings.TrimSpace(head.String()), parsed.Lookup("user")}
}

// PromptHead returns the part of the prompt that is the same for every
// question in a language, for a model that can be warmed with it.
func PromptHead(language string) string { return prompts[known(language)].head }

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
	data := struct {
		Passages []promptPassage
		Earlier  []string
		Question string
	}{Question: defuse(p.question)}
	for _, passage := range p.passages {
		data.Passages = append(data.Passages, promptPassage{passage.N, oneLine(defuse(passage.Title)), defuse(passage.Text)})
	}
	for _, question := range p.earlier {
		data.Earlier = append(data.Earlier, oneLine(defuse(question)))
	}
	var tail strings.Builder
	if err := prompts[p.language].tail.Execute(&tail, data); err != nil {
		return nil, fmt.Errorf("write the prompt in %s: %w", p.language, err)
	}
	return []llms.MessageContent{
		llms.TextParts(llms.ChatMessageTypeSystem, PromptHead(p.language)),
		llms.TextParts(llms.ChatMessageTypeHuman, strings.TrimSpace(tail.String())),
	}, nil
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
