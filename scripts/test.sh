#!/usr/bin/env bash
# Runs every test with what scripts/ollama.sh, browser.sh, axe.sh and qdrant.sh found.
#
# The race detector needs a C compiler; without one the tests run without it,
# and that is said. Skipped tests are listed at the end with their reasons.
set -euo pipefail
cd "$(dirname "$0")/.."

home=${BUREAU_HOME:-$PWD/.bureau}
set -a
# shellcheck source=/dev/null
[ -f "$home/ollama.env" ] && . "$home/ollama.env"
# shellcheck source=/dev/null
[ -f "$home/browser.env" ] && . "$home/browser.env"
# shellcheck source=/dev/null
[ -f "$home/axe.env" ] && . "$home/axe.env"
# shellcheck source=/dev/null
[ -f "$home/qdrant.env" ] && . "$home/qdrant.env"
set +a
export BUREAU_TEST_OLLAMA=${BUREAU_OLLAMA:-} BUREAU_TEST_CHAT_MODEL=${BUREAU_CHAT_MODEL:-} BUREAU_TEST_EMBEDDER=${BUREAU_EMBEDDER:-}
# The tests choose their own configurations.
unset BUREAU_OLLAMA BUREAU_CHAT_MODEL BUREAU_EMBEDDER BUREAU_MODEL_REASON

race=()
if command -v "${CC:-gcc}" >/dev/null; then
  export CGO_ENABLED=1
  race=(-race)
else
  echo "test: no C compiler, so without the race detector. Install gcc to have it." >&2
fi

report=$home/test.log
mkdir -p "$home"
status=0
go test ${race[@]+"${race[@]}"} -v -timeout 40m "$@" ./... >"$report" 2>&1 || status=$?

grep -E '^(ok|FAIL|---|\?|panic:|#)|^ +--- FAIL|build failed|cannot|undefined' "$report" | grep -vE '^--- (PASS|SKIP)|no test files' || true
if [ "$status" != 0 ]; then
  echo "test: what failed said (all of it is in $report):" >&2
  grep -B 25 -E '^ *--- FAIL' "$report" | tail -n 200 >&2 || tail -n 100 "$report" >&2
fi
echo "skipped, with their reasons:"
grep -A 1 -E '^ *--- SKIP' "$report" | grep -vE '^--$' || echo "  none"
passed=$(grep -cE '^--- PASS' "$report" || true)
failed=$(grep -cE '^--- FAIL' "$report" || true)
skipped=$(grep -cE '^--- SKIP' "$report" || true)
echo "$passed passed, $failed failed, $skipped skipped"
exit "$status"
