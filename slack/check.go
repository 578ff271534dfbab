package slack

import (
	"context"
	"fmt"
)

// Check asks Slack once whether it takes the tokens of a Config, and returns the
// name of the workspace. Nobody is answered, and nobody's account is read.
func Check(ctx context.Context, c Config) (workspace string, err error) {
	client := newClient(c.orDefault())
	who, err := client.AuthTestContext(ctx)
	if err != nil {
		return "", fmt.Errorf("ask Slack about the bot's token: %w", err)
	}
	if c.Tokens.App == "" {
		return who.Team, nil
	}
	if _, _, err := client.StartSocketModeContext(ctx); err != nil { // an address to connect to, which is left
		return who.Team, fmt.Errorf("ask Slack about the app's token for Socket Mode: %w", err)
	}
	return who.Team, nil
}
