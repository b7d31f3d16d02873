#!/usr/bin/env python3
"""Runs the shared list of behaviours through the Python package (protocol: ../README.md)."""
import json
import os
import pprint
import time
from pathlib import Path

import diagnoses
import mmcred

BEHAVIOURS = {**diagnoses.BEHAVIOURS}
CHAT = "https://chat.example.com"


def behaviour(number):
    return lambda run: BEHAVIOURS.setdefault(number, run)


class Context:
    """The stage's values as attributes, and vaults of this runner's own."""

    def __init__(self, path):
        lines = Path(path).read_text(encoding="utf-8").splitlines()
        self.__dict__.update(line.split("=", 1) for line in lines)

    def open(self, number, *, create=True):
        return mmcred.Vault.open(f"{self.work}/{number}", create, f"{self.work}/{number}.key")

    def credential(self, url=None, token=None, **settings):
        return mmcred.Credential(url or self.url, token or self.token, **settings)

    def hand(self, number, url=None, token=None, **settings):
        """A vault with the entry `prod`, and a hand on it."""
        vault = self.open(number)
        vault.put("prod", self.credential(url, token, **settings))
        return vault, mmcred.Hand("prod", vault=vault)

    def session(self, number, url=None):
        vault, _ = self.hand(number, url)
        return mmcred.session("prod", vault=vault)

    def rows(self, key):
        """The cells of a file of hexadecimal text."""
        lines = Path(getattr(self, key)).read_text().splitlines()
        return [[bytes.fromhex(cell).decode() for cell in line.split("\t")] for line in lines]


def code(call, *arguments, **named):
    try:
        call(*arguments, **named)
    except mmcred.MmcredError as error:
        return error.code
    return "ok"


def value_or_code(call, *arguments, **named):
    try:
        return call(*arguments, **named)
    except mmcred.MmcredError as error:
        return "!" + error.code


def pick(fields, *names):
    return {name: fields[name] for name in names}


# Credentials


@behaviour(101)
def credential_from_pasted_text(c):
    credential = mmcred.Credential("Chat.example.com/core/channels/town-square", f" Bearer {c.token}\n")
    return pick(credential.fields(), "server_url", "kind", "allow_http")


@behaviour(102)
def token_text_refused(c):
    texts = ["", "   ", "secret secret", "secret\nsecret", "s" * 256, "s" * (1 << 20)]
    texts += [f"{CHAT}/x", f"{CHAT}/hooks/x"]
    return [code(mmcred.Credential, CHAT, text) for text in texts]


@behaviour(103)
def server_url_refused(c):
    urls = ["", "ftp://chat.example.com", "https://alice:pw@chat.example.com", f"{CHAT}/hooks/x"]
    urls += ["a" * (1 << 20), "http://mattermost:8065"]
    return [code(mmcred.Credential, url, c.token) for url in urls]


@behaviour(104)
def server_urls_as_the_vectors_say(c):
    def read(url):
        return mmcred.Credential(url, c.token, allow_http=True).server_url

    return [value_or_code(read, url) for (url,) in c.rows("server_urls")]


@behaviour(105)
def n8n_fields(c):
    fields = {"accessToken": c.token, "baseUrl": f"{CHAT}/", "allowUnauthorizedCerts": True}
    read = mmcred.Credential.from_n8n_fields(fields).fields()
    return pick(read, "server_url", "allow_unauthorized_certs")


@behaviour(106)
def n8n_fields_refused(c):
    good = {"accessToken": c.token, "baseUrl": CHAT, "allowUnauthorizedCerts": True}
    bad = [
        ("baseUrl", {key: good[key] for key in good if key != "baseUrl"}),
        ("accessToken", {**good, "accessToken": 1}),
        ("baseUrl", {**good, "baseUrl": []}),
        ("allowUnauthorizedCerts", {**good, "allowUnauthorizedCerts": "true"}),
    ]

    def refusal(field, fields):
        try:
            mmcred.Credential.from_n8n_fields(fields)
        except mmcred.MmcredError as error:
            return [error.code, field in error.message]
        return ["ok", False]

    return [refusal(field, fields) for field, fields in bad]


@behaviour(107)
def authorization_and_expose(c):
    credential = c.credential(CHAT)
    return [
        credential.authorization() == f"Bearer {c.token}",
        credential.expose_token() == c.token,
        len(credential.fingerprint) == 8,
    ]


@behaviour(108)
def settings_refused(c):
    return [
        code(c.credential, CHAT, ca_file="x.pem", allow_unauthorized_certs=True),
        code(c.credential, CHAT, proxy="http://alice:pw@proxy:3128"),
    ]


@behaviour(109)
def http_on_purpose(c):
    fields = c.credential("http://mattermost:8065", allow_http=True).fields()
    return pick(fields, "server_url", "allow_http")


@behaviour(110)
def nothing_printed_holds_the_token(c):
    credential = c.credential()
    printed = [str(credential), repr(credential), f"{credential}", pprint.pformat(credential.fields())]
    printed += [pprint.pformat([credential]), repr(getattr(credential, "__dict__", None)), repr(dir(credential))]
    return c.token in "".join(printed)


@behaviour(111)
def ids_kept_and_refused(c):
    fields = c.credential(token_id=c.token_id, user_id=c.token_owner).fields()
    refused = [code(c.credential, token_id=wrong) for wrong in ("x", c.token)]
    return [fields["token_id"], fields["user_id"], refused, code(c.credential, user_id="alice")]


# Verify


def verified(c, url=None, token=None, **settings):
    return c.credential(url, token, **settings).verify()


def verify_code(c, url=None, token=None, **settings):
    return code(c.credential(url, token, **settings).verify)


@behaviour(201)
def verify_accepted(c):
    owner = verified(c)
    return {"username": owner.username, "is_bot": owner.is_bot, "roles": owner.roles}


BEHAVIOURS[202] = lambda c: verified(c, token=c.bot_token).is_bot
BEHAVIOURS[203] = lambda c: verify_code(c, token=c.unknown_token)
BEHAVIOURS[204] = lambda c: verify_code(c, token=c.revoked_token)
BEHAVIOURS[205] = lambda c: verify_code(c, token=c.disabled_token)
BEHAVIOURS[206] = lambda c: verify_code(c, token=c.token_id)
BEHAVIOURS[207] = lambda c: verify_code(c, c.url_html)
BEHAVIOURS[208] = lambda c: verify_code(c, c.url_500)
BEHAVIOURS[209] = lambda c: verify_code(c, c.url_cut)
BEHAVIOURS[210] = lambda c: verify_code(c, c.url_flap)
BEHAVIOURS[211] = lambda c: verify_code(c, c.url_redirect)
BEHAVIOURS[212] = lambda c: verify_code(c, c.url_closed)
BEHAVIOURS[215] = lambda c: verify_code(c, "http://no-such-host.invalid", allow_http=True)
BEHAVIOURS[216] = lambda c: verify_code(c, c.url_tls)
BEHAVIOURS[217] = lambda c: verified(c, c.url_tls, ca_file=c.ca_file).username
BEHAVIOURS[218] = lambda c: verified(c, c.url_tls, allow_unauthorized_certs=True).username
BEHAVIOURS[219] = lambda c: verify_code(c, c.url.replace("http://", "https://"))


@behaviour(213)
def verify_rate_limited(c):
    try:
        verified(c, c.url_429)
    except mmcred.MmcredError as error:
        return [error.code, error.number, error.retry, error.retry_after, bool(error.hint)]
    return "ok"


@behaviour(214)
def verify_deadline(c):
    start = time.monotonic()
    refused = code(c.credential(c.url_slow).verify, timeout=0.3)
    return [refused, time.monotonic() - start < 3]


# Vaults


@behaviour(301)
def vault_missing(c):
    return code(c.open, 301, create=False)


@behaviour(302)
def vault_put_get(c):
    with c.open(302) as vault:
        version = vault.put("prod", c.credential())
        found = vault.get("prod")
    return [version, found.fields()["server_url"], found.expose_token() == c.token]


@behaviour(303)
def vault_put_existing(c):
    with c.open(303) as vault:
        vault.put("prod", c.credential())
        return code(vault.put, "prod", c.credential())


@behaviour(304)
def vault_replace(c):
    with c.open(304) as vault:
        before = vault.put("prod", c.credential())
        after = vault.put("prod", c.credential(token=c.other_token), replace=True)
        return [after > before, vault.get("prod").expose_token() == c.other_token]


@behaviour(305)
def vault_list(c):
    with c.open(305) as vault:
        for name in ("b", "a", "ä", "A"):
            vault.put(name, c.credential())
        listing = vault.list()
    printed = repr(listing) + repr([entry.fields() for entry in listing])
    return [[entry.name for entry in listing], c.token in printed]


@behaviour(306)
def vault_remove(c):
    with c.open(306) as vault:
        vault.put("prod", c.credential())
        vault.remove("prod")
        return [code(vault.get, "prod"), code(vault.remove, "prod")]


@behaviour(307)
def vault_rename(c):
    with c.open(307) as vault:
        vault.put("a", c.credential())
        vault.put("b", c.credential())
        renames = [code(vault.rename, *pair) for pair in (("a", "c"), ("c", "b"), ("x", "y"))]
        return [*renames, code(vault.get, "c")]


@behaviour(308)
def vault_wrong_key(c):
    c.open(308).close()
    return code(mmcred.Vault.open, f"{c.work}/308", key_file=c.wrong_key)


@behaviour(309)
def vault_bad_names(c):
    with c.open(309) as vault:
        return [code(vault.put, name, c.credential()) for name in ("", "-x", "a\nb", "n" * 129)]


@behaviour(310)
def vault_verify(c):
    with c.open(310) as vault:
        vault.put("prod", c.credential())
        return [vault.verify("prod").username, code(vault.verify, "nope")]


@behaviour(311)
def vault_closed(c):
    vault = c.open(311)
    vault.put("prod", c.credential())
    vault.close()
    return [code(vault.close), code(vault.get, "prod")]


def open_shared(c, path):
    return mmcred.Vault.open(path, key_file=c.vault_key)


BEHAVIOURS[312] = lambda c: code(open_shared, c, c.garbage_vault)
BEHAVIOURS[313] = lambda c: code(open_shared, c, c.newer_vault)


@behaviour(314)
def vault_damaged_entry(c):
    with open_shared(c, c.damaged_vault) as vault:
        return [code(vault.get, "bad"), code(vault.get, "good")]


@behaviour(315)
def vault_busy(c):
    vault = open_shared(c, c.busy_vault)
    return code(vault.put, "x", c.credential())


@behaviour(316)
def vault_two_handles(c):
    with c.open(316) as one, c.open(316) as other:
        one.put("prod", c.credential())
        return other.get("prod").expose_token() == c.token


def checked(vault, names=None):
    return {one.name: one.verified.username if one.ok else one.error.code for one in vault.verify_all(names)}


@behaviour(317)
def vault_verify_all(c):
    with c.open(317) as vault:
        vault.put("good", c.credential())
        vault.put("gone", c.credential(token=c.unknown_token))
        vault.put("away", c.credential(c.url_closed))
        return checked(vault)


@behaviour(318)
def vault_verify_all_of_nothing(c):
    return checked(c.open(318))


@behaviour(319)
def vault_verify_all_with_a_damaged_entry(c):
    return checked(open_shared(c, c.damaged_vault))


@behaviour(320)
def vault_verify_all_by_names(c):
    with c.open(320) as vault:
        for name in ("good", "other"):
            vault.put(name, c.credential())
        return checked(vault, ["good", "nope"])


@behaviour(321)
def vault_verify_all_cancelled(c):
    started = time.monotonic()
    with c.open(321) as vault:
        vault.put("first", c.credential())
        vault.put("slow", c.credential(c.url_slow))
        with vault.verify_all() as run:
            first = next(run).name
        assert list(run) == []
    return [first, time.monotonic() - started < 3]


@behaviour(322)
def vault_verify_all_rate_limited(c):
    with c.open(322) as vault:
        for number in range(12):
            vault.put(f"n{number}", c.credential(c.url_limited))
        return sum(one.ok for one in vault.verify_all())


# Hands


@behaviour(401)
def hand_urls_as_the_vectors_say(c):
    vault, hands = c.open(401), {}

    def resolve(base, target, came_from=None):
        if base not in hands:
            name = f"base {len(hands)}"
            vault.put(name, c.credential(base, allow_http=True))
            hands[base] = mmcred.Hand(name, vault=vault)
        hand = hands[base]
        return hand.follow(came_from, target) if came_from else hand.prepare(target).url

    return [value_or_code(resolve, *row) for row in c.rows("hand_urls")]


@behaviour(402)
def hand_request(c):
    with c.session(402) as session:
        return session.get("users/me").json()["username"]


@behaviour(403)
def hand_after_401(c):
    vault, hand = c.hand(403)
    first = hand.prepare("users/me")
    same = hand.after_401(first.version)
    vault.put("prod", c.credential(token=c.other_token), replace=True)
    replaced = hand.after_401(first.version)
    fresh = hand.prepare("users/me").authorization == f"Bearer {c.other_token}"
    vault.remove("prod")
    return [same, replaced, hand.after_401(first.version), fresh]


@behaviour(404)
def hand_survives_a_new_token(c):
    vault = mmcred.Vault.open(c.swap_vault, key_file=c.swap_key)
    with mmcred.session("prod", vault=vault) as session:
        return session.get("users/me").json()["username"]


@behaviour(405)
def hand_foreign_redirect(c):
    with c.session(405, c.url_redirect) as session:
        return code(session.get, "users/me")


@behaviour(406)
def hand_foreign_url(c):
    relative = "//" + c.url_foreign.removeprefix("http://")
    with c.session(406) as session:
        return [code(session.get, url) for url in (f"{c.url_foreign}/api/v4/users/me", relative)]


@behaviour(407)
def default_vault_authorization(c):
    held = c.token in mmcred.authorization("prod", f"{c.url}/api/v4/users/me")
    foreign = code(mmcred.authorization, "prod", f"{c.url_foreign}/")
    return [held, foreign, code(mmcred.authorization, "prod", "users/me")]


@behaviour(408)
def hand_of_a_moved_entry(c):
    vault, hand = c.hand(408)
    vault.put("prod", c.credential(c.url_foreign), replace=True)
    return code(hand.prepare, "users/me")


@behaviour(409)
def hand_of_a_missing_entry(c):
    return code(mmcred.Hand, "nope", vault=c.open(409))


# The other diagnoses are in diagnoses.py.


@behaviour(533)
def diagnose_names_missing(c):
    with c.open(533) as vault:
        vault.put("prod", c.credential())
        return [code(vault.diagnose, "nope"), code(vault.diagnose, "prod", admin="nope")]


@behaviour(501)
def ledger(c):
    classes = sorted(mmcred.BY_CODE.values(), key=lambda error: error.number)
    return [[error.number, error.code, error.retry] for error in classes]


def main():
    context = Context(os.environ["MMCRED_BEHAVIOUR"])
    for number, run in sorted(BEHAVIOURS.items()):
        print(json.dumps({"number": number, "result": run(context)}), flush=True)


if __name__ == "__main__":
    main()
