#!/bin/sh
# Checks what the README asks for, and installs the system packages that a target needs beside it.
#   tools/prerequisites.sh demo | test
set -eu

missing=0
# want NAME FOUND LEAST HOW: complains unless FOUND is a version of at least LEAST.
want() {
    if [ -z "$2" ]; then
        echo "mmcred needs $1 $3 or newer, and there is none: $4" >&2
        missing=1
    elif [ "$(printf '%s\n%s\n' "$3" "$2" | sort -V | head -n 1)" != "$3" ]; then
        echo "mmcred needs $1 $3 or newer, and this one is $2: $4" >&2
        missing=1
    fi
}
version() { "$@" 2>/dev/null | grep -oE '[0-9]+(\.[0-9]+)+' | head -n 1 || true; }

want Rust "$(version cargo --version)" 1.89 "install it with rustup"
want Python "$(version python3 --version)" 3.10 "the library itself runs on 3.9, its tests need 3.10"
want Node.js "$(version node --version)" 20.18.1 "Debian's own is older; take the current LTS"
want npm "$(version npm --version)" 9.0 "it comes with Node.js"
want "a C compiler (cc)" "$(version cc --version)" 4.9 "install gcc or clang"
[ "$missing" = 0 ] || exit 1

packages=""
lacks() { ! "$@" >/dev/null 2>&1; }
add() { packages="$packages $1"; }
lacks pkg-config --version && add pkg-config
{ lacks pkg-config --version || lacks pkg-config --exists libcurl; } && add libcurl4-openssl-dev
lacks openssl version && add openssl
lacks python3 -c 'import ensurepip, venv' && add python3-venv
if [ "${1:-demo}" = test ]; then
    lacks valgrind --version && add valgrind
    lacks cmake --version && add cmake
    lacks c++ --version && add g++
fi
[ -n "$packages" ] || exit 0

echo "Installing the system packages:$packages"
if ! command -v apt-get >/dev/null; then
    echo "There is no apt-get here: install what these packages hold, then run make again." >&2
    exit 1
fi
sudo=""
[ "$(id -u)" = 0 ] || sudo=sudo
$sudo apt-get update -qq
# shellcheck disable=SC2086 # a list of words
DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends $packages
