#!/usr/bin/env python3
"""Runs the list of behaviours in every language and compares what each saw (protocol: README.md beside this).

    tests/behaviour/run.py [rust] [python] [node] [c]        all four by default
"""
import fcntl
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(ROOT / "tests"))

import ailments  # noqa: E402
from support import leaks, servers  # noqa: E402
from support.fake import BUILT, Fake  # noqa: E402

RUNNERS = {
    "rust": [str(BUILT / "mmcred-behaviour")],
    "python": [sys.executable, str(HERE / "python/runner.py")],
    "node": ["node", str(HERE / "node/runner.mjs")],
    # The suite of the C door has it run by memory checkers.
    "c": os.environ.get("MMCRED_C_RUNNER", str(ROOT / ".build/c/behaviour")).split(),
}
VECTORS = ROOT / "tests/vectors"


class Stage:
    """Everything that all languages share in one run: servers, tokens, vaults with a fault."""

    def __init__(self, folder):
        self.folder = folder
        self.open = []
        self.context = {}
        self.build()

    def fake(self, fault=None):
        fake = Fake("--profile", "11.10")
        self.open.append(fake)
        if fault:
            fake.steer("POST", "faults", fault)
        return fake

    def build(self):
        context = self.context
        fake = self.main = self.fake().prepare()
        alice = fake.user("alice")
        fake.call("PUT", f"users/{alice}/roles", {"roles": "system_user system_user_access_token"})
        context["url"], context["username"] = fake.url, "alice"
        self.token("token", fake, alice)
        self.token("other_token", fake, alice)
        revoked = self.token("revoked_token", fake, alice)
        disabled = self.token("disabled_token", fake, alice)
        fake.call("POST", "users/tokens/revoke", {"token_id": revoked})
        fake.call("POST", "users/tokens/disable", {"token_id": disabled})
        bot = fake.call("POST", "bots", {"username": "notifier"})[1]["user_id"]
        self.token("bot_token", fake, bot)
        context["unknown_token"] = "wx4dia1tmfgm8kzd95s1cs38na"
        self.faults()
        ailments.prepare(self)
        self.vaults()
        self.vectors()

    def token(self, key, fake, owner, made=None):
        """Puts a new token of that owner into the context, with its id and its owner's, and returns its id."""
        token, token_id = made or fake.token_for(owner)
        self.context.update({key: token, f"{key}_id": token_id, f"{key}_owner": owner})
        return token_id

    def faults(self):
        context = self.context
        self.stranger = servers.stranger()
        context["url_foreign"] = self.stranger.url
        context["url_closed"] = servers.closed_port()
        context["url_html"] = self.fake({"kind": "html", "status": 200}).url
        context["url_500"] = self.fake({"kind": "app_error", "status": 500, "id": "app.user.get.app_error"}).url
        context["url_429"] = self.fake({"kind": "too_many", "retry_after": 7}).url
        context["url_cut"] = self.fake({"kind": "cut"}).url
        context["url_slow"] = self.fake({"kind": "slow", "ms": 20_000}).url
        location = self.stranger.url + "/api/v4/users/me"
        context["url_redirect"] = self.fake({"kind": "redirect", "status": 302, "location": location}).url
        context["url_flap"] = self.flapping()
        context["url_limited"] = self.limited()
        ca, leaf, key = servers.certificates(self.folder)
        context["ca_file"], context["url_tls"] = ca, servers.tls_in_front_of(self.main.url, leaf, key)

    def acquainted(self):
        """Another server that knows the same account and token."""
        fake = self.fake().prepare()
        alice = fake.user(self.context["username"])
        fake.steer("POST", "plant", {"user_id": alice, "kind": "access_token", "token": self.context["token"]})
        return fake

    def flapping(self):
        """A cluster of which every second answer is a refusal."""
        fake = self.acquainted()
        fake.steer("POST", "faults", {"kind": "replica_split", "clear_cookie": True})
        return fake.url

    def limited(self):
        fake = self.acquainted()
        fake.steer("POST", "settings", {"RateLimitSettings": {"Enable": True, "PerSec": 10, "MaxBurst": 4}})
        fake.steer("POST", "restart")
        return fake.url

    def mmcred(self, *arguments, vault, key, token):
        command = [str(BUILT / "mmcred"), "--vault", str(vault), "--key-file", str(key), *arguments, "--token-stdin"]
        subprocess.run(command, input=token.encode(), check=True, capture_output=True)

    def add(self, name, vault, key, url, token, *options):
        self.mmcred("add", name, "--url", url, "--no-verify", *options, vault=vault, key=key, token=token)

    def vaults(self):
        context, folder = self.context, self.folder
        key = context["vault_key"] = folder / "vault.key"
        for name, entries in (("newer", ["x"]), ("damaged", ["bad", "good"]), ("garbage", ["x"]), ("busy", ["x1"])):
            path = context[f"{name}_vault"] = folder / name
            for entry in entries:
                self.add(entry, path, key, context["url"], context["token"])
        with sqlite3.connect(context["newer_vault"] / "vault.db") as db:
            (version,) = db.execute("PRAGMA user_version").fetchone()
            db.execute(f"PRAGMA user_version = {version + 1}")
        with sqlite3.connect(context["damaged_vault"] / "vault.db") as db:
            (secret,) = db.execute("SELECT secret FROM entries ORDER BY id LIMIT 1").fetchone()
            flipped = secret[:-1] + bytes([secret[-1] ^ 1])
            db.execute("UPDATE entries SET secret = ? WHERE secret = ?", (flipped, secret))
        for path in context["garbage_vault"].iterdir():
            path.unlink()
        (context["garbage_vault"] / "vault.db").write_bytes(b"no database\n" * 1000)
        self.lock = os.open(context["busy_vault"], os.O_RDONLY)
        fcntl.flock(self.lock, fcntl.LOCK_EX)
        self.add("x", folder / "other", folder / "other.key", context["url"], context["token"])
        context["wrong_key"] = folder / "other.key"

    def vectors(self):
        """The shared vectors in a form that needs no JSON reader; NUL can not be in a C string."""
        urls = [case for case in vector("server_url.json") if "\0" not in case["input"]]
        targets = [case for case in vector("hand_url.json") if "\0" not in case["target"]]
        columns = [[case["base"], case["target"], *filter(None, [case.get("from")])] for case in targets]
        for key, rows in (("server_urls", [[case["input"]] for case in urls]), ("hand_urls", columns)):
            path = self.context[key] = self.folder / key
            path.write_text("".join("\t".join(cell.encode().hex() for cell in row) + "\n" for row in rows))
        self.expected = {
            "server_urls_expected": [case.get("url") or "!" + case["error"] for case in urls],
            "hand_urls_expected": [case.get("url") or "!wrong_origin" for case in targets],
            "ledger_expected": [
                [error["number"], error["name"], error["retry"]]
                for error in vector("errors.json")["errors"]
                if not error.get("retired")
            ],
            "revoked_finding": ailments.finding("token_revoked", name="prod", server=self.context["url"]),
        }

    def run(self, language):
        """What the language's runner saw, by number."""
        context = dict(self.context)
        work = context["work"] = self.folder / f"work-{language}"
        work.mkdir()
        vault, key = work / "swap", work / "swap.key"
        context["swap_vault"], context["swap_key"] = vault, key
        put = lambda token, *options: self.add("prod", vault, key, context["url_swap"], token, *options)  # noqa: E731
        swapper = servers.swapping(
            context["revoked_token"], context["token"], "alice", lambda: put(context["token"], "--replace")
        )
        context["url_swap"] = swapper.url
        put(context["revoked_token"])
        self.add("prod", work / "default", work / "default.key", context["url"], context["token"])
        listing = work / "context"
        listing.write_text("".join(f"{key}={value}\n" for key, value in context.items()))
        environment = {
            **os.environ,
            "MMCRED_BEHAVIOUR": str(listing),
            "MMCRED_VAULT": str(work / "default"),
            "MMCRED_KEY_FILE": str(work / "default.key"),
        }
        done = subprocess.run(RUNNERS[language], env=environment, capture_output=True, timeout=300)
        swapper.shutdown()
        self.printed, self.died = [done.stdout, done.stderr], done.returncode
        if done.returncode:
            sys.stderr.buffer.write(done.stderr)
        results = {}
        for line in done.stdout.split(b"\n"):
            try:
                result = json.loads(line) if line else None
            except ValueError:
                print(f"{language} printed what is no JSON: {line[:400]!r}")
                continue
            if result:
                results[result["number"]] = result["result"]
        return results

    def close(self):
        os.close(self.lock)
        for fake in self.open:
            fake.close()


def vector(name):
    return json.loads((VECTORS / name).read_text())


def resolve(expected, values):
    """The expected value, with what `$key` stands for."""
    if isinstance(expected, str) and expected.startswith("$"):
        return values[expected[1:]]
    if isinstance(expected, list):
        return [resolve(item, values) for item in expected]
    if isinstance(expected, dict):
        return {key: resolve(value, values) for key, value in expected.items()}
    return expected


def compare(language, behaviours, seen, values, died):
    """Prints each difference and returns how many behaviours failed. What a runner that died left out is one line."""
    failed, left_out = 0, []
    for behaviour in behaviours:
        number = behaviour["number"]
        if died and number not in seen:
            left_out.append(str(number))
            continue
        expected = resolve(behaviour["expect"], values)
        if number in seen and seen[number] == expected:
            continue
        failed += 1
        got = json.dumps(seen[number], ensure_ascii=False) if number in seen else "nothing: the language lacks it"
        print(f"{language} {number} {behaviour['name']}: expected {json.dumps(expected, ensure_ascii=False)[:400]}, got {got[:400]}")
    for number in sorted(set(seen) - {behaviour["number"] for behaviour in behaviours}):
        failed += 1
        print(f"{language} {number}: not in the list")
    if died:
        print(f"{language}: the runner ended with {died} and left out {', '.join(left_out) or 'nothing'}")
        failed += 1 + len(left_out)
    return failed


def main(languages):
    behaviours = json.loads((HERE / "list.json").read_text())
    folder = Path(tempfile.mkdtemp(prefix="mmcred-behaviour-"))
    stage = Stage(folder)
    total = failed = 0
    try:
        values = {**{key: str(value) for key, value in stage.context.items()}, **stage.expected}
        secrets = [value for key, value in values.items() if key.endswith("token") and key != "unknown_token"]
        for language in languages:
            seen = stage.run(language)
            wrong = compare(language, behaviours, seen, values, stage.died)
            for place in leaks.search(secrets, stage.printed, [folder], allowed={"context"}):
                wrong += 1
                print(f"{language}: a planted token is in {place}")
            print(f"behaviours in {language}: {len(behaviours)} run, {wrong} failed")
            total, failed = total + len(behaviours), failed + wrong
        for _, path, authorization, cookie in stage.stranger.seen:
            if authorization or cookie:
                failed += 1
                print(f"another server was sent a secret, at {path}")
    finally:
        stage.close()
        shutil.rmtree(folder)
    print(f"behaviours: {total - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or list(RUNNERS)))
