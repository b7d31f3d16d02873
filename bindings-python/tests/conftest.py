"""A vault of each test's own, the fake Mattermost server, and a small server that does what it is told."""

import os
import sys
import threading
from pathlib import Path

import pytest

import mmcred

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tests"))

from support import servers
from support.fake import Fake

TOKEN = "wx4dia1tmfgm8kzd95s1cs38na"
OTHER_TOKEN = "ybndrfg8ejkmcpqxot1uwisza3"
ME = {"id": "ooooooooobooooooooobooooob", "username": "alice", "roles": "system_user"}


class Stage:
    """What a server saw, and what it shall answer: `answers` maps a path to a function of the request's handler."""

    def __init__(self):
        self.seen, self.answers = [], {}
        self.lock = threading.Lock()
        stage = self

        class Handler(servers.Quiet):
            def do_GET(self):
                self.body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                with stage.lock:
                    stage.seen.append((self.command, self.path, dict(self.headers), self.body))
                answer = stage.answers.get(self.path.partition("?")[0], lambda handler: handler.answer(200, ME))
                answer(self)

            do_POST = do_PUT = do_DELETE = do_PATCH = do_GET

        self.server = servers.serve(Handler)
        self.url = self.server.url

    def answer(self, path, status, body=None, **headers):
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        self.answers[path] = lambda handler: handler.answer(status, body or {}, **headers)

    def paths(self):
        return [path for _, path, _, _ in self.seen]

    def header(self, name):
        return [headers.get(name) for _, _, headers, _ in self.seen]

    def accept_only(self, token, swap=lambda: None):
        """Refuses every other token with 401, after `swap`."""

        def answer(handler):
            if handler.headers.get("Authorization") == f"Bearer {token}":
                return handler.answer(200, {**ME, "body": handler.body.decode("latin-1")})
            swap()
            return handler.answer(401, {"id": "api.context.session_expired.app_error", "status_code": 401})

        self.answers["/api/v4/users/me"] = self.answers["/api/v4/posts"] = answer


@pytest.fixture
def stage():
    stage = Stage()
    yield stage
    stage.server.shutdown()


@pytest.fixture
def stranger():
    """Another server, which must never be sent a secret."""
    stranger = Stage()
    yield stranger
    stranger.server.shutdown()
    for headers in (headers for _, _, headers, _ in stranger.seen):
        assert "Authorization" not in headers
        assert "Cookie" not in headers


@pytest.fixture
def vault(tmp_path):
    with mmcred.Vault.open(tmp_path / "vault", True, tmp_path / "key") as vault:
        yield vault


@pytest.fixture
def entry(vault, stage):
    """The vault with the entry `prod` for the stage."""
    vault.put("prod", mmcred.Credential(stage.url, TOKEN))
    return vault


@pytest.fixture(scope="session")
def fake():
    """The fake Mattermost server with the account alice; `fake.alice_token` works."""
    with Fake("--profile", "11.10") as fake:
        fake.prepare()
        fake.alice = fake.user("alice")
        fake.call("PUT", f"users/{fake.alice}/roles", {"roles": "system_user system_user_access_token"})
        fake.alice_token, fake.alice_token_id = fake.token_for(fake.alice)
        yield fake


@pytest.fixture(autouse=True)
def environment(tmp_path, monkeypatch):
    """No test reads the user's own vault, netrc or proxy."""
    for name in list(os.environ):
        if name.startswith("MMCRED_") and name != "MMCRED_BUILT":
            monkeypatch.delenv(name)
        if name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    for name in ("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name.lower()))


class Tls:
    """The stage behind https, and the authority that signed its certificate."""

    def __init__(self, folder, url):
        self.ca, leaf, key = servers.certificates(folder)
        self.url = servers.tls_in_front_of(url, leaf, key)


@pytest.fixture
def tls(tmp_path, stage):
    (tmp_path / "tls").mkdir()
    return Tls(tmp_path / "tls", stage.url)


@pytest.fixture
def other_ca(tmp_path):
    (tmp_path / "other").mkdir()
    return servers.certificates(tmp_path / "other")[0]
