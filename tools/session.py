#!/usr/bin/env python3
"""Writes docs/cli-session.md: what the command line prints on a terminal, typed into tmux in front of the fake server.

    tools/session.py            writes it
    tools/session.py --check    compares its help texts with the command; needs no tmux
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from support.fake import BUILT, Fake  # noqa: E402

PAGE = ROOT / "docs/cli-session.md"
MMCRED = BUILT / "mmcred"
TOKEN = "wx4dia1tmfgm8kzd95s1cs38na"
HEAD = """\
# The command line on a terminal

Written by `make docs-session`, with a fake server; its port, the home folder, times and request ids are made the same
each time. `make check` compares the help texts with the command's.
"""
SESSION = [
    "mmcred add prod --url {url}",  # asks for the token
    "mmcred list",
    "mmcred show prod",
    "mmcred verify prod",
    """mmcred run prod -- sh -c 'echo "$MATTERMOST_URL, a token of ${{#MATTERMOST_TOKEN}} characters"'""",
    "mmcred add wrong --url {url} --token-file token-id",  # the id of a token, which looks the same
    "echo $?",
    "mmcred verify wrong",
    "echo $?",
]


def helps():
    """`mmcred --help` and that of each command it names."""
    text = subprocess.run([MMCRED, "--help"], capture_output=True, text=True, check=True).stdout
    listed = re.search(r"^Commands:\n(.+?)\n\n", text, re.M | re.S).group(1)
    commands = re.findall(r"^  (\w+)", listed, re.M)
    return ["mmcred --help", *[f"mmcred {command} --help" for command in commands if command != "help"]]


class Terminal:
    """A shell in a tmux of its own. `run` types a command and waits for the next prompt."""

    def __init__(self, folder):
        self.command = ["tmux", "-S", folder / "tmux"]
        # All that the shell gets: nothing of the user's own, least of all a vault.
        environment = {
            "HOME": str(folder),
            "PATH": f"{BUILT}:{os.environ['PATH']}",
            "PS1": "$ ",
            "PROMPT_COMMAND": f"tmux -S {folder}/tmux wait-for -S prompt",
            "LC_ALL": "C.UTF-8",
            "TERM": "xterm",
            "HISTFILE": "",
        }
        shell = ["bash", "--norc", "--noprofile"]
        self.tmux("-f", "/dev/null", "new-session", "-d", "-x", "140", "-y", "50", "-c", folder, *shell, env=environment)
        self.prompted()

    def tmux(self, *arguments, **options):
        done = subprocess.run([*self.command, *arguments], capture_output=True, text=True, check=True, timeout=60, **options)
        return done.stdout

    def run(self, command, asked=None, secret=None):
        self.tmux("send-keys", "-l", command)
        self.tmux("send-keys", "Enter")
        if asked:
            self.until(asked)
            # Not as an argument, which every process may read.
            self.tmux("load-buffer", "-", input=secret)
            self.tmux("paste-buffer", "-d")
            self.tmux("send-keys", "Enter")
        self.prompted()

    def prompted(self):
        self.tmux("wait-for", "prompt")  # which the shell sends just before it prints it
        self.until("\n$")

    def until(self, ending):
        end = time.monotonic() + 20
        while not f"\n{self.text()}".rstrip().endswith(ending):
            assert time.monotonic() < end, f"waited in vain for {ending!r}:\n{self.text()}"
            time.sleep(0.02)

    def text(self):
        return self.tmux("capture-pane", "-p", "-J", "-S", "-")


def capture():
    """Everything that was typed and printed, as (command, output) pairs."""
    with tempfile.TemporaryDirectory(prefix="mmcred-session-") as name, Fake("--profile", "11.10") as fake:
        folder = Path(name)
        alice = fake.prepare().user("alice")
        token_id = fake.steer("POST", "plant", {"user_id": alice, "token": TOKEN, "description": "for a session"})["id"]
        (folder / "token-id").write_text(token_id)
        terminal = Terminal(folder)
        try:
            first, *rest = [line.format(url=fake.url) for line in SESSION]
            terminal.run(first, asked="(not shown):", secret=TOKEN)
            for command in [*rest, *helps()]:
                terminal.run(command)
            text = terminal.text()
        finally:
            terminal.tmux("kill-server")
    assert TOKEN not in text, "the terminal shows the token"
    return pairs(same(text, {name: "/home/alice", fake.url.rpartition(":")[2]: "38065"}))


def same(text, known):
    """The text as it would be another time."""
    for found, instead in known.items():
        text = text.replace(found, instead)
    text = re.sub(r"\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?", lambda found: "2026-01-02 03:04:05"[: len(found[0])], text)
    return re.sub(r"\b(?=[a-z]*\d)[a-z0-9]{26}\b", "wx4dia1tmfgm8kzd95s1cs38nb", text)


def pairs(text):
    for part in re.split(r"^\$ ", text, flags=re.M)[1:]:
        command, _, output = part.partition("\n")
        if command.strip():
            yield command.strip(), tidy(output)


def tidy(output):
    return "\n".join(line.rstrip() for line in output.splitlines()).rstrip("\n")


def write():
    if not shutil.which("tmux"):
        sys.exit("make docs-session needs tmux, and there is none: install it (apt-get install tmux), then try again.")
    parts = [(command, f"$ {command}\n{output}".rstrip()) for command, output in capture()]
    session = "\n".join(shown for command, shown in parts if not command.endswith("--help"))
    page = [HEAD, "## A session\n", f"```console\n{session}\n```\n", "## Help\n"]
    page += [f"```console\n{shown}\n```\n" for command, shown in parts if command.endswith("--help")]
    PAGE.write_text("\n".join(page))


def check():
    written = dict(re.findall(r"^```console\n\$ (mmcred [^\n]*--help)\n(.*?)\n```$", PAGE.read_text(), re.M | re.S))
    wrong = written.keys() ^ set(helps())
    for command in helps():
        printed = subprocess.run([MMCRED, *command.split()[1:]], capture_output=True, text=True, check=True).stdout
        if written.get(command) != tidy(printed):
            wrong.add(command)
    if wrong:
        sys.exit(f"docs/cli-session.md is not what the command prints for: {', '.join(sorted(wrong))}. Run: make docs-session")


if __name__ == "__main__":
    check() if "--check" in sys.argv else write()
