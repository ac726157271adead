#!/bin/sh
# Generates from the protos in the directory $1 the Python code of the service, in $2.
set -eu

mkdir -p "$2"
python3 -m grpc_tools.protoc --proto_path="$1" --python_out="$2" --grpc_python_out="$2" \
    "$1"/dicta/extractor/v1/extractor.proto "$1"/google/api/*.proto \
    "$1"/dicta/v1/entity.proto "$1"/dicta/v1/origin.proto "$1"/dicta/v1/selector.proto \
    "$1"/dicta/v1/statement.proto "$1"/dicta/v1/time.proto
