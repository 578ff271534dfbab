# shellcheck shell=bash disable=SC2154 # home, here and url are set by ollama.sh
# Installs Ollama under a folder: its release for Linux, or, where that cannot
# be reached, a build from the Go module of the same version (about four
# minutes on two cores). Sourced by ollama.sh, which has say and missing.

ollama_version=v0.17.4
ollama_release=https://github.com/ollama/ollama/releases/download/$ollama_version
malgo_version=v0.11.24 # used for its miniaudio.h alone

# install_ollama puts bin/ollama, and libraries where it needs them, under $1.
install_ollama() {
  local root=$1
  say "no Ollama on this machine: installing $ollama_version under $root"
  mkdir -p "$root/download"
  install_release "$root" || build_from_source "$root" || {
    missing "Ollama could not be installed: get it from https://ollama.com/download, run \`ollama serve\` and try again."
    return 1
  }
}

machine() {
  case $(uname -s)-$(uname -m) in
    Linux-x86_64) echo linux-amd64 ;;
    Linux-aarch64 | Linux-arm64) echo linux-arm64 ;;
    *) return 1 ;;
  esac
}

# install_release downloads the release and checks it against the sums that are
# published with it.
install_release() {
  local root=$1 name sums unpack without=()
  name=ollama-$(machine).tar.zst || { say "there is no release of Ollama to unpack for $(uname -s) $(uname -m)"; return 1; }
  unpack=$(command -v zstd || command -v unzstd) || {
    say "the release needs zstd to unpack (apt-get install zstd); building from source instead"
    return 1
  }
  say "asking for the release"
  sums=$(curl -fsSL --connect-timeout 5 -m 30 "$ollama_release/sha256sum.txt" 2>/dev/null) || {
    say "the release cannot be reached from here"
    return 1
  }
  say "downloading $name (over 1 GB)"
  curl -fL --connect-timeout 5 --progress-bar -o "$root/download/$name" "$ollama_release/$name" || return 1
  local want got
  want=$(awk -v n="$name" '{sub(/^[*.]*\/?/, "", $2)} $2 == n {print $1}' <<<"$sums")
  got=$(sha256 "$root/download/$name")
  if [ -z "$want" ] || [ "$got" != "$want" ]; then
    say "the sha256 of $name is $got, not ${want:-in the published list}; it is not used"
    rm -f "$root/download/$name"
    return 1
  fi
  # Without an NVIDIA card its libraries are 3 GB for nothing.
  command -v nvidia-smi >/dev/null || without=(--exclude='*/cuda_*')
  "$unpack" -dc "$root/download/$name" | tar -x -C "$root" ${without[@]+"${without[@]}"} || return 1
  rm -f "$root/download/$name"
}

# build_from_source compiles Ollama with its engine for the CPU. The flags
# matter: a plain `go install` compiles for the oldest x86-64, without AVX2, and
# is 6 to 20 times slower; CPU_REPACK, which Ollama's own build sets, arranges
# the weights for wider instructions.
build_from_source() {
  local root=$1 headers=$1/download/headers tool optimise=-O3
  for tool in go "${CC:-gcc}" "${CXX:-g++}"; do
    command -v "$tool" >/dev/null || { say "to build Ollama, $tool is needed: install it (apt-get install golang gcc g++)"; return 1; }
  done
  provide_headers "$headers" || return 1
  case $(uname -m) in
    x86_64) if grep -qw avx2 /proc/cpuinfo 2>/dev/null; then optimise="-O3 -march=x86-64-v3"; fi ;;
    aarch64 | arm64) optimise="-O3 -mcpu=native" ;;
  esac
  say "building Ollama from its Go module ($optimise); this takes some minutes"
  if ! env CGO_ENABLED=1 GOFLAGS= GOBIN="$root/bin" CGO_CPPFLAGS=-DGGML_USE_CPU_REPACK \
    CGO_CFLAGS="$optimise -I$headers" CGO_CXXFLAGS="$optimise -I$headers" \
    go install -ldflags "-X=github.com/ollama/ollama/version.Version=${ollama_version#v}" \
    "github.com/ollama/ollama@$ollama_version" >"$home/log/build.log" 2>&1; then
    say "the build failed: read $home/log/build.log"
    return 1
  fi
  rm -rf "$root/download"
}

# provide_headers puts the headers that the Go module lacks into $1:
# nlohmann/json.hpp, stb/stb_image.h and miniaudio/miniaudio.h.
provide_headers() {
  local headers=$1 folder
  mkdir -p "$headers/miniaudio"
  # From / because in a module of its own go might change that module's files.
  folder=$(cd / && GOFLAGS='' GOWORK=off go mod download -json "github.com/gen2brain/malgo@$malgo_version" |
    sed -n 's/.*"Dir": "\(.*\)".*/\1/p') || true
  [ -n "$folder" ] || { say "the Go module with miniaudio.h cannot be fetched: check the network and GOPROXY"; return 1; }
  install -m 644 "$folder/miniaudio.h" "$headers/miniaudio/miniaudio.h"
  has_headers "$headers" && return 0
  if command -v apt-get >/dev/null && command -v dpkg >/dev/null; then
    fetch_debian_headers "$headers"
    has_headers "$headers" && return 0
  fi
  say "to build Ollama, nlohmann/json.hpp and stb/stb_image.h are needed: install them (apt-get install nlohmann-json3-dev libstb-dev)"
  return 1
}

has_headers() {
  printf '#include <nlohmann/json.hpp>\n#include <stb/stb_image.h>\n' |
    "${CXX:-g++}" -I"$1" -x c++ -fsyntax-only - 2>/dev/null
}

# fetch_debian_headers unpacks the two packages without installing them, which
# needs no root and leaves the system as it is.
fetch_debian_headers() {
  local headers=$1 packages=(nlohmann-json3-dev libstb-dev)
  say "fetching the headers of ${packages[*]}"
  if [ -z "$(apt-cache search --names-only '^libstb-dev$' 2>/dev/null)" ] && [ "$(id -u)" = 0 ]; then
    apt-get update -qq >&2 || true
  fi
  (
    cd "$headers" && apt-get download -qq -o APT::Sandbox::User=root "${packages[@]}" >&2 || exit 1
    for package in ./*.deb; do dpkg -x "$package" unpacked || exit 1; done
    cp -R unpacked/usr/include/. . && rm -rf unpacked ./*.deb
  ) || say "the packages cannot be fetched"
}
