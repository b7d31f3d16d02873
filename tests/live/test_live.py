"""Live mode against fakes as if they were foreign: one that answers as the other does, and one behind a proxy that changes
ten answers."""
import http.client
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from support.fake import PASSWORD, Fake
from support.servers import Quiet, serve
from world import World

HERE = Path(__file__).resolve().parent
NOBODY = World(None, None).tokens["nobody"]


@pytest.fixture
def foreign():
    """Starts a prepared fake of a profile."""
    started = []

    def start(profile):
        fake = Fake("--profile", profile)
        started.append(fake)
        fake.prepare()
        fake.call("PUT", "config/patch", {"ServiceSettings": {"EnableMultifactorAuthentication": True}})
        return fake

    yield start
    for fake in started:
        fake.close()


def live(url, folder, **more):
    (folder / "password").write_text(PASSWORD + "\n")
    given = {
        "MMCRED_TEST_SERVER": url,
        "MMCRED_TEST_ADMIN": "admin",
        "MMCRED_TEST_ADMIN_PASSWORD_FILE": str(folder / "password"),
        "MMCRED_TEST_RECORDS": str(folder),
    }
    command = [sys.executable, HERE / "run.py"]
    return subprocess.run(command, env={**os.environ, **given, **more}, capture_output=True, text=True, timeout=120)


def test_no_password_goes_out_in_clear(tmp_path):
    done = live("http://chat.invalid", tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert "has to begin with https://" in done.stderr


def assert_nothing_is_left(fake):
    accounts = fake.call("GET", "users?per_page=200")[1]
    made = [account for account in accounts if account["username"].startswith("mmcred-live-")]
    assert len(made) == 2
    assert all(account["delete_at"] for account in made)
    assert fake.call("GET", "users/tokens")[1] == []


@pytest.mark.parametrize(
    ("profile", "sum_"),
    [
        ("10.11", "live: 22 cases, 3 skipped for want of: control 1, 11.9 1, 11.10 1; 0 differences"),
        ("11.10", "live: 24 cases, 1 skipped for want of: control 1; 0 differences"),
    ],
)
def test_a_server_that_answers_as_the_fake_does_has_no_difference(foreign, tmp_path, profile, sum_):
    fake = foreign(profile)
    done = live(fake.url, tmp_path)
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, sum_), done.stdout + done.stderr
    assert_nothing_is_left(fake)


def test_a_record_holds_no_value(foreign, tmp_path):
    fake = foreign("10.11")
    done = live(fake.url, tmp_path, MMCRED_TEST_CONTROL=fake.control)
    record = (tmp_path / "server.json").read_text()
    assert json.loads(record)["cases"]["login"][-1]["body"]["id"] == "text"
    for text in (record, done.stdout, done.stderr):
        assert PASSWORD not in text
        assert not re.search(r"\b[a-z0-9]{26}\b", text)


def without(key):
    return lambda found: {name: value for name, value in found.items() if name != key}


# Method, path, status or token, what is done to status, headers and body, and what must be printed.
PLANTED = [
    ("DELETE", "/system/ping", 404, lambda s, h, b: (405, h, b), "DELETE system/ping: status 405; the fake: 404"),
    ("PUT", "/roles", 400, lambda s, h, b: (s, h, {**b, "id": "api.other"}),
     "allow_tokens: PUT users/{alice}/roles: error api.other; the fake: app.role.check_roles_exist.role_not_found"),
    ("GET", r"/bots/\w+", 200, lambda s, h, b: (s, h, without("owner_id")(b)), "bots: GET bots/{bot}: body lacks owner_id"),
    ("GET", "/users/me/sessions", 200, lambda s, h, b: (s, h, [dict(reversed(one.items())) for one in b]),
     "sessions: GET users/me/sessions: body[] has its keys in another order: local, team_members"),
    ("GET", "/system/ping", 200, lambda s, h, b: (s, [*h, ("X-Powered-By", "a proxy")], b),
     "ping: GET system/ping: headers: x-powered-by, which the fake does not send"),
    ("GET", "/users/me", NOBODY, lambda s, h, b: (s, [pair for pair in h if pair[0].lower() != "set-cookie"], b),
     "without_a_good_token: GET users/me: cookies: MMAUTHTOKEN cleared Path Max-Age HttpOnly is missing"),
    ("POST", r"/users/\w{26}/tokens", 200, lambda s, h, b: (201, h, b), "bots: POST users/{bot}/tokens: status 201; the fake: 200"),
    ("GET", "/nothing/of/the/kind", 404, lambda s, h, b: (s, [("Content-Type", "text/html")], "<html></html>"),
     "no_such_route: GET nothing/of/the/kind: a page as text/html; the fake: an object as application/json"),
    ("GET", r"/users/\w{26}/tokens\?per_page=300", 200, lambda s, h, b: (s, h, b[:100]),
     "more_tokens_than_a_page: GET users/{bot}/tokens?per_page=300: body.(length) is 100; the fake: 200"),
    ("POST", "/users/tokens/search", 200, lambda s, h, b: (s, [("Content-Type", "text/plain"), *h[1:]], b),
     "read_tokens: POST users/tokens/search: type text/plain; the fake: application/json"),
]


def planting_proxy(host, planted):
    """A server that passes all on to `host` and changes the answers that are planted."""

    class Handler(Quiet):
        def pass_on(self):
            # The parser's own `path` has lost a second slash.
            path = self.requestline.split()[1]
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            connection = http.client.HTTPConnection(host)
            connection.request(self.command, path, body or None, dict(self.headers))
            reply = connection.getresponse()
            self.send_on(*self.changed(path, reply.status, reply.getheaders(), reply.read()))
            connection.close()

        def changed(self, path, status, headers, body):
            headers = sorted(headers, key=lambda pair: pair[0].lower() != "content-type")
            who = (self.headers.get("Authorization") or "").removeprefix("Bearer ")
            for method, pattern, which, change, _ in planted:
                if self.command == method and re.fullmatch("/api/v4.*" + pattern, path) and which in (status, who):
                    status, headers, changed = change(status, headers, json.loads(body))
                    end = b"\n" if body.endswith(b"\n") else b""
                    body = changed.encode() if isinstance(changed, str) else json.dumps(changed).encode() + end
            return status, headers, body

        def send_on(self, status, headers, body):
            self.send_response_only(status)
            for name, value in headers:
                if name.lower() not in ("content-length", "transfer-encoding", "connection"):
                    self.send_header(name, value)
            if status != 304:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = do_HEAD = pass_on

    return serve(Handler)


def test_each_of_ten_planted_differences_is_printed(foreign, tmp_path):
    fake = foreign("11.10")
    proxy = planting_proxy(fake.url.removeprefix("http://"), PLANTED)
    done = live(proxy.url, tmp_path, MMCRED_TEST_CONTROL=fake.control)
    proxy.shutdown()
    printed = done.stdout.splitlines()
    missing = [line for *_, line in PLANTED if not any(line in one for one in printed)]
    assert not missing, done.stdout + done.stderr
    assert (done.returncode, printed[-1]) == (1, "live: 25 cases, 0 skipped; 10 differences"), done.stdout
    assert_nothing_is_left(fake)
