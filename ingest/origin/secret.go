package origin

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

// Hash stands in a name for what may be a secret: it tells it apart from
// another one, and does not say it.
func Hash(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:4])
}

// Address names an address, with a hash in the place of its query.
func Address(address string) string {
	if i := strings.IndexAny(address, "?#"); i >= 0 {
		return address[:i] + "?" + Hash(address[i+1:])
	}
	return address
}
