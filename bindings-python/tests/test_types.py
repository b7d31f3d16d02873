"""Credentials and vaults: types in and out, what is printed, what is refused."""

import copy
import gc
import json
import pickle
import threading
import time
from pathlib import Path

import pytest
from conftest import OTHER_TOKEN, TOKEN

import mmcred

CHAT = "https://chat.example.com"


class Text(str):
    """A str of a subclass is a str."""


@pytest.mark.parametrize("token", [TOKEN, Text(TOKEN), TOKEN.encode(), bytearray(TOKEN.encode())])
def test_token_kinds(token):
    assert mmcred.Credential(CHAT, token).expose_token() == TOKEN


def test_fields():
    fields = mmcred.Credential(CHAT, TOKEN, proxy="direct").fields()
    assert fields == {
        "server_url": CHAT,
        "fingerprint": fields["fingerprint"],
        "remark": None,
        "kind": "unknown",
        "user_id": None,
        "username": None,
        "token_id": None,
        "expires_at": None,
        "ca_file": None,
        "proxy": "direct",
        "allow_http": False,
        "allow_unauthorized_certs": False,
    }
    assert json.loads(json.dumps(fields)) == fields


@pytest.mark.parametrize("bad", [None, 3, 1.5, [], {}, object(), b"prod", "\ud800", "a" * (1 << 20), "a\0b", ""])
def test_bad_names_are_typed_errors(vault, bad):
    credential = mmcred.Credential(CHAT, TOKEN)
    for call in (vault.get, vault.remove, vault.verify, lambda name: vault.put(name, credential)):
        with pytest.raises(mmcred.MmcredError) as caught:
            call(bad)
        expected = "invalid_name" if isinstance(bad, str) and bad != "\ud800" else "invalid_argument"
        assert caught.value.code == expected
        assert len(str(caught.value)) < 400
    with pytest.raises(mmcred.MmcredError):
        vault.rename("prod", bad)
    with pytest.raises(mmcred.MmcredError):
        mmcred.Hand(bad, vault=vault)


@pytest.mark.parametrize(
    ("argument", "call"),
    [
        ("url", lambda: mmcred.Credential(None, TOKEN)),
        ("url", lambda: mmcred.Credential("\ud800", TOKEN)),
        ("token", lambda: mmcred.Credential(CHAT, None)),
        ("token", lambda: mmcred.Credential(CHAT, "\ud800")),
        ("ca_file", lambda: mmcred.Credential(CHAT, TOKEN, ca_file=3)),
        ("proxy", lambda: mmcred.Credential(CHAT, TOKEN, proxy=b"x")),
        ("allow_http", lambda: mmcred.Credential(CHAT, TOKEN, allow_http="yes")),
        ("allow_unauthorized_certs", lambda: mmcred.Credential(CHAT, TOKEN, allow_unauthorized_certs=1)),
        ("timeout", lambda: mmcred.Credential(CHAT, TOKEN).verify(None)),
        ("timeout", lambda: mmcred.Credential(CHAT, TOKEN).verify("3")),
        ("timeout", lambda: mmcred.Credential(CHAT, TOKEN).verify(-1)),
        ("timeout", lambda: mmcred.Credential(CHAT, TOKEN).verify(float("nan"))),
        ("timeout", lambda: mmcred.Credential(CHAT, TOKEN).verify(1e300)),
        ("fields", lambda: mmcred.Credential.from_n8n_fields(object())),
        ("fields", lambda: mmcred.Credential.from_n8n_fields({"accessToken": b"x"})),
        ("path", lambda: mmcred.Vault.open(3)),
        ("create", lambda: mmcred.Vault.open("x", "yes")),
        ("key_file", lambda: mmcred.Vault.open("x", key_file=3)),
        ("vault", lambda: mmcred.Hand("prod", vault="x")),
        ("name", lambda: mmcred.authorization(3, CHAT)),
        ("url", lambda: mmcred.authorization("prod", 3)),
    ],
)
def test_wrong_types_name_the_argument(argument, call):
    with pytest.raises(mmcred.InvalidArgument, match=f"^{argument} must ") as caught:
        call()
    assert isinstance(caught.value, TypeError)
    assert isinstance(caught.value, ValueError)
    assert TOKEN not in str(caught.value)


def test_wrong_types_in_a_vault(vault):
    with pytest.raises(mmcred.InvalidArgument, match="^credential must be a Credential, not str"):
        vault.put("prod", TOKEN)
    with pytest.raises(mmcred.InvalidArgument, match="^replace must be bool"):
        vault.put("prod", mmcred.Credential(CHAT, TOKEN), 1)


def test_errors_are_of_pythons_families():
    with pytest.raises(ValueError) as caught:
        mmcred.Credential(CHAT, "secret secret")
    assert caught.value.code == "invalid_token"
    assert caught.value.number == 101
    assert caught.value.retry == "never"
    assert caught.value.retry_after is None
    assert str(caught.value) == f"{caught.value.message} {caught.value.hint}"
    assert "secret" not in str(caught.value)
    again = pickle.loads(pickle.dumps(caught.value))
    assert type(again) is mmcred.InvalidToken
    assert str(again) == str(caught.value)


def test_details_of_an_error_arrive(stage):
    stage.answer("/api/v4/users/me", 429, Retry_After="7")
    with pytest.raises(mmcred.RateLimited) as caught:
        mmcred.Credential(stage.url, TOKEN).verify()
    assert caught.value.retry_after == 7.0
    assert caught.value.retry == "later"
    assert pickle.loads(pickle.dumps(caught.value)).retry_after == 7.0


@pytest.mark.parametrize("how", [copy.copy, copy.deepcopy, pickle.dumps])
def test_secrets_are_neither_copied_nor_pickled(entry, how):
    hand = mmcred.Hand("prod", vault=entry)
    for secret in (entry.get("prod"), entry, hand, hand.prepare("users/me"), [entry.get("prod")]):
        with pytest.raises(TypeError, match="can be neither pickled nor copied: "):
            how(secret) if not isinstance(secret, list) else copy.deepcopy(secret)


def test_nothing_printed_holds_the_token(entry):
    hand = mmcred.Hand("prod", vault=entry)
    ready = hand.prepare("users/me?access_token=planted")
    for thing in (entry, entry.get("prod"), entry.list(), entry.list()[0], hand, ready):
        printed = f"{thing} {thing!r}"
        assert TOKEN not in printed
        assert "planted" not in printed
        assert not hasattr(thing, "__dict__")


def test_objects_can_not_be_changed(entry):
    for thing, name in ((entry.get("prod"), "server_url"), (entry.list()[0], "name"), (entry, "path")):
        with pytest.raises(AttributeError):
            setattr(thing, name, "x")
        with pytest.raises(AttributeError):
            thing.something_new = 1


def test_listing_is_a_sequence(vault):
    for name in ("b", "a"):
        vault.put(name, mmcred.Credential(CHAT, TOKEN))
    listing = vault.list()
    assert [entry.name for entry in listing] == ["a", "b"]
    assert len(listing) == 2
    assert listing[-1].name == "b"
    assert [entry.name for entry in listing[:1]] == ["a"]
    assert listing[0] in listing
    with pytest.raises(IndexError):
        listing[2]
    assert listing.damaged == []
    assert listing.intact is True
    assert listing[0].fields()["server"] == CHAT
    assert listing[0].version == 2
    assert listing[0] == vault.list()[0]


def test_vault_is_a_context_manager(tmp_path):
    with mmcred.Vault.open(tmp_path / "v", create=True, key_file=str(tmp_path / "k")) as vault:
        assert vault.path == tmp_path / "v"
        assert isinstance(vault.path, Path)
        assert vault.key_file == tmp_path / "k"
        assert vault.put("prod", mmcred.Credential(CHAT, TOKEN)) == 1
        assert vault.get("prod").version == 1
    with pytest.raises(mmcred.Closed):
        vault.get("prod")
    vault.close()
    left = {path.name for path in (tmp_path / "v").iterdir()}
    assert left <= {"vault.db", "vault.db-wal", "vault.db-shm"}


def test_the_default_vault_is_found_by_the_environment(tmp_path, monkeypatch, stage):
    with pytest.raises(mmcred.VaultMissing):
        mmcred.authorization("prod", stage.url)
    monkeypatch.setenv("MMCRED_VAULT", str(tmp_path / "v"))
    monkeypatch.setenv("MMCRED_KEY_FILE", str(tmp_path / "k"))
    with mmcred.Vault.open(create=True) as vault:
        vault.put("prod", mmcred.Credential(stage.url, TOKEN))
    assert mmcred.authorization("prod", f"{stage.url}/api/v4/users/me") == f"Bearer {TOKEN}"
    with pytest.raises(mmcred.WrongOrigin):
        mmcred.authorization("prod", "https://other.example.com/")


def test_verify(fake):
    owner = mmcred.Credential(fake.url, fake.alice_token).verify()
    assert owner.username == "alice"
    assert owner.user_id == fake.alice
    assert owner.is_bot is False
    assert owner.roles == ["system_user", "system_user_access_token"]
    assert owner.server_version.startswith("11.10")
    with pytest.raises(mmcred.TokenRejected):
        mmcred.Credential(fake.url, fake.alice_token_id).verify()


def test_a_deadline_ends_the_wait_and_other_threads_run_meanwhile(stage):
    stage.answers["/api/v4/users/me"] = lambda handler: time.sleep(5)
    ticks, done = [], threading.Event()

    def tick():
        while not done.wait(0.005):
            ticks.append(1)

    thread = threading.Thread(target=tick)
    thread.start()
    start = time.monotonic()
    with pytest.raises(mmcred.TimedOut):
        mmcred.Credential(stage.url, TOKEN).verify(timeout=0.3)
    assert time.monotonic() - start < 3
    done.set()
    thread.join()
    assert len(ticks) > 10


def test_a_vault_is_shared_by_threads(entry):
    failures = []

    def use(number):
        try:
            for turn in range(20):
                entry.put(f"{number}-{turn}", entry.get("prod"))
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=use, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert len(entry.list()) == 161


def test_what_is_dropped_is_freed(entry):
    for _ in range(1000):
        entry.get("prod").fields()
        mmcred.Hand("prod", vault=entry).prepare("users/me")
    gc.collect()


def test_hand(entry, stage):
    hand = mmcred.Hand("prod", vault=entry)
    ready = hand.prepare("users/me")
    assert ready.url == f"{stage.url}/api/v4/users/me"
    assert ready.authorization == f"Bearer {TOKEN}"
    assert hand.after_401(ready.version) is False
    entry.put("prod", mmcred.Credential(stage.url, OTHER_TOKEN), replace=True)
    assert hand.after_401(ready.version) is True
    assert hand.follow(ready.url, "/x") == f"{stage.url}/x"
    assert hand.proxy() is None
    assert "BEGIN CERTIFICATE" in (hand.trusted_roots() or "BEGIN CERTIFICATE")
    with pytest.raises(mmcred.WrongOrigin):
        hand.follow(ready.url, "//other.example.com")
    for bad in (-1, 1 << 64, "1", None):
        with pytest.raises(mmcred.InvalidArgument):
            hand.after_401(bad)
