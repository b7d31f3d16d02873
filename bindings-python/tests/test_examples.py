"""The programs in examples/python, run as somebody who copied them would."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import TOKEN

import mmcred

EXAMPLES = Path(__file__).resolve().parents[2] / "examples/python"


@pytest.fixture
def run(vault):
    """Runs an example over the vault; the output of one that is expected to fail is its error."""
    environment = {**os.environ, "MMCRED_VAULT": str(vault.path), "MMCRED_KEY_FILE": str(vault.key_file)}

    def go(example, *arguments, expect=0):
        command = [sys.executable, EXAMPLES / example, *arguments]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
        assert done.returncode == expect, done.stderr
        assert TOKEN not in done.stdout + done.stderr
        return done.stderr if done.stderr else done.stdout

    return go


def test_notify(run, entry, stage):
    """The fake keeps no posts: the stage takes this one."""
    stage.answer("/api/v4/posts", 201, {"id": "ooooooooopbooooooooooooooob"})
    assert run("notify.py", "prod", "a-channel", "Hello") == "posted ooooooooopbooooooooooooooob\n"
    assert [json.loads(body) for *_, body in stage.seen] == [{"channel_id": "a-channel", "message": "Hello"}]
    assert stage.header("Authorization") == [f"Bearer {TOKEN}"]
    assert "mmcred list" in run("notify.py", "nope", "a-channel", "Hello", expect=1)
    stage.answer("/api/v4/posts", 403)
    assert "403" in run("notify.py", "prod", "a-channel", "Hello", expect=1)


def test_accounts(run, vault, fake):
    vault.put("prod", mmcred.Credential(fake.url, fake.alice_token))
    printed = run("accounts.py", "prod", "alice", "no.such", "admin").splitlines()
    assert printed[0] == f"alice: {fake.alice} system_user system_user_access_token"
    assert printed[1] == "no.such: no such account"
    assert printed[2].startswith("admin: ")


def test_driver(run, vault, fake):
    vault.put("prod", mmcred.Credential(fake.url, fake.alice_token))
    assert run("driver.py", "prod") == "alice is a member of 0 teams\n"
    assert "mmcred list" in run("driver.py", "nope", expect=1)


def test_check(run, vault, fake, stage):
    vault.put("prod", mmcred.Credential(fake.url, fake.alice_token))
    assert run("check.py").startswith("prod: works, alice on Mattermost 11.10")
    vault.put("id", mmcred.Credential(fake.url, fake.alice_token_id))
    vault.put("down", mmcred.Credential(stage.url, TOKEN))
    stage.answer("/api/v4/users/me", 503)
    printed = sorted(run("check.py", expect=1).splitlines())
    assert printed[0].startswith("down: undecided, ")
    assert printed[1].startswith("id: REFUSED, ")
    assert printed[2].startswith("prod: works, ")
    assert run("check.py", "prod").count("\n") == 1
    assert "mmcred list" in run("check.py", "nope", expect=1)
