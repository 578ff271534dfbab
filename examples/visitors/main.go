// Command visitors is an intranet with Bureau's chat in its page, under an origin
// of its own and without a proxy: its server signs who sees the page. README.md
// says how to try it. What another server needs of it is in token.go.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"net"
	"net/http"
	"time"
)

func main() {
	listen := flag.String("listen", "127.0.0.1:8091", "where to serve")
	bureau := flag.String("bureau", "http://127.0.0.1:8080", "the address of Bureau")
	keys := flag.String("keys", "examples/visitors", "folder of the key pair, which is made if there is none")
	flag.Parse()
	key, err := keyPair(*keys)
	if err != nil {
		log.Fatal(err)
	}
	listener, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", *listen)
	if err != nil {
		log.Fatal(err)
	}
	origin := "http://" + listener.Addr().String()
	signer := signer{key: key, site: "intranet", bureau: *bureau, origin: origin}
	server := &http.Server{Handler: intranet(signer), ReadHeaderTimeout: 10 * time.Second}
	fmt.Printf("The intranet is at %s\n", origin)
	log.Fatal(server.Serve(listener))
}
