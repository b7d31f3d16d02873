#!/bin/sh
# The form of what is written in C and C++ (.clang-format), and what compilers warn of.
#
#     tools/c-style.sh            fails if a file has another form, or gives a warning
#     tools/c-style.sh --fix      gives the files that form
set -eu
cd "$(dirname -- "$0")/.."
files="examples/c/*.[ch] examples/cpp/*.[ch]pp tests/c/*.[ch] tests/c/*.cpp tests/behaviour/c/*.[ch]"
format=.build/venv/bin/clang-format
# shellcheck disable=SC2086 # a list of patterns
if [ "${1:-}" = --fix ]; then
    exec $format -i $files
fi
# shellcheck disable=SC2086
$format --dry-run -Werror $files

curl=$(pkg-config --cflags libcurl)
for file in $files; do
    case $file in
        *.c) compiler="cc -std=c11 -D_POSIX_C_SOURCE=200809L -Wstrict-prototypes" ;;
        *.cpp) compiler="c++ -std=c++17" ;;
        *) continue ;;
    esac
    # shellcheck disable=SC2086
    $compiler -O2 -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror -Iinclude -Iexamples/c $curl \
        -c "$file" -o /dev/null
done
