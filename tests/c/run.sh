#!/bin/sh
# Tests the C door as a C programmer meets it: installed, found by pkg-config, linked, run.
#
#     tests/c/run.sh
#
# Builds what it needs, unless MMCRED_PREBUILT is set. Prints a line for each step and ends with 1 if one failed.
# shellcheck disable=SC2086 # splitting into words is meant
set -u
root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
cd "$root" || exit 1
target=${CARGO_TARGET_DIR:-$root/target}
python=$root/.build/venv/bin/python
[ -x "$python" ] || python=python3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
unset MMCRED_VAULT MMCRED_KEY_FILE HTTPS_PROXY HTTP_PROXY ALL_PROXY NO_PROXY https_proxy http_proxy all_proxy no_proxy

# Valgrind sees what the whole library does on the heap; the sanitizers see all that C itself does, and every leak.
memory="valgrind --quiet --suppressions=tests/c/valgrind.supp --error-exitcode=9 --leak-check=full --errors-for-leak-kinds=definite,indirect --show-leak-kinds=definite,indirect"
sanitizers="-O1 -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all"
export ASAN_OPTIONS=detect_leaks=1:strict_string_checks=1:detect_stack_use_after_return=1
tools=
command -v valgrind >/dev/null && tools=Valgrind
echo 'int main(void) { return 0; }' | cc $sanitizers -x c -o "$work/probe" - 2>/dev/null && "$work/probe" && tools="$tools sanitizers"

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
under() { # tool, name, command: a step, if the tool is here
    tool=$1 name=$2; shift 2
    case " $tools " in
        *" $tool "*) step "$name, under $tool" "$@" ;;
        *) skip "$name, under $tool" "it is not here" ;;
    esac
}

# ---- What is installed ----

same_names() { # the names that a library gives to others, against the committed list
    nm "$1" --defined-only "$2" | awk 'NF == 3 { print $3 }' | LC_ALL=C sort | diff tests/c/exported_symbols.txt -
}
prefix=$work/prefix
packages="-p mmcred-c -p mmcred-cli -p fake-mattermost"
[ -z "${MMCRED_PREBUILT:-}" ] || packages=--workspace
[ -n "${MMCRED_PREBUILT:-}" ] || step "it builds" cargo build -q $packages
export MMCRED_PREBUILT=1
step "it installs" bindings-c/install.sh "$prefix" dev
export PKG_CONFIG_PATH="$prefix/lib/pkgconfig" LD_LIBRARY_PATH="$prefix/lib"
step "the header is the one that the sources give" bindings-c/generate.sh --check
step "the shared library gives the listed names only" same_names -D "$prefix/lib/libmmcred.so"
step "the static library gives the listed names only" same_names -g "$prefix/lib/libmmcred.a"
without_destructors() { objdump -h "$prefix/lib/libmmcred.a" >"$work/sections" && ! grep -q fini_array "$work/sections"; }
step "the static library has no destructors" without_destructors
soname=$(objdump -p "$prefix/lib/libmmcred.so" | awk '$1 == "SONAME" { print $2 }')
versioned() { case $(pkg-config --modversion mmcred) in ${soname#libmmcred.so.}.*) [ -e "$prefix/lib/$soname" ] ;; *) false ;; esac }
step "its soname carries the version of the interface" versioned
step "it is never unloaded, since its threads run in it" sh -c "readelf -d '$prefix/lib/libmmcred.so' | grep -q NODELETE"
packaged() { DESTDIR="$work/stage" bindings-c/install.sh /usr dev && grep -qx 'prefix=/usr' "$work/stage/usr/lib/pkgconfig/mmcred.pc"; }
step "DESTDIR goes before the prefix, and only while copying" packaged

# ---- Programs ----

strict="-Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror -g"
flags=$(pkg-config --cflags --libs mmcred)
static="$(pkg-config --cflags mmcred) $prefix/lib/libmmcred.a $(pkg-config --static --libs-only-l mmcred | sed 's/-lmmcred//')"
curl=$(pkg-config --cflags --libs libcurl)
compile() { # source, program, the rest: how to link
    source=$1 binary=$2; shift 2
    case $source in
        *.cpp) ${CXX:-c++} -std=c++17 $strict "$source" -o "$work/$binary" -pthread "$@" ;;
        *) cc -std=c11 -D_POSIX_C_SOURCE=200809L -Wstrict-prototypes $strict "$source" -o "$work/$binary" -pthread "$@" ;;
    esac
}
run() { # program, the rest: what it is run by. All that it checks must be good, and its exit too.
    binary=$1; shift
    MMCRED_TEST_WORK=$(mktemp -d "$work/vaults.XXXX") && export MMCRED_TEST_WORK
    "$@" "$work/$binary" >"$work/tap" 2>&1
    code=$?
    grep -v '^ok ' "$work/tap"
    [ "$code" = 0 ] && grep -q '^1\.\.' "$work/tap" && ! grep -q '^not ok' "$work/tap"
}
sanitized() { # source, program, how to link
    compile "$1" "$2-sanitized" $sanitizers $3 && run "$2-sanitized"
}

refused() { ! compile tests/c/header.cpp wrong -DWRONG $flags; }
step "the header compiles as C++17" compile tests/c/header.cpp header $flags
step "and its program runs" "$work/header"
step "a handle of the wrong kind does not compile" refused

for file in arguments.c ownership.c threads.c face.cpp; do
    program=${file%.*}
    step "$program compiles without a warning" compile "tests/c/$file" "$program" $flags
    step "$program" run "$program"
    step "$program, linked statically, compiles" compile "tests/c/$file" "$program-static" $static
    step "$program, linked statically" run "$program-static"
    under Valgrind "$program" run "$program" $memory
    under sanitizers "$program" sanitized "tests/c/$file" "$program" "$flags"
done

# Not under the tools: a child has lost the threads whose memory Valgrind misses, and may inherit the sanitizers' own lock.
step "fork compiles without a warning" compile tests/c/fork.c fork $flags
step "fork" run fork

# That the tools find what they are there for.
found() { # what must be said, the rest: a command, which must fail
    what=$1; shift
    ! "$@" >"$work/found" 2>&1 && grep -q "$what" "$work/found"
}
step "planted faults compile" compile tests/c/planted.c planted $flags
step "planted faults compile for the sanitizers" compile tests/c/planted.c planted-sanitized $sanitizers $flags
under Valgrind "a planted leak is found" found "definitely lost" $memory "$work/planted" leak
under Valgrind "a planted use after free is found" found "Invalid read" $memory "$work/planted" use-after-free
under sanitizers "a planted leak is found" found LeakSanitizer "$work/planted-sanitized" leak
under sanitizers "a planted use after free is found" found heap-use-after-free "$work/planted-sanitized" use-after-free

# ---- Requests ----

behaviours() { # the rest: how the runner is run
    MMCRED_C_RUNNER="$*" "$python" tests/behaviour/run.py c
}
step "the runner of the behaviours compiles" compile tests/behaviour/c/runner.c behaviour -Iexamples/c $flags $curl
under Valgrind "the behaviours" behaviours $memory "$work/behaviour"
step "the runner compiles for the sanitizers" compile tests/behaviour/c/runner.c behaviour-sanitized $sanitizers -Iexamples/c $flags $curl
under sanitizers "the behaviours" behaviours "$work/behaviour-sanitized"

for CXX in g++ clang++; do
    ! command -v $CXX >/dev/null || step "the C++ example compiles with $CXX" compile examples/cpp/hand.cpp hand $flags $curl
done
unset CXX
case $tools in *sanitizers*) ;; *) sanitizers= ;; esac
examples() { MMCRED_C_FLAGS="$sanitizers $flags" "$python" -m pytest -q tests/c; }
step "the examples send the token where it belongs, and nowhere else" examples

# ---- A bug, in a library that has one on purpose. Built as the rest was, so that no dependency is built twice. ----

buggy() {
    cargo build -q $packages --features mmcred-c/deliberate-bug && mkdir -p "$work/buggy" &&
        cp "$target/debug/libmmcred_c.so" "$work/buggy/$soname" &&
        ln -sf "$soname" "$work/buggy/libmmcred.so" &&
        { cat tests/c/exported_symbols.txt; echo mmcred_deliberate_bug; } >"$work/names" &&
        bindings-c/one-object.sh "$target/debug/libmmcred_c.a" "$work/names" "$work/buggy/libmmcred.a" &&
        cargo build -q $packages
}
step "a library with a bug in it builds" buggy
with_bug="$(pkg-config --cflags mmcred) -L$work/buggy -lmmcred -Wl,-rpath,$work/buggy"
unset LD_LIBRARY_PATH
step "bug compiles" compile tests/c/bug.c bug $with_bug
step "a bug is an error and no abort" run bug
under Valgrind "a bug is an error and no abort" run bug $memory
under sanitizers "a bug is an error and no abort" sanitized tests/c/bug.c bug "$with_bug"
step "bug, linked statically, compiles" compile tests/c/bug.c bug-static $(echo "$static" | sed "s|$prefix/lib/libmmcred.a|$work/buggy/libmmcred.a|")
step "a bug is an error, linked statically too" run bug-static

echo "c: $passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
