#!/usr/bin/env bash
# Dicta from end to end, as its users meet it: the real grpcurl and the `dicta`
# command against a server with an empty base.

# shellcheck source=.ci/lib.sh
source .ci/lib.sh
trap end_started EXIT

work="$CI_TMP/e2e"
mkdir -p "$work"
start_server "$work/data"

# call METHOD [JSON]: the answer is in $CI_TMP/out; a failure, as JSON, in $CI_TMP/err.
call() {
    grpcurl -plaintext -format-error -d "${2:-{\}}" "$address" "$1"
}
ingest=dicta.v1.IngestService
query=dicta.v1.QueryService

echo "-- what the server says about itself"
exits 0 "grpcurl list" grpcurl -plaintext "$address" list
for service in $ingest $query dicta.v1.AdminService grpc.health.v1.Health; do
    shows "list names $service" "$CI_TMP/out" "$service"
done
exits 0 "grpcurl describe a method" grpcurl -plaintext "$address" describe $ingest.IngestArticle
shows "describe shows the request" "$CI_TMP/out" ".dicta.v1.IngestArticleRequest"
exits 0 "grpcurl describe a message" grpcurl -plaintext "$address" describe dicta.v1.Statement
shows "describe shows the comments" "$CI_TMP/out" "anchored to its span"
for service in "" $ingest $query; do
    exits 0 "health of '$service'" call grpc.health.v1.Health/Check "{\"service\": \"$service\"}"
    holds "'$service' is serving" "$CI_TMP/out" '.status == "SERVING"'
done

echo "-- an article in and out"
article=$(cat .ci/article.json)
exits 0 "validate_only" call $ingest/IngestArticle "$(jq '.validateOnly = true' <<<"$article")"
exits 69 "validate_only stores nothing" call $query/GetArticle '{"name": "articles/ci-harbour"}'
exits 0 "IngestArticle" call $ingest/IngestArticle "$article"
holds "it is created" "$CI_TMP/out" '.outcome == "INGEST_OUTCOME_CREATED" and .article.version == 1 and (.article | has("body") | not)'
holds "its statements come back in order" "$CI_TMP/out" '[.statements[].content[0].selector.exact[0:7]] == ["The har", "no ship"]'
holds "it has a revision and a token" "$CI_TMP/out" '(.revision | tonumber) > 0 and (.consistencyToken | length) > 0'
revision=$(jq --raw-output .revision "$CI_TMP/out")
token=$(jq --raw-output .consistencyToken "$CI_TMP/out")
exits 0 "IngestArticle again" call $ingest/IngestArticle "$article"
holds "nothing changed" "$CI_TMP/out" --arg revision "$revision" '.outcome == "INGEST_OUTCOME_UNCHANGED" and .revision == $revision'

exits 0 "GetArticle with the token" call $query/GetArticle "{\"name\": \"articles/ci-harbour\", \"read\": {\"consistencyToken\": \"$token\"}}"
holds "the body is the one sent" "$CI_TMP/out" --argjson sent "$article" '.article.body == $sent.article.body'
exits 0 "ListStatements of the article" call $query/ListStatements '{"parent": "articles/ci-harbour"}'
holds "both are there, anchored and verified" "$CI_TMP/out" --argjson sent "$article" \
    '(.statements | length) == 2 and all(.statements[].content[].selector; .verified and $sent.article.body[.start:.end] == .exact)'
exits 0 "ListStatements by speaker, across articles" call $query/ListStatements \
    '{"parent": "articles/-", "filter": "speaker.entity = \"entities/ci-amina-kole\""}'
holds "hers alone comes" "$CI_TMP/out" \
    '[.statements[].speaker.entity] == ["entities/ci-amina-kole"] and .statements[0].kind == "STATEMENT_KIND_DIRECT"'
exits 0 "ResolveEntities" call $query/ResolveEntities '{"queries": [{"text": "KOLE, Amina"}]}'
holds "she is found by her name turned round" "$CI_TMP/out" '.results[0].candidates[0].entity.name == "entities/ci-amina-kole"'
exits 0 "GetServerInfo" call dicta.v1.AdminService/GetServerInfo
holds "it counts what is stored" "$CI_TMP/out" '.counts.articles == "1" and .counts.statements == "2" and .counts.entities == "2"'

echo "-- errors that a caller can act on"
# grpcurl exits with 64 plus the status code.
exits 69 "an article that is not there is NOT_FOUND" call $query/GetArticle '{"name": "articles/nowhere"}'
holds "ErrorInfo says so" "$CI_TMP/err" \
    'any(.details[]; (.["@type"] | endswith("google.rpc.ErrorInfo")) and .domain == "dicta" and (.reason | test("^[A-Z][A-Z_]+$")))'
exits 67 "words that are not in the body are INVALID_ARGUMENT" call $ingest/IngestArticle \
    "$(jq '.article.name = "articles/ci-other" | del(.article.canonicalUrl) | .statements[1].content[0].selector.exact = "never written"' <<<"$article")"
holds "BadRequest names the field" "$CI_TMP/err" \
    'any(.details[]; (.["@type"] | endswith("google.rpc.BadRequest")) and any((.fieldViolations // .field_violations)[]; .field | startswith("statements[1].content[0].selector")))'
exits 69 "and nothing of it was stored" call $query/GetArticle '{"name": "articles/ci-other"}'
exits 73 "deleting an entity that is referred to is FAILED_PRECONDITION" call $ingest/DeleteEntity '{"name": "entities/ci-amina-kole"}'
holds "the reason is STILL_REFERRED_TO" "$CI_TMP/err" 'any(.details[]; .reason? == "STILL_REFERRED_TO")'

echo "-- the command"
exits 0 "dicta get" dicta get articles/ci-harbour
shows "it shows the title" "$CI_TMP/out" "Harbour of Port Sella closed"
exits 0 "dicta get --output json" dicta get articles/ci-harbour --output json
holds "it is the canonical JSON" "$CI_TMP/out" '.name == "articles/ci-harbour" and .publishedAt == "2026-03-02T08:00:00Z"'
exits 1 "dicta get of nothing" dicta get articles/nowhere
exits 0 "dicta list statements" dicta list statements
shows "it shows the words" "$CI_TMP/out" "The harbour will stay closed"
exits 0 "dicta list entities --output jsonl" dicta list entities --output jsonl
holds "one a line" "$CI_TMP/out" --slurp 'length == 2'
exits 0 "dicta resolve" dicta resolve "Amina Kole"
shows "it shows whom it found" "$CI_TMP/out" "entities/ci-amina-kole"
exits 0 "dicta stats" dicta stats
exits 2 "a wrong option is a usage error" dicta get --no-such-option
exits 1 "nobody listens there" dicta get articles/ci-harbour --address http://127.0.0.1:1
exits 0 "dicta healthcheck" env DICTA_LISTEN="$address" dicta healthcheck
exits 1 "dicta healthcheck where nobody listens" env DICTA_LISTEN=127.0.0.1:1 dicta healthcheck
exits 0 "dicta serve --print-config" dicta serve --print-config --listen 127.0.0.1:7777
shows "it prints what the flag says" "$CI_TMP/out" "127.0.0.1:7777"
exits 0 "dicta completions" dicta completions bash

python3 .ci/articles.py 300 | gzip >"$work/articles.jsonl.gz"
exits 0 "dicta load" dicta load --format articles "$work/articles.jsonl.gz"
shows "it says that 300 were created" "$CI_TMP/out" "created 300  revised 0  unchanged 0  failed 0"
exits 0 "dicta load again" dicta load --format articles "$work/articles.jsonl.gz"
shows "it says that nothing changed" "$CI_TMP/out" "created 0  revised 0  unchanged 300  failed 0"
printf '%s\n' '{"id": "fine", "title": "t", "body": "b"}' '{"id": 7' >"$work/half.jsonl"
exits 1 "dicta load of a bad line" dicta load --format articles "$work/half.jsonl" --rejects "$work/rejects.jsonl"
shows "the bad line is in the rejects" "$work/rejects.jsonl" '{"id": 7'

echo "-- starting and stopping"
exits 1 "a second server on the same data" timeout 30 dicta serve --data-dir "$work/data" --listen 127.0.0.1:0
shows "it says which directory" "$CI_TMP/err" "$work/data"
stop_server "the server stops on SIGTERM"
start_server "$work/data"
exits 0 "the article is there after a restart" call $query/GetArticle '{"name": "articles/ci-harbour"}'
kill -KILL "$server"
wait "$server" || true
start_server "$work/data"
exits 0 "and after kill -9" call $query/GetArticle '{"name": "articles/ci-harbour"}'
holds "with its body" "$CI_TMP/out" --argjson sent "$article" '.article.body == $sent.article.body'
stop_server "the server stops again"
