#!/usr/bin/env bash
# The Python extractor behind Dicta: what it finds is stored, and nothing is while it
# is down.

# shellcheck source=.ci/lib.sh
source .ci/lib.sh
trap end_started EXIT

work="$CI_TMP/extractor"
mkdir -p "$work"
python3 -m venv "$work/venv"
check "pip installs its requirements" "$work/venv/bin/pip" install --quiet \
    --requirement docker/extractor/requirements.txt
check "its stubs are made" env PATH="$work/venv/bin:$PATH" docker/extractor/stubs.sh proto "$work/stubs"
asked="127.0.0.1:$(free_port)"
env PYTHONPATH="$work/stubs" "$work/venv/bin/python" docker/extractor/extractor.py serve \
    --address "$asked" >"$work/log" 2>&1 &
extractor=$!
started+=("$extractor")
until_true 60 grep --quiet listens "$work/log" || fail "the extractor listens" "$work/log"
export DICTA_EXTRACTOR_ADDRESS="http://$asked"
start_server "$work/data"

# ingest ARTICLE BODY: stores a text with what the extractor finds in it.
ingest() {
    grpcurl -plaintext -format-error -d "$(jq --null-input --arg name "articles/$1" --arg body "$2" \
        '{article: {name: $name, title: "t", language: "en", body: $body}, extraction: "EXTRACTION_REMOTE", createEntities: "CREATE_ENTITIES_MENTIONED"}')" \
        "$address" dicta.v1.IngestService/IngestArticle
}
body='“The bridge is safe,” Mayor Jane Roe said on Monday. Officials warned that snow would come.'
exits 0 "IngestArticle with REMOTE" ingest bridge "$body"
holds "both statements are found" "$CI_TMP/out" \
    '[.statements[].content[0].selector.exact] == ["The bridge is safe", "that snow would come"]'
holds "with their speakers" "$CI_TMP/out" \
    '[.statements[].speaker | .entity // .description] == ["entities/jane-roe", "Officials"]'
holds "and what found them" "$CI_TMP/out" 'all(.statements[]; .origin.extractor == "spacy-dependency")'
exits 0 "IngestArticle again" ingest bridge "$body"
holds "nothing changed" "$CI_TMP/out" '.outcome == "INGEST_OUTCOME_UNCHANGED"'
kill -TERM "$extractor"
until_true 15 ended "$extractor" || fail "the extractor ends" "$work/log"
# grpcurl exits with 64 plus the status code.
exits 78 "without the extractor it is UNAVAILABLE" ingest other "$body"
holds "ErrorInfo says why" "$CI_TMP/err" 'any(.details[]; .reason? == "EXTRACTOR_UNAVAILABLE")'
exits 69 "and nothing was stored" grpcurl -plaintext -d '{"name": "articles/other"}' \
    "$address" dicta.v1.QueryService/GetArticle
stop_server "the server stops"
