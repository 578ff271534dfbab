package sqlite

import "errors"

// errDamaged says that the index has what no program of this version writes.
var errDamaged = errors.New("the index is damaged or was written by another version; \"bureau reindex\" builds it anew")
