#!/bin/sh
# Writes what is generated of the C door: include/mmcred.h and tests/c/exported_symbols.txt.
#
#     bindings-c/generate.sh            writes them
#     bindings-c/generate.sh --check    writes nothing, and fails if one differs
#
# The symbols are those of the library that `cargo build` left.
set -eu
cd "$(dirname -- "$0")/.."
check=${1:-}
cargo run --quiet -p mmcred-c-header -- ${check:+"$check"}

list=tests/c/exported_symbols.txt
library=${CARGO_TARGET_DIR:-target}/debug/libmmcred_c.so
[ -e "$library" ] || cargo build --quiet -p mmcred-c
symbols=$(nm -D --defined-only "$library" | awk 'NF == 3 { print $3 }' | LC_ALL=C sort)
if [ "$check" != --check ]; then
    printf '%s\n' "$symbols" >"$list"
elif ! printf '%s\n' "$symbols" | diff "$list" -; then
    echo "$list differs from the library: run bindings-c/generate.sh" >&2
    exit 1
fi
