"""The hand for requests: where the token goes, and where it never goes."""

import copy
import io
import pickle
import subprocess
import sys

import pytest
import requests
from conftest import OTHER_TOKEN, TOKEN

import mmcred

REDIRECTS = [301, 302, 303, 307, 308]


@pytest.fixture
def session(entry):
    with mmcred.session("prod", vault=entry) as session:
        yield session


def test_three_lines(fake, vault):
    vault.put("prod", mmcred.Credential(fake.url, fake.alice_token))
    with mmcred.session("prod", vault=vault) as session:
        assert session.get("users/me").json()["username"] == "alice"
        assert session.get("/api/v4/users", params={"per_page": 1}).ok
        assert session.get(f"{fake.url}/api/v4/users/me").ok
        assert session.get(b"users/me").ok


@pytest.mark.parametrize(
    "target",
    ["https://other.example.com/", "//other.example.com/x", "../x", "users/../../../x", "http://a@127.0.0.1/", "a\\b", "file:///etc/passwd"],
)
def test_a_target_elsewhere_is_not_sent(session, stage, target):
    with pytest.raises(mmcred.WrongOrigin):
        session.get(target)
    assert stage.seen == []


def test_a_prepared_request_elsewhere_is_not_sent(session, stranger):
    for url in (stranger.url, f"{stranger.url}/api/v4/users/me"):
        with pytest.raises(mmcred.WrongOrigin):
            session.send(requests.Request("GET", url).prepare())
    assert stranger.seen == []


@pytest.mark.parametrize("status", REDIRECTS)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_redirect_elsewhere_is_refused(session, stage, stranger, status, method):
    stage.answer("/api/v4/users/me", status, Location=f"{stranger.url}/api/v4/users/me", Set_Cookie="MMAUTHTOKEN=planted")
    with pytest.raises(mmcred.WrongOrigin):
        session.request(method, "users/me", data=b"x")
    assert stranger.seen == []
    assert len(stage.seen) == 1


@pytest.mark.parametrize("status", REDIRECTS)
def test_a_redirect_elsewhere_may_be_looked_at(session, stage, stranger, status):
    stage.answer("/api/v4/users/me", status, Location=stranger.url)
    reply = session.get("users/me", allow_redirects=False)
    assert reply.status_code == status
    assert reply.next is None
    assert stranger.seen == []


def test_the_second_hop_is_checked_too(session, stage, stranger):
    stage.answer("/api/v4/users/me", 302, Location="/api/v4/other")
    stage.answer("/api/v4/other", 302, Location=f"{stranger.url}/x")
    with pytest.raises(mmcred.WrongOrigin):
        session.get("users/me")
    assert stage.paths() == ["/api/v4/users/me", "/api/v4/other"]
    assert stranger.seen == []


@pytest.mark.parametrize("status", REDIRECTS)
def test_a_redirect_within_the_server_is_followed_with_the_token(session, stage, status):
    stage.answer("/api/v4/users/me", status, Location="/api/v4/other", Set_Cookie="MMAUTHTOKEN=planted; Path=/")
    assert session.get("users/me").json()["username"] == "alice"
    assert stage.paths() == ["/api/v4/users/me", "/api/v4/other"]
    assert stage.header("Authorization") == [f"Bearer {TOKEN}"] * 2
    assert stage.header("Cookie") == [None, None]


def test_no_cookie_is_kept_or_sent(session, stage):
    stage.answer("/api/v4/users/me", 200, {}, Set_Cookie="MMAUTHTOKEN=planted; Path=/")
    session.get("users/me")
    assert len(session.cookies) == 0
    session.cookies.set("MMAUTHTOKEN", "planted")
    session.get("users/me", cookies={"MMAUTHTOKEN": "planted"}, headers={"cookie": "MMAUTHTOKEN=planted"})
    assert stage.header("Cookie") == [None, None]


def test_netrc_does_not_replace_the_token(session, stage, tmp_path, monkeypatch):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login alice password planted\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    assert requests.get(f"{stage.url}/x").request.headers["Authorization"].startswith("Basic ")  # it would
    session.get("users/me")
    stage.answer("/api/v4/again", 302, Location="/api/v4/users/me")
    session.get("again")
    assert stage.header("Authorization")[1:] == [f"Bearer {TOKEN}"] * 3


def test_the_proxy_is_the_credentials(entry, stage, stranger, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", stranger.url)
    with mmcred.session("prod", vault=entry) as session:
        monkeypatch.setenv("NO_PROXY", "")
        assert session.proxies["http"].rstrip("/") == stranger.url
    entry.put("prod", mmcred.Credential(stage.url, TOKEN, proxy="direct"), replace=True)
    with mmcred.session("prod", vault=entry) as session:
        assert session.get("users/me").ok
    assert len(stage.seen) == 1


def test_a_proxys_password_is_quoted(entry, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://alice:p%40ss%2Fw@proxy.example.com:3128")
    with mmcred.session("prod", vault=entry) as session:
        assert session.proxies["http"].rstrip("/") == "http://alice:p%40ss%2Fw@proxy.example.com:3128"


@pytest.mark.parametrize(
    "named",
    [{"auth": ("alice", "x")}, {"headers": {"Authorization": "Bearer x"}}, {"headers": {"authorization": "x"}}],
)
def test_an_authorization_of_the_callers_is_refused(session, stage, named):
    with pytest.raises(mmcred.InvalidArgument):
        session.get("users/me", **named)
    session.headers["Authorization"] = "Bearer x"
    with pytest.raises(mmcred.InvalidArgument):
        session.get("users/me")
    assert stage.seen == []


def test_no_request_a_caller_sees_holds_the_token(session, stage):
    stage.answer("/api/v4/hop", 302, Location="/api/v4/users/me")
    reply = session.get("hop")
    looked_at = session.get("hop", allow_redirects=False)
    seen = [reply, *reply.history, looked_at]
    assert all("Authorization" not in one.request.headers for one in seen)
    assert "Authorization" not in looked_at.next.headers
    assert session.send(looked_at.next).ok
    assert TOKEN not in repr(vars(session))


BODIES = {
    "nothing": (lambda: None, b""),
    "bytes": (lambda: b"abc", b"abc"),
    "str": (lambda: "abc", b"abc"),
    "form": (lambda: {"a": "b"}, b"a=b"),
    "file": (lambda: io.BytesIO(b"abc"), b"abc"),
}


@pytest.mark.parametrize("kind", BODIES)
def test_a_token_replaced_meanwhile_is_tried_once_more(entry, session, stage, kind):
    make, sent = BODIES[kind]
    replace(entry, stage)
    reply = session.post("posts", data=make())
    assert reply.ok
    assert reply.json()["body"].encode() == sent
    assert stage.header("Authorization") == [f"Bearer {TOKEN}", f"Bearer {OTHER_TOKEN}"]
    assert [body for *_, body in stage.seen] == [sent, sent]


def replace(entry, stage):
    """The stage refuses the token, but another process puts a good one before it says so."""
    program = (
        "import sys, mmcred\n"
        "path, key, url, token = sys.argv[1:]\n"
        "mmcred.Vault.open(path, key_file=key).put('prod', mmcred.Credential(url, token), True)"
    )
    arguments = [str(entry.path), str(entry.key_file), stage.url, OTHER_TOKEN]
    stage.accept_only(OTHER_TOKEN, lambda: subprocess.run([sys.executable, "-c", program, *arguments], check=True))


def test_a_file_is_sent_again_from_where_it_stood(entry, session, stage):
    replace(entry, stage)
    body = io.BytesIO(b"xxabc")
    body.seek(2)
    assert session.post("posts", data=body).json()["body"] == "abc"


def test_a_body_that_is_used_up_is_not_sent_again(entry, session, stage):
    replace(entry, stage)

    class Pipe:
        def __init__(self):
            self.parts = [b"abc"]

        def __iter__(self):
            return iter(self.parts)

        def read(self, _size=-1):
            return self.parts.pop() if self.parts else b""

        def __len__(self):
            return 3

    assert session.post("posts", data=Pipe()).status_code == 401
    assert len(stage.seen) == 1


def test_a_refusal_stands_if_nothing_changed(session, stage):
    stage.accept_only(OTHER_TOKEN)
    assert session.get("users/me").status_code == 401
    assert len(stage.seen) == 1


def test_a_refusal_of_the_new_token_stands(entry, session, stage):
    turns = []

    def swap():
        turns.append(1)
        entry.put("prod", mmcred.Credential(stage.url, TOKEN), replace=True)

    stage.accept_only(OTHER_TOKEN, swap)
    assert session.get("users/me").status_code == 401
    assert len(turns) == 2


def test_a_rotation_behind_a_redirect(entry, session, stage):
    replace(entry, stage)
    stage.answer("/api/v4/hop", 307, Location="/api/v4/posts")
    assert session.post("hop", data=b"abc").json()["body"] == "abc"


def test_an_entry_that_moved_is_refused(entry, session, stage, stranger):
    entry.put("prod", mmcred.Credential(stranger.url, TOKEN), replace=True)
    with pytest.raises(mmcred.WrongOrigin):
        session.get("users/me")
    assert stage.seen == stranger.seen == []


def test_an_entry_that_is_gone(entry, session, stage):
    entry.remove("prod")
    with pytest.raises(mmcred.EntryMissing):
        session.get("users/me")
    assert stage.seen == []


def test_the_deadline(session, stage, entry):
    import time

    stage.answers["/api/v4/users/me"] = lambda handler: time.sleep(5)
    session.timeout = 0.2
    with pytest.raises(requests.Timeout):
        session.get("users/me")
    assert mmcred.session("prod", vault=entry).timeout == 10.0


def test_a_session_is_neither_copied_nor_pickled(session):
    for how in (copy.copy, copy.deepcopy, pickle.dumps):
        with pytest.raises(TypeError, match="make it anew"):
            how(session)


def test_a_mounted_adapter_keeps_the_rules(session, stage, stranger):
    session.mount("http://", requests.adapters.HTTPAdapter(max_retries=1))
    assert session.get("users/me").ok
    assert stage.header("Authorization") == [f"Bearer {TOKEN}"]
    stage.answer("/api/v4/users/me", 302, Location=stranger.url)
    with pytest.raises(mmcred.WrongOrigin):
        session.get("users/me")


def test_tls_is_the_credentials(vault, tls):
    def get(name, **settings):
        vault.put(name, mmcred.Credential(tls.url, TOKEN, **settings))
        with mmcred.session(name, vault=vault) as session:
            return session.get("users/me").status_code

    with pytest.raises(requests.exceptions.SSLError):
        get("system", proxy="direct")
    assert get("ca", ca_file=tls.ca) == 200
    assert get("any", allow_unauthorized_certs=True) == 200


def test_a_ca_file_is_the_only_authority(vault, tls, other_ca, monkeypatch):
    """Also where requests itself would trust the server: neither its bundle nor a variable adds to the CA file."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tls.ca))
    vault.put("prod", mmcred.Credential(tls.url, TOKEN, ca_file=other_ca))
    monkeypatch.setattr(requests.adapters, "DEFAULT_CA_BUNDLE_PATH", str(tls.ca))
    with mmcred.session("prod", vault=vault) as session, pytest.raises(requests.exceptions.SSLError):
        session.get("users/me", verify=str(tls.ca))
