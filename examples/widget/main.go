// Command widget is an intranet with Bureau's chat in its page, for trying the
// widget and as a pattern. It has an origin of its own and passes the paths of
// Bureau on to it, as the reverse proxy in front of an intranet would: for the
// browser the page and the chat are one site.
//
//	bureau demo
//	go run ./examples/widget -bureau http://127.0.0.1:8080
package main

import (
	"context"
	"embed"
	"flag"
	"fmt"
	"io/fs"
	"log"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"time"
)

//go:embed page
var page embed.FS

// passedOn are the paths that are Bureau's.
var passedOn = []string{"/static/", "/socket", "/api/", "/documents/", "/sign-in", "/sign-in/", "/sign-out"}

func main() {
	listen := flag.String("listen", "127.0.0.1:8090", "where to serve")
	bureau := flag.String("bureau", "http://127.0.0.1:8080", "where Bureau is")
	flag.Parse()
	handler, err := intranet(*bureau)
	if err != nil {
		log.Fatal(err)
	}
	listener, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", *listen)
	if err != nil {
		log.Fatal(err)
	}
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	fmt.Printf("The intranet is at http://%s\n", listener.Addr())
	log.Fatal(server.Serve(listener))
}

// intranet returns the site: its own pages, and Bureau's under the same host.
func intranet(bureau string) (http.Handler, error) {
	target, err := url.Parse(bureau)
	if err != nil {
		return nil, fmt.Errorf("-bureau: %w", err)
	}
	own, err := fs.Sub(page, "page")
	if err != nil {
		return nil, err
	}
	proxy := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(target)
		r.Out.Host = r.In.Host // Bureau takes sockets from pages of the host that it is asked as
	}}
	mux := http.NewServeMux()
	for _, path := range passedOn {
		mux.Handle(path, proxy)
	}
	files := http.FileServerFS(own)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		// All that the widget needs of a strict policy.
		w.Header().Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; img-src 'self' data:")
		files.ServeHTTP(w, r)
	})
	return mux, nil
}
