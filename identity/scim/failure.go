package scim

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"bureau/identity"
)

// What can be wrong with a request.
var (
	errNoToken    = errors.New("a token of \"bureau scim token create\" is needed as Authorization: Bearer")
	errNoEndpoint = errors.New("there is no such endpoint; Users, Groups, ServiceProviderConfig, ResourceTypes and Schemas are served")
	errSyntax     = errors.New("the body is not what it must be")
	errTrailing   = fmt.Errorf("%w: something follows the JSON value", errSyntax)
	errFilter     = errors.New("the filter is not understood")
	errPath       = errors.New("the path is not understood")
	errValue      = errors.New("the value is not one that the attribute takes")
)

// A failure is how an error looks to a provider: a status and a scimType of RFC
// 7644, section 3.12.
type failure struct {
	err      error
	status   int
	scimType string
}

// failures is the one table of this door. The first whose error matches counts.
var failures = []failure{
	{errNoToken, http.StatusUnauthorized, ""},
	{identity.ErrEnded, http.StatusUnauthorized, ""},
	{errNoEndpoint, http.StatusNotFound, ""},
	{identity.ErrNoEntry, http.StatusNotFound, ""},
	{identity.ErrTaken, http.StatusConflict, "uniqueness"},
	{identity.ErrImmutable, http.StatusBadRequest, "mutability"},
	{errFilter, http.StatusBadRequest, "invalidFilter"},
	{identity.ErrBadEntry, http.StatusBadRequest, "invalidValue"},
	{errValue, http.StatusBadRequest, "invalidValue"},
	{errPath, http.StatusBadRequest, "invalidPath"},
	{errSyntax, http.StatusBadRequest, "invalidSyntax"},
}

// explain returns the failure for err.
func explain(err error) failure {
	for _, f := range failures {
		if errors.Is(err, f.err) {
			return f
		}
	}
	if tooLarge := new(http.MaxBytesError); errors.As(err, &tooLarge) {
		return failure{err, http.StatusRequestEntityTooLarge, ""}
	}
	return failure{err, http.StatusInternalServerError, ""}
}

// body returns the error in SCIM's form. What is ours to mend stays in the log.
func (f failure) body(err error) map[string]any {
	detail := err.Error()
	switch f.status {
	case http.StatusInternalServerError:
		detail = "something went wrong on Bureau's side; its log says what"
	case http.StatusUnauthorized:
		detail = errNoToken.Error()
	}
	body := map[string]any{"schemas": []string{"urn:ietf:params:scim:api:messages:2.0:Error"}, "detail": detail, "status": strconv.Itoa(f.status)}
	if f.scimType != "" {
		body["scimType"] = f.scimType
	}
	return body
}

// badBody says what is wrong with a body that is no JSON, or of another shape.
func badBody(err error) error {
	if tooLarge := new(http.MaxBytesError); errors.As(err, &tooLarge) || errors.Is(err, errValue) {
		return err
	}
	return fmt.Errorf("%w: %w", errSyntax, err)
}
