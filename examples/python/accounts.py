"""Looks several accounts up at once, with asyncio: what a bridge or a bot does.

    pip install "mmcred[httpx]"
    python accounts.py prod alice bob
"""

from __future__ import annotations

import asyncio
import sys
from urllib.parse import quote

import httpx
import mmcred
from mmcred import aio


async def account(client: httpx.AsyncClient, username: str) -> str:
    reply = await client.get(f"users/username/{quote(username, safe='')}")
    if reply.status_code == httpx.codes.NOT_FOUND:
        return f"{username}: no such account"
    found = reply.raise_for_status().json()
    return f"{username}: {found['id']} {found['roles']}"


async def main(name: str, *usernames: str) -> int:
    try:
        async with aio.client(name) as client:
            for line in await asyncio.gather(*[account(client, username) for username in usernames]):
                print(line)
    except (mmcred.MmcredError, httpx.HTTPError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(f"usage: {sys.argv[0]} NAME USERNAME...")
    sys.exit(asyncio.run(main(*sys.argv[1:])))
