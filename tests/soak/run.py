#!/usr/bin/env python3
"""Every hand makes 50 requests a second, while every 2 s its token is replaced and the old one revoked at once.

    tests/soak/run.py [SECONDS]        60 by default

No call may fail: one that is under way with the old token gets a 401, and its hand must try again with the new one.
It does so once: where the machine is so busy that a call takes longer than two renewals, that call fails, and is
counted. The last line says whether the rate was kept.
"""
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "bindings-python/python")]

import mmcred  # noqa: E402
from support.fake import Fake  # noqa: E402

RATE = 50
EVERY = 2.0
# The fake thinks that long before it looks at a token, so that some requests are always under way.
THINKS_MS = 12
LIBRARY = ROOT / ".build/c/lib"


def commands(folder):
    """The hands' programs by name; each is told how many calls to make and at which rate."""
    curl = folder / "hand"
    flags = subprocess.run(["pkg-config", "--cflags", "--libs", "libcurl"], check=True, capture_output=True, text=True)
    includes = [f"-I{ROOT / 'include'}", f"-I{ROOT / 'examples/c'}"]
    link = [f"-L{LIBRARY}", "-lmmcred", f"-Wl,-rpath,{LIBRARY}", *flags.stdout.split()]
    subprocess.run(["cc", "-O1", "-Wall", "-Werror", "-o", curl, HERE / "hand.c", *includes, *link], check=True)
    python = [sys.executable, HERE / "hands.py"]
    node = ["node", HERE / "hands.mjs"]
    return {
        "requests": python,
        "httpx": python,
        "aio-httpx": python,
        "mattermostautodriver": python,
        "mattermostdriver": python,
        "fetcher": node,
        "client4": node,
        "libcurl": [curl],
    }


class Account:
    """The account, and the vault's entry, of one hand."""

    def __init__(self, fake, vault, name):
        self.fake, self.vault, self.name = fake, vault, name
        self.user, self.hashes, self.token_id = fake.user(name), set(), None
        self.renew()

    def renew(self):
        """Another token: first it is stored, then the old one is revoked."""
        token, token_id = self.fake.token_for(self.user)
        self.hashes.add(hashlib.sha256(token.encode()).hexdigest())
        self.vault.put(self.name, mmcred.Credential(self.fake.url, token), replace=True)
        if self.token_id:
            self.fake.call("POST", "users/tokens/revoke", {"token_id": self.token_id})
        self.token_id = token_id


def soak(processes, accounts):
    """Renews until all have ended; how often, and how long it took."""
    for process in processes.values():
        assert process.stdout.readline() == "ready\n", f"{process.args} did not begin"
    next(iter(accounts)).fake.steer("DELETE", "log")
    for process in processes.values():
        process.stdin.write("go\n")
        process.stdin.flush()
    renewals, start, renewed = 0, time.monotonic(), time.monotonic()
    while any(process.poll() is None for process in processes.values()):
        time.sleep(0.02)
        # Counted from the last one's end: a renewal that came late must not bring the next one closer.
        if time.monotonic() > renewed + EVERY:
            for account in accounts:
                account.renew()
            renewals, renewed = renewals + 1, time.monotonic()
    return renewals, time.monotonic() - start


def verdict(account, process, calls, requests):
    """Prints the hand's line; whether all its calls went well."""
    printed = process.stdout.read()
    seen = json.loads(printed) if process.returncode == 0 else {f"exit code {process.returncode}": calls}
    failures = {what: count for what, count in seen.items() if what != "ok" and count}
    retried = sum(requests[hashed] for hashed in account.hashes) - calls
    print(f"{account.name:<21} {calls:>6} calls {retried:>4} retried {sum(failures.values()):>4} failed", flush=True)
    for what, count in failures.items():
        print(f"    {count} × {what}")
    return not failures and seen["ok"] == calls, retried


def main(seconds):
    calls = seconds * RATE
    with tempfile.TemporaryDirectory(prefix="mmcred-soak-") as name, Fake("--profile", "11.10") as fake:
        folder = Path(name)
        os.environ.update(MMCRED_VAULT=str(folder / "vault"), MMCRED_KEY_FILE=str(folder / "key"))
        programs = commands(folder)
        with mmcred.Vault.open(create=True) as vault:
            fake.prepare()
            accounts = [Account(fake, vault, hand) for hand in programs]
            fake.steer("POST", "faults", {"kind": "slow", "ms": THINKS_MS, "path": "/api/v4/users/me"})
            pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
            processes = {
                hand: subprocess.Popen([*command, hand, str(calls), str(RATE)], **pipes)
                for hand, command in programs.items()
            }
            try:
                renewals, took = soak(processes, accounts)
            finally:
                for process in processes.values():
                    process.kill()
                    process.wait()
        requests = Counter(entry.get("token_sha256") for entry in fake.steer("GET", "log"))
        results = [verdict(account, processes[account.name], calls, requests) for account in accounts]
    passed = sum(well for well, _ in results)
    refused = sum(retried for _, retried in results)
    print(f"{took:.0f} s, {calls / took:.0f} calls a second by the slowest, {renewals} renewals, {refused} requests refused meanwhile")
    print(f"soak: {passed} passed, {len(results) - passed} failed")
    return 0 if passed == len(results) and renewals else 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 60))
