#!/bin/sh
# Installs libmmcred: header, shared and static library, pkg-config file, CMake package.
#
#     bindings-c/install.sh PREFIX [PROFILE]
#
# PREFIX is where it will live, for example /usr/local; PROFILE is cargo's: release unless said otherwise.
# DESTDIR is put before PREFIX while copying, as packagers expect. With MMCRED_PREBUILT set nothing is built: what an
# earlier `cargo build` left is installed.
set -eu

[ $# -ge 1 ] || { sed -n '2,8s/^# \{0,1\}//p' "$0" >&2; exit 2; }
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
case $1 in
    /*) prefix=${1%/} ;;
    *) prefix=$PWD/${1%/} ;;
esac
profile=${2:-release}
to=${DESTDIR:-}$prefix

command -v cargo >/dev/null || { echo "install.sh: needs Rust; see https://rustup.rs" >&2; exit 1; }
cd "$here/.."
version=$(cargo pkgid -p mmcred-c)
version=${version##*[@#]}
case $version in
    0.*) interface=$(printf %s "$version" | cut -d. -f1-2) ;;
    *) interface=${version%%.*} ;;
esac

[ -n "${MMCRED_PREBUILT:-}" ] || cargo build --quiet -p mmcred-c --profile "$profile"
case $profile in dev) folder=debug ;; *) folder=$profile ;; esac
built=${CARGO_TARGET_DIR:-target}/$folder

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# What a program that links the static library must link besides: what Rust itself needs, nothing else.
private=$(rustc --color never --crate-type staticlib --print native-static-libs -o "$work/empty.a" - </dev/null 2>&1 |
    sed -n 's/^note: native-static-libs: //p')
[ -n "$private" ] || { echo "install.sh: rustc named no native libraries" >&2; exit 1; }

fill() { # in out
    sed -e "s|@PREFIX@|$prefix|g" -e "s|@VERSION@|$version|g" -e "s|@INTERFACE@|$interface|g" \
        -e "s|@PRIVATE_LIBRARIES@|$private|g" -e "s|@PRIVATE_LIST@|$(printf %s "$private" | tr ' ' ';')|g" \
        "$1" >"$2"
    chmod 644 "$2"
}

install -d "$to/include" "$to/lib/pkgconfig" "$to/lib/cmake/mmcred"
install -m 644 include/mmcred.h "$to/include/mmcred.h"
install -m 755 "$built/libmmcred_c.so" "$to/lib/libmmcred.so.$version"
ln -sf "libmmcred.so.$version" "$to/lib/libmmcred.so.$interface"
ln -sf "libmmcred.so.$interface" "$to/lib/libmmcred.so"
"$here/one-object.sh" "$built/libmmcred_c.a" tests/c/exported_symbols.txt "$to/lib/libmmcred.a"
fill bindings-c/mmcred.pc.in "$to/lib/pkgconfig/mmcred.pc"
fill bindings-c/mmcred-config.cmake.in "$to/lib/cmake/mmcred/mmcred-config.cmake"
fill bindings-c/mmcred-config-version.cmake.in "$to/lib/cmake/mmcred/mmcred-config-version.cmake"
echo "libmmcred $version is in $to"
