#!/usr/bin/env bash
# Finds axe-core, the accessibility checker, for the browser tests, or fetches
# it from npm.
#
# Writes BUREAU_TEST_AXE=FILE to $BUREAU_HOME/axe.env, empty where it cannot be
# had: its test then skips and says so. The package comes from where npm is set
# up to find it, in the one version whose hash stands here. Nothing of it is run
# but in the page under test, and nothing of it is part of Bureau.
set -euo pipefail

version=4.14.1
sha256=29348999450cdf2849a8e70b7912fc2da85a849da39c0d0d5394f51d4a9ed95c # of axe.min.js
home=${BUREAU_HOME:-$PWD/.bureau}
file=$home/axe/axe-$version.min.js
reason=""

is_right() { [ -f "$1" ] && [ "$(sha256sum "$1" | cut -d ' ' -f 1)" = "$sha256" ]; }

fetch() {
  if ! command -v npm >/dev/null; then
    reason="there is no npm to fetch it with. Install npm (Debian: apt-get install npm)."
    return 1
  fi
  local folder log
  folder=$(mktemp -d)
  log=$home/axe/fetch.log
  if ! (cd "$folder" && npm pack --silent "axe-core@$version" && tar -xzf ./*.tgz package/axe.min.js) >"$log" 2>&1; then
    reason="npm could not fetch it (see $log)."
  elif ! is_right "$folder/package/axe.min.js"; then
    reason="what npm brought as axe-core $version is not the file whose hash is in scripts/axe.sh."
  else
    mv "$folder/package/axe.min.js" "$file"
  fi
  rm -rf "$folder"
  [ -z "$reason" ]
}

mkdir -p "$home/axe"
if ! is_right "$file" && ! fetch; then
  echo "axe: none, and the test with it will be skipped: $reason" >&2
  file=""
fi
printf 'BUREAU_TEST_AXE=%q\n' "$file" >"$home/axe.env"
