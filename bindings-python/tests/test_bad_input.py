"""What a careless or hostile caller gives: it must end as an error of the family, or mean what its type means."""

import asyncio

import pytest
from conftest import TOKEN

import mmcred
from mmcred import _loop, aio

CHAT = "https://chat.example.com"


def fail(*_):
    raise RuntimeError("asked")


class Trick(str):
    """A str that lies about itself, or fails, whenever Python code asks it."""

    __str__ = __repr__ = __eq__ = __hash__ = __len__ = __iter__ = __getitem__ = __format__ = encode = strip = fail


class TrickBytes(bytes):
    __bytes__ = __len__ = __iter__ = __getitem__ = __eq__ = __hash__ = decode = __repr__ = fail


class TrickArray(bytearray):
    __bytes__ = __len__ = __iter__ = __getitem__ = __repr__ = fail


def test_a_subclass_is_what_it_holds(vault):
    """The native part reads the text itself and asks no method of it."""
    for token in (Trick(TOKEN), TrickBytes(TOKEN.encode()), TrickArray(TOKEN.encode())):
        assert mmcred.Credential(Trick(CHAT), token).expose_token() == TOKEN
    vault.put(Trick("prod"), mmcred.Credential(CHAT, TOKEN))
    assert vault.get("prod").server_url == CHAT
    assert mmcred.Hand(Trick("prod"), vault=vault).prepare(Trick("users/me")).url == f"{CHAT}/api/v4/users/me"
    vault.rename(Trick("prod"), Trick("other"))
    assert [entry.name for entry in vault.list()] == ["other"]


def path(answer):
    """An os.PathLike that answers so."""
    return type("Path", (), {"__fspath__": answer})()


class Number:
    __float__ = __index__ = fail


class Mapping(dict):
    items = keys = __iter__ = __getitem__ = fail


@pytest.mark.parametrize(
    "call",
    [
        lambda: mmcred.Vault.open(path(fail)),
        lambda: mmcred.Vault.open(path(lambda self: 3)),
        lambda: mmcred.Vault.open("a\0b"),
        lambda: mmcred.Vault.open("a" * (1 << 20)),
        lambda: mmcred.Credential(CHAT, TOKEN, ca_file=path(fail)),
        lambda: mmcred.Credential(CHAT, TOKEN, ca_file="a\0b").verify(),
        lambda: mmcred.Credential(CHAT, TOKEN).verify(Number()),
        lambda: mmcred.Credential(CHAT, TOKEN).verify(1 << 5000),
        lambda: mmcred.Credential("x" * (1 << 24), TOKEN),
        lambda: mmcred.Credential(CHAT, "x" * (1 << 24)),
        lambda: mmcred.Credential(CHAT, TOKEN, proxy="x" * (1 << 24)),
        lambda: mmcred.Credential.from_n8n_fields(Mapping(accessToken=TOKEN)),
        lambda: mmcred.Credential.from_n8n_fields({"accessToken": TOKEN, "baseUrl": Number()}),
        lambda: mmcred.Credential.from_n8n_fields("[" * (1 << 20)),
    ],
)
def test_what_fails_when_it_is_asked(call):
    with pytest.raises(mmcred.MmcredError) as caught:
        call()
    assert caught.value.code != "internal"
    assert TOKEN not in str(caught.value)


async def test_awaited_bad_input_is_a_typed_error_and_leaves_nothing_waiting(entry, tmp_path):
    credential = aio.Credential(CHAT, TOKEN)
    vault = await aio.Vault.open(entry.path, key_file=entry.key_file)
    for bad in (None, 3, b"prod", "\ud800", "a" * (1 << 20), object()):
        for awaitable in (
            vault.verify(bad),
            vault.put(bad, credential),
            vault.remove(bad),
            vault.rename("prod", bad),
            vault.put("x", bad),
            credential.verify(None if bad == 3 else bad),
        ):
            with pytest.raises(mmcred.MmcredError) as caught:
                await awaitable
            assert caught.value.code in ("invalid_name", "invalid_argument")
    for bad in (3, b"\0", path(fail)):
        with pytest.raises(mmcred.MmcredError):
            await aio.Vault.open(bad)
    assert _loop._channels[asyncio.get_running_loop()].waiting == {}
    await vault.close()


async def test_an_awaitable_of_another_loop(stage):
    """A coroutine belongs to the loop that awaits it, wherever it was made."""
    made = aio.Credential(stage.url, TOKEN).verify()
    owner = await asyncio.to_thread(asyncio.run, made)
    assert owner.username == "alice"
