//go:build race

package main

func init() { readMemory = 0 }
