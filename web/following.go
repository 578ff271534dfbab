package web

import (
	"context"
	"time"

	"bureau/chat"
)

// A following is a follower at work.
type following struct {
	end  context.CancelFunc
	done <-chan struct{} // closed when it sends no more
}

// follow shows an answer. It takes the place of the one who showed the same
// answer on this socket before.
func (v *visit) follow(f follow) error {
	if err := f.check(); err != nil {
		return err
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.draining {
		return errShutdown
	}
	before, again := v.followers[f.Answer]
	if !again && len(v.followers) >= maxFollowed {
		return errTooMany
	}
	ctx, end := context.WithCancel(v.conn.ctx)
	done := make(chan struct{})
	v.followers[f.Answer] = following{end, done}
	v.followed.Go(func() {
		defer v.unfollow(f.Answer, done)
		defer end()
		if again { // its frames come first, and none of them later
			before.end()
			<-before.done
		}
		shown := follower{
			server: v.server, who: v.server.reader(v.session, v.person), language: v.language,
			answer: f.Answer, after: f.After, send: v.send,
		}
		shown.follow(ctx)
	})
	return nil
}

// full reports whether no other answer can be followed.
func (v *visit) full() bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	return len(v.followers) >= maxFollowed
}

// hand notes the ask that is being handed in, "" for none.
func (v *visit) hand(id string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.asking = id
}

// knows reports whether the visit sees for itself that an answer begins or
// ends: it asked, or it follows the answer.
func (v *visit) knows(c chat.Change) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	_, follows := v.followers[c.Answer]
	return follows || v.asking == c.Asked && c.Asked != ""
}

// unfollow takes a follower out, unless another one has taken its place.
func (v *visit) unfollow(answer string, done chan struct{}) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.followers[answer].done == done {
		delete(v.followers, answer)
	}
	close(done)
}

// drain ends the visit for a shutdown, once its followers have sent what there
// is.
func (v *visit) drain() {
	v.mu.Lock()
	v.draining = true // under mu, so that nobody is followed behind the Wait below
	v.mu.Unlock()
	done := make(chan struct{})
	go func() { v.followed.Wait(); close(done) }()
	late := time.NewTimer(farewell)
	defer late.Stop()
	select {
	case <-done:
	case <-late.C:
	case <-v.conn.ctx.Done():
	}
	v.conn.end(errShutdown)
}
