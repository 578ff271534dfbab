package identity

import (
	"fmt"
	"testing"
)

// A scope is asked for at each step of an answer. With 1,000 groups of which all
// mean something it is at its slowest.
func BenchmarkScope(b *testing.B) {
	for _, groups := range []int{1, 1000} {
		b.Run(fmt.Sprint(groups), func(b *testing.B) {
			h := newHouse(b)
			proof := Proof{Provider: "corp", Issuer: issuer, Subject: "1"}
			for range groups {
				proof.Groups = append(proof.Groups, "finance")
			}
			person := h.admit(proof)
			id := h.in(person, "corp", "")
			for b.Loop() {
				if err := h.Lasts(id, h.now); err != nil {
					b.Fatal(err)
				}
				if _, err := h.Scope(person, h.now); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
