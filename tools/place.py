#!/usr/bin/env python3
"""Puts what `cargo build --workspace` built where Python, Node.js and C programs look for it, for work in this checkout.

A package that is installed builds itself; this spares a second build with the same result.
"""
import os
import shutil
import sys
import sysconfig
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUILT = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "debug"


def place(source, target):
    """By renaming: a program that runs keeps the file it has loaded."""
    fresh = target.with_name(target.name + ".new")
    shutil.copyfile(source, fresh)
    fresh.replace(target)


def main():
    python = ROOT / "bindings-python/python"
    place(BUILT / "lib_native.so", python / "mmcred/_native.abi3.so")
    library = ROOT / ".build/c/lib/libmmcred.so.0.1"  # its soname: bindings-c/build.rs
    library.parent.mkdir(parents=True, exist_ok=True)
    place(BUILT / "libmmcred_c.so", library)
    link = library.with_name("libmmcred.so")
    link.unlink(missing_ok=True)
    link.symlink_to(library.name)
    place(BUILT / "libmmcred_node.so", ROOT / "bindings-node/mmcred.linux-x64-gnu.node")
    site = Path(sysconfig.get_path("purelib", vars={"base": sys.prefix, "platbase": sys.prefix}))
    (site / "mmcred-checkout.pth").write_text(f"{python}\n")


if __name__ == "__main__":
    main()
