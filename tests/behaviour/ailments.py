"""Accounts, tokens and servers with something to find, for the behaviours about diagnosis."""
import json
import time
from pathlib import Path

from support import servers

DAY = 86_400_000
FINDINGS = Path(__file__).resolve().parents[1] / "vectors/findings.json"


def prepare(stage):
    context, fake = stage.context, stage.main
    context["admin_token"] = fake.token
    now = int(time.time() * 1000)

    carol = fake.user("carol")
    expired = {"user_id": carol, "kind": "access_token", "expires_at": now - DAY}
    planted = fake.steer("POST", "plant", expired)
    stage.token("expired_token", fake, carol, (planted["token"], planted["id"]))
    ending = {"description": "for a test", "expires_at": now + 3 * DAY}
    made = fake.call("POST", f"users/{carol}/tokens", ending)[1]
    stage.token("ending_token", fake, carol, (made["token"], made["id"]))
    fake.call("PUT", f"users/{carol}/roles", {"roles": "system_user system_user_access_token"})
    left = fake.user("left")
    stage.token("left_token", fake, left)
    fake.call("DELETE", f"users/{left}")
    guest = fake.user("guest")
    stage.token("guest_token", fake, guest)
    fake.call("PUT", f"users/{guest}/roles", {"roles": "system_guest"})

    without_tokens(stage)
    with_mfa(stage)
    ca, key = stage.folder / "ca.pem", stage.folder / "ca.key"
    context["url_self_signed"] = servers.tls_in_front_of(fake.url, ca, key)
    context["url_echo"] = stage.fake({"kind": "invalid_token"}).url


def without_tokens(stage):
    """A server whose personal access tokens were switched off after some were made."""
    fake = stage.fake().prepare()
    stage.context["url_off"], stage.context["off_admin_token"] = fake.url, fake.token
    alice = fake.user("alice")
    stage.token("off_token", fake, alice)
    stage.token("off_used_token", fake, alice)
    fake.call("GET", "users/me", token=stage.context["off_used_token"])
    bot = fake.call("POST", "bots", {"username": "notifier"})[1]["user_id"]
    stage.token("off_bot_token", fake, bot)
    fake.call("PUT", "config/patch", {"ServiceSettings": {"EnableUserAccessTokens": False}})


def with_mfa(stage):
    fake = stage.fake().prepare()
    stage.context["url_mfa"] = fake.url
    stage.token("mfa_token", fake, fake.user("alice"))
    fake.steer("POST", "licence", {"present": True, "mfa": True})
    demand = {"EnableMultifactorAuthentication": True, "EnforceMultifactorAuthentication": True}
    fake.steer("POST", "settings", {"ServiceSettings": demand})


def finding(code, **values):
    """What the ledger says of a finding, as the runners tell it."""
    about = next(row for row in json.loads(FINDINGS.read_text())["findings"] if row["name"] == code)
    call = about["call"].format(**values)
    return [about[key] for key in ("name", "number", "severity", "certainty", "cause", "fix", "admin_fix")] + [call]
