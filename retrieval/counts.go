package retrieval

// Counts say how large an index is.
type Counts struct {
	Documents int   `json:"documents"`
	Passages  int   `json:"passages"`
	Classes   int   `json:"classes"` // different readers
	Bytes     int64 `json:"bytes"`   // on the disk of this machine
}
