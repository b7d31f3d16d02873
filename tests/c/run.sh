#!/bin/sh
# Tests the C door as a C programmer meets it: installed, found by pkg-config and CMake, linked, run.
#
#     tests/c/run.sh
#
# Builds what it needs, unless MMCRED_PREBUILT is set. Prints a line for each step and ends with 1 if one failed.
set -u
root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
cd "$root" || exit 1
target=${CARGO_TARGET_DIR:-$root/target}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
unset MMCRED_VAULT MMCRED_KEY_FILE HTTPS_PROXY HTTP_PROXY ALL_PROXY NO_PROXY https_proxy http_proxy all_proxy no_proxy
passed=0 failed=0 skipped=0

step() { # name, command: one line, and what the command said only when it failed
    name=$1; shift
    if "$@" >"$work/log" 2>&1; then
        echo "ok - $name"
        passed=$((passed + 1))
    else
        echo "not ok - $name"
        sed 's/^/# /' "$work/log" | tail -n 40
        failed=$((failed + 1))
    fi
}

skip() { # name, why
    echo "ok - $1 # SKIP $2"
    skipped=$((skipped + 1))
}

same_names() { # the names that a library gives to others, against the committed list
    nm "$1" --defined-only "$2" | awk 'NF == 3 { print $3 }' | LC_ALL=C sort | diff tests/c/exported_symbols.txt -
}

prefix=$work/prefix
packages="-p mmcred-c"
[ -z "${MMCRED_PREBUILT:-}" ] || packages=--workspace
[ -n "${MMCRED_PREBUILT:-}" ] || step "it builds" cargo build -q -p mmcred-c
export MMCRED_PREBUILT=1
step "it installs" bindings-c/install.sh "$prefix" dev
export PKG_CONFIG_PATH="$prefix/lib/pkgconfig" LD_LIBRARY_PATH="$prefix/lib"
step "the header is the one that the sources give" bindings-c/generate.sh --check
step "the shared library gives the listed names only" same_names -D "$prefix/lib/libmmcred.so"
step "the static library gives the listed names only" same_names -g "$prefix/lib/libmmcred.a"
step "its soname carries the major version" sh -c "readelf -d '$prefix/lib/libmmcred.so' | grep -q 'soname: .libmmcred.so.0.$'"
packaged() { DESTDIR="$work/stage" bindings-c/install.sh /usr dev && grep -qx 'prefix=/usr' "$work/stage/usr/lib/pkgconfig/mmcred.pc"; }
step "DESTDIR goes before the prefix, and only while copying" packaged

strict="-Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wstrict-prototypes -Werror -g"
flags=$(pkg-config --cflags --libs mmcred)
static="$(pkg-config --cflags mmcred) $prefix/lib/libmmcred.a $(pkg-config --static --libs-only-l mmcred | sed 's/-lmmcred//')"
compile() { # source, program, the rest: how to link. Word splitting is meant.
    source=$1 binary=$2; shift 2
    # shellcheck disable=SC2068,SC2086
    cc -std=c11 -D_POSIX_C_SOURCE=200809L $strict "$source" -o "$work/$binary" -pthread $@
}
# shellcheck disable=SC2086
cxx() { c++ -std=c++17 -Wall -Wextra -Wpedantic -Werror "$@" $flags; }

step "the header compiles as C++17" cxx tests/c/header.cpp -o "$work/header"
step "and its program runs" "$work/header"
refused() { ! cxx -DWRONG tests/c/header.cpp -o "$work/wrong"; }
step "a handle of the wrong kind does not compile" refused

run() { # program, the rest: what it is run by
    binary=$1; shift
    MMCRED_TEST_WORK=$(mktemp -d "$work/vaults.XXXX")
    export MMCRED_TEST_WORK
    "$@" "$work/$binary" | tee "$work/tap" | grep -v '^ok '
    grep -q '^1\.\.' "$work/tap" && ! grep -q '^not ok' "$work/tap"
}
memory="valgrind --quiet --error-exitcode=9 --leak-check=full --errors-for-leak-kinds=definite,indirect --show-leak-kinds=definite,indirect"
programs="arguments ownership threads"
for program in $programs; do
    # shellcheck disable=SC2086
    step "$program compiles without a warning" compile "tests/c/$program.c" "$program" $flags
    step "$program" run "$program"
    # shellcheck disable=SC2086
    step "$program, linked statically, compiles" compile "tests/c/$program.c" "$program-static" $static
    step "$program, linked statically" run "$program-static"
    if command -v valgrind >/dev/null; then
        # shellcheck disable=SC2086
        step "$program under Valgrind" run "$program" $memory
    else
        skip "$program under Valgrind" "there is no valgrind"
    fi
done

# A bug, in a library that has one on purpose. Built as the rest was, so that no dependency is built a second time.
buggy() {
    cargo build -q $packages --features mmcred-c/deliberate-bug && mkdir -p "$work/buggy" &&
        cp "$target/debug/libmmcred_c.so" "$work/buggy/libmmcred.so.0" &&
        ln -sf libmmcred.so.0 "$work/buggy/libmmcred.so" &&
        { cat tests/c/exported_symbols.txt; echo mmcred_deliberate_bug; } >"$work/names" &&
        bindings-c/one-object.sh "$target/debug/libmmcred_c.a" "$work/names" "$work/buggy/libmmcred.a" &&
        cargo build -q $packages
}
step "a library with a bug in it builds" buggy
# shellcheck disable=SC2086
step "bug compiles" compile tests/c/bug.c bug $(pkg-config --cflags mmcred) -L"$work/buggy" -lmmcred
step "a bug is an error and no abort" run bug env LD_LIBRARY_PATH="$work/buggy"
# shellcheck disable=SC2086
step "bug, linked statically, compiles" compile tests/c/bug.c bug-static $(echo "$static" | sed "s|$prefix/lib/libmmcred.a|$work/buggy/libmmcred.a|")
step "a bug is an error, linked statically too" run bug-static

echo "c: $passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
