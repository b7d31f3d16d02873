#!/usr/bin/env python3
"""One of Python's hands under load, for run.py: hands.py HAND CALLS RATE, where HAND is its entry's name too."""
import asyncio
import json
import sys
import time
from collections import Counter

import mmcred


def body(reply):
    reply.raise_for_status()
    return reply.json()


def requests(name):
    session = mmcred.session(name)
    return lambda: body(session.get("users/me"))


def httpx(name):
    client = mmcred.client(name)
    return lambda: body(client.get("users/me"))


def mattermostautodriver(name):
    from mattermostautodriver import TypedDriver

    driver = TypedDriver(mmcred.driver_options(name))
    driver.login()
    return lambda: driver.users.get_user("me")


def mattermostdriver(name):
    from mattermostdriver import Driver

    driver = Driver(mmcred.driver_options(name, package="mattermostdriver"))
    driver.login()
    return lambda: driver.users.get_user("me")


SYNC = {hand.__name__: hand for hand in (requests, httpx, mattermostautodriver, mattermostdriver)}


def ready():
    """Tells run.py so, and waits for its word."""
    print("ready", flush=True)
    sys.stdin.readline()
    return time.monotonic()


def in_turn(name, calls, rate):
    seen, get = Counter(), SYNC[name](name)
    start = ready()
    for number in range(calls):
        time.sleep(max(0, start + number / rate - time.monotonic()))
        try:
            seen["ok" if get()["username"] == name else "another account"] += 1
        except Exception as error:
            seen[f"{type(error).__name__}: {error}"] += 1
    return seen


async def at_once(name, calls, rate):
    """Up to ten at once, if a call has not ended when the next is due."""
    from mmcred import aio

    seen, numbers = Counter(), iter(range(calls))
    async with aio.client(name) as client:
        start = ready()

        async def work():
            for number in numbers:
                await asyncio.sleep(start + number / rate - time.monotonic())
                try:
                    me = body(await client.get("users/me"))
                    seen["ok" if me["username"] == name else "another account"] += 1
                except Exception as error:
                    seen[f"{type(error).__name__}: {error}"] += 1

        await asyncio.gather(*[work() for _ in range(10)])
    return seen


def main(name, calls, rate):
    if name == "aio-httpx":
        return asyncio.run(at_once(name, calls, rate))
    return in_turn(name, calls, rate)


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]))))
