#!/usr/bin/env python3
"""Asks the server at MMCRED_TEST_SERVER the shared cases, records what it answered, and prints each difference from the
fake of its release. README.md names the other variables. Ends with 1 when there are differences."""
import collections
import json
import os
import re
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

from cases import CASES  # noqa: E402
from shape import differences  # noqa: E402
from support.fake import Fake  # noqa: E402
from world import Server, World  # noqa: E402

RECORDS = Path(os.environ.get("MMCRED_TEST_RECORDS") or HERE.parents[1] / ".build/live")
LOOPBACK = {"localhost", "127.0.0.1", "::1"}
PROFILES = ["10.11", "11.8", "11.9", "11.10"]
# What the cases depend on; the fake is set as the server is.
SETTINGS = {
    "EnableUserAccessTokens", "MaximumPersonalAccessTokenLifetimeDays", "EnableBotAccountCreation",
    "EnableMultifactorAuthentication", "EnforceMultifactorAuthentication",
}


def main():
    given = os.environ
    if not given.get("MMCRED_TEST_SERVER"):
        sys.exit("MMCRED_TEST_SERVER names no server; tests/live/README.md says what to set.")
    server = Server(given["MMCRED_TEST_SERVER"])
    if server.parts.scheme != "https" and server.parts.hostname not in LOOPBACK:
        sys.exit("MMCRED_TEST_SERVER has to begin with https://: the administrator's password would go out in clear.")
    token, ends = sign_in(server, given)
    world = World(server, token, given.get("MMCRED_TEST_CONTROL"))
    try:
        version, settings = about(world)
        profile, met = profile_of(version), needs_met(version, settings, world.control)
        seen = walk(world, met)
    finally:
        left = world.clean_up()
        if ends:
            world.ask("POST", "users/logout", by="admin")
    expected = ask_the_fake(profile, server.parts.path, settings, met)
    for name, record in (("server", seen), ("fake", expected)):
        write(name, {"version": version, "profile": profile, "needs": sorted(met), "cases": record})
    found = report(seen, expected)
    for line in left:
        print(f"left on the server: {line}")
    print(f"{server.url} says it is {version}; the fake is {profile}. Records: {RECORDS}")
    skipped = collections.Counter(need for case in CASES for need in sorted(case.needs - met))
    without = ", ".join(f"{need} {count}" for need, count in skipped.items())
    print(f"live: {len(seen)} cases, {len(CASES) - len(seen)} skipped{without and f' for want of: {without}'}; {found} differences")
    return 1 if found or left else 0


def sign_in(server, given):
    """The administrator's token, and whether it is a session that this run made."""
    if path := given.get("MMCRED_TEST_ADMIN_TOKEN_FILE"):
        return Path(path).read_text().strip(), False
    try:
        password = Path(given["MMCRED_TEST_ADMIN_PASSWORD_FILE"]).read_text().rstrip("\r\n")
        body = {"login_id": given["MMCRED_TEST_ADMIN"], "password": password}
    except KeyError as missing:
        sys.exit(f"{missing} is not set; tests/live/README.md says what to set.")
    answer = server.ask("POST", "/api/v4/users/login", json.dumps(body).encode(), {"Content-Type": "application/json"})
    if not answer.header("Token"):
        sys.exit(f"The administrator's login was answered with {answer.status}.")
    return answer.header("Token"), True


def about(world):
    version = world.ask("GET", "system/ping").header("X-Version-Id") or ""
    numbers = re.match(r"\d+\.\d+\.\d+", version)
    config = world.ask("GET", "config", by="admin")
    if not numbers or config.status != 200:
        sys.exit(f"No X-Version-Id, or no configuration for the administrator ({config.status}): is that Mattermost's base URL?")
    return numbers[0], {key: value for key, value in config.json["ServiceSettings"].items() if key in SETTINGS}


def release(version):
    return tuple(int(number) for number in version.split(".")[:2])


def profile_of(version):
    """The newest profile that is not newer than the server."""
    if release(version) > release(PROFILES[-1]):
        return "next"
    return next((name for name in reversed(PROFILES) if release(name) <= release(version)), PROFILES[0])


def needs_met(version, settings, control):
    answers = {
        "11.9": release(version) >= (11, 9),
        "11.10": release(version) >= (11, 10),
        "tokens": settings.get("EnableUserAccessTokens") and not settings.get("MaximumPersonalAccessTokenLifetimeDays"),
        "bots": settings.get("EnableBotAccountCreation"),
        "mfa": settings.get("EnableMultifactorAuthentication") and not settings.get("EnforceMultifactorAuthentication"),
        "control": control,
    }
    return {need for need, met in answers.items() if met}


def walk(world, met):
    """What each case that can run saw. One that finds no id or secret to go on with breaks off, which is a difference."""
    seen = {}
    for case in CASES:
        if case.needs <= met:
            world.records = seen[case.name] = []
            try:
                case.run(world)
            except Exception as error:  # whatever a strange answer leads to
                world.records.append({"broke_off": type(error).__name__})
    return seen


def ask_the_fake(profile, subpath, settings, met):
    with Fake("--profile", profile, *(["--subpath", subpath] if subpath else [])) as fake:
        fake.prepare()
        fake.call("PUT", "config/patch", {"ServiceSettings": settings})
        return walk(World(Server(fake.url), fake.token, fake.control), met)


def write(name, record):
    RECORDS.mkdir(parents=True, exist_ok=True)
    (RECORDS / f"{name}.json").write_text(json.dumps(record, indent=1) + "\n")


def report(seen, expected):
    """Prints each difference and returns how many there are. One of headers is printed once: a proxy adds its own to all."""
    places = collections.defaultdict(list)
    for name, answers in seen.items():
        for there, fake in zip(answers, expected[name], strict=False):
            where = f"{name}: {there.get('request') or fake.get('request')}"
            for line in compared(there, fake):
                places[line if line.startswith("headers") else f"{where}: {line}"].append(f"{where}: {line}")
    for lines in places.values():
        print(lines[0] + (f" (and in {len(lines) - 1} more answers)" if len(lines) > 1 else ""))
    return len(places)


def compared(there, fake):
    if "broke_off" in there or "broke_off" in fake:
        return [] if there == fake else [f"the case breaks off ({there.get('broke_off', 'at the fake only')})"]
    return differences(there, fake)


if __name__ == "__main__":
    sys.exit(main())
