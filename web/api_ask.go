package web

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// askByHTTP answers POST /api/ask with the frames of the answer.
func (s *Server) askByHTTP(w http.ResponseWriter, r *http.Request, who caller) error {
	var a ask
	if err := read(r, &a); err != nil {
		return err
	}
	a = a.tidied()
	anonymous := a.ID == "" // nobody retries a question that has no id
	if anonymous {
		a.ID = "-"
	}
	if err := a.check(); err != nil {
		return err
	}
	if anonymous {
		a.ID = ""
	}
	answer, err := s.begin(r.Context(), who.asks, who.language, a)
	if err != nil {
		return err
	}
	s.stream(w, r, who, follow{Answer: answer})
	return nil
}

// followByHTTP answers GET /api/answers/{answer} with its frames.
func (s *Server) followByHTTP(w http.ResponseWriter, r *http.Request, who caller) error {
	f := follow{Answer: r.PathValue("answer")}
	after := r.Header.Get("Last-Event-ID") // of a browser that comes back
	if after == "" {
		after = r.URL.Query().Get("after")
	}
	if after != "" {
		var err error
		if f.After, err = strconv.Atoi(after); err != nil {
			return errBadFrame
		}
	}
	if err := f.check(); err != nil {
		return err
	}
	if err := s.config.Desk.Knows(r.Context(), who.reads, f.Answer); err != nil {
		return err
	}
	s.stream(w, r, who, f)
	return nil
}

// stopByHTTP answers POST /api/answers/{answer}/stop.
func (s *Server) stopByHTTP(w http.ResponseWriter, r *http.Request, who caller) error {
	if err := s.config.Desk.Stop(who.ID, r.PathValue("answer")); err != nil {
		return err
	}
	return noContent(w)
}

// feedbackByHTTP answers POST /api/feedback.
func (s *Server) feedbackByHTTP(w http.ResponseWriter, r *http.Request, who caller) error {
	var f feedback
	if err := read(r, &f); err != nil {
		return err
	}
	if err := s.judge(r.Context(), who.ID, f); err != nil {
		return err
	}
	return noContent(w)
}

// stream sends the frames of an answer as server-sent events, up to its end or
// the browser's.
func (s *Server) stream(w http.ResponseWriter, r *http.Request, who caller, f follow) {
	ctx, end := context.WithCancel(r.Context())
	defer end()
	w.Header().Set("Content-Type", "text/event-stream; charset=utf-8")
	w.Header().Set("X-Accel-Buffering", "no") // a proxy that gathers would show the answer at its end
	out := &events{out: w, control: http.NewResponseController(w)}
	var writer sync.WaitGroup
	writer.Go(func() { out.keepOpen(ctx, end) })
	shown := follower{
		server: s, who: who.reads, language: who.language,
		answer: f.Answer, after: f.After, send: out.send,
	}
	shown.follow(ctx)
	end()
	writer.Wait()
}

// events is a reply of server-sent events.
type events struct {
	mu      sync.Mutex
	out     http.ResponseWriter
	control *http.ResponseController
}

// send writes a frame.
func (e *events) send(_ context.Context, frame any) error {
	data, err := json.Marshal(frame)
	if err != nil {
		return fmt.Errorf("encode frame: %w", err)
	}
	var head head
	if err := json.Unmarshal(data, &head); err != nil {
		return err // unreachable: every frame of an answer begins with a head
	}
	return e.write(fmt.Appendf(nil, "event: %s\nid: %d\ndata: %s\n\n", head.Type, head.Seq, data))
}

// write sends bytes at once. A browser that takes nothing for writeWait is
// gone.
func (e *events) write(data []byte) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if err := e.control.SetWriteDeadline(time.Now().Add(writeWait)); err != nil {
		return err
	}
	if _, err := e.out.Write(data); err != nil {
		return err
	}
	return e.control.Flush()
}

// keepOpen sends a comment each pingPeriod, so that no proxy takes a long wait
// for the end, and a browser that is gone is noticed. It ends the reply then.
func (e *events) keepOpen(ctx context.Context, end context.CancelFunc) {
	tick := time.NewTicker(pingPeriod)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			if e.write([]byte(": \n\n")) != nil {
				end()
				return
			}
		case <-ctx.Done():
			return
		}
	}
}
