package ollama

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/ollama/ollama/api"
	"github.com/tmc/langchaingo/llms"
)

// turnMarks begin or end a turn in the templates of the usual models. None has
// a place inside an answer: a model that writes one has gone on to invent the
// next turn. Sending any stop sequence replaces the model's own, so all are here.
var turnMarks = []string{
	"<|im_end|>", "<|im_start|>", "<|endoftext|>", "<|eot_id|>", "<|start_header_id|>",
	"<end_of_turn>", "<start_of_turn>", "<|end|>", "<|user|>",
}

// request returns what Ollama is sent for messages. A prompt that does not fit
// is refused (truncate) and an answer that fills the context ends there
// (shift), where Ollama would otherwise drop text without saying so.
func (m *Model) request(messages []llms.MessageContent, call llms.CallOptions) (*api.ChatRequest, error) {
	if len(call.Tools) > 0 || len(call.Functions) > 0 {
		return nil, errors.New("answer with Ollama: tools are not offered")
	}
	turns, err := turns(messages)
	if err != nil {
		return nil, err
	}
	stream, no := true, false
	request := &api.ChatRequest{
		Model:     cmp.Or(call.Model, m.options.Name),
		Messages:  turns,
		Stream:    &stream,
		KeepAlive: &api.Duration{Duration: m.options.KeepAlive},
		Truncate:  &no,
		Shift:     &no,
		Options:   m.runOptions(call),
	}
	if call.JSONMode {
		request.Format = json.RawMessage(`"json"`)
	}
	return request, nil
}

// runOptions are the options of Ollama's model files. What the call leaves at
// zero is the model's.
func (m *Model) runOptions(call llms.CallOptions) map[string]any {
	stop := make([]string, 0, len(turnMarks)+len(call.StopWords))
	options := map[string]any{
		"num_ctx":     m.options.Context,
		"num_predict": cmp.Or(call.MaxTokens, m.options.MaxTokens),
		"temperature": cmp.Or(call.Temperature, m.options.Temperature),
		"stop":        append(append(stop, turnMarks...), call.StopWords...),
	}
	if m.options.Threads > 0 {
		options["num_thread"] = m.options.Threads
	}
	if call.TopK > 0 {
		options["top_k"] = call.TopK
	}
	if call.TopP > 0 {
		options["top_p"] = call.TopP
	}
	if call.Seed != 0 {
		options["seed"] = call.Seed
	}
	if call.RepetitionPenalty > 0 {
		options["repeat_penalty"] = call.RepetitionPenalty
	}
	return options
}

// roles are Ollama's names for the speakers.
var roles = map[llms.ChatMessageType]string{
	llms.ChatMessageTypeSystem:  "system",
	llms.ChatMessageTypeHuman:   "user",
	llms.ChatMessageTypeGeneric: "user",
	llms.ChatMessageTypeAI:      "assistant",
}

// turns are messages as Ollama takes them.
func turns(messages []llms.MessageContent) ([]api.Message, error) {
	turns := make([]api.Message, 0, len(messages))
	for i, message := range messages {
		role, known := roles[message.Role]
		if !known {
			return nil, fmt.Errorf("message %d for Ollama: role %q is not offered", i, message.Role)
		}
		var text strings.Builder
		for _, part := range message.Parts {
			written, ok := part.(llms.TextContent)
			if !ok {
				return nil, fmt.Errorf("message %d for Ollama: %T is not text", i, part)
			}
			text.WriteString(written.Text)
		}
		turns = append(turns, api.Message{Role: role, Content: text.String()})
	}
	return turns, nil
}
