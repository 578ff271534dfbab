package web

import (
	"context"
	"log/slog"
	"slices"

	"bureau/access"
	"bureau/chat"
	"bureau/chat/history"
)

// followUps returns questions to go on with after an answer from sources that
// ended so. An answer that was stopped or has failed has none.
func (s *Server) followUps(ctx context.Context, scope access.Scope, language string, sources []chat.Source, end chat.Event) []string {
	done, ok := end.(chat.Done)
	if !ok || done.Stopped || len(sources) == 0 {
		return nil
	}
	var used, found []chat.Source
	for _, source := range sources {
		if slices.Contains(done.Cited, source.N) {
			used = append(used, source)
		} else {
			found = append(found, source)
		}
	}
	questions, err := s.config.FollowUps(ctx, scope, language, used, found, suggested)
	if err != nil && ctx.Err() == nil {
		// The answer is whole without them.
		s.config.Log.Warn("suggest questions to go on with", slog.Any("error", err))
	}
	return questions
}

// mostEnds is how many ends of a conversation, which has one for each of its
// branches, are given questions to go on with.
const mostEnds = 4

// goOn adds to the turns of a conversation, as they are shown, the questions to
// go on with: to the newest of those that nothing was asked after.
func (s *Server) goOn(ctx context.Context, who caller, kept []history.Turn, shown []turn) error {
	scope, err := who.reads.Scope()
	if err != nil {
		return err
	}
	followed := make(map[string]bool)
	for _, t := range kept {
		followed[t.After] = true
	}
	ends := 0
	for i, t := range slices.Backward(kept) {
		if ends < mostEnds && !followed[t.Answer] && !t.Hidden && len(t.Events) > 0 {
			ends++
			shown[i].Suggestions = s.followUps(ctx, scope, who.language, chat.SourcesOf(t.Events), t.Events[len(t.Events)-1])
		}
	}
	return nil
}
