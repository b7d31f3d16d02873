#!/usr/bin/env python3
"""Installs each package as a user does, into a fresh folder, and makes a request with it from there.

The development profile keeps it quick; what is built for it lies in a folder of its own, since each tool asks cargo
for another set of crates.
"""
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))

from support.fake import Fake  # noqa: E402
from support.snippets import NODE, PYTHON  # noqa: E402

BUILD = ROOT / ".build/packaging-target"
CJS = (
    "const { fetcher } = require('mmcred'); "
    "fetcher('prod').then(f => f('users/me')).then(r => r.json()).then(me => console.log(me.username))"
)


class Place:
    """A fresh folder with a vault of its own, and commands run in it."""

    def __init__(self, fake, token, name):
        self.folder = Path(tempfile.mkdtemp(prefix=f"mmcred-{name}-"))
        self.fake, self.token = fake, token
        self.environment = {
            **os.environ,
            "MMCRED_VAULT": str(self.folder / "vault"),
            "MMCRED_KEY_FILE": str(self.folder / "key"),
            "CARGO_TARGET_DIR": str(BUILD),
            "MMCRED_PROFILE": "dev",
        }
        self.environment.pop("MMCRED_PREBUILT", None)

    def run(self, *command, given=None, **variables):
        done = subprocess.run(
            [str(part) for part in command], cwd=self.folder, env={**self.environment, **variables}, input=given,
            capture_output=True, text=True, timeout=1800,
        )
        if done.returncode:
            raise AssertionError(f"{command[0]} ended with {done.returncode}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}")
        return done.stdout

    def add(self, *mmcred):
        """Stores the token with the package's own command line."""
        self.run(*mmcred, "add", "prod", "--url", self.fake.url, "--token-stdin", given=self.token)

    def expect(self, output, word="alice"):
        assert word in output, f"expected {word}, got {output[-500:]}"


def pip(place):
    """pip install ./bindings-python, with the extra for requests"""
    place.run(sys.executable, "-m", "venv", "venv")
    binaries = place.folder / "venv/bin"
    place.run(
        binaries / "pip", "install", "-q", "--no-cache-dir", f"{ROOT / 'bindings-python'}[requests]",
        "--config-settings=build-args=--profile=dev",
    )
    place.add(binaries / "mmcred")
    place.expect(place.run(binaries / "python", "-c", PYTHON))
    place.expect(place.run(binaries / "python", "-m", "mmcred", "list"))


def npm(place):
    """npm install ./bindings-node"""
    place.run("npm", "install", "--silent", ROOT / "bindings-node")
    place.add("npx", "mmcred")
    place.expect(place.run("node", "--input-type=module", "-e", NODE))
    place.expect(place.run("node", "-e", CJS))


def tarball(place):
    """npm install of the packed tarball, which carries its native part"""
    (packed,) = place.run("npm", "pack", "--silent", "--ignore-scripts", ROOT / "bindings-node").split()
    place.run("npm", "install", "--silent", place.folder / packed)
    place.add("npx", "mmcred")
    place.expect(place.run("node", "--input-type=module", "-e", NODE))


def c(place):
    """make install-c PREFIX=…, then cc app.c $(pkg-config --cflags --libs mmcred)"""
    prefix = place.folder / "prefix"
    place.run("make", "-C", ROOT, "install-c", f"PREFIX={prefix}", "PROFILE=dev")
    place.environment["PKG_CONFIG_PATH"] = str(prefix / "lib/pkgconfig")
    place.environment["LD_LIBRARY_PATH"] = str(prefix / "lib")
    flags = place.run("pkg-config", "--cflags", "--libs", "mmcred", "libcurl").split()
    place.run("cc", ROOT / "examples/c/users_me.c", "-o", "app", *flags)
    place.add(ROOT / "target/debug/mmcred")
    place.expect(place.run("./app", "prod", f"{place.fake.url}/api/v4/users/me"))


def cmake(place):
    """find_package(mmcred) in a CMake project"""
    prefix = place.folder / "prefix"
    place.run("make", "-C", ROOT, "install-c", f"PREFIX={prefix}", "PROFILE=dev")
    (place.folder / "CMakeLists.txt").write_text(
        "cmake_minimum_required(VERSION 3.16)\nproject(app C)\nfind_package(mmcred REQUIRED)\n"
        "find_package(CURL REQUIRED)\nadd_executable(app users_me.c)\n"
        "target_link_libraries(app mmcred::mmcred CURL::libcurl)\n"
    )
    shutil.copy(ROOT / "examples/c/users_me.c", place.folder)
    place.run("cmake", "-S", ".", "-B", "out", f"-DCMAKE_PREFIX_PATH={prefix}")
    place.run("cmake", "--build", "out")
    place.add(ROOT / "target/debug/mmcred")
    place.expect(place.run("out/app", "prod", f"{place.fake.url}/api/v4/users/me", LD_LIBRARY_PATH=str(prefix / "lib")))


CASES = [pip, npm, tarball, c, cmake]


def main():
    failed = 0
    with Fake("--profile", "11.10") as fake:
        token, _ = fake.prepare().token_for(fake.user("alice"))
        for case in CASES:
            place = Place(fake, token, case.__name__)
            try:
                case(place)
                print(f"ok     {case.__doc__}", flush=True)
            except (AssertionError, subprocess.TimeoutExpired, ValueError) as error:
                failed += 1
                print(f"FAILED {case.__doc__}\n{error}", flush=True)
            finally:
                shutil.rmtree(place.folder)
    print(f"packaging: {len(CASES) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
