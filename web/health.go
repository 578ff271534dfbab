package web

// A Health says which parts of an answer are there at this moment. A part that
// is not configured is not missing.
type Health struct {
	Model    bool // writes the answers; without it they are quotes
	Embedder bool // finds by meaning; without it words are searched for
}

// Turn tells every browser of a health that is another than before. Until it is
// called, everything counts as there.
func (s *Server) Turn(now Health) {
	s.hub.turn(health{Model: now.Model, Embedder: now.Embedder})
}
