"""Checking many entries: results, arguments, and every way to stop early."""

import asyncio
import gc
import os
import time

import pytest
from conftest import ME, TOKEN

import mmcred
from mmcred import aio


@pytest.fixture
def many(entry, stage):
    """Twenty more entries, whose server takes its time."""
    for number in range(20):
        entry.put(f"n{number}", mmcred.Credential(stage.url, f"{TOKEN}{number}"))
    stage.answers["/api/v4/users/me"] = lambda handler: (time.sleep(0.05), handler.answer(200, ME))
    return entry


def test_results_say_who_or_why_not(entry, stage):
    entry.put("bad", mmcred.Credential(stage.url, "refused"))
    stage.accept_only(TOKEN)
    run = entry.verify_all()
    assert run.total == 2
    results = {checked.name: checked for checked in run}
    good, bad = results["prod"], results["bad"]
    assert (good.ok, good.verified.username, good.error, good.server) == (True, "alice", None, stage.url)
    assert (bad.ok, bad.verified, type(bad.error), bad.server) == (False, None, mmcred.TokenRejected, stage.url)
    assert bad.error.retry == "never"
    assert repr(bad).startswith("Checked(name='bad', error=TokenRejected(")
    assert repr(good) == f"Checked(name='prod', verified={good.verified!r})"
    assert TOKEN not in repr([run, good, bad])
    (missing,) = entry.verify_all(["nope"])
    assert (missing.name, missing.server, missing.error.code) == ("nope", None, "entry_missing")
    assert list(entry.verify_all([])) == []


@pytest.mark.parametrize(
    ("argument", "given"),
    [
        ("names", {"names": "prod"}),
        ("names", {"names": [1]}),
        ("in_flight", {"in_flight": 0}),
        ("in_flight", {"in_flight": 513}),
        ("in_flight", {"in_flight": -1}),
        ("in_flight", {"in_flight": 1.5}),
        ("timeout", {"timeout": "3"}),
    ],
)
def test_wrong_arguments_are_named(entry, argument, given):
    with pytest.raises(mmcred.InvalidArgument, match=f"{argument} must "):
        entry.verify_all(**given)


def test_a_closed_vault_is_said_at_once(entry):
    entry.close()
    with pytest.raises(mmcred.Closed):
        entry.verify_all()


@pytest.mark.parametrize("stop", ["close", "with", "drop"])
def test_a_run_that_is_stopped_asks_no_more(many, stage, stop):
    run = many.verify_all(in_flight=2)
    if stop == "with":
        with run:
            next(run)
    else:
        next(run)
        run.close() if stop == "close" else None
    assert stop == "drop" or list(run) == []
    del run
    gc.collect()
    time.sleep(0.2)
    asked = len(stage.seen)
    time.sleep(0.2)
    assert len(stage.seen) == asked < 20


async def test_an_async_loop_gets_all_and_may_be_left(many, stage):
    async with aio.Vault.open(many.path, key_file=many.key_file) as vault:
        names = [checked.name async for checked in vault.verify_all(in_flight=20)]
        assert sorted(names) == sorted(entry.name for entry in vault.list())
        before = len(stage.seen)
        async for checked in vault.verify_all(in_flight=2):
            assert checked.ok
            break
        await asyncio.sleep(0.2)
        asked = len(stage.seen)
        await asyncio.sleep(0.2)
        assert len(stage.seen) == asked < before + 20


async def test_a_cancelled_loop_ends_its_run(many, stage):
    stage.answers["/api/v4/users/me"] = lambda handler: time.sleep(30)

    async def check(vault):
        async for _ in vault.verify_all(in_flight=2):
            raise AssertionError

    async with aio.Vault.open(many.path, key_file=many.key_file) as vault:
        task = asyncio.ensure_future(check(vault))
        await asyncio.sleep(0.2)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert len(stage.seen) == 2


def test_a_forked_child_is_refused_its_parents_run_and_has_its_own(many):
    from test_processes import ended

    for _ in range(20):
        run = many.verify_all(in_flight=2)
        next(run)
        child = os.fork()
        if child == 0:
            try:
                list(run)
            except mmcred.Closed:
                del run
                gc.collect()
                os._exit(0 if len(list(many.verify_all(in_flight=20))) == 21 else 2)
            os._exit(1)
        assert ended(child, 20) == 0
        assert len(list(run)) == 20  # and the parent's goes on
