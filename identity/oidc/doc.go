// Package oidc asks an OpenID Connect provider who somebody is: discovery,
// authorisation code with PKCE, state and nonce, and the ID token held against
// the provider's keys, this client, the time and the browser that began. It
// also reads back-channel logout tokens.
//
// The provider is asked when somebody signs in and not before, so that one that
// is away keeps nothing else from working.
package oidc
