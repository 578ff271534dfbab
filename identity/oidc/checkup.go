package oidc

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"
)

// A Checkup is what a provider is like at the moment.
type Checkup struct {
	Keys  int           // that it publishes for signatures
	Clock time.Duration // how far its clock is ahead of ours, to within a second
}

// Checkup asks the provider what it is and for its keys. It is
// [bureau/identity.ErrAway] where it does not answer or is another issuer.
func (p *Provider) Checkup(ctx context.Context) (c Checkup, err error) {
	found, err := p.discover(ctx)
	if err != nil {
		return c, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, found.keys, http.NoBody)
	if err != nil {
		return c, p.away(err)
	}
	response, err := p.client.Do(request)
	if err != nil {
		return c, p.away(err)
	}
	defer func() { _ = response.Body.Close() }() // it was read and not written
	var published struct {
		Keys []struct{ Use string }
	}
	if err := json.NewDecoder(io.LimitReader(response.Body, 1<<20)).Decode(&published); err != nil || response.StatusCode != http.StatusOK {
		return c, p.away(fmt.Errorf("%s: status %s, %w", found.keys, response.Status, err))
	}
	for _, key := range published.Keys {
		if key.Use == "" || key.Use == "sig" {
			c.Keys++
		}
	}
	if date, err := http.ParseTime(response.Header.Get("Date")); err == nil {
		c.Clock = date.Sub(p.config.Now().Truncate(time.Second))
	}
	return c, nil
}
