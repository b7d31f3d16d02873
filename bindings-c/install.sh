#!/bin/sh
# Installs libmmcred: header, shared and static library, pkg-config file, CMake package.
#
#     bindings-c/install.sh PREFIX [PROFILE]
#
# PREFIX is where it will live, for example /usr/local; PROFILE is cargo's: release unless said otherwise.
# DESTDIR is put before PREFIX while copying, as packagers expect.
set -eu

[ $# -ge 1 ] || { sed -n '2,7s/^# \{0,1\}//p' "$0" >&2; exit 2; }
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
major=${version%%.*}

# What a program that links the static library must link besides, as rustc says.
notes=$(cargo rustc --quiet --color never -p mmcred-c --lib --profile "$profile" -- --print native-static-libs 2>&1) ||
    { printf '%s\n' "$notes" >&2; exit 1; }
private=$(printf '%s\n' "$notes" | sed -n 's/^note: native-static-libs: //p' | tail -n 1)
[ -n "$private" ] || { printf '%s\n' "$notes" >&2; echo "install.sh: rustc named no native libraries" >&2; exit 1; }

case $profile in dev) folder=debug ;; *) folder=$profile ;; esac
built=${CARGO_TARGET_DIR:-target}/$folder
[ "$folder" = release ] || echo "install.sh: installing the profile $profile, which is slower than release" >&2

fill() { # in out
    sed -e "s|@PREFIX@|$prefix|g" -e "s|@VERSION@|$version|g" -e "s|@MAJOR@|$major|g" \
        -e "s|@PRIVATE_LIBRARIES@|$private|g" -e "s|@PRIVATE_LIST@|$(printf %s "$private" | tr ' ' ';')|g" \
        "$1" >"$2"
    chmod 644 "$2"
}

install -d "$to/include" "$to/lib/pkgconfig" "$to/lib/cmake/mmcred"
install -m 644 include/mmcred.h "$to/include/mmcred.h"
install -m 755 "$built/libmmcred_c.so" "$to/lib/libmmcred.so.$version"
ln -sf "libmmcred.so.$version" "$to/lib/libmmcred.so.$major"
ln -sf "libmmcred.so.$major" "$to/lib/libmmcred.so"
"$here/one-object.sh" "$built/libmmcred_c.a" tests/c/exported_symbols.txt "$to/lib/libmmcred.a"
fill bindings-c/mmcred.pc.in "$to/lib/pkgconfig/mmcred.pc"
fill bindings-c/mmcred-config.cmake.in "$to/lib/cmake/mmcred/mmcred-config.cmake"
fill bindings-c/mmcred-config-version.cmake.in "$to/lib/cmake/mmcred/mmcred-config-version.cmake"
echo "libmmcred $version is in $to"
