#!/usr/bin/env bash
# Sets up the Qdrant engine that tests run against: Python packages in a folder
# of their own.
#
#   scripts/qdrant.sh up
#
# `up` writes BUREAU_TEST_QDRANT_EDGE=PYTHON to $BUREAU_HOME/qdrant.env: the
# interpreter that runs retrieval/qdrant/edge/server.py. It is empty where that
# cannot be had, and the reason is printed: those tests then skip. With CI=true
# that is a failure. Exit codes: 0 done, 1 not to be had and CI=true, 2 misused.
#
# The packages in retrieval/qdrant/edge/requirements.txt come from where pip is
# set up to find them, as wheels: nothing is compiled. They are installed anew
# when that file has changed. Where Python is missing and this is root on a
# system with apt-get, the system's own is installed.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
home=${BUREAU_HOME:-$here/../.bureau}
mkdir -p "$home/run" "$home/log"
home=$(cd "$home" && pwd)
requirements=$here/../retrieval/qdrant/edge/requirements.txt
venv=$home/qdrant-edge
log=$home/log/qdrant-install.log
reason="" # what is missing and what to do about it

say() { echo "qdrant: $*" >&2; }

# installed says whether the folder has what the requirements ask for, and works.
installed() {
  [ "$(cat "$venv/requirements.sum" 2>/dev/null)" = "$(cksum <"$requirements")" ] &&
    "$venv/bin/python" -c 'import google.protobuf, grpc, qdrant_edge' 2>/dev/null
}

has_python() { python3 -c 'import ensurepip, venv' 2>/dev/null; }

find_python() {
  has_python && return
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    say "installing the system's Python for the tests of Qdrant"
    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends python3 python3-venv; } >"$log" 2>&1 || true
    has_python && return
  fi
  reason="there is no python3 with venv. Install Python 3.10 or later (Debian: apt-get install python3-venv)."
  return 1
}

install() {
  find_python || return 1
  say "installing the engine in $venv (about 80 MB)"
  rm -rf "$venv"
  if ! { python3 -m venv "$venv" &&
    "$venv/bin/python" -m pip install --no-deps --only-binary=:all: -r "$requirements"; } >"$log" 2>&1; then
    reason="pip could not install it: $(grep -v '^ *$' "$log" | tail -n 1) (all of it is in $log)"
    return 1
  fi
  cksum <"$requirements" >"$venv/requirements.sum"
}

up() {
  local python=""
  if command -v flock >/dev/null; then
    exec 9>"$home/run/qdrant.lock"
    flock 9
  fi
  if installed || install; then
    python=$venv/bin/python
  fi
  printf 'BUREAU_TEST_QDRANT_EDGE=%q\n' "$python" >"$home/qdrant.env"
  [ -z "$python" ] || return 0
  if [ "${CI:-}" = true ]; then
    say "not to be had: $reason"
    return 1
  fi
  say "not to be had, so the tests against it will be skipped: $reason"
}

case "${1:-} ${2:-}" in
  "up ") up ;;
  *)
    echo "usage: scripts/qdrant.sh up" >&2
    exit 2
    ;;
esac
