package qdrant

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"

	client "github.com/qdrant/go-client/qdrant"
	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// An Address says where a server is and how it is spoken to.
type Address struct {
	Host string
	Port int  // of gRPC, 6334 as a rule
	TLS  bool // without it keys and texts travel in the clear
	// Roots, in PEM, are the authorities that the server's certificate is held
	// against; empty means the system's.
	Roots []byte
	// Key is what writing needs; ReadKey, if set, is used for all that only reads.
	// Both are empty on a server without authentication.
	Key, ReadKey string
}

// Deadlines of calls. Nothing else bounds a server that hangs.
type Deadlines struct {
	Query  time.Duration // a search or a look; 3 s if zero
	Write  time.Duration // a batch of points; 30 s if zero
	Revoke time.Duration // a deletion or a change of readers; 30 s if zero
	// Patience is how long a batch of points waits for a server that is not
	// there. A deletion or a change of readers does not wait: whoever asked for
	// it must hear that it is not done. Zero gives up at once.
	Patience time.Duration
	// Waiting, if set, is told when a batch begins to wait.
	Waiting func(reason error)
}

func (d Deadlines) withDefaults() Deadlines {
	d.Query = cmp.Or(max(d.Query, 0), 3*time.Second)
	d.Write = cmp.Or(max(d.Write, 0), 30*time.Second)
	d.Revoke = cmp.Or(max(d.Revoke, 0), 30*time.Second)
	return d
}

// largestMessage bounds what one call may bring back, in bytes: some thousand
// passages with their words.
const largestMessage = 64 << 20

// A Server is a connection to Qdrant. Bulk writing, reading and revoking have
// connections of their own, so that none waits in another one's line.
type Server struct {
	name             string // host:port, for messages
	deadlines        Deadlines
	reads            *client.Client
	writes, revoking *client.Client
}

// Connect prepares the connections. It does not wait for the server: whether it
// is there, [Server.Health] says.
func Connect(a Address, d Deadlines) (*Server, error) {
	readKey := a.ReadKey
	if readKey == "" {
		readKey = a.Key
	}
	s := &Server{name: net.JoinHostPort(a.Host, strconv.Itoa(a.Port)), deadlines: d.withDefaults()}
	var errs [3]error
	s.reads, errs[0] = a.dial(readKey, 2)
	s.writes, errs[1] = a.dial(a.Key, 1)
	s.revoking, errs[2] = a.dial(a.Key, 1)
	if err := errors.Join(errs[:]...); err != nil {
		return nil, errors.Join(fmt.Errorf("prepare the connection to Qdrant at %s: %w", s.name, err), s.Close())
	}
	return s, nil
}

// dial prepares connections with one key. A server that is away is looked for
// every two seconds at least.
func (a Address) dial(key string, connections uint) (*client.Client, error) {
	host := a.Host
	if strings.Contains(host, ":") { // the client joins host and port as they are
		host = "[" + host + "]"
	}
	config := &client.Config{
		Host: host, Port: a.Port, UseTLS: a.TLS, PoolSize: connections,
		SkipCompatibilityCheck: true, // Health looks, with a deadline
		GrpcOptions: []grpc.DialOption{
			grpc.WithConnectParams(grpc.ConnectParams{
				Backoff:           backoff.Config{BaseDelay: 100 * time.Millisecond, Multiplier: 1.6, Jitter: .2, MaxDelay: 2 * time.Second},
				MinConnectTimeout: 2 * time.Second,
			}),
			grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(largestMessage), grpc.MaxCallSendMsgSize(largestMessage)),
		},
	}
	if key != "" { // by hand: the client would print a warning for each connection without TLS
		config.Headers = map[string]string{"api-key": key}
	}
	if a.TLS {
		config.TLSConfig = &tls.Config{MinVersion: tls.VersionTLS12}
		if len(a.Roots) > 0 {
			config.TLSConfig.RootCAs = x509.NewCertPool()
			if !config.TLSConfig.RootCAs.AppendCertsFromPEM(a.Roots) {
				return nil, errors.New("the file of authorities has no certificate in PEM")
			}
		}
	}
	return client.NewClient(config)
}

// Name returns host and port.
func (s *Server) Name() string { return s.name }

// Close closes the connections.
func (s *Server) Close() error {
	var errs []error
	for _, c := range []*client.Client{s.reads, s.writes, s.revoking} {
		if c != nil {
			errs = append(errs, c.Close())
		}
	}
	return errors.Join(errs...)
}

// healthTime is how long a server may take to say that it is there.
const healthTime = 2 * time.Second

// Health returns the version of the server, or why it does not answer, within
// two seconds.
func (s *Server) Health(ctx context.Context) (version string, err error) {
	ctx, cancel := context.WithTimeout(ctx, healthTime)
	defer cancel()
	reply, err := s.reads.HealthCheck(ctx)
	if err != nil {
		return "", s.failure("look at the server", err)
	}
	return reply.GetVersion(), nil
}

// read runs a call that may be repeated, with the deadline of a query. It is
// repeated where the server was not reached.
func read[T any](ctx context.Context, s *Server, what string, call func(context.Context) (T, error)) (T, error) {
	return repeated(ctx, s, what, s.deadlines.Query, readPatience, call)
}

// readPatience is how long a read looks for a server that is restarting or a
// connection that was cut.
const readPatience = 500 * time.Millisecond

// pause is the time between two attempts.
const pause = 100 * time.Millisecond

// repeated runs a call that is safe to repeat until it succeeds, fails for
// another reason than a server that is not there, or patience ends. Each attempt
// has the deadline.
func repeated[T any](ctx context.Context, s *Server, what string, deadline, patience time.Duration, call func(context.Context) (T, error)) (T, error) {
	until, told := time.Now().Add(patience), false
	for wait := pause; ; wait = min(2*wait, 5*time.Second) {
		attempt, cancel := context.WithTimeout(ctx, deadline)
		result, err := call(attempt)
		cancel()
		if err == nil || ctx.Err() != nil || status.Code(err) != codes.Unavailable || time.Now().Add(wait).After(until) {
			return result, s.failure(what, contextFirst(ctx, err))
		}
		if !told && patience > readPatience && s.deadlines.Waiting != nil {
			s.deadlines.Waiting(s.failure(what, err))
			told = true
		}
		select {
		case <-ctx.Done():
			return result, s.failure(what, ctx.Err())
		case <-time.After(wait):
		}
	}
}

// once runs a call on the path that nothing else waits in.
func once[T any](ctx context.Context, s *Server, what string, call func(context.Context) (T, error)) (T, error) {
	attempt, cancel := context.WithTimeout(ctx, s.deadlines.Revoke)
	defer cancel()
	result, err := call(attempt)
	return result, s.failure(what, contextFirst(ctx, err))
}

// contextFirst returns the caller's own end of the call rather than what it
// looks like from the connection.
func contextFirst(ctx context.Context, err error) error {
	if err != nil && ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}
