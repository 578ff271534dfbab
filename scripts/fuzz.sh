#!/usr/bin/env bash
# Fuzzes every fuzz target of the module, one after the other, for FUZZTIME
# (default 30s) each. What it finds goes to the package's testdata/fuzz.
set -euo pipefail
cd "$(dirname "$0")/.."

go list -f '{{.Dir}}' ./... | while read -r folder; do
  grep -hoE '^func (Fuzz[A-Za-z0-9_]+)' "$folder"/*_test.go 2>/dev/null | awk '{print $2}' | while read -r target; do
    echo "== $(basename "$folder") $target"
    go test "$folder" -run '^$' -fuzz "^$target\$" -fuzztime "${FUZZTIME:-30s}"
  done
done
