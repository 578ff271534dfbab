package web

import (
	_ "embed" // for the description of the HTTP door
	"net/http"
)

//go:embed openapi.yaml
var openAPIFile []byte

// openAPI answers GET /api/openapi.yaml, which says nothing about anybody.
func openAPI(w http.ResponseWriter, _ *http.Request) error {
	w.Header().Set("Content-Type", "application/yaml; charset=utf-8")
	_, _ = w.Write(openAPIFile) // an error here is a browser that left
	return nil
}
