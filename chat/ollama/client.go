package ollama

import (
	"cmp"
	"context"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"time"

	"github.com/ollama/ollama/api"
	"github.com/ollama/ollama/types/model"
)

// Deadlines bound how long Ollama may keep a caller waiting. A zero field takes
// its default.
type Deadlines struct {
	// Connect is for the connection itself, 5 s by default.
	Connect time.Duration
	// Call is for a question about Ollama or a model, 15 s by default.
	Call time.Duration
	// First is for the first token of an answer: it covers loading the model,
	// waiting behind others and reading the prompt. It is also the longest
	// silence of a download. 3 min by default.
	First time.Duration
	// Idle is between two tokens. The time that a caller takes for a token does
	// not count. 60 s by default.
	Idle time.Duration
	// Embed is for one batch of texts, 5 min by default.
	Embed time.Duration
}

// A Client is one Ollama server. It is safe for concurrent use.
type Client struct {
	url       string
	base      *url.URL
	http      *http.Client
	api       *api.Client
	deadlines Deadlines

	mu       sync.Mutex
	thinking map[string]bool // by model, filled by thinks
}

// New returns the client of the Ollama at rawURL, such as
// "http://127.0.0.1:11434". It does not call it. No proxy is used: whatever
// Ollama is sent goes to that host and nowhere else.
func New(rawURL string, d Deadlines) (*Client, error) {
	base, err := url.Parse(rawURL)
	if err != nil {
		return nil, fmt.Errorf("read the URL of Ollama: %w", err)
	}
	if base.Host == "" || (base.Scheme != "http" && base.Scheme != "https") {
		return nil, fmt.Errorf("the URL of Ollama is %q, and must be like http://127.0.0.1:11434", rawURL)
	}
	d.Connect = cmp.Or(d.Connect, 5*time.Second)
	d.Call = cmp.Or(d.Call, 15*time.Second)
	d.First = cmp.Or(d.First, 3*time.Minute)
	d.Idle = cmp.Or(d.Idle, time.Minute)
	d.Embed = cmp.Or(d.Embed, 5*time.Minute)
	transport := &http.Transport{
		DialContext:         (&net.Dialer{Timeout: d.Connect}).DialContext,
		MaxIdleConnsPerHost: 4,
		IdleConnTimeout:     90 * time.Second,
	}
	client := &http.Client{Transport: transport}
	return &Client{
		url:       base.Redacted(),
		base:      base,
		http:      client,
		api:       api.NewClient(base, client),
		deadlines: d,
		thinking:  map[string]bool{},
	}, nil
}

// Health returns nil when Ollama answers and has all the models. It loads none.
func (c *Client) Health(ctx context.Context, models ...string) error {
	if len(models) == 0 {
		return c.short(ctx, "reach Ollama", "", func(ctx context.Context) error {
			_, err := c.api.Version(ctx)
			return err
		})
	}
	for _, name := range models {
		if _, err := c.show(ctx, name); err != nil {
			return err
		}
	}
	return nil
}

// thinks says whether a model reasons before it answers, and asks Ollama once.
func (c *Client) thinks(ctx context.Context, name string) (bool, error) {
	c.mu.Lock()
	thinks, known := c.thinking[name]
	c.mu.Unlock()
	if known {
		return thinks, nil
	}
	shown, err := c.show(ctx, name)
	if err != nil {
		return false, err
	}
	thinks = slices.Contains(shown.Capabilities, model.CapabilityThinking)
	c.mu.Lock()
	c.thinking[name] = thinks
	c.mu.Unlock()
	return thinks, nil
}

func (c *Client) show(ctx context.Context, name string) (*api.ShowResponse, error) {
	var shown *api.ShowResponse
	err := c.short(ctx, "ask Ollama for the model "+name, name, func(ctx context.Context) (err error) {
		shown, err = c.api.Show(ctx, &api.ShowRequest{Model: name})
		return err
	})
	return shown, err
}

// short runs a call that should be answered at once.
func (c *Client) short(ctx context.Context, op, name string, call func(context.Context) error) error {
	return c.within(ctx, c.deadlines.Call, op, name, call)
}

// within runs a call with a deadline, and explains its error.
func (c *Client) within(ctx context.Context, d time.Duration, op, name string, call func(context.Context) error) error {
	limited, cancel := context.WithTimeout(ctx, d)
	defer cancel()
	err := call(limited)
	switch {
	case err == nil:
		return nil
	case limited.Err() != nil && ctx.Err() == nil:
		return idle(op, d)
	default:
		return c.explain(ctx, op, name, err)
	}
}
