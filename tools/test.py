#!/usr/bin/env python3
"""Runs the test suites, one line each, and closes with the sum.

    tools/test.py [suite …]       all by default; the full output of each is in .build/log/
"""
import os
import re
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOGS = ROOT / ".build/log"
sys.path.insert(0, str(ROOT / "tests"))

from support import leaks  # noqa: E402

PYTHON = sys.executable

# How a runner's output says its counts: passed, failed, skipped.
CARGO = re.compile(r"test result: \w+\. (\d+) passed; (\d+) failed; (\d+) ignored")
PYTEST = {
    "passed": re.compile(r"\b(\d+) passed"),
    "failed": re.compile(r"\b(\d+) (?:failed|errors?)\b"),
    "skipped": re.compile(r"\b(\d+) skipped"),
}
NODE = {
    "passed": re.compile(r"^# pass (\d+)", re.M),
    "failed": re.compile(r"^# fail (\d+)", re.M),
    "skipped": re.compile(r"^# skipped (\d+)", re.M),
}
PLAIN = {
    "passed": re.compile(r"^[\w ]+: (\d+) passed", re.M),
    "failed": re.compile(r"^[\w ]+: \d+ passed, (\d+) failed", re.M),
    "skipped": re.compile(r"^[\w ]+: \d+ passed, \d+ failed, (\d+) skipped", re.M),
}


def cargo(text):
    passed, failed, ignored = (sum(int(found[column]) for found in CARGO.findall(text)) for column in range(3))
    # What another test runs as a process of its own is no test that was left out.
    return passed, failed, ignored - text.count("... ignored, a part of another test")


def last(patterns):
    def count(text):
        found = {key: pattern.findall(text) for key, pattern in patterns.items()}
        return tuple(int(found[key][-1]) if found[key] else 0 for key in ("passed", "failed", "skipped"))

    return count


SUITES = {
    "check": ([PYTHON, "tools/check.py"], last(PLAIN)),
    "rust": (["cargo", "test", "--workspace", "--no-fail-fast"], cargo),
    "python": ([PYTHON, "-m", "pytest", "-q", "bindings-python/tests"], last(PYTEST)),
    "cli": ([PYTHON, "-m", "pytest", "-q", "tests/cli", "tests/support"], last(PYTEST)),
    "node": (["npm", "--prefix", "bindings-node", "test", "--silent", "--", "--test-reporter=tap"], last(NODE)),
    "c": (["tests/c/run.sh"], last(PLAIN)),
    "behaviour": ([PYTHON, "tests/behaviour/run.py"], last(PLAIN)),
    "live": ([PYTHON, "-m", "pytest", "-q", "tests/live"], last(PYTEST)),
    "judges": ([PYTHON, "tests/judges/run.py"], last(PLAIN)),
    "soak": ([PYTHON, "tests/soak/run.py", "6"], last(PLAIN)),
    "packaging": ([PYTHON, "tests/packaging/run.py"], last(PLAIN)),
}


def run(name):
    command, count = SUITES[name]
    log = LOGS / f"{name}.log"
    started = time.monotonic()
    with log.open("wb") as out:
        environment = {**os.environ, "MMCRED_PREBUILT": "1", "CARGO_TERM_COLOR": "never"}
        done = subprocess.run(command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=out, stderr=out)
    text = log.read_text(errors="replace")
    passed, failed, skipped = count(text)
    # A runner that died, or that ran nothing, is a failure even if it counted none.
    if failed == 0 and (done.returncode != 0 or passed == 0):
        failed = 1
    print(f"{name:<10} {passed:>4} passed, {failed} failed, {skipped} skipped  ({time.monotonic() - started:.0f} s)", flush=True)
    if failed:
        lines = text.splitlines()
        print("\n".join([line for line in lines[:-80] if line.endswith("FAILED")] + lines[-80:]), flush=True)
    return passed, failed, skipped


def planted():
    """The tokens that tests plant must be in none of the logs."""
    found = list(leaks.search(leaks.PLANTED, [], [LOGS]))
    for place in found:
        print(f"a planted token was printed: {place}")
    print(f"{'leaks':<10} {1 - bool(found):>4} passed, {len(found)} failed, 0 skipped")
    return int(not found), len(found), 0


def main(names):
    LOGS.mkdir(parents=True, exist_ok=True)
    results = [run(name) for name in names or SUITES]
    results.append(planted())
    passed, failed, skipped = (sum(column) for column in zip(*results, strict=True))
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
