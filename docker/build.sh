#!/bin/sh
# Lays out in the directory $1 what the image holds: the static binary, the
# seeds, and the data directory, empty. The image's build stage runs this, and
# so does whoever builds the image around a binary that stands already.
set -eu

out=$1
target=$(rustc -vV | sed -n 's/^host: //p')

# Static, so that the image needs nothing beside the binary.
RUSTFLAGS="-C target-feature=+crt-static" \
    cargo build --release --locked --bin dicta --target "$target"

mkdir -p "$out"
install -m 0755 "${CARGO_TARGET_DIR:-target}/$target/release/dicta" "$out/dicta"
cp -R seeds "$out/seeds"
install -d -m 0700 "$out/data"
