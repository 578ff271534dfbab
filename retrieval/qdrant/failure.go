package qdrant

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	client "github.com/qdrant/go-client/qdrant"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"bureau/retrieval"
)

// What can be wrong with a server or a collection, beside retrieval.ErrUnavailable.
// Each error that wraps one of these names the object and the remedy.
var (
	// ErrVersion says that the server is older than what the engine needs.
	ErrVersion = errors.New("the server is too old")
	// ErrForeign says that a collection of the name wanted belongs to somebody
	// else.
	ErrForeign = errors.New("the collection is not of this index")
	// ErrLost says that the server lacks what the register has.
	ErrLost = errors.New("the collection has lost passages")
	// ErrUnknown says that the server has passages that the register lacks.
	ErrUnknown = errors.New("the collection has passages of nobody")
	// ErrShape says that the collection's vectors are not those that the index
	// was made with.
	ErrShape = errors.New("the collection has other vectors")
	// ErrUnindexed says that the collection has lost the index of a payload field,
	// without which the server refuses to filter by it.
	ErrUnindexed = errors.New("the collection lacks the index of a field")
	// ErrFull says that the server takes no more points.
	ErrFull = errors.New("the server takes no more passages")
	// ErrKey says that the API key is missing, wrong, or not for writing.
	ErrKey = errors.New("the server does not accept the API key")
)

// failure puts what the server or the connection said into words: what was
// tried, where, and what to do. nil stays nil.
func (s *Server) failure(what string, err error) error {
	if err == nil {
		return nil
	}
	var busy *client.QdrantResourceExhaustedError
	switch code := status.Code(err); {
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("%s: %w", what, err)
	case errors.As(err, &busy):
		return fmt.Errorf("%s: %w: Qdrant at %s is at its rate limit for another %d s", what, retrieval.ErrUnavailable, s.name, busy.RetryAfterS)
	case code == codes.Unavailable:
		return fmt.Errorf("%s: %w: Qdrant at %s: %s; start it, or correct index: in bureau.yaml", what, retrieval.ErrUnavailable, s.name, said(err))
	case code == codes.DeadlineExceeded:
		return fmt.Errorf("%s: %w: Qdrant at %s has not answered in time", what, retrieval.ErrUnavailable, s.name)
	case code == codes.Unauthenticated, code == codes.PermissionDenied:
		return fmt.Errorf("%s: %w of %s: %s; set BUREAU_QDRANT_API_KEY, or BUREAU_QDRANT_READ_API_KEY for serving", what, ErrKey, s.name, said(err))
	case code == codes.NotFound:
		return fmt.Errorf("%s: %w: %s says: %s; \"bureau reindex\" builds the index anew", what, ErrLost, s.name, said(err))
	case code == codes.InvalidArgument && says(err, "index required"):
		return fmt.Errorf("%s: %w: %s says: %s; \"bureau ingest\" makes it again", what, ErrUnindexed, s.name, said(err))
	case code == codes.InvalidArgument && says(err, "dimension", "vector name"):
		return fmt.Errorf("%s: %w: %s says: %s; \"bureau reindex\" builds the index anew", what, ErrShape, s.name, said(err))
	case code == codes.ResourceExhausted, says(err, "no space left", "out of disk", "disk space"):
		return fmt.Errorf("%s: %w: %s: %s; free room on its disk, or raise its limits", what, ErrFull, s.name, said(err))
	}
	return fmt.Errorf("%s: %s says: %w", what, s.name, err)
}

// says reports whether a server's message has one of the phrases. Qdrant has no
// codes for these.
func says(err error, phrases ...string) bool {
	message := strings.ToLower(err.Error())
	return slices.ContainsFunc(phrases, func(phrase string) bool { return strings.Contains(message, phrase) })
}

// said returns what the server or the connection said, without what the client
// and the protocol wrap around it.
func said(err error) string {
	for inner := err; inner != nil; inner = errors.Unwrap(inner) {
		err = inner
	}
	message := status.Convert(err).Message()
	if _, quoted, ok := strings.Cut(message, `desc = "`); ok { // of the connection itself
		message = strings.TrimSuffix(quoted, `"`)
	}
	return message
}
