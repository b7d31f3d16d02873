"""The hand for httpx: the same rules as for requests."""

import httpx
import pytest
from conftest import OTHER_TOKEN, TOKEN

import mmcred


@pytest.fixture
def client(entry):
    with mmcred.client("prod", vault=entry, follow_redirects=True) as client:
        yield client


def test_targets(client, stage):
    for target in ("users/me", "/api/v4/users/me", f"{stage.url}/api/v4/users/me"):
        assert client.get(target).json()["username"] == "alice"
    for target in ("https://other.example.com/", "//other.example.com", "../x"):
        with pytest.raises(mmcred.WrongOrigin):
            client.get(target)
    with pytest.raises(mmcred.WrongOrigin):
        client.send(httpx.Request("GET", "https://other.example.com/"))
    assert stage.header("Authorization") == [f"Bearer {TOKEN}"] * 3
    assert "Authorization" not in client.get("users/me").request.headers


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_redirects(client, stage, stranger, status, method):
    stage.answer("/api/v4/hop", status, Location="/api/v4/users/me", Set_Cookie="MMAUTHTOKEN=planted; Path=/")
    assert client.request(method, "hop", content=b"x").json()["username"] == "alice"
    assert stage.header("Authorization") == [f"Bearer {TOKEN}"] * 2
    assert stage.header("Cookie") == [None, None]
    stage.answer("/api/v4/users/me", status, Location=f"{stranger.url}/x")
    with pytest.raises(mmcred.WrongOrigin):
        client.request(method, "hop", content=b"x")
    assert stranger.seen == []


@pytest.mark.parametrize("named", [{"auth": ("a", "b")}, {"headers": {"authorization": "x"}}])
def test_an_authorization_of_the_callers_is_refused(client, entry, stage, named):
    with pytest.raises(mmcred.InvalidArgument):
        client.get("users/me", **named)
    with pytest.raises(mmcred.InvalidArgument):
        mmcred.client("prod", vault=entry, verify=False)
    assert stage.seen == []


def test_a_token_replaced_meanwhile_is_tried_once_more(client, entry, stage):
    stage.accept_only(OTHER_TOKEN, lambda: entry.put("prod", mmcred.Credential(stage.url, OTHER_TOKEN), True))
    assert client.post("posts", content=b"abc").json()["body"] == "abc"
    entry.put("prod", mmcred.Credential(stage.url, TOKEN), True)
    assert client.post("posts", content=iter([b"abc"])).status_code == 401


def test_tls_is_the_credentials(vault, tls, other_ca):
    def get(name, **settings):
        vault.put(name, mmcred.Credential(tls.url, TOKEN, **settings))
        with mmcred.client(name, vault=vault) as client:
            return client.get("users/me").status_code

    assert get("ca", ca_file=tls.ca) == 200
    assert get("any", allow_unauthorized_certs=True) == 200
    for name, settings in (("system", {}), ("other", {"ca_file": other_ca})):
        with pytest.raises(httpx.ConnectError):
            get(name, **settings)
