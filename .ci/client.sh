#!/usr/bin/env bash
# A Python client made by grpcio-tools from proto/ talks to a server.

# shellcheck source=.ci/lib.sh
source .ci/lib.sh
trap end_started EXIT

mkdir -p "$CI_TMP/client"
check "grpcio-tools compiles proto/" python3 -m grpc_tools.protoc --proto_path=proto \
    --python_out="$CI_TMP/client" --grpc_python_out="$CI_TMP/client" proto/dicta/v1/*.proto
start_server "$CI_TMP/client/data"
PYTHONPATH="$CI_TMP/client" python3 .ci/client.py "$address" "$CI_TMP/passed" ||
    fail "the Python client" "$CI_TMP/server.log"
stop_server "the server stops after the client"
