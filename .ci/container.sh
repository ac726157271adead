#!/usr/bin/env bash
# The image around the static binary, run by the README's own command from
# docker/compose.yaml: healthy, not root, alive again with its data after a
# kill, gone in time when asked.

# shellcheck source=.ci/lib.sh
source .ci/lib.sh

# An engine inside a container may not raise limits over its own.
cat >"$CI_TMP/containers.conf" <<'CONF'
[containers]
default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]
CONF
export CONTAINERS_CONF="$CI_TMP/containers.conf"
project="dicta-ci-$$"
image="localhost/$project"
container="${project}_dicta_1"
address="127.0.0.1:$(free_port)"

# All that the check changes of the shipped file: an image that stands already,
# and the host's network with a free port.
cat >"$CI_TMP/override.yaml" <<YAML
services:
  dicta:
    image: $image
    network_mode: host
    ports: !reset []
    environment:
      DICTA_LISTEN: 0.0.0.0:${address#*:}
YAML

# Without systemd no timer can run the health check; podman says so each time.
engine() {
    podman --runtime runc "$@" 2> >(grep --invert-match 'systemd connection' >&2)
}
# docker compose --file FILE COMMAND…, as the README has it.
docker() {
    [ "$1 $2" = "compose --file" ] || return 2
    podman-compose --podman-args=--runtime=runc --project-name "$project" \
        --file "$3" --file "$CI_TMP/override.yaml" "${@:4}"
}
clean_up() {
    docker compose --file docker/compose.yaml down --volumes --timeout 1
    engine rmi --force "$image"
}
trap 'clean_up >/dev/null 2>&1 || true' EXIT

# state FORMAT: what the engine knows of the container.
state() { engine inspect --format "$1" "$container"; }
healthy() { engine healthcheck run "$container"; }
# Another process than $1, and healthy.
healthy_again() { [ "$(state '{{.State.Pid}}')" != "$1" ] && healthy; }
logs() {
    engine logs "$container" >"$CI_TMP/container.log" 2>&1 || true
    echo "$CI_TMP/container.log"
}
call() { grpcurl -plaintext -format-error -d "$2" "$address" "dicta.v1.$1"; }

check "the image builds around the static binary" buildah bud --isolation chroot --format docker \
    --build-context "build=$CI_TMP/image" --target runtime --file docker/Dockerfile --tag "$image" .
ports=$(podman-compose --file docker/compose.yaml config | grep --extended-regexp --only-matching '[0-9.:]+:50051')
[ "$ports" = "127.0.0.1:50051:50051" ] || fail "the port is open to this machine alone: $ports"
pass "the port is open to this machine alone"

command=$(sed --quiet '/^<!-- ci: container -->$/,/^```$/{/^docker /p}' README.md)
check "README: $command" eval "$command"
until_true 60 healthy || fail "the image's health check succeeds" "$(logs)"
pass "the image's health check succeeds"

pid=$(state '{{.State.Pid}}')
check "it runs as uid 65532" grep --extended-regexp '^Uid:\s+65532\s+65532\s+65532\s+65532$' "/proc/$pid/status"
check "it has no capability" grep --extended-regexp '^CapEff:\s+0+$' "/proc/$pid/status"
check "it can gain no privilege" grep --extended-regexp '^NoNewPrivs:\s+1$' "/proc/$pid/status"
[ "$(state '{{.HostConfig.ReadonlyRootfs}}')" = true ] || fail "its root is read-only"
pass "its root is read-only"

exits 0 "ListArticles" call QueryService/ListArticles '{}'
holds "the seeds are in" "$CI_TMP/out" '(.articles | length) > 0'
exits 0 "IngestArticle" call IngestService/IngestArticle "$(cat .ci/article.json)"
token=$(jq --raw-output .consistencyToken "$CI_TMP/out")

kill -KILL "$pid"
until_true 60 healthy_again "$pid" || fail "killed, it is started again and healthy" "$(logs)"
pass "killed, it is started again and healthy"
exits 0 "GetArticle after the kill" call QueryService/GetArticle \
    "{\"name\": \"articles/ci-harbour\", \"read\": {\"consistencyToken\": \"$token\"}}"
holds "the article is whole" "$CI_TMP/out" --slurpfile sent .ci/article.json '.article.body == $sent[0].article.body'
exits 0 "ListStatements after the kill" call QueryService/ListStatements '{"parent": "articles/ci-harbour"}'
holds "its statements are there" "$CI_TMP/out" '(.statements | length) == 2'

began=$SECONDS
check "docker compose stop" docker compose --file docker/compose.yaml stop
took=$((SECONDS - began))
[ "$(state '{{.State.ExitCode}}')" = 0 ] || fail "it stops by itself: exit code $(state '{{.State.ExitCode}}')" "$(logs)"
[ "$took" -lt 30 ] || fail "it stops within its grace of 30 s: $took s"
pass "it stops by itself within its grace ($took s)"
