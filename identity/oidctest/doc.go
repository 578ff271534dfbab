// Package oidctest is an OpenID Connect provider for tests: a real HTTP server
// on loopback with real keys, that can be told to lie, to be slow and to be
// away.
//
//	provider := oidctest.Start(t)
//	provider.Person = oidctest.Claims{"sub": "1", "name": "Hanna", "groups": []string{"hr"}}
package oidctest
