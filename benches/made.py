"""What is measured: release builds of every door, and vaults of several sizes."""

import compileall
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HERE = ROOT / "benches"


def say(text):
    print(text, file=sys.stderr, flush=True)


def run(command, **more):
    subprocess.run([str(part) for part in command], check=True, cwd=ROOT, **more)


class Builds:
    """Where the artefacts lie; a door that is not there yet is None."""

    def __init__(self, build):
        described = subprocess.run(
            ["cargo", "metadata", "--format-version", "1", "--no-deps"],
            check=True, cwd=ROOT, stdout=subprocess.PIPE,
        )
        described = json.loads(described.stdout)
        self.target = Path(described["target_directory"])
        self.version = next(crate["version"] for crate in described["packages"] if crate["name"] == "mmcred")
        self.release = self.target / "release"
        self.work = self.target / "bench"
        self.work.mkdir(parents=True, exist_ok=True)
        if build:
            say("building (release: some minutes the first time) ...")
            packages = ["mmcred-bench", "mmcred-cli", "mmcred-c", "mmcred-node", "mmcred-python"]
            # The extension must not be linked with libpython: the interpreter that loads it brings it.
            environment = {**os.environ, "PYO3_BUILD_EXTENSION_MODULE": "1"}
            run(["cargo", "build", "--release", *(f"--package={name}" for name in packages)], env=environment)
        self.c = self._c()
        self.python = self._python()
        self.node = self._node()
        package = ROOT / "bindings-node"
        self.client4 = package if shutil.which("node") and (package / "node_modules/@mattermost/client").exists() else None

    def bin(self, name):
        return self.release / name

    def _c(self):
        """The C contender, linked with the shared library under the name that it gives itself."""
        library, header = self.release / "libmmcred_c.so", ROOT / "include" / "mmcred.h"
        if not (library.exists() and header.exists()):
            return None
        folder = self.work / "c"
        folder.mkdir(exist_ok=True)
        major, minor, _ = self.version.split(".")
        for name in ("libmmcred.so", f"libmmcred.so.{f'0.{minor}' if major == '0' else major}"):
            shutil.copy(library, folder / name)
        run(["cc", "-O2", "-Wall", "-Wextra", "-I", header.parent, HERE / "c" / "hand_out.c", "-L", folder,
             "-lmmcred", f"-Wl,-rpath,{folder}", "-o", folder / "hand_out"])
        return folder / "hand_out"

    def _python(self):
        """The folder to put on PYTHONPATH: the package with the extension in it."""
        library = self.release / "lib_native.so"
        if not library.exists():
            return None
        folder = self._staged("python", "bindings-python/python/mmcred", library, "_native.abi3.so")
        # As pip does: an import must not be measured with a compiler's work in it.
        compileall.compile_dir(folder, quiet=1)
        return folder

    def _node(self):
        """The folder with the package in it."""
        library = self.release / "libmmcred_node.so"
        if not (library.exists() and shutil.which("node")):
            return None
        libc = "-gnu" if sys.platform == "linux" else ""
        described = subprocess.run(["node", "-p", "`${process.platform}-${process.arch}`"], check=True,
                                   stdout=subprocess.PIPE, text=True)
        return self._staged("node", "bindings-node", library, f"mmcred.{described.stdout.strip()}{libc}.node")

    def _staged(self, language, package, library, name):
        folder = self.work / language
        shutil.rmtree(folder, ignore_errors=True)
        skipped = shutil.ignore_patterns("node_modules", "*.node", "*.so", "__pycache__", "src", "test")
        shutil.copytree(ROOT / package, folder / "mmcred", ignore=skipped)
        shutil.copy(library, folder / "mmcred" / name)
        return folder


class Server:
    """A Mattermost server that takes some time for each answer. It ends with this process, since its input closes."""

    def __init__(self, builds, milliseconds):
        command = [builds.bin("bench-server"), str(milliseconds)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.url = self.process.stdout.readline().strip()


class Vaults:
    """Filled vaults and floors, made anew for each run."""

    def __init__(self, builds):
        self.builds = builds
        self.folder = builds.work / "vaults"
        shutil.rmtree(self.folder, ignore_errors=True)
        self.key_file = self.folder / "key"
        self.folder.mkdir()
        self.sizes = None

    def vault(self, entries, purpose="main"):
        """A vault of its own for each purpose: who measures opening must be the only one who has it open."""
        folder = self.folder / f"vault-{entries}-{purpose}"
        if not folder.exists():
            self._fill(entries, folder)
            if self.sizes is None:
                self.sizes = self._envelopes(folder)
        return folder

    def for_server(self, url, tokens):
        """A vault whose entries are for that server."""
        folder = self.folder / f"verify-{tokens}-{url.rsplit(':')[-1]}"
        if not folder.exists():
            self._in_memory(folder, lambda draft: [self.builds.bin("bench-verify"), "fill", draft, self.key_file, tokens, url])
        return folder

    def floor(self, entries, purpose="main"):
        """Arguments of bench-floor: the folder, the entries, and the sizes of a vault's envelopes."""
        folder = self.folder / f"floor-{entries}-{purpose}"
        if self.sizes is None:
            self.vault(entries)
        arguments = [folder, entries, *self.sizes]
        if not folder.exists():
            run([self.builds.bin("bench-floor"), "fill", *arguments])
        return arguments

    def _fill(self, entries, folder):
        self._in_memory(folder, lambda draft: [self.builds.bin("bench-rust"), "fill", draft, self.key_file, entries])

    def _in_memory(self, folder, command):
        """Filled in memory and copied, since each put is durable and 100,000 of them take their time."""
        memory = Path("/dev/shm") if os.access("/dev/shm", os.W_OK) else self.folder
        draft = memory / f"mmcred-bench-{os.getpid()}"
        try:
            run(command(draft))
            shutil.copytree(draft, folder)
        finally:
            shutil.rmtree(draft, ignore_errors=True)

    @staticmethod
    def _envelopes(folder):
        with sqlite3.connect(folder / "vault.db") as database:
            sizes = "SELECT length(label), length(secret) FROM entries LIMIT 1"
            row = database.execute(sizes).fetchone()
        database.close()
        return row
