#!/usr/bin/env bash
# Finds a Chromium for the browser tests, or installs the system's package.
#
# Writes BUREAU_TEST_BROWSER=PATH to $BUREAU_HOME/browser.env, empty where
# there is none: the browser tests then skip and say so. Installing needs root
# and apt-get; nothing else is tried, and no browser is downloaded from anywhere
# but the system's own packages.
set -euo pipefail

home=${BUREAU_HOME:-$PWD/.bureau}
mkdir -p "$home"

find_browser() {
  local name
  for name in chromium chromium-browser google-chrome google-chrome-stable; do
    command -v "$name" && return
  done
  return 1
}

if ! browser=$(find_browser) && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "browser: installing the system's Chromium for the browser tests" >&2
  log=$home/browser-install.log
  if { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium fonts-noto-cjk; } >"$log" 2>&1; then
    browser=$(find_browser) || browser=
  else
    echo "browser: that did not work, see $log" >&2
  fi
fi

if [ -z "${browser:-}" ]; then
  echo "browser: none found; the browser tests will be skipped. Install Chromium (Debian: apt-get install chromium fonts-noto-cjk)." >&2
fi
echo "BUREAU_TEST_BROWSER=${browser:-}" >"$home/browser.env"
