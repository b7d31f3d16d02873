#!/usr/bin/env python3
"""The linters, and the checks that generated files, versions and layers are as they should be."""
import json
import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PYTHON = sys.executable
COMMANDS = {
    "ledger is generated": [PYTHON, "tools/ledger.py", "--check"],
    "header and symbols are generated": ["bindings-c/generate.sh", "--check"],
    "mutants still fit": [PYTHON, "tools/mutants.py", "--check"],
    "rustfmt": ["cargo", "fmt", "--all", "--check"],
    "clippy": ["cargo", "clippy", "--workspace", "--lib", "--bins", "--quiet", "--", "-D", "warnings"],
    # Without the exports that their macros make, the doors of Python and Node.js are dead code to a test build.
    "clippy on tests": [
        "cargo", "clippy", "--workspace", "--exclude", "mmcred-node", "--exclude", "mmcred-python",
        "--tests", "--quiet", "--", "-D", "warnings",
    ],
    "form and warnings of C and C++": ["tools/c-style.sh"],
    "cargo-deny": [".build/tools/bin/cargo-deny", "--log-level", "error", "check", "licenses", "bans", "sources"],
    # A link that leads nowhere is an error.
    "rustdoc": ["cargo", "rustdoc", "-q", "-p", "mmcred", "--", "-D", "warnings"],
    "ruff": [PYTHON, "-m", "ruff", "check", "-q", "bindings-python", "examples", "tests", "tools"],
    "mypy": [
        PYTHON, "-m", "mypy", "--strict", "--config-file", "bindings-python/pyproject.toml",
        "bindings-python/python/mmcred", "examples/python",
    ],
    "stubtest": [PYTHON, "-m", "mypy.stubtest", "mmcred", "--mypy-config-file", "bindings-python/pyproject.toml"],
    "help texts are those of docs/cli-session.md": [PYTHON, "tools/session.py", "--check"],
    "tsc": ["npm", "--prefix", "bindings-node", "run", "--silent", "lint"],
}


def no_merge_is_half_done():
    """No file of the tree holds what git leaves for a person to decide."""
    listed = subprocess.run(["git", "grep", "-nE", "^(<<<<<<<|>>>>>>>) "], cwd=ROOT, capture_output=True, text=True).stdout
    return [":".join(line.split(":", 2)[:2]) for line in listed.splitlines()]


def one_version():
    """The workspace's version is the only one; every other place repeats it."""
    version = re.search(r'^version = "(.+)"', (ROOT / "Cargo.toml").read_text(), re.M).group(1)
    places = {
        "bindings-node/package.json": json.loads((ROOT / "bindings-node/package.json").read_text())["version"],
    }
    return [f"{place} says {found}, not {version}" for place, found in places.items() if found != version]


def fake_is_apart():
    """The fake server shares no code with mmcred."""
    tree = subprocess.run(
        ["cargo", "tree", "-p", "fake-mattermost", "-e", "normal,build,dev", "--prefix", "none"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout
    return [line for line in tree.splitlines() if line.startswith("mmcred")]


def layers_point_down():
    """A lower room of the core knows no upper one."""
    above = {
        "credential": "server seal unlock store vault hand runtime",
        "server": "seal unlock store vault hand",
        "seal": "server unlock store vault hand credential",
        "store": "server unlock vault hand credential",
        "unlock": "server store vault hand credential",
    }
    wrong = []
    for room, uppers in above.items():
        for path in sorted((ROOT / "core/src" / room).rglob("*.rs")):
            code = path.read_text().split("#[cfg(test)]")[0]
            wrong += [f"{path.relative_to(ROOT)} uses {upper}" for upper in uppers.split() if f"crate::{upper}::" in code]
    return wrong


def unsafe_stays_in_the_c_door():
    crates = ["core", "cli", "tests/fake-mattermost", "tests/behaviour/rust"]
    roots = [ROOT / crate / "src" / name for crate in crates for name in ("lib.rs", "main.rs")]
    return [str(path) for path in roots if path.exists() and "#![forbid(unsafe_code)]" not in path.read_text()]


def every_recording_is_judged():
    """recordings.json lists every recorded answer with the vectors that judge it; MMCRED_FACTS names the recordings' folder."""
    vectors = ROOT / "tests/vectors"
    judged = {}
    for path in [*sorted((vectors / "replies").glob("*.json")), vectors / "diagnoses.json", vectors / "server_url.json"]:
        for vector in json.loads(path.read_text()):
            recordings = vector.get("recording") or []
            for recording in [recordings] if isinstance(recordings, str) else recordings:
                judged.setdefault(recording, []).append(f"{path.stem}: {vector['name']}")
    listed = json.loads((vectors / "recordings.json").read_text())
    differing = [recording for recording in listed.keys() | judged.keys() if listed.get(recording) != judged.get(recording)]
    wrong = [f"{recording} is judged by {judged.get(recording)}, not {listed.get(recording)}" for recording in sorted(differing)]
    if folder := os.environ.get("MMCRED_FACTS"):
        lines = Path(folder, "field-recordings.jsonl").read_text().splitlines()
        recorded = {json.loads(line)["id"] for line in lines}
        wrong += [f"{recording} is only in the facts or only in the list" for recording in sorted(recorded ^ listed.keys())]
    return wrong


def differences_to_n8n_are_shown():
    """Each row of docs/n8n-test.md names behaviours that there are."""
    behaviours = {str(row["number"]) for row in json.loads((ROOT / "tests/behaviour/list.json").read_text())}
    table = [line for line in (ROOT / "docs/n8n-test.md").read_text().splitlines() if line.startswith("| ")]
    wrong = []
    for row in table[1:]:
        *_, shown, _ = (cell.strip() for cell in row.split("|"))
        if not set(shown.split(", ")) <= behaviours:
            wrong.append(f"docs/n8n-test.md: {row}")
    return wrong or ([] if len(table) > 10 else ["docs/n8n-test.md has lost its table"])


OWN = [
    no_merge_is_half_done, one_version, fake_is_apart, layers_point_down, unsafe_stays_in_the_c_door, every_recording_is_judged,
    differences_to_n8n_are_shown,
]


def main():
    failed = 0
    for name, command in COMMANDS.items():
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
        print(("ok     " if done.returncode == 0 else "FAILED ") + name, flush=True)
        if done.returncode:
            failed += 1
            print(done.stdout[-4000:] + done.stderr[-4000:], flush=True)
    for check in OWN:
        wrong = check()
        print(("FAILED " if wrong else "ok     ") + check.__name__.replace("_", " "))
        print("".join(f"  {line}\n" for line in wrong), end="")
        failed += bool(wrong)
    total = len(COMMANDS) + len(OWN)
    print(f"checks: {total - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
