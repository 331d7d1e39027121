#!/usr/bin/env bash
# The steps of action.yml. What users and pull requests say comes through the environment and is never evaluated.
# It runs on all runners of GitHub, so that it keeps to what the bash 3.2 of macOS knows.
set -euo pipefail

releases=https://github.com/trailwarden/trailwarden/releases/download
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# The runner of Windows writes backslashes.
temp=${RUNNER_TEMP:?}
temp=${temp//\\//}

# Workflow commands end at a line break, and properties at a colon or a comma.
data() {
  local text=${1//'%'/%25}
  text=${text//$'\r'/%0D}
  printf '%s' "${text//$'\n'/%0A}"
}

# annotate KIND TEXT: on standard error, for functions print their result on standard output. The runner reads both.
annotate() {
  printf '::%s title=Trailwarden::%s\n' "$1" "$(data "$2")" >&2
}

# output NAME VALUE: values of one line only, so that none can begin another output.
output() {
  local value=${2//$'\n'/ }
  printf '%s=%s\n' "$1" "${value//$'\r'/ }" >> "${GITHUB_OUTPUT:?}"
}

# What other programs say goes to the log in a shape that the runner takes for no command.
quote() {
  tr '\r' '\n' < "$1" | sed -e 's/##\[/## [/g' -e 's/^/| /'
}

lines() {
  printf '%s\n' "$1" | tr -d '\r' | sed -e 's/^[[:space:]]*//' -e 's/[[:space:]]*$//' -e '/^$/d'
}

# --- prepare: the program, and the commit that pull requests are compared with

target() {
  case "$(uname -s)-$(uname -m)" in
    Linux-x86_64) echo x86_64-unknown-linux-musl ;;
    Linux-aarch64 | Linux-arm64) echo aarch64-unknown-linux-musl ;;
    Darwin-x86_64) echo x86_64-apple-darwin ;;
    Darwin-arm64) echo aarch64-apple-darwin ;;
    MINGW*-x86_64 | MSYS*-x86_64) echo x86_64-pc-windows-msvc ;;
    *) echo unknown ;;
  esac
}

sha256() {
  if command -v sha256sum > /dev/null; then sha256sum "$1"; else shasum -a 256 "$1"; fi | cut -d ' ' -f 1
}

build() {
  command -v cargo > /dev/null || {
    annotate error "There is no release for $(target), and no cargo to build the program. Install Rust, or give the input 'binary'."
    exit 1
  }
  # Code is judged without the AWS SDK, which takes long to build.
  cargo build --quiet --release --locked --no-default-features --manifest-path "$here/../Cargo.toml" --target-dir "$temp/trailwarden-build" >&2
  echo "$temp/trailwarden-build/release/trailwarden$suffix"
}

download() {
  local wanted=$1 name=$2 version folder actual
  version=${name#trailwarden-}
  version=${version%-"$(target)".tar.gz}
  folder=$(mktemp -d "$temp/trailwarden-program.XXXXXX")
  curl --fail --silent --show-error --location --proto '=https,file' --retry 3 --max-time 300 \
    --output "$folder/$name" "${TRAILWARDEN_RELEASES:-$releases}/v$version/$name" >&2 || {
    annotate error "The release v$version could not be downloaded. Where there is no network, give the input 'binary'."
    exit 1
  }
  actual=$(sha256 "$folder/$name")
  if [ "$actual" != "$wanted" ]; then
    annotate error "The checksum of $name is $actual and should be $wanted. It is not run."
    exit 1
  fi
  # The tar of Windows takes what stands before a colon for a host.
  (cd "$folder" && tar -xzf "$name")
  echo "$folder/trailwarden$suffix"
}

program() {
  local checksums=${TRAILWARDEN_CHECKSUMS:-$here/checksums.txt} line
  if [ -n "${INPUT_BINARY:-}" ]; then
    echo "$INPUT_BINARY"
    return
  fi
  line=$(grep -E "^[0-9a-f]{64} [ *]trailwarden-[0-9A-Za-z.+-]*-$(target)\.tar\.gz\$" "$checksums" | tail -n 1 || true)
  if [ "${INPUT_BUILD:-false}" = true ] || [ -z "$line" ]; then
    build
  else
    download "${line%% *}" "trailwarden-${line##*trailwarden-}"
  fi
}

# The commit that a merge commit of a pull request was made from is better than the base of the event, which may be
# older. A shallow clone hides parents, but the commit itself still names them.
base_of_merge() {
  local parents
  parents=$(git cat-file commit HEAD 2> /dev/null | sed -n -e '1,/^$/s/^parent //p' || true)
  if [ "$(printf '%s\n' "$parents" | sed -n 2p)" = "${HEAD_SHA:-none}" ]; then
    printf '%s\n' "$parents" | sed -n 1p
  fi
}

has_commit() {
  git rev-parse --quiet --verify --end-of-options "$1^{commit}" > /dev/null 2>&1
}

# 'origin/main' is the branch 'main' of origin.
fetch() {
  GIT_TERMINAL_PROMPT=0 git fetch --quiet --no-tags --depth=1 -- origin "${1#origin/}" > /dev/null 2>&1
}

# Where actions/checkout keeps no credentials, the token of the job serves; in the environment, for arguments are seen by
# every process. It comes second, since GitHub refuses two headers.
fetch_with_token() {
  [ -n "${INPUT_TOKEN:-}" ] || return 1
  local basic
  basic=$(printf 'x-access-token:%s' "$INPUT_TOKEN" | base64 | tr -d '\n')
  GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0="http.${GITHUB_SERVER_URL:-https://github.com}/.extraheader" \
    GIT_CONFIG_VALUE_0="AUTHORIZATION: basic $basic" fetch "$1"
}

# base REF: prints its commit, which is fetched if need be.
base() {
  local ref=$1
  if ! has_commit "$ref"; then
    fetch "$ref" || fetch_with_token "$ref" || return 1
    ref=FETCH_HEAD
  fi
  git rev-parse --verify --end-of-options "$ref^{commit}" 2> /dev/null
}

prepare() {
  suffix=
  case $(target) in *windows*) suffix=.exe ;; esac
  local binary ref commit
  binary=$(program)
  "$binary" --version
  output binary "$binary"

  ref=${INPUT_BASE_REF:-}
  if [ "$ref" = none ] || { [ -z "$ref" ] && [ -n "${INPUT_BASELINE:-}" ]; }; then
    return
  fi
  [ -n "$ref" ] || ref=$(base_of_merge)
  [ -n "$ref" ] || ref=${BASE_SHA:-}
  [ -n "$ref" ] || return 0
  if commit=$(base "$ref"); then
    output base "$commit"
  else
    output base-missing "$ref"
    annotate notice "The base '$ref' is not in this clone and could not be fetched: everything that was found is reported, not only what is new. 'fetch-depth: 0' of actions/checkout brings it."
  fi
}

# --- scan

# count STANDING FILE: the fails of a report that are new or baselined. Its lines cannot come from elsewhere, for JSON has
# no line break within a string.
count() {
  awk -v standing="\"$1\"" '
    /^      "verdict": / { fails = index($0, "\"fail\"") }
    /^      "standing": / { if (fails && index($0, standing)) count++ }
    END { print count + 0 }
  ' "$2"
}

# Whether code scanning takes an upload; prints why not.
refusal() {
  local code
  case ${INPUT_UPLOAD_SARIF:-auto} in
    true) return 1 ;;
    auto | '') ;;
    false) return 0 ;;
    *)
      echo "'upload-sarif' is neither auto, true nor false"
      return 0
      ;;
  esac
  if [ -n "${HEAD_REPOSITORY:-}" ] && [ "$HEAD_REPOSITORY" != "${GITHUB_REPOSITORY:-}" ]; then
    echo "the pull request comes from another repository, so that the token may only read"
    return 0
  fi
  if [ "${GITHUB_ACTOR:-}" = 'dependabot[bot]' ] && [ "${GITHUB_EVENT_NAME:-}" = push ]; then
    echo "the token of a push by Dependabot may only read"
    return 0
  fi
  # The token goes through standard input: arguments are seen by every process.
  code=$(printf 'header = "Authorization: Bearer %s"\n' "${INPUT_TOKEN:-}" | curl --config - --silent --max-time 20 \
    --output /dev/null --write-out '%{http_code}' \
    "${GITHUB_API_URL:-https://api.github.com}/repos/${GITHUB_REPOSITORY:-}/code-scanning/analyses?per_page=1" 2> /dev/null) || code=000
  # 404 is also said while nothing was ever uploaded.
  if [ "$code" = 403 ] || [ "$code" = 401 ]; then
    echo "code scanning is not enabled for the repository, or the job lacks 'permissions: security-events: write' (in private repositories 'actions: read' besides)"
    return 0
  fi
  return 1
}

scan() {
  local folder status=0 line reason new
  folder=$(mktemp -d "$temp/trailwarden.XXXXXX")
  local -a common=() paths=() compared=()
  : "${BINARY:?}"
  [ -z "${INPUT_FAIL_ON:-}" ] || common+=("--fail-on=$INPUT_FAIL_ON")
  [ -z "${INPUT_CONFIG:-}" ] || common+=("--config=$INPUT_CONFIG")
  [ -z "${INPUT_BASELINE:-}" ] || common+=("--baseline=$INPUT_BASELINE")
  [ -z "${INPUT_CATEGORY:-}" ] || common+=("--sarif-category=$INPUT_CATEGORY")
  while IFS= read -r line; do common+=("$line"); done < <(lines "${INPUT_ARGS:-}")
  while IFS= read -r line; do paths+=("$line"); done < <(lines "${INPUT_PATHS:-}")
  [ -z "${BASE:-}" ] || compared+=("--base-ref=$BASE")

  # GitHub compares a pull request with its base itself: an alert that is left out would count as fixed there. So SARIF
  # holds what is known from the base, too, and comes from a scan of its own if there is one.
  local -a sarif=(--output "sarif=$folder/trailwarden.sarif")
  if [ -n "${BASE:-}" ]; then
    "$BINARY" scan --quiet ${common[@]+"${common[@]}"} "${sarif[@]}" -- ${paths[@]+"${paths[@]}"} \
      > /dev/null 2>&1 < /dev/null || true
    sarif=()
  fi
  "$BINARY" scan --format github --output "markdown=$folder/summary.md" --output "json=$folder/report.json" \
    ${sarif[@]+"${sarif[@]}"} ${common[@]+"${common[@]}"} ${compared[@]+"${compared[@]}"} -- \
    ${paths[@]+"${paths[@]}"} 2> "$folder/errors" < /dev/null || status=$?
  quote "$folder/errors" >&2

  if [ -s "$folder/summary.md" ]; then
    {
      [ -z "${BASE_MISSING:-}" ] || printf '> The base of the pull request could not be fetched: known findings are listed, too.\n\n'
      cat "$folder/summary.md"
    } >> "${GITHUB_STEP_SUMMARY:?}"
  else
    annotate error "Nothing was scanned (exit status $status): $(tr -d '\r' < "$folder/errors" | head -c 1000)"
    printf '## Trailwarden\n\n**Nothing was scanned:** see the log of the job.\n' >> "${GITHUB_STEP_SUMMARY:?}"
    [ "$status" -ne 0 ] || status=2
  fi
  if [ -s "$folder/report.json" ]; then
    new=$(count new "$folder/report.json")
    output findings-count "$((new + $(count baselined "$folder/report.json")))"
    output new-findings-count "$new"
  fi
  if [ -s "$folder/trailwarden.sarif" ]; then
    output sarif-file "$folder/trailwarden.sarif"
    if reason=$(refusal); then
      output upload false
      output upload-refused "$reason"
    else
      output upload true
    fi
  fi
  # The job fails in the last step: the upload comes first.
  output status "$status"
}

# --- finish

finish() {
  local always='The annotations and the summary of the job have all findings.'
  if [ -n "${UPLOAD_REFUSED:-}" ]; then
    annotate notice "The findings are no alerts of code scanning: $UPLOAD_REFUSED. $always"
  elif [ "${UPLOAD_OUTCOME:-}" = failure ]; then
    annotate notice "Code scanning did not take the report; the log of the upload says why. It needs 'permissions: security-events: write' and code scanning to be enabled. $always"
  fi
  case ${STATUS:-} in
    0) ;;
    1) echo 'There are findings at or above the threshold.' ;;
    3) echo 'The scan is incomplete: something could not be read.' ;;
    *) echo 'The scan did not run.' ;;
  esac
  exit "${STATUS:-1}"
}

case ${1:-} in
  prepare | scan | finish) "$1" ;;
  *)
    echo "usage: run.sh prepare|scan|finish" >&2
    exit 2
    ;;
esac
