"""The asyncio twins: completions, cancelling, loops that end, forks."""

import asyncio
import json
import os
import resource
import threading
import time

import pytest
from conftest import ME, OTHER_TOKEN, TOKEN

import mmcred
from mmcred import aio


async def test_every_verb(tmp_path, stage):
    async with aio.Vault.open(tmp_path / "v", create=True, key_file=tmp_path / "k") as vault:
        assert await vault.put("prod", aio.Credential(stage.url, TOKEN)) == 1
        assert await vault.put("sync", mmcred.Credential(stage.url, TOKEN)) == 2
        assert vault.get("prod").expose_token() == TOKEN
        assert (await vault.verify("prod")).username == "alice"
        assert (await vault.get("prod").verify()).username == "alice"
        await vault.rename("prod", "other")
        assert [entry.name for entry in vault.list()] == ["other", "sync"]
        await vault.remove("other")
        with pytest.raises(mmcred.EntryMissing):
            await vault.verify("other")
        with pytest.raises(mmcred.InvalidArgument):
            await vault.put("x", TOKEN)
    with pytest.raises(mmcred.Closed):
        vault.get("sync")
    with pytest.raises(mmcred.VaultMissing):
        await aio.Vault.open(tmp_path / "nothing")
    vault = await aio.Vault.open(tmp_path / "v", key_file=tmp_path / "k")
    assert TOKEN not in repr([vault, vault.get("sync")])
    await vault.close()


async def test_many_at_once_need_no_thread_each():
    """A thousand are in flight before the first is answered."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    body = json.dumps(ME).encode()
    arrived, all_here = [], asyncio.Event()

    async def answer(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        arrived.append(1)
        if len(arrived) == 1000:
            all_here.set()
        await all_here.wait()
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX-Version-Id: 11.10.0\r\n")
        writer.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0, backlog=2048)
    credential = aio.Credential(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", TOKEN)
    tasks = [asyncio.ensure_future(credential.verify(60)) for _ in range(1000)]
    await all_here.wait()
    assert len(os.listdir("/proc/self/task")) - threading.active_count() < 20
    assert {owner.username for owner in await asyncio.gather(*tasks)} == {"alice"}
    server.close()
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


async def test_cancelling_drops_the_request(stage):
    gone = threading.Event()

    def answer(handler):
        handler.connection.settimeout(10)
        if handler.connection.recv(1) == b"":
            gone.set()

    stage.answers["/api/v4/users/me"] = answer
    with pytest.raises(asyncio.TimeoutError):
        await asyncio.wait_for(aio.Credential(stage.url, TOKEN).verify(), 0.3)
    assert await asyncio.to_thread(gone.wait, 5)


def test_several_loops_at_once_and_in_turn(stage):
    credential = aio.Credential(stage.url, TOKEN)
    names = []

    async def ask():
        names.extend(owner.username for owner in await asyncio.gather(*[credential.verify() for _ in range(5)]))

    threads = [threading.Thread(target=asyncio.run, args=(ask(),)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for _ in range(4):
        asyncio.run(ask())
    assert names == ["alice"] * 40


def test_a_loop_closed_in_mid_call(stage):
    stage.answers["/api/v4/users/me"] = lambda handler: time.sleep(0.3)
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(5):
        loop = asyncio.new_event_loop()
        task = loop.create_task(aio.Credential(stage.url, TOKEN).verify())
        loop.run_until_complete(asyncio.sleep(0.02))
        loop.close()
        task._log_destroy_pending = False
    time.sleep(0.5)
    stage.answers.clear()
    assert asyncio.run(aio.Credential(stage.url, TOKEN).verify()).username == "alice"
    del loop, task
    assert len(os.listdir("/proc/self/fd")) < before + 40


def test_a_forked_child_awaits(stage):
    from test_processes import ended

    credential = aio.Credential(stage.url, TOKEN)
    asyncio.run(credential.verify())
    for _ in range(50):
        child = os.fork()
        if child == 0:
            os._exit(0 if asyncio.run(credential.verify()).username == "alice" else 1)
        assert ended(child, 10) == 0


async def test_client(entry, stage, stranger):
    async with aio.client("prod", vault=entry, follow_redirects=True) as client:
        assert (await client.get("users/me")).json()["username"] == "alice"
        stage.answer("/api/v4/users/me", 302, Location=stranger.url, Set_Cookie="MMAUTHTOKEN=planted")
        with pytest.raises(mmcred.WrongOrigin):
            await client.get("users/me")
        stage.accept_only(OTHER_TOKEN, lambda: entry.put("prod", mmcred.Credential(stage.url, OTHER_TOKEN), True))
        assert (await client.post("posts", json={"a": "b"})).status_code == 200
    assert stranger.seen == []
    assert stage.header("Cookie") == [None] * 4
