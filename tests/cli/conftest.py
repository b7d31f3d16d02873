"""A fake server with one account, and the command line on a vault of its own."""
import os
import subprocess
from types import SimpleNamespace

import pytest
from support.fake import BUILT, Fake


@pytest.fixture(scope="session")
def server():
    with Fake("--profile", "11.10") as fake:
        alice = fake.prepare().user("alice")
        token, token_id = fake.token_for(alice)
        yield SimpleNamespace(fake=fake, url=fake.url, token=token, token_id=token_id, alice=alice)


@pytest.fixture
def faulty():
    """Starts a server with the given fault."""
    started = []

    def start(**fault):
        fake = Fake("--profile", "11.10")
        started.append(fake)
        fake.steer("POST", "faults", fault)
        return fake.url

    yield start
    for fake in started:
        fake.close()


@pytest.fixture
def mmcred(tmp_path):
    """Runs `mmcred` on this test's vault; the result has code, out and err."""
    environment = {**os.environ, "HOME": str(tmp_path), "NO_COLOR": "1"}
    for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "MMCRED_VAULT", "MMCRED_KEY_FILE"):
        environment.pop(name, None)

    def run(*arguments, stdin="", **variables):
        done = subprocess.run(
            [str(BUILT / "mmcred"), *map(str, arguments)],
            input=stdin, env={**environment, **variables}, capture_output=True, text=True, timeout=60,
        )
        return SimpleNamespace(code=done.returncode, out=done.stdout, err=done.stderr)

    run.environment = environment
    return run


@pytest.fixture
def stored(mmcred, server):
    """The same, with the account's token stored as `prod`."""
    added = mmcred("add", "prod", "--url", server.url, "--token-stdin", stdin=server.token)
    assert added.code == 0, added.err
    return mmcred
