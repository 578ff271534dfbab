package main

import (
	"context"

	"bureau/leaktest"
)

func (b *leakBench) askCases(context.Context, string) (*leaktest.Report, error) { return nil, nil }
