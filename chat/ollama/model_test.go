package ollama

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ollama/ollama/api"
	"github.com/tmc/langchaingo/llms"
)

func TestAnswerIsWholeAndMeasured(t *testing.T) {
	client := serve(t, map[string]http.HandlerFunc{"/api/chat": lines(token("Twelve "), token("days."), end)})
	var streamed strings.Builder
	reply, err := client.Model(ModelOptions{Name: "m"}).GenerateContent(t.Context(), question("?"),
		llms.WithStreamingFunc(func(_ context.Context, piece []byte) error { streamed.Write(piece); return nil }))
	if err != nil {
		t.Fatal(err)
	}
	choice := reply.Choices[0]
	if choice.Content != "Twelve days." || streamed.String() != choice.Content {
		t.Errorf("answer %q, streamed %q", choice.Content, streamed.String())
	}
	want := map[string]any{"PromptTokens": 7, "CompletionTokens": 2, "PromptSeconds": 0.5,
		"CompletionSeconds": 0.25, "DoneReason": "stop", "Model": "m"}
	if !reflect.DeepEqual(choice.GenerationInfo, want) {
		t.Errorf("info %v, want %v", choice.GenerationInfo, want)
	}
}

func TestRequestLeavesNothingToOllamasDefaults(t *testing.T) {
	var sent api.ChatRequest
	client := serve(t, map[string]http.HandlerFunc{"/api/chat": capture(t, &sent, lines(end))})
	model := client.Model(ModelOptions{Name: "m", Threads: 1, Context: 2048})
	if _, err := model.Call(t.Context(), "?", llms.WithStopWords([]string{"###"})); err != nil {
		t.Fatal(err)
	}
	for key, want := range map[string]any{"num_ctx": 2048.0, "num_thread": 1.0, "temperature": 0.0, "num_predict": 512.0} {
		if sent.Options[key] != want {
			t.Errorf("%s is %v, want %v", key, sent.Options[key], want)
		}
	}
	stop := sent.Options["stop"].([]any)
	if stop[0] != "<|im_end|>" || stop[len(stop)-1] != "###" {
		t.Errorf("stop is %v, want the marks of turns and the call's own", stop)
	}
	if sent.Think != nil || *sent.Truncate || *sent.Shift || sent.KeepAlive.Duration != 30*time.Minute {
		t.Errorf("think %v, truncate %v, shift %v, keep_alive %v", sent.Think, *sent.Truncate, *sent.Shift, sent.KeepAlive)
	}
}

func TestModelThatThinksIsToldNotTo(t *testing.T) {
	var sent api.ChatRequest
	asked := 0
	client := serve(t, map[string]http.HandlerFunc{
		"/api/show": func(w http.ResponseWriter, _ *http.Request) {
			asked++
			io.WriteString(w, `{"capabilities":["completion","thinking"]}`)
		},
		"/api/chat": capture(t, &sent, lines(end)),
	})
	model := client.Model(ModelOptions{Name: "m"})
	for range 2 {
		if _, err := model.Call(t.Context(), "?"); err != nil {
			t.Fatal(err)
		}
	}
	if sent.Think == nil || sent.Think.Value != false {
		t.Errorf("think is %v, want false", sent.Think)
	}
	if asked != 1 {
		t.Errorf("asked %d times for what the model can do, want once", asked)
	}
}

func TestCutStreamIsAnError(t *testing.T) {
	for name, route := range map[string]http.HandlerFunc{
		"Ended": lines(token("Twelve")),
		"Empty": lines(),
		"Reset": func(w http.ResponseWriter, r *http.Request) {
			lines(token("Twelve"))(w, r)
			conn, _, _ := http.NewResponseController(w).Hijack()
			conn.Close()
		},
	} {
		t.Run(name, func(t *testing.T) {
			client := serve(t, map[string]http.HandlerFunc{"/api/chat": route})
			_, err := client.Model(ModelOptions{Name: "m"}).GenerateContent(t.Context(), question("?"))
			wantUnavailable(t, err, ErrCut)
		})
	}
}

func TestErrorInsideAStreamIsAnError(t *testing.T) {
	client := serve(t, map[string]http.HandlerFunc{"/api/chat": lines(token("a"), `{"error":"model runner has stopped"}`+"\n")})
	_, err := client.Model(ModelOptions{Name: "m"}).GenerateContent(t.Context(), question("?"))
	wantUnavailable(t, err, ErrFailed)
}

// endless streams tokens until the caller is gone, which it tells.
func endless(gone chan<- struct{}) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		defer close(gone)
		for r.Context().Err() == nil {
			lines(token("la "))(w, r)
		}
	}
}

func TestErrorOfTheStreamingFuncEndsTheWork(t *testing.T) {
	gone := make(chan struct{})
	client := serve(t, map[string]http.HandlerFunc{"/api/chat": endless(gone)})
	enough := errors.New("enough")
	_, err := client.Model(ModelOptions{Name: "m"}).GenerateContent(t.Context(), question("?"),
		llms.WithStreamingFunc(func(context.Context, []byte) error { return enough }))
	if !errors.Is(err, enough) {
		t.Errorf("error %v, want that of the function", err)
	}
	<-gone // else the test would time out
}

func TestCancelledAnswerIsTheCallersError(t *testing.T) {
	gone := make(chan struct{})
	client := serve(t, map[string]http.HandlerFunc{"/api/chat": endless(gone)})
	ctx, cancel := context.WithCancelCause(t.Context())
	stopped := errors.New("stopped by the person")
	_, err := client.Model(ModelOptions{Name: "m"}).GenerateContent(ctx, question("?"),
		llms.WithStreamingFunc(func(context.Context, []byte) error { cancel(stopped); return nil }))
	var ours *Error
	if !errors.Is(err, stopped) || errors.As(err, &ours) {
		t.Errorf("error %v, want the cause of the context and no *Error", err)
	}
	<-gone
}

func TestSilenceIsBounded(t *testing.T) {
	limits := Deadlines{First: 3 * time.Minute, Idle: time.Minute}
	for name, c := range map[string]struct {
		tokens int
		want   time.Duration
	}{
		"BeforeTheFirstToken": {0, limits.First},
		"BetweenTokens":       {2, limits.Idle},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				client := piped(t, pipe(func(ctx context.Context, body io.Writer) {
					for range c.tokens {
						io.WriteString(body, token("a"))
					}
					<-ctx.Done()
				}), limits)
				start := time.Now()
				_, err := client.Model(ModelOptions{Name: "m"}).GenerateContent(t.Context(), question("?"))
				wantUnavailable(t, err, ErrIdle)
				wantWords(t, err, "nothing for "+c.want.String())
				if took := time.Since(start); took != c.want {
					t.Errorf("gave up after %v, want %v", took, c.want)
				}
			})
		})
	}
}

// mute is a server that takes requests and never answers.
type mute struct{}

func (mute) RoundTrip(r *http.Request) (*http.Response, error) {
	<-r.Context().Done()
	return nil, r.Context().Err()
}

func TestShortCallsAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client := piped(t, mute{}, Deadlines{Call: 15 * time.Second})
		start := time.Now()
		wantUnavailable(t, client.Health(t.Context()), ErrIdle)
		if took := time.Since(start); took != 15*time.Second {
			t.Errorf("gave up after %v, want 15s", took)
		}
	})
}

func TestSlowAnswerHasNoTotalLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client := piped(t, pipe(func(_ context.Context, body io.Writer) {
			for range 100 {
				time.Sleep(50 * time.Second)
				io.WriteString(body, token("a"))
			}
			io.WriteString(body, end)
		}), Deadlines{})
		reply, err := client.Model(ModelOptions{Name: "m"}).GenerateContent(t.Context(), question("?"))
		if err != nil || len(reply.Choices[0].Content) != 100 {
			t.Errorf("answer %v, error %v", reply, err)
		}
	})
}

func TestSlowReaderIsNotSilence(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client := piped(t, pipe(func(_ context.Context, body io.Writer) { io.WriteString(body, token("a")+token("b")+end) }), Deadlines{})
		_, err := client.Model(ModelOptions{Name: "m"}).GenerateContent(t.Context(), question("?"),
			llms.WithStreamingFunc(func(context.Context, []byte) error { time.Sleep(time.Hour); return nil }))
		if err != nil {
			t.Error(err)
		}
	})
}

func TestPromptThatDoesNotFitIsAnError(t *testing.T) {
	for name, route := range map[string]http.HandlerFunc{
		"Refused":     refuse(http.StatusBadRequest, "the input length exceeds the context length"),
		"CutInSecret": lines(token("a"), strings.Replace(end, `"prompt_eval_count":7`, `"prompt_eval_count":4096`, 1)),
	} {
		t.Run(name, func(t *testing.T) {
			client := serve(t, map[string]http.HandlerFunc{"/api/chat": route})
			_, err := client.Model(ModelOptions{Name: "m"}).GenerateContent(t.Context(), question("?"))
			var ours *Error
			if !errors.Is(err, ErrPromptTooLong) || errors.As(err, &ours) {
				t.Errorf("error %v, want ErrPromptTooLong and no *Error", err)
			}
		})
	}
}

func TestErrorsNameTheRemedy(t *testing.T) {
	missing := serve(t, map[string]http.HandlerFunc{"/api/show": refuse(http.StatusNotFound, `model "m" not found`)})
	_, err := missing.Model(ModelOptions{Name: "m"}).Call(t.Context(), "?")
	wantUnavailable(t, err, ErrModelMissing)
	wantWords(t, err, "ollama pull m")

	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	url := "http://" + listener.Addr().String()
	listener.Close()
	absent, err := New(url, Deadlines{})
	if err != nil {
		t.Fatal(err)
	}
	err = absent.Health(t.Context())
	wantUnavailable(t, err, ErrUnreachable)
	wantWords(t, err, "ollama serve")
	wantWords(t, err, url)

	busy := serve(t, map[string]http.HandlerFunc{"/api/chat": refuse(http.StatusServiceUnavailable, "server busy")})
	_, err = busy.Model(ModelOptions{Name: "m"}).Call(t.Context(), "?")
	wantUnavailable(t, err, ErrFailed)
}

func TestWhatIsNoTextIsRefused(t *testing.T) {
	model := serve(t, nil).Model(ModelOptions{Name: "m"})
	for name, messages := range map[string][]llms.MessageContent{
		"Image": {{Role: llms.ChatMessageTypeHuman, Parts: []llms.ContentPart{llms.ImageURLPart("http://x")}}},
		"Role":  {llms.TextParts(llms.ChatMessageTypeTool, "x")},
	} {
		if _, err := model.GenerateContent(t.Context(), messages); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if _, err := model.Call(t.Context(), "?", llms.WithTools([]llms.Tool{{}})); err == nil {
		t.Error("tools: no error")
	}
}

func TestURLMustNameAServer(t *testing.T) {
	for _, url := range []string{"", "127.0.0.1:11434", "ftp://host", "http://", "::"} {
		if _, err := New(url, Deadlines{}); err == nil {
			t.Errorf("New(%q): no error", url)
		}
	}
}

// wantUnavailable checks the kind of an error, and that a caller who knows no
// type of this package can tell that there is no model.
func wantUnavailable(t *testing.T, err, kind error) {
	t.Helper()
	var unavailable interface{ Unavailable() bool }
	if !errors.Is(err, kind) || !errors.As(err, &unavailable) || !unavailable.Unavailable() {
		t.Errorf("error %v, want %v and unavailable", err, kind)
	}
}

func wantWords(t *testing.T, err error, words string) {
	t.Helper()
	if !strings.Contains(err.Error(), words) {
		t.Errorf("error %q does not say %q", err, words)
	}
}
