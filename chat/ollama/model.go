package ollama

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/ollama/ollama/api"
	"github.com/tmc/langchaingo/llms"
)

// ModelOptions choose a chat model and how it is run. A zero field takes its
// default.
type ModelOptions struct {
	Name string // as Ollama knows it, such as "qwen3:4b"
	// Context is how many tokens the prompt and the answer may have together,
	// 4096 by default. It is always sent: Ollama's own default depends on the
	// machine's memory.
	Context int
	// Threads is how many processor threads the model uses; 0 leaves it to
	// Ollama, which takes one a core. Fewer are faster on a busy machine. As
	// with Context, one value for all who use the model: Ollama loads it anew
	// whenever either changes.
	Threads int
	// Temperature is how freely words are chosen; 0 always takes the likeliest.
	Temperature float64
	// MaxTokens ends an answer, 512 by default.
	MaxTokens int
	// KeepAlive is how long the model stays in memory unused, 30 min by default.
	KeepAlive time.Duration
}

// A Model writes answers with a chat model of Ollama. It is an llms.Model, and
// safe for concurrent use.
type Model struct {
	client  *Client
	options ModelOptions
}

var _ llms.Model = (*Model)(nil)

// Model returns the chat model that o names. It does not call Ollama.
func (c *Client) Model(o ModelOptions) *Model {
	o.Context = cmp.Or(o.Context, 4096)
	o.MaxTokens = cmp.Or(o.MaxTokens, 512)
	o.KeepAlive = cmp.Or(o.KeepAlive, 30*time.Minute)
	return &Model{client: c, options: o}
}

// Name is the model's name in Ollama.
func (m *Model) Name() string { return m.options.Name }

// Context is how many tokens the prompt and the answer may have together.
func (m *Model) Context() int { return m.options.Context }

// GenerateContent answers messages, which hold text alone.
//
// With llms.WithStreamingFunc every piece of the answer is handed on as it
// comes; an error from that function ends the work in Ollama and is returned.
// A model that can think first is told not to. The result has one choice; its
// GenerationInfo has "PromptTokens" and "CompletionTokens" (int),
// "PromptSeconds" and "CompletionSeconds" (float64), "DoneReason" (string,
// "stop" or "length") and "Model" (string). PromptSeconds leaves out what
// Ollama remembered of an earlier prompt with the same beginning.
//
// An answer that did not come to its end is an error: an [*Error], the cause of
// ctx, or [ErrPromptTooLong].
func (m *Model) GenerateContent(ctx context.Context, messages []llms.MessageContent, options ...llms.CallOption) (*llms.ContentResponse, error) {
	var call llms.CallOptions
	for _, option := range options {
		option(&call)
	}
	request, err := m.request(messages, call)
	if err != nil {
		return nil, err
	}
	return m.chat(ctx, request, call.StreamingFunc)
}

// Call answers a single prompt; see [Model.GenerateContent].
func (m *Model) Call(ctx context.Context, prompt string, options ...llms.CallOption) (string, error) {
	return llms.GenerateFromSinglePrompt(ctx, m, prompt, options...)
}

// Warm loads the model and has it read head, the system message that prompts
// will begin with, so that the first question finds both done.
func (m *Model) Warm(ctx context.Context, head string) error {
	messages := []llms.MessageContent{llms.TextParts(llms.ChatMessageTypeSystem, head)}
	_, err := m.GenerateContent(ctx, messages, llms.WithMaxTokens(1))
	return err
}

// chat sends a request and gathers its stream.
func (m *Model) chat(ctx context.Context, request *api.ChatRequest, hand func(context.Context, []byte) error) (*llms.ContentResponse, error) {
	op := "answer with " + request.Model
	thinks, err := m.client.thinks(ctx, request.Model)
	if err != nil {
		return nil, err
	}
	if thinks {
		request.Think = &api.ThinkValue{Value: false}
	}
	s := stream{hand: hand}
	err = m.client.stream(ctx, op, request.Model, m.client.deadlines.Idle, func(ctx context.Context, w *watch) error {
		return m.client.api.Chat(ctx, request, func(r api.ChatResponse) error {
			return w.heard(func() error { return s.take(ctx, r) })
		})
	})
	switch {
	case s.refused != nil:
		return nil, s.refused
	case tooLong(err) || (err == nil && s.last.PromptEvalCount >= m.options.Context):
		return nil, fmt.Errorf("%s: %w of %d tokens", op, ErrPromptTooLong, m.options.Context)
	case err != nil:
		return nil, err
	case !s.last.Done:
		return nil, cut(op)
	}
	return s.response(), nil
}

// stream runs a call that answers in pieces, between which Ollama may be silent
// for silence.
func (c *Client) stream(ctx context.Context, op, name string, silence time.Duration, call func(context.Context, *watch) error) error {
	watched, w := newWatch(ctx, c.deadlines.First, silence)
	defer w.close()
	err := call(watched, w)
	switch {
	// The API's client returns nil for a stream that the context ended.
	case ctx.Err() == nil && errors.Is(context.Cause(watched), ErrIdle):
		return idle(op, w.limit)
	case err != nil || ctx.Err() != nil:
		return c.explain(ctx, op, name, err)
	default:
		return nil
	}
}

// tooLong says whether Ollama refused a prompt for its length. It has no code
// of its own for that, so the words decide ("the input length exceeds the
// context length").
func tooLong(err error) bool {
	var status api.StatusError
	return errors.As(err, &status) && status.StatusCode == http.StatusBadRequest &&
		strings.Contains(status.ErrorMessage, "exceeds")
}

// A stream gathers the pieces of one answer.
type stream struct {
	hand    func(context.Context, []byte) error // or nil
	text    strings.Builder
	last    api.ChatResponse
	refused error // by hand
}

// take adds a piece and hands it on.
func (s *stream) take(ctx context.Context, r api.ChatResponse) error {
	s.last = r
	piece := r.Message.Content
	if piece == "" {
		return nil
	}
	s.text.WriteString(piece)
	if s.hand != nil {
		s.refused = s.hand(ctx, []byte(piece))
	}
	return s.refused
}

func (s *stream) response() *llms.ContentResponse {
	return &llms.ContentResponse{Choices: []*llms.ContentChoice{{
		Content:    s.text.String(),
		StopReason: s.last.DoneReason,
		GenerationInfo: map[string]any{
			"PromptTokens":      s.last.PromptEvalCount,
			"CompletionTokens":  s.last.EvalCount,
			"PromptSeconds":     s.last.PromptEvalDuration.Seconds(),
			"CompletionSeconds": s.last.EvalDuration.Seconds(),
			"DoneReason":        s.last.DoneReason,
			"Model":             s.last.Model,
		},
	}}}
}
