#!/usr/bin/env python3
"""Plants the faults of tests/mutants/*.json, one at a time, in a copy of the tree, and says which tests caught each.

    tools/mutants.py [--check] [LIST …]       all lists by default; --check only looks whether every fault still fits

A list is {"test": ["cargo", "test", …], "faults": [{"name", "file", "before", "after", "breaks"}]}. `before` must stand
in `file` exactly once. A fault that no test can catch says why in "escapes". The copy and its builds stay in
target/mutants/, so that one fault costs one incremental build.
"""
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LISTS = ROOT / "tests/mutants"
PLACE = ROOT / "target/mutants"
TREE = PLACE / "tree"
ENOUGH = 0.9
LONGEST = 300  # seconds; a fault that makes tests hang is caught by that


def read(names):
    paths = [LISTS / f"{name}.json" for name in names] or sorted(LISTS.glob("*.json"))
    return {path.stem: json.loads(path.read_text()) for path in paths}


def misfits(lists):
    """Faults that can not be planted any more."""
    wrong = []
    for name, faults in ((name, one["faults"]) for name, one in lists.items()):
        names = [fault["name"] for fault in faults]
        wrong += [f"{name}: two are called {twice}" for twice in sorted({one for one in names if names.count(one) > 1})]
        for fault in faults:
            path = ROOT / fault["file"]
            times = path.read_text().count(fault["before"]) if path.exists() else 0
            if times != 1:
                wrong.append(f"{name}: {fault['name']}: its text stands {times} times in {fault['file']}")
            if fault["before"] == fault["after"] or not fault["breaks"]:
                wrong.append(f"{name}: {fault['name']} changes or breaks nothing")
    return wrong


def copy_tree():
    """Brings the copy up to date, touching only what differs: builds stay incremental."""
    listed = subprocess.run(["git", "ls-files", "-coz", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    names = {name for name in listed.split("\0") if name and (ROOT / name).is_file()}
    for old in [path for path in TREE.rglob("*") if path.is_file() and str(path.relative_to(TREE)) not in names]:
        old.unlink()
    for name in names:
        source, copy = ROOT / name, TREE / name
        if not copy.exists() or copy.read_bytes() != source.read_bytes():
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, copy)  # with a new time, which is what cargo looks at


def run(command):
    """The tests that failed, or None if the tree does not build."""
    environment = {**os.environ, "CARGO_TARGET_DIR": str(PLACE / "build"), "CARGO_TERM_COLOR": "never"}
    pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, cwd=TREE, env=environment, text=True, start_new_session=True, **pipes) as process:
        try:
            out, err = process.communicate(timeout=LONGEST)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)  # cargo and the tests it started
            return [f"nothing ended within {LONGEST} s"]
    failed = re.findall(r"^test (\S+) \.\.\. FAILED", out, re.M)
    if process.returncode and not failed and "could not compile" in err:
        print(err[-2000:])
        return None
    return failed or (["a runner died"] if process.returncode else [])


def plant(fault, command):
    path = TREE / fault["file"]
    text = path.read_text()
    path.write_text(text.replace(fault["before"], fault["after"]))
    try:
        return run(command)
    finally:
        path.write_text(text)


def judge(name, one):
    """Runs a list; answers (caught, all, complaints)."""
    if failed := run(one["test"]) or []:
        return 0, 0, [f"{name}: without any fault, these fail: {', '.join(failed)}"]
    caught, wrong = 0, []
    for fault in one["faults"]:
        tests = plant(fault, one["test"])
        if tests is None:
            wrong.append(f"{name}: {fault['name']} does not build")
        elif tests:
            caught += 1
            more = f" and {len(tests) - 2} more" if len(tests) > 2 else ""
            print(f"caught   {fault['name']}: {', '.join(tests[:2])}{more}", flush=True)
            if "escapes" in fault:
                wrong.append(f"{name}: {fault['name']} does not escape any more")
        else:
            why = fault.get("escapes", f"it breaks {fault['breaks']}, and no test says so")
            print(f"ESCAPED  {fault['name']}: {why}", flush=True)
            wrong += [] if "escapes" in fault else [f"{name}: {fault['name']} escaped without an explanation"]
    return caught, len(one["faults"]), wrong


def main(arguments):
    lists = read([name for name in arguments if name != "--check"])
    wrong = misfits(lists)
    if not wrong and "--check" not in arguments:
        copy_tree()
        results = [judge(name, one) for name, one in lists.items()]
        caught, planted = sum(one[0] for one in results), sum(one[1] for one in results)
        wrong = [complaint for one in results for complaint in one[2]]
        print(f"mutants: {caught} of {planted} caught, {caught / max(planted, 1):.0%}")
        if caught < ENOUGH * planted:
            wrong.append(f"fewer than {ENOUGH:.0%} were caught")
    for complaint in wrong:
        print(complaint)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
