"""Credentials that do not work, each for a reason of its own, on a server that is started for it."""
import re
import subprocess
import time
from pathlib import Path

from support import servers
from support.fake import Fake

SELF_SIGNED = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]


class Stage:
    """A fake server with alice, her token stored as `prod`, and a system administrator's as `admin`."""

    def __init__(self, mmcred, folder, *options):
        self.mmcred, self.folder = mmcred, folder
        self.fake = Fake("--profile", "11.10", *options).prepare()
        self.alice = self.fake.user("alice")
        self.token, self.token_id = self.fake.token_for(self.alice)
        me = self.fake.call("GET", "users/me")[1]
        self.admin_token, _ = self.fake.token_for(me["id"])

    def store(self, name="prod", url=None, token=None, *options):
        url, token = url or self.fake.url, token or self.token
        added = self.mmcred("add", name, "--url", url, "--token-stdin", "--replace", *options, stdin=token)
        assert added.code == 0, added.err

    def change(self, path, body, method="POST"):
        self.fake.call(method, path, body)

    def diagnose(self, *arguments, stdin=""):
        """The arguments as they are shown, and what came of them."""
        return arguments, self.mmcred("diagnose", *arguments, stdin=stdin)


def a_bot(stage):
    bot = stage.fake.call("POST", "bots", {"username": "notifier"})[1]["user_id"]
    stage.store("notifier", None, stage.fake.token_for(bot)[0])
    return stage.diagnose("notifier")


def refused(stage):
    stage.store()
    stage.change("users/tokens/revoke", {"token_id": stage.token_id})
    return stage.diagnose("prod")


def revoked(stage):
    refused(stage)
    return as_admin(stage)


def as_admin(stage):
    stage.store("admin", None, stage.admin_token)
    return stage.diagnose("prod", "--admin", "admin")


def disabled(stage):
    stage.store()
    stage.change("users/tokens/disable", {"token_id": stage.token_id})
    return as_admin(stage)


def expired(stage):
    stage.change("users/tokens/revoke", {"token_id": stage.token_id})
    soon = stage.fake.steer("GET", "clock")["now"] + 1500
    made = stage.fake.call("POST", f"users/{stage.alice}/tokens", {"description": "short", "expires_at": soon})[1]
    stage.store(token=made["token"])
    time.sleep(1.6)
    return as_admin(stage)


def switched_off(stage):
    stage.store()
    stage.change("config/patch", {"ServiceSettings": {"EnableUserAccessTokens": False}}, "PUT")
    return stage.diagnose("prod")


def deactivated(stage):
    stage.store()
    stage.change(f"users/{stage.alice}/active", {"active": False}, "PUT")
    return as_admin(stage)


def without_mfa(stage):
    stage.store()
    stage.fake.steer("POST", "licence", {"present": True, "mfa": True})
    both = {"EnableMultifactorAuthentication": True, "EnforceMultifactorAuthentication": True}
    stage.fake.steer("POST", "settings", {"ServiceSettings": both})
    return stage.diagnose("prod")


def wrong_url(stage):
    return stage.diagnose("--url", stage.fake.url + "/mattermost", "--token-stdin", stdin=stage.token)


def without_subpath(stage):
    return stage.diagnose("--url", stage.fake.url.removesuffix("/chat"), "--token-stdin", stdin=stage.token)


def login_page(stage):
    class Gateway(servers.Quiet):
        def do_GET(self):
            page = b'<html><form id="kc-form-login"><input name="password" type="password"></form></html>'
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(page)))
            self.end_headers()
            self.wfile.write(page)

    return stage.diagnose("--url", servers.serve(Gateway).url, "--token-stdin", stdin=stage.token)


def self_signed(stage):
    certificate, key = stage.folder / "self.pem", stage.folder / "self.key"
    name = ["-subj", "/CN=chat", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate]
    subprocess.run(["openssl", *SELF_SIGNED, *name], check=True, capture_output=True)
    url = servers.tls_in_front_of(stage.fake.url, certificate, key)
    return stage.diagnose("--url", url, "--token-stdin", stdin=stage.token)


def token_id(stage):
    stage.store("prod", None, stage.token_id, "--no-verify")
    return as_admin(stage)


def rate_limited(stage):
    stage.store()
    stage.fake.steer("POST", "faults", {"kind": "too_many", "retry_after": 7})
    return stage.diagnose("prod")


def replicas(stage):
    stage.store()
    stage.fake.steer("POST", "faults", {"kind": "replica_split", "clear_cookie": True, "path": "/api/v4/users/me"})
    return stage.diagnose("prod")


#: What it is, what is done, the first finding, the exit code, the server's options.
CASES = {
    "A bot's token that works": (a_bot, "bot_needs_manager", 0),
    "Refused, and nobody knows why": (refused, "token_rejected", 1),
    "Revoked": (revoked, "token_revoked", 1),
    "Disabled": (disabled, "token_disabled", 1),
    "Expired": (expired, "token_expired", 1),
    "Personal access tokens are off": (switched_off, "personal_access_tokens_off", 1),
    "The owner is deactivated": (deactivated, "owner_deactivated", 1),
    "The owner lacks multi-factor authentication": (without_mfa, "mfa_required", 1),
    "A wrong address": (wrong_url, "wrong_base_url", 1),
    "An address without its subpath": (without_subpath, "better_url", 1, "--subpath", "/chat"),
    "A login page in front": (login_page, "login_page_in_front", 1),
    "A self-signed certificate": (self_signed, "tls_self_signed", 1),
    "A token's id instead of the token": (token_id, "token_id_given", 1),
    "Rate limited": (rate_limited, "rate_limited", 3),
    "Two replicas that disagree": (replicas, "replicas_disagree", 3),
}


def play(title, mmcred, folder):
    """Sets the case up and diagnoses it: the arguments, the result, and the transcript for the documentation."""
    act, _, _, *options = CASES[title]
    stage = Stage(mmcred, Path(folder), *options)
    try:
        arguments, result = act(stage)
    finally:
        stage.fake.close()
    shown = " ".join(["$ mmcred diagnose", *arguments])
    return arguments, result, normal(f"{shown}\n{result.out}{result.err}")


def normal(text):
    """Without what differs from run to run."""
    text = re.sub(r"127\.0\.0\.1:\d+", "chat.example.com", text)
    text = re.sub(r"\b127\.0\.0\.1\b", "chat.example.com", text)
    text = re.sub(r"port \d+", "port 443", text)
    text = re.sub(r"Request id: [a-z0-9]{26}", "Request id: " + "x" * 26, text)
    return re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d UTC", "2026-11-25 07:00 UTC", text)
