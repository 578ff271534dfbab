// Package git brings the files of one branch of a git repository.
//
// It runs the git program: the pure Go library would add about as much to the
// binary as everything else about sources, and speaks fewer of the ways in which
// companies sign in. Nothing is checked out. The names and contents are read
// out of a bare repository without history, so that no hook, filter, attribute,
// link or submodule of the repository is ever acted on.
package git
