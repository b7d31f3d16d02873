#!/bin/sh
# Compiles the runner against the library that tools/place.py put there: build.sh PROGRAM
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/../../.." && pwd)
library=$root/.build/c/lib
mkdir -p "$(dirname -- "$1")"
# shellcheck disable=SC2046 # a list of options
cc -std=c11 -Wall -Wextra -Werror -O1 -g -o "$1" "$root/tests/behaviour/c/runner.c" \
    -I"$root/include" -I"$root/examples/c" -L"$library" -lmmcred -Wl,-rpath,"$library" $(pkg-config --cflags --libs libcurl) || {
    # What the compiler misses may be missing in a header that was not generated again: this says so.
    "$root/bindings-c/generate.sh" --check
    exit 1
}
