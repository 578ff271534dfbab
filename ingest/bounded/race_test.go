//go:build race

package bounded

// underRace is whether the race detector's own memory is in every process.
const underRace = true
