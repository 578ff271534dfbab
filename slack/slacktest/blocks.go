package slacktest

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"
)

// A Block is one of a message, as Slack takes it.
type Block map[string]any

// Slack's own limits of blocks and of text.
const (
	mostBlocks   = 50
	mostSection  = 3000
	mostElements = 10
	mostMarkdown = 12000
	mostText     = 40000
	mostValue    = 2000
)

// parseBlocks reads blocks, and refuses what Slack would.
func parseBlocks(encoded string) ([]Block, error) {
	if encoded == "" {
		return nil, nil
	}
	var blocks []Block
	if err := json.Unmarshal([]byte(encoded), &blocks); err != nil {
		return nil, fmt.Errorf("blocks: %w", err)
	}
	if len(blocks) > mostBlocks {
		return nil, fmt.Errorf("%d blocks", len(blocks))
	}
	for _, b := range blocks {
		if err := b.check(); err != nil {
			return nil, fmt.Errorf("block %v: %w", b["type"], err)
		}
	}
	return blocks, nil
}

func (b Block) check() error {
	switch b["type"] {
	case "section":
		return checkText(b["text"], mostSection)
	case "context", "context_actions", "actions":
		elements, _ := b["elements"].([]any)
		if len(elements) == 0 || len(elements) > mostElements {
			return fmt.Errorf("%d elements", len(elements))
		}
		for _, e := range elements {
			if err := checkElement(e, b["type"] == "context"); err != nil {
				return err
			}
		}
		return nil
	case "divider":
		return nil
	}
	return fmt.Errorf("unknown type")
}

func checkElement(element any, isText bool) error {
	if isText {
		return checkText(element, mostSection)
	}
	e, _ := element.(map[string]any)
	if value, _ := e["value"].(string); len(value) > mostValue {
		return fmt.Errorf("a value of %d bytes", len(value))
	}
	return nil
}

func checkText(object any, most int) error {
	o, _ := object.(map[string]any)
	text, _ := o["text"].(string)
	if n := utf8.RuneCountInString(text); n == 0 || n > most {
		return fmt.Errorf("a text of %d characters", n)
	}
	return nil
}

// Texts returns what people read in a block, one piece a line, without its
// buttons.
func (b Block) Texts() string {
	var lines []string
	var walk func(node any)
	walk = func(node any) {
		switch node := node.(type) {
		case map[string]any:
			if text, ok := node["text"].(string); ok {
				lines = append(lines, text)
				return
			}
			if node["type"] == "button" || node["type"] == "feedback_buttons" {
				return
			}
			for _, key := range []string{"text", "accessory", "elements"} {
				walk(node[key])
			}
		case []any:
			for _, one := range node {
				walk(one)
			}
		}
	}
	walk(map[string]any(b))
	return strings.Join(lines, "\n")
}

// Shown returns what people read of a message.
func (m Message) Shown() string {
	var parts []string
	if m.Streamed != "" {
		parts = append(parts, m.Streamed)
	}
	for _, b := range m.Blocks {
		if texts := b.Texts(); texts != "" {
			parts = append(parts, texts)
		}
	}
	if len(parts) == 0 {
		return m.Text
	}
	return strings.Join(parts, "\n")
}

// A Button is one of a message.
type Button struct{ Label, Action, Value string }

// Buttons returns the buttons of a message in their order.
func (m Message) Buttons() []Button {
	var found []Button
	add := func(node map[string]any, action any) {
		label, _ := node["text"].(map[string]any)
		value, _ := node["value"].(string)
		found = append(found, Button{fmt.Sprint(label["text"]), fmt.Sprint(action), value})
	}
	for _, b := range m.Blocks {
		elements, _ := b["elements"].([]any)
		for _, element := range append(elements, b["accessory"]) {
			node, _ := element.(map[string]any)
			switch node["type"] {
			case "button":
				add(node, node["action_id"])
			case "feedback_buttons":
				for _, which := range []string{"positive_button", "negative_button"} {
					one, _ := node[which].(map[string]any)
					add(one, node["action_id"])
				}
			}
		}
	}
	return found
}

// Value returns the value of the first button of an action in a message, "" where
// there is none.
func (m Message) Value(action string) string {
	for _, b := range m.Buttons() {
		if b.Action == action {
			return b.Value
		}
	}
	return ""
}
