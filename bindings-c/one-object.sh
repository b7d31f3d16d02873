#!/bin/sh
# Makes of Rust's static library one that has only our names in it.
#
#     one-object.sh IN.a NAMES OUT.a
#
# Rust's own archive also holds the names of the standard library, SQLite and the cryptography. A program that
# brings its own SQLite, or a second library written in Rust, would get one in place of the other or not link at all.
# So all is linked to one object, and every name but those in the file NAMES becomes local.
set -eu
in=$1 names=$2 out=$3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# Groups are resolved here: another library's group of the same name would otherwise take ours away.
${LD:-ld} -r --whole-archive --force-group-allocation -o "$work/mmcred.o" "$in"
# Rust's own objects also carry LLVM's bitcode, which is none any more once joined and stops ar where LLVM's plugin is.
# The only destructors are aws-lc's, which abort some exits: docs/decisions/0014.
${OBJCOPY:-objcopy} --keep-global-symbols="$names" --remove-section=.llvmbc --remove-section=.llvmcmd \
    --remove-section=.fini_array "$work/mmcred.o"
(cd "$work" && ${AR:-ar} rcs mmcred.a mmcred.o)
install -m 644 "$work/mmcred.a" "$out"
