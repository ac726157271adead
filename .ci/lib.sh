# What the steps of .ci/run share: how a check is counted, how a process is
# started and surely ended. Sourced; $CI_TMP is the run's own directory.

set -euo pipefail

# The tools at the versions that were seen to work. They come through the
# ordinary clients of their registries.
GRPCURL_VERSION=v1.9.4
BUF_VERSION=1.75.0
CARGO_DENY_VERSION=0.20.2
GRPCIO_VERSION=1.85.1
PODMAN_COMPOSE_VERSION=1.6.0

export CI_TARGET="x86_64-unknown-linux-gnu"
# The one release build is static: end to end checks, README and image share it.
export CI_RUSTFLAGS="-C target-feature=+crt-static"

# pass NAME: counts a check that held.
pass() {
    echo "ok    $1"
    echo "$1" >>"$CI_TMP/passed"
}

# fail NAME [FILE]: ends the step; FILE is shown.
fail() {
    echo "FAIL  $1" >&2
    if [ -n "${2:-}" ] && [ -s "$2" ]; then sed 's/^/      | /' "$2" >&2; fi
    exit 1
}

# check NAME COMMAND…: the command must succeed.
check() {
    local name=$1
    shift
    if "$@" >"$CI_TMP/check.out" 2>&1; then pass "$name"; else fail "$name" "$CI_TMP/check.out"; fi
}

# exits CODE NAME COMMAND…: the command must exit with CODE. Its output is in
# $CI_TMP/out and $CI_TMP/err.
exits() {
    local wanted=$1 name=$2 got=0
    shift 2
    "$@" >"$CI_TMP/out" 2>"$CI_TMP/err" || got=$?
    if [ "$got" = "$wanted" ]; then
        pass "$name"
    else
        cat "$CI_TMP/out" >>"$CI_TMP/err"
        fail "$name: exit code $got instead of $wanted" "$CI_TMP/err"
    fi
}

# holds NAME FILE JQ…: the jq expression must be true of the JSON in FILE.
holds() {
    local name=$1 file=$2
    shift 2
    : >"$CI_TMP/jq.err"
    if [ -s "$file" ] && jq --exit-status "$@" "$file" >/dev/null 2>"$CI_TMP/jq.err"; then
        pass "$name"
    else
        echo "expected of the answer: ${*: -1}" >&2
        cat "$CI_TMP/jq.err" >&2
        fail "$name" "$file"
    fi
}

# shows NAME FILE TEXT: the file must hold the text.
shows() {
    if grep --quiet --fixed-strings -- "$3" "$2"; then pass "$1"; else
        echo "expected to find: $3" >&2
        fail "$1" "$2"
    fi
}

free_port() {
    python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

# until_true SECONDS COMMAND…: tries until the command succeeds.
until_true() {
    local end=$((SECONDS + $1))
    shift
    until "$@" >/dev/null 2>&1; do
        [ "$SECONDS" -lt "$end" ] || return 1
        sleep 0.1
    done
}

started=()

# Ends what this step started, by its process id, and nothing else.
end_started() {
    local pid
    for pid in "${started[@]}"; do kill -KILL "$pid" 2>/dev/null || true; done
    started=()
}

serving() {
    kill -0 "$server" && DICTA_LISTEN="$address" dicta healthcheck
}

# start_server DATA_DIR [ARGUMENT…]: starts a server on a free port and waits
# until it is healthy. Sets $server, $address and DICTA_ADDRESS; logs to
# $CI_TMP/server.log.
start_server() {
    local data=$1
    shift
    address="127.0.0.1:$(free_port)"
    export DICTA_ADDRESS="http://$address"
    dicta serve --data-dir "$data" --listen "$address" "$@" >"$CI_TMP/server.log" 2>&1 &
    server=$!
    started+=("$server")
    until_true 30 serving || fail "the server at $address becomes healthy" "$CI_TMP/server.log"
}

# stop_server NAME: it must end by itself, with 0, on SIGTERM.
stop_server() {
    local code=0
    kill -TERM "$server"
    if ! until_true 15 ended "$server"; then fail "$1: still running after 15 s" "$CI_TMP/server.log"; fi
    wait "$server" || code=$?
    [ "$code" = 0 ] || fail "$1: exit code $code" "$CI_TMP/server.log"
    pass "$1"
}

# A zombie has ended; kill -0 alone would not tell.
ended() {
    [ ! -e "/proc/$1/status" ] || grep --quiet '^State:\sZ' "/proc/$1/status"
}
