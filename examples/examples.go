// Package examples carries the sample company inside the program, so that
// "bureau demo" needs nothing but the binary. Everyone and everything in it is
// invented.
package examples

import "embed"

// Company is the folder of the sample company: company/bureau.yaml, its
// documents and its question set.
//
//go:embed company
var Company embed.FS
