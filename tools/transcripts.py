#!/usr/bin/env python3
"""Writes docs/diagnose.md: what `mmcred diagnose` says of each way in which a credential fails, run against the fake."""
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from types import SimpleNamespace

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tests/cli")]

import diagnoses  # noqa: E402
from support.fake import BUILT  # noqa: E402

HEAD = """# What a diagnosis says

`mmcred diagnose NAME` finds out why a stored credential does not work, or what will soon go wrong. The likely cause
comes first, then the way that was gone. `--admin NAME` names the stored credential of a system administrator, with
which the exact cause is told. Exit codes: 0 it works, 1 it does not until somebody changes something, 3 it can not be
told now.

These runs are made by `tools/transcripts.py` against the fake server, and a test compares each with a fresh one. Host
names, ports, times and request ids are replaced.
"""


def runner(home):
    environment = {"PATH": os.environ["PATH"], "HOME": home, "NO_COLOR": "1"}

    def mmcred(*arguments, stdin=""):
        command = [str(BUILT / "mmcred"), *map(str, arguments)]
        done = subprocess.run(command, input=stdin, env=environment, capture_output=True, text=True, timeout=60)
        return SimpleNamespace(code=done.returncode, out=done.stdout, err=done.stderr)

    return mmcred


def main():
    parts = [HEAD]
    for title in diagnoses.CASES:
        with tempfile.TemporaryDirectory() as home:
            _, _, transcript = diagnoses.play(title, runner(home), home)
        parts.append(f"\n## {title}\n\n```text\n{transcript}```\n")
    (ROOT / "docs/diagnose.md").write_text("".join(parts))


if __name__ == "__main__":
    main()
