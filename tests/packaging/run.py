#!/usr/bin/env python3
"""Installs each package as a user does, into a fresh folder, and runs its README's lines there.

    tests/packaging/run.py [pip | wheel | sdist | npm | tarball | c | cmake …]        all by default

The development profile keeps it quick; what is built for it lies in a folder of its own, since each tool asks cargo
for another set of crates.
"""
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))

from support import snippets  # noqa: E402
from support.fake import BUILT, Fake  # noqa: E402

BUILD = ROOT / ".build/packaging-target"
TOOLS = Path(sys.executable).parent
PYTHON_README, NODE_README = "bindings-python/README.md", "bindings-node/README.md"
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


def venv(place, what, *options):
    """A fresh virtual environment with the package, which must then do what its READMEs say."""
    place.run(sys.executable, "-m", "venv", "venv")
    binaries = place.folder / "venv/bin"
    place.run(binaries / "pip", "install", "-q", "--no-cache-dir", f"{what}[requests]", *options)
    place.add(binaries / "mmcred")
    for readme in ("README.md", PYTHON_README):
        place.expect(place.run(binaries / "python", "-c", snippets.python(readme)))
    place.expect(place.run(binaries / "python", "-m", "mmcred", "list"))


def only_one_binary(names):
    """The command is in the library; a second program would double the package."""
    (_,) = [name for name in names if name.endswith((".so", ".node")) or "/bin/" in name and "." not in name]


DEV = "--config-settings=build-args=--profile=dev"


def pip(place):
    """pip install ./bindings-python, with the extra for requests"""
    venv(place, ROOT / "bindings-python", DEV)


def wheel(place):
    """a wheel for every Python from 3.9 on, and pip install of it"""
    place.run(TOOLS / "maturin", "build", "--profile", "dev", "--out", ".", "-m", ROOT / "bindings-python/Cargo.toml")
    (built,) = place.folder.glob("mmcred-*-cp39-abi3-*.whl")
    place.run(TOOLS / "abi3audit", "--strict", built)
    place.run(TOOLS / "twine", "check", "--strict", built)
    only_one_binary(zipfile.ZipFile(built).namelist())
    venv(place, built)


def sdist(place):
    """a source distribution, and pip install of it, far from the tree"""
    place.run(TOOLS / "maturin", "sdist", "--out", ".", "-m", ROOT / "bindings-python/Cargo.toml")
    (packed,) = place.folder.glob("mmcred-*.tar.gz")
    place.run(TOOLS / "twine", "check", "--strict", packed)
    venv(place, packed, DEV)


def npm(place):
    """npm install ./bindings-node"""
    place.run("npm", "install", "--silent", ROOT / "bindings-node")
    node(place)
    place.expect(place.run("node", "-e", CJS))


def tarball(place):
    """npm install of the packed tarball, which carries its native part"""
    (packed,) = place.run("npm", "pack", "--silent", "--ignore-scripts", ROOT / "bindings-node").split()
    only_one_binary(tarfile.open(place.folder / packed).getnames())
    place.run("npm", "install", "--silent", place.folder / packed)
    node(place)


def node(place):
    """What the READMEs say of a project that has the package."""
    place.add("npx", "mmcred")
    for readme in ("README.md", NODE_README):
        place.expect(place.run("node", "--input-type=module", "-e", snippets.node(readme)))


def installed(place):
    """make install-c, and the README's lines as a program."""
    prefix = place.folder / "prefix"
    place.run("make", "-C", ROOT, "install-c", f"PREFIX={prefix}", "PROFILE=dev")
    place.environment["LD_LIBRARY_PATH"] = str(prefix / "lib")
    (place.folder / "app.c").write_text(snippets.c())
    place.add(BUILT / "mmcred")
    return prefix


def c(place):
    """make install-c PREFIX=…, then cc app.c $(pkg-config --cflags --libs mmcred)"""
    place.environment["PKG_CONFIG_PATH"] = str(installed(place) / "lib/pkgconfig")
    flags = place.run("pkg-config", "--cflags", "--libs", "mmcred", "libcurl").split()
    place.run("cc", "-Wall", "-Werror", "app.c", "-o", "app", *flags)
    place.expect(place.run("./app", f"{place.fake.url}/api/v4/users/me"))


def cmake(place):
    """find_package(mmcred) in a CMake project"""
    prefix = installed(place)
    (place.folder / "CMakeLists.txt").write_text(
        "cmake_minimum_required(VERSION 3.16)\nproject(app C)\nfind_package(mmcred REQUIRED)\n"
        "find_package(CURL REQUIRED)\nadd_executable(app app.c)\n"
        "target_link_libraries(app mmcred::mmcred CURL::libcurl)\n"
    )
    place.run("cmake", "-S", ".", "-B", "out", f"-DCMAKE_PREFIX_PATH={prefix}")
    place.run("cmake", "--build", "out")
    place.expect(place.run("out/app", f"{place.fake.url}/api/v4/users/me"))


CASES = [pip, wheel, sdist, npm, tarball, c, cmake]


def main(names):
    cases = [case for case in CASES if not names or case.__name__ in names]
    failed = 0
    with Fake("--profile", "11.10") as fake:
        token, _ = fake.prepare().token_for(fake.user("alice"))
        for case in cases:
            place = Place(fake, token, case.__name__)
            try:
                case(place)
                print(f"ok     {case.__doc__}", flush=True)
            except (AssertionError, subprocess.TimeoutExpired, ValueError) as error:
                failed += 1
                print(f"FAILED {case.__doc__}\n{error}", flush=True)
            finally:
                shutil.rmtree(place.folder)
    print(f"packaging: {len(cases) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
