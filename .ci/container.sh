#!/usr/bin/env bash
# The image around the static binary, run as docker/compose.yaml says: healthy,
# not root, alive again with its data after a kill, gone in time when asked.

# shellcheck source=.ci/lib.sh
source .ci/lib.sh

# Nested engines may not raise limits over their own.
cat >"$CI_TMP/containers.conf" <<'CONF'
[containers]
default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]
CONF
export CONTAINERS_CONF="$CI_TMP/containers.conf"
unique="dicta-ci-$$"
image="localhost/$unique"

# Without systemd no timer can run the health check; podman says so each time.
engine() {
    podman --runtime runc "$@" 2> >(grep --invert-match 'systemd connection' >&2)
}
clean_up() {
    engine rm --force --time 1 "$unique" || true
    engine volume rm --force "$unique" || true
    engine rmi --force "$image" || true
} >/dev/null 2>&1
trap clean_up EXIT

# state FORMAT: what the engine knows of the container.
state() { engine inspect --format "$1" "$unique"; }
logs() {
    engine logs "$unique" >"$CI_TMP/container.log" 2>&1 || true
    echo "$CI_TMP/container.log"
}
healthy() { engine healthcheck run "$unique"; }
call() { grpcurl -plaintext -format-error -d "$2" "$address" "dicta.v1.$1"; }

check "the image builds around the static binary" buildah bud --isolation chroot --format docker \
    --build-context "build=$CI_TMP/image" --target runtime --file docker/Dockerfile --tag "$image" .
exits 0 "compose.yaml can be followed" python3 .ci/compose_flags.py "$unique"
mapfile -t flags <"$CI_TMP/out"

address="127.0.0.1:$(free_port)"
check "the container starts" engine run --detach --name "$unique" --network host \
    --env "DICTA_LISTEN=0.0.0.0:${address#*:}" "${flags[@]}" "$image" serve --seeds /seeds
until_true 60 healthy || fail "the image's health check succeeds" "$(logs)"
pass "the image's health check succeeds"

pid=$(state '{{.State.Pid}}')
check "it runs as uid 65532" grep --extended-regexp '^Uid:\s+65532\s+65532\s+65532\s+65532$' "/proc/$pid/status"
check "it has no capability" grep --extended-regexp '^CapEff:\s+0+$' "/proc/$pid/status"
check "it can gain no privilege" grep --extended-regexp '^NoNewPrivs:\s+1$' "/proc/$pid/status"
[ "$(state '{{.HostConfig.ReadonlyRootfs}}')" = true ] || fail "its root is read-only"
pass "its root is read-only"

exits 0 "the seeds are in" call QueryService/ListArticles '{}'
holds "at least one article" "$CI_TMP/out" '(.articles | length) > 0'
exits 0 "IngestArticle into the container" call IngestService/IngestArticle "$(cat .ci/article.json)"
token=$(jq --raw-output .consistencyToken "$CI_TMP/out")

kill -KILL "$pid"
exits 0 "the engine sees it die" engine wait "$unique"
shows "by the kill" "$CI_TMP/out" 137
check "it starts again" engine start "$unique"
until_true 60 healthy || fail "it is healthy again" "$(logs)"
pass "it is healthy again"
[ "$(state '{{.State.Pid}}')" != "$pid" ] || fail "it is another process"
exits 0 "GetArticle after the kill" call QueryService/GetArticle \
    "{\"name\": \"articles/ci-harbour\", \"read\": {\"consistencyToken\": \"$token\"}}"
holds "the article is whole" "$CI_TMP/out" --slurpfile sent .ci/article.json '.article.body == $sent[0].article.body'
exits 0 "ListStatements after the kill" call QueryService/ListStatements '{"parent": "articles/ci-harbour"}'
holds "its statements are there" "$CI_TMP/out" '(.statements | length) == 2'

grace=$(state '{{.Config.StopTimeout}}')
began=$SECONDS
check "the engine stops it" engine stop "$unique"
[ $((SECONDS - began)) -lt "$grace" ] || fail "it stops within its $grace s"
[ "$(state '{{.State.ExitCode}}')" = 0 ] || fail "it ends with 0" "$(logs)"
pass "it stops by itself within its $grace s"
