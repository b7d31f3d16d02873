"""The shared cases: what an outsider asks any Mattermost by plain HTTP, in this order. They judge nothing; what the
answers were is compared with the fake's. A case may use what an earlier one made.

Needs: a release ("11.9": that or newer), "tokens" (personal access tokens are on, without a lifetime policy), "bots" (bot
accounts may be made), "mfa" (people may set up MFA), "control" (the server is a fake whose control address is known).
"""
import base64
import hashlib
import hmac
import struct
from collections.abc import Callable
from typing import NamedTuple

CASES = []
MORE_THAN_A_PAGE = 201


class Case(NamedTuple):
    name: str
    needs: frozenset
    run: Callable


def case(*needs):
    def add(run):
        CASES.append(Case(run.__name__, frozenset(needs), run))
        return run

    return add


@case()
def ping(w):
    w.get("system/ping")


@case()
def client_configuration(w):
    w.get("config/client?format=old")
    w.get("config/client?format=old", by="nobody")
    w.get("config/client?format=old", by="admin")


@case()
def without_a_good_token(w):
    w.get("users/me")
    w.get("users/me", by="nobody")
    w.get("users/me", by="admin", headers={"Cookie": "MMAUTHTOKEN="})
    w.get("users/me", headers={"Authorization": "Basic bm9ib2R5Om5vYm9keQ=="})


@case()
def accounts(w):
    w.keep("alice", w.post("users", w.account("alice"), by="admin"))
    w.post("users", w.account("alice"), by="admin")
    w.post("users", {**w.account("bob"), "password": ""}, by="admin")
    w.post("users", {**w.account("bob"), "email": "nobody"}, by="admin")
    w.get("users/{alice}", by="admin")
    w.get("users/{unknown}", by="admin")
    w.get("users/short", by="admin")


@case()
def login(w):
    good = {"login_id": w.name("alice"), "password": w.password}
    w.post("users/login", {**good, "password": "wrong"})
    w.post("users/login", {**good, "password": ""})
    w.post("users/login", {**good, "login_id": w.name("nobody")})
    w.post("users/login", good, headers={"X-Requested-With": "XMLHttpRequest"})
    w.tokens["alice"] = w.post("users/login", good).header("Token")


@case()
def who_am_i(w):
    me = w.get("users/me", by="alice")
    w.get("users/me", by="alice", headers={"If-None-Match": me.header("ETag") or ""})


@case()
def an_ordinary_user_may_not(w):
    w.get("users/me/tokens", by="alice")
    w.post("users/me/tokens", {"description": "not allowed"}, by="alice")
    w.get("users/tokens", by="alice")
    w.post("users/tokens/search", {"term": w.name("alice")}, by="alice")
    w.post("users/tokens/revoke", {"token_id": w.ids["unknown"]}, by="alice")
    w.put("users/{alice}/roles", {"roles": "system_user"}, by="alice")
    w.post("bots", {"username": w.name("not-allowed")}, by="alice")
    w.get("config", by="alice")


@case()
def allow_tokens(w):
    w.put("users/{alice}/roles", {"roles": "system_user system_user_access_token"}, by="admin")
    w.put("users/{alice}/roles", {"roles": "no_such_role"}, by="admin")
    w.get("roles/name/system_user_access_token", by="alice")
    w.post("roles/names", ["system_user_access_token", "no_such_role"], by="alice")


@case("tokens")
def create_tokens(w):
    w.keep("token", w.post("users/me/tokens", {"description": "a live case's"}, by="alice"))
    w.post("users/me/tokens", by="alice")
    w.post("users/me/tokens", {}, by="alice")
    w.post("users/me/tokens", {"description": "x" * 256}, by="alice")
    w.post("users/me/tokens", {"description": "expiring", "expires_at": w.now() + 86_400_000}, by="alice")
    w.post("users/{unknown}/tokens", {"description": "of nobody"}, by="admin")


@case("tokens")
def read_tokens(w):
    w.get("users/me", by="token")
    w.get("users/me/tokens", by="token")
    w.get("users/{alice}/tokens", by="admin")
    for page in ("per_page=1", "per_page=0", "page=1"):
        w.get(f"users/me/tokens?{page}", by="alice")
    w.get("users/tokens/{token}", by="alice")
    w.get("users/tokens/{unknown}", by="alice")
    w.get("users/tokens/short", by="alice")
    w.post("users/tokens/search", {"term": w.name("alice")}, by="admin")
    w.post("users/tokens/search", {}, by="admin")


@case("tokens")
def disable_and_enable(w):
    for change in ("disable", "enable"):
        w.post(f"users/tokens/{change}", {"token_id": w.ids["token"]}, by="alice")
        w.get("users/me", by="token")
        w.get("users/tokens/{token}", by="alice")


@case("tokens")
def owner_deactivated(w):
    w.put("users/{alice}/active", {"active": False}, by="admin")
    w.get("users/me", by="token")
    w.put("users/{alice}/active", {"active": True}, by="admin")
    w.get("users/me", by="token")
    good = {"login_id": w.name("alice"), "password": w.password}
    w.tokens["alice"] = w.post("users/login", good).header("Token")


@case("tokens")
def sessions(w):
    listed = w.get("users/me/sessions", by="alice").json
    of_token = next(one for one in listed if one["props"].get("user_access_token_id") == w.ids["token"])
    w.post("users/me/sessions/revoke", {"session_id": of_token["id"]}, by="alice")
    w.post("users/me/sessions/revoke", {}, by="alice")
    w.get("users/me", by="token")
    w.get("users/{alice}/sessions", by="admin")


@case("tokens", "control")
def personal_access_tokens_switched_off(w):
    w.steer("settings", {"ServiceSettings": {"EnableUserAccessTokens": False}})
    w.get("users/me", by="token")
    w.get("config/client?format=old", by="token")
    w.post("users/me/tokens", {"description": "too late"}, by="alice")
    w.steer("settings", {"ServiceSettings": {"EnableUserAccessTokens": True}})
    w.get("users/me", by="token")


@case("tokens", "11.9")
def expiry(w):
    w.post("users/me/tokens", {"description": "too late", "expires_at": w.now() - 60_000}, by="alice")
    w.post("users/me/tokens", {"description": "negative", "expires_at": -1}, by="alice")
    w.keep("expiring", w.post("users/me/tokens", {"description": "short", "expires_at": w.now() + 4_000}, by="alice"))
    w.get("users/me", by="expiring")
    w.wait(5.5)
    w.get("users/me", by="expiring")


@case("tokens", "11.10")
def rotate(w):
    w.tokens["old"] = w.tokens["token"]
    w.keep("token", w.post("users/tokens/rotate", {"token_id": w.ids["token"]}, by="alice"))
    w.get("users/me", by="old")
    w.get("users/me", by="token")
    w.post("users/tokens/disable", {"token_id": w.ids["token"]}, by="alice")
    w.post("users/tokens/rotate", {"token_id": w.ids["token"]}, by="alice")
    w.post("users/tokens/rotate", {"token_id": w.ids["unknown"]}, by="alice")


@case()
def rotate_nothing(w):
    w.post("users/tokens/rotate", {}, by="admin")


@case("tokens")
def revoke(w):
    for _ in range(2):
        w.post("users/tokens/revoke", {"token_id": w.ids["token"]}, by="alice")
    w.get("users/me", by="token")
    w.get("users/tokens/{token}", by="alice")
    w.post("users/tokens/revoke", {}, by="alice")


@case("bots")
def bots(w):
    made = w.post("bots", {"username": w.name("bot"), "display_name": "Live", "description": "a live case's"}, by="admin")
    w.ids["bot"] = made.json["user_id"]
    w.post("bots", {"username": w.name("bot")}, by="admin")
    w.get("bots/{bot}", by="admin")
    w.get("bots/{bot}", by="alice")
    w.keep("bot_token", w.post("users/{bot}/tokens", {"description": "a live case's"}, by="admin"))
    w.get("users/me", by="bot_token")
    w.get("users/me/tokens", by="bot_token")
    w.post("users/login", {"login_id": w.name("bot"), "password": w.tokens["bot_token"]})
    for change in ("disable", "enable"):
        w.post(f"bots/{{bot}}/{change}", by="admin")
        w.get("users/me", by="bot_token")


@case("bots")
def more_tokens_than_a_page(w):
    for _ in range(MORE_THAN_A_PAGE - 1):
        w.ask("POST", "users/{bot}/tokens", {"description": "one of many"}, by="admin")
    w.get("users/{bot}/tokens", by="admin")
    w.get("users/{bot}/tokens?per_page=300", by="admin")
    w.get("users/{bot}/tokens?per_page=300&page=1", by="admin")


@case("mfa")
def multi_factor(w):
    secret = w.post("users/{alice}/mfa/generate", by="alice").json["secret"]
    now = w.now() // 30_000
    w.put("users/{alice}/mfa", {"activate": True, "code": "000000"}, by="alice")
    w.put("users/{alice}/mfa", {"activate": True, "code": totp(secret, now)}, by="alice")
    good = {"login_id": w.name("alice"), "password": w.password}
    for code in ("", "000000", totp(secret, now + 1), totp(secret, now + 1)):
        w.post("users/login", {**good, "token": code})
    w.put("users/{alice}/mfa", {"activate": False}, by="alice")


def totp(secret, step):
    digest = hmac.digest(base64.b32decode(secret), struct.pack(">Q", step), hashlib.sha1)
    start = digest[-1] & 15
    return f"{(int.from_bytes(digest[start:start + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06}"


@case()
def no_such_route(w):
    w.get("nothing/of/the/kind", by="alice")
    w.get("users/me/", by="alice")
    w.get("/api/v3/users/me", by="alice")
    w.call("DELETE", "system/ping")
    w.call("PATCH", "users/me", by="alice")
    w.call("HEAD", "system/ping")
    w.call("HEAD", "users/me", by="alice")


@case()
def double_slash(w):
    w.get("//api/v4/system/ping")
    w.post("/api/v4//users/login", {"login_id": "nobody", "password": "nothing"})
    w.call("HEAD", "/api/v4//system/ping")


@case()
def broken_bodies(w):
    for body in (None, b"{", b"[]", b'"text"', b"null", b"{} {}"):
        w.post("users/login", body)
        w.post("users", body, by="admin")
        w.put("users/{alice}/roles", body, by="alice")
        w.post("users/tokens/revoke", body, by="admin")
        w.post("users/tokens/search", body, by="admin")


@case()
def logout(w):
    w.post("users/logout", by="alice")
    w.get("users/me", by="alice")
    w.post("users/logout", by="nobody")
