package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"bureau/slack"
	"bureau/slack/slacktest"
)

func TestDoctorAsksSlackAboutItsTokens(t *testing.T) {
	space := slacktest.New()
	t.Cleanup(space.Close)
	good := slack.Tokens{Bot: slacktest.BotToken, App: slacktest.AppToken}
	for _, c := range []struct {
		name   string
		people string
		tokens slack.Tokens
		says   []string // of the finding, none where there is none
		ok     bool
	}{
		{"NoTokens", "{id: mei, name: Mei}", slack.Tokens{}, nil, true},
		{"AllIsWell", "{id: mei, name: Mei, email: mei@larkfield.example}, {id: hanna, name: Hanna}", good, []string{"takes the tokens", "1 of 2 people"}, true},
		{"NobodyIsKnown", "{id: mei, name: Mei}", good, []string{"0 of 1 people"}, false},
		{"AnotherBot", "{id: mei, name: Mei}", slack.Tokens{Bot: "xoxb-of-another", App: slacktest.AppToken}, []string{"the bot's token", "invalid_auth"}, false},
		{"AnotherApp", "{id: mei, name: Mei}", slack.Tokens{Bot: slacktest.BotToken, App: "xapp-of-another"}, []string{"the app's token", "invalid_auth"}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newHouse(t, smallCompany(t, "# Leave\n"))
			write(t, filepath.Dir(h.config), map[string]string{"bureau.yaml": "people: [" + c.people + "]\nsources: [{id: all, path: documents, readers: [everyone]}]\n"})
			config, err := (&settings{Config: h.config, Data: &h.data, Model: ptr(none), Embedder: ptr(none), lookup: os.LookupEnv}).load()
			if err != nil {
				t.Fatal(err)
			}
			config.slack.tokens, config.slack.api = c.tokens, space.API()
			findings := examineSlack(t.Context(), config)
			if len(c.says) == 0 {
				if len(findings) > 0 {
					t.Errorf("%+v", findings)
				}
				return
			}
			if len(findings) != 1 || findings[0].OK != c.ok || findings[0].OK != (findings[0].Remedy == "") {
				t.Fatalf("%+v", findings)
			}
			for _, says := range c.says {
				if !strings.Contains(findings[0].Says, says) {
					t.Errorf("%q does not say %q", findings[0].Says, says)
				}
			}
			if c.tokens.Bot != "" && strings.Contains(findings[0].Says, c.tokens.Bot) {
				t.Errorf("a token is printed: %s", findings[0].Says)
			}
		})
	}
}
