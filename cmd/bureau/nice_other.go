//go:build !linux

package main

// giveWay does nothing here: the share of the time that is rested must do.
func giveWay() error { return nil }
