#!/usr/bin/env python3
"""Outside judges of the fake: clients that others wrote walk through a token's life on every profile, and every JSON
answer of the walk is compared with the types of @mattermost/types; types.json names the differences the facts explain.

    tests/judges/run.py [client …]        all by default
"""
import json
import logging
import os
import re
import subprocess
import sys
import traceback
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

import judges  # noqa: E402
from recorder import Recorder  # noqa: E402
from support.fake import PASSWORD, Fake  # noqa: E402

PROFILES = ["10.11", "11.8", "11.9", "11.10", "next"]
TYPES = [
    ("POST users/login|GET users/me", "UserProfile"),
    (r"(POST|GET) users/\w+/tokens", "UserAccessToken"),
    ("POST users/tokens/(disable|enable|revoke)", "StatusOK"),
    ("GET users/me/sessions", "Session"),
    ("POST bots", "Bot"),
    (r"GET roles/name/\w+", "Role"),
]
KINDS = {str: "string", bool: "boolean", int: "number", dict: "object", list: "array", type(None): "null"}


def walk(judge):
    user = judge.login("admin", PASSWORD)
    made = judge.create(user, "made by a judge")
    secret = made["token"]
    assert len(secret) == 26 and made["user_id"] == user and made["is_active"], made.keys()
    listed = judge.list(user)
    assert [(one["id"], one["is_active"], "token" in one) for one in listed] == [(made["id"], True, False)], listed
    assert judge.status(secret) == 200, "a fresh token"
    judge.disable(made["id"])
    assert judge.status(secret) == 401, "a disabled token"
    assert [one["is_active"] for one in judge.list(user)] == [False]
    judge.enable(made["id"])
    assert judge.status(secret) == 200, "an enabled token"
    judge.revoke(made["id"])
    assert judge.status(secret) == 401, "a revoked token"
    assert judge.list(user) == []


def neighbours(curl):
    """Objects that no walk meets, and that a client of tokens does."""
    curl.login("admin", PASSWORD)
    curl.good("GET", "users/me/sessions")
    curl.good("GET", "roles/name/system_user")
    curl.ask("POST", "bots", {"username": "judged"}, curl.token)


def on(profile, name, what):
    """Runs it against a fresh fake; answers what the fake sent and, if it failed, why."""
    with Fake("--profile", profile) as fake:
        fake.prepare()
        recorder = Recorder(fake.url)
        judge = judges.ALL[name](recorder.url)
        try:
            what(judge)
            return recorder.seen, None
        except Exception:
            return recorder.seen, f"{name} on {profile}: {traceback.format_exc()}"
        finally:
            judge.close()
            recorder.close()


def differences(types, seen):
    """(type, key, what) wherever an answer is not as its type says."""
    for method, path, status, body in seen:
        asked = f"{method} {path.removeprefix('/api/v4/').split('?')[0]}"
        fitting = [name for pattern, name in TYPES if re.fullmatch(pattern, asked)]
        if not fitting:
            raise AssertionError(f"no type is known for {asked}")
        name = fitting[0] if status < 400 else "ServerError"
        keys = types[name]
        for item in body if isinstance(body, list) else [body]:
            yield from ((name, key, "missing") for key in keys if keys[key]["required"] and key not in item)
            for key, value in item.items():
                if key not in keys:
                    yield name, key, "unknown"
                elif not {KINDS[type(value)], "any"} & set(keys[key]["kinds"]):
                    yield name, key, f"a {KINDS[type(value)]}"


def main(names):
    os.environ["NO_PROXY"] = "127.0.0.1"
    logging.disable()  # the expected refusals
    types = json.loads(subprocess.run(["node", HERE / "types.mjs"], capture_output=True, check=True).stdout)
    known = json.loads((HERE / "types.json").read_text())
    explained = {(name, key, what) for name, keys in known.items() for what, listed in keys.items() for key in listed}
    passed, failures, found = 0, [], set()
    for profile in PROFILES:
        walks = [on(profile, name, walk) for name in names] + [on(profile, "curl", neighbours)]
        passed += sum(failed is None for _, failed in walks)
        failures += [failed for _, failed in walks if failed]
        here = {difference for seen, _ in walks for difference in differences(types, seen)}
        failures += [f"{profile}: {key} of {name} is {what}" for name, key, what in sorted(here - explained)]
        passed += not here - explained
        found |= here
    stale = sorted(explained - found)
    failures += [f"types.json: {key} of {name} is not {what} any more" for name, key, what in stale]
    passed += not stale
    for failure in failures:
        print(f"FAILED {failure}")
    print(f"judges: {passed} passed, {len(failures)} failed, 0 skipped")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or list(judges.ALL)))
