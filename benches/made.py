"""What is measured: release builds of every door, and vaults of several sizes."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import sysconfig
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
        self.target = Path(json.loads(described.stdout)["target_directory"])
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

    def bin(self, name):
        return self.release / name

    def _c(self):
        """The C contender, linked with libmmcred.so."""
        library, header = self.release / "libmmcred_c.so", ROOT / "bindings-c" / "include" / "mmcred.h"
        if not (library.exists() and header.exists()):
            return None
        folder = self.work / "c"
        folder.mkdir(exist_ok=True)
        shutil.copy(library, folder / "libmmcred.so")
        run(["cc", "-O2", "-Wall", "-Wextra", "-I", header.parent, HERE / "c" / "hand_out.c", "-L", folder,
             "-lmmcred", f"-Wl,-rpath,{folder}", "-o", folder / "hand_out"])
        return folder / "hand_out"

    def _python(self):
        """The package's folder with the extension in it, for PYTHONPATH."""
        library = self.release / "lib_native.so"
        if not library.exists():
            return None
        folder = self.work / "python"
        shutil.copytree(ROOT / "bindings-python" / "python" / "mmcred", folder / "mmcred", dirs_exist_ok=True)
        shutil.copy(library, folder / "mmcred" / f"_native.abi3{Path(sysconfig.get_config_var('EXT_SUFFIX')).suffix}")
        return folder

    def _node(self):
        """The package's folder with the addon in it."""
        library = self.release / "libmmcred_node.so"
        if not (library.exists() and shutil.which("node")):
            return None
        return None


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
        """Filled in memory and copied, since each put is durable and 100,000 of them take their time."""
        memory = Path("/dev/shm") if os.access("/dev/shm", os.W_OK) else self.folder
        draft = memory / f"mmcred-bench-{os.getpid()}"
        try:
            run([self.builds.bin("bench-rust"), "fill", draft, self.key_file, entries])
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
