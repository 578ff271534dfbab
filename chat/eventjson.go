package chat

import (
	"encoding/json"
	"errors"
	"fmt"
)

// A keptEvent is an event as it is kept: one field is set. What was kept once
// must be read for ever, so that the names of these fields, and of those of the
// events, do not change.
type keptEvent struct {
	Accepted *Accepted `json:"accepted,omitempty"`
	Stage    *Stage    `json:"stage,omitempty"`
	Sources  *Sources  `json:"sources,omitempty"`
	Delta    *string   `json:"delta,omitempty"`
	Sentence *Sentence `json:"sentence,omitempty"`
	Refusal  *Refusal  `json:"refusal,omitempty"`
	Done     *Done     `json:"done,omitempty"`
	Failed   *Failed   `json:"failed,omitempty"`
}

// EncodeEvents returns events as JSON, to be kept.
func EncodeEvents(events []Event) ([]byte, error) {
	kept := make([]keptEvent, len(events))
	for i, e := range events {
		switch e := e.(type) {
		case Accepted:
			kept[i].Accepted = &e
		case Stage:
			kept[i].Stage = &e
		case Sources:
			kept[i].Sources = &e
		case Delta:
			kept[i].Delta = &e.Text
		case Sentence:
			kept[i].Sentence = &e
		case Refusal:
			kept[i].Refusal = &e
		case Done:
			kept[i].Done = &e
		case Failed:
			kept[i].Failed = &e
		default:
			return nil, fmt.Errorf("encode event %d: unknown event %T", i+1, e)
		}
	}
	return json.Marshal(kept)
}

// DecodeEvents returns the events that EncodeEvents was given.
func DecodeEvents(data []byte) ([]Event, error) {
	var kept []keptEvent
	if err := json.Unmarshal(data, &kept); err != nil {
		return nil, fmt.Errorf("decode events: %w", err)
	}
	events := make([]Event, len(kept))
	for i, k := range kept {
		e, err := k.event()
		if err != nil {
			return nil, fmt.Errorf("decode event %d: %w", i+1, err)
		}
		events[i] = e
	}
	return events, nil
}

// event returns the one event that is set.
func (k keptEvent) event() (Event, error) {
	switch {
	case k.Accepted != nil:
		return *k.Accepted, nil
	case k.Stage != nil:
		return *k.Stage, nil
	case k.Sources != nil:
		return *k.Sources, nil
	case k.Delta != nil:
		return Delta{*k.Delta}, nil
	case k.Sentence != nil:
		return *k.Sentence, nil
	case k.Refusal != nil:
		return *k.Refusal, nil
	case k.Done != nil:
		return *k.Done, nil
	case k.Failed != nil:
		return *k.Failed, nil
	}
	return nil, errors.New("unknown event")
}
