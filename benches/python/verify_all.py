"""Contenders in Python that check many tokens: `verify_all.py WAY WHAT VAULT KEY_FILE TOKENS IN_FLIGHT URL`.

WAY is `mmcred`, `aio`, `aiohttp` or `autodriver`; WHAT is `wall` or `cpu`: the time for all, or the processor's for one.
"""

import asyncio
import sys
from time import perf_counter_ns, process_time_ns

way, what, folder, key_file, tokens, in_flight, url = sys.argv[1:]
tokens, in_flight = int(tokens), int(in_flight)


def of_mmcred():
    import mmcred

    vault = mmcred.Vault.open(folder, key_file=key_file)
    return lambda: sum(checked.ok for checked in vault.verify_all(in_flight=in_flight))


def of_aio():
    from mmcred import aio

    async def check():
        async with aio.Vault.open(folder, key_file=key_file) as vault:
            return sum([checked.ok async for checked in vault.verify_all(in_flight=in_flight)])

    return lambda: asyncio.run(check())


def texts():
    return [f"ybndrfg8ejkmcpqx{number:010}" for number in range(tokens)]


def of_aiohttp():
    """One session, whose connector keeps and limits the connections."""
    import aiohttp

    async def one(session, token):
        async with session.get("/api/v4/users/me", headers={"Authorization": f"Bearer {token}"}) as reply:
            user = await reply.json()
            return reply.status == 200 and "username" in user

    async def check():
        connector = aiohttp.TCPConnector(limit=in_flight)
        async with aiohttp.ClientSession(url, connector=connector) as session:
            return sum(await asyncio.gather(*(one(session, token) for token in texts())))

    return lambda: asyncio.run(check())


def of_autodriver():
    """A driver holds one token: one for each, in as many threads as may be in flight."""
    from concurrent.futures import ThreadPoolExecutor
    from urllib.parse import urlsplit

    from mattermostautodriver import TypedDriver

    place = urlsplit(url)
    options = {"scheme": place.scheme, "url": place.hostname, "port": place.port}

    def one(token):
        return "username" in TypedDriver({**options, "token": token}).users.get_user("me")

    def check():
        with ThreadPoolExecutor(in_flight) as pool:
            return sum(pool.map(one, texts()))

    return check


check = {"mmcred": of_mmcred, "aio": of_aio, "aiohttp": of_aiohttp, "autodriver": of_autodriver}[way]()
clock = {"wall": perf_counter_ns, "cpu": process_time_ns}[what]
for line in sys.stdin:
    start = clock()
    for _ in range(int(line)):
        accepted = check()
        assert accepted == tokens, f"{accepted} accepted"
    spent = clock() - start
    print(spent if what == "wall" else spent // tokens, flush=True)
