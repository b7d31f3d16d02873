#!/usr/bin/env python3
"""Builds what users download, in release, and compares the sizes with their limits.

    tests/packaging/size.py [wheel | tarball | libmmcred.so …]        all by default
"""
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
RELEASE = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "release"
MB = 1_000_000


def run(*command, **options):
    return subprocess.run([str(part) for part in command], check=True, **options)


def cargo(crate):
    run("cargo", "build", "--release", "-p", crate, cwd=ROOT)


def wheel(folder):
    """maturin build --release"""
    maturin = Path(sys.executable).with_name("maturin")
    run(maturin, "build", "--release", "--out", folder, "-m", ROOT / "bindings-python/Cargo.toml")
    return next(folder.glob("*.whl"))


def tarball(folder):
    """npm pack, with the native part in release and without touching the checkout's own"""
    cargo("mmcred-node")
    package = folder / "package"
    shutil.copytree(ROOT / "bindings-node", package, ignore=shutil.ignore_patterns("node_modules", "*.node"))
    shutil.copy(RELEASE / "libmmcred_node.so", package / "mmcred.linux-x64-gnu.node")
    packed = run("npm", "pack", "--json", "--ignore-scripts", package, cwd=folder, stdout=subprocess.PIPE).stdout
    return folder / json.loads(packed)[0]["filename"]


def library(_):
    """cargo build --release"""
    cargo("mmcred-c")
    return RELEASE / "libmmcred_c.so"


LIMITS = {"wheel": (wheel, 5 * MB), "tarball": (tarball, 6 * MB), "libmmcred.so": (library, 8 * MB)}


def main(names):
    over = 0
    for name, (build, limit) in LIMITS.items():
        if names and name not in names:
            continue
        with tempfile.TemporaryDirectory(prefix="mmcred-size-") as folder:
            size = build(Path(folder)).stat().st_size
        over += size > limit
        print(f"{'over' if size > limit else 'ok':<6} {name:<13} {size / MB:.2f} MB of {limit // MB}", flush=True)
    return 1 if over else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
