"""The behaviours about diagnosis, and about the test in n8n's shape."""

import json
import time

import mmcred


def credential(c, url="url", token="token", **settings):
    """With the ids that the context has for the token."""
    ids = {"token_id": getattr(c, f"{token}_id", None), "user_id": getattr(c, f"{token}_owner", None)}
    return mmcred.Credential(getattr(c, url), getattr(c, token), **ids, **settings)


def diagnose(c, url="url", token="token", admin=None):
    return credential(c, url, token).diagnose(admin=admin and credential(c, url, admin))


def summary(diagnosis):
    return [diagnosis.works, [finding.code for finding in diagnosis.findings]]


def tested(credential):
    """The status, and whether the message ends with what verify's error advises."""
    result = credential.test()
    try:
        credential.verify()
    except mmcred.MmcredError as error:
        return [result["status"], result["message"].endswith(error.hint)]
    return [result["status"], True]


def over_https(c):
    return mmcred.Credential(c.url.replace("http://", "https://"), c.token)


def the_way(c):
    diagnosis = diagnose(c)
    return [diagnosis.server, diagnosis.verified.username, [[step.name, step.mark] for step in diagnosis.steps]]


def deadline(c):
    start = time.monotonic()
    diagnosis = credential(c, "url_slow").diagnose(timeout=0.3)
    return [summary(diagnosis), time.monotonic() - start < 3]


def by_name(c):
    with c.open(532) as vault:
        vault.put("prod", credential(c, token="revoked_token"))
        vault.put("admin", credential(c, token="admin_token"))
        (found,) = vault.diagnose("prod", admin="admin").findings
    about = [found.code, found.number, found.severity, found.certainty, found.cause, found.fix, found.admin_fix, found.call]
    return [about, len(found.evidence)]


def nothing_printed_holds_the_token(c):
    diagnosis = diagnose(c, "url_echo")
    findings = [[finding.evidence, finding.call] for finding in diagnosis.findings]
    printed = repr([diagnosis, diagnosis.steps, diagnosis.findings, findings]) + diagnosis.to_json()
    assert json.loads(diagnosis.to_json())["works"] is None
    return [summary(diagnosis), c.token in printed]


def test_accepted(c):
    result = credential(c).test()
    return [result["status"], c.username in result["message"]]


def test_pasted_base_url(c):
    def status(ending):
        fields = {"accessToken": c.token, "baseUrl": c.url + ending}
        return mmcred.Credential.from_n8n_fields(fields).test()["status"]

    return [status(ending) for ending in ("", "/", "//", "/api/v4")]


FOUND = {
    511: ("url", "token"),
    513: ("url", "revoked_token", "admin_token"),
    514: ("url", "disabled_token", "admin_token"),
    515: ("url", "expired_token", "admin_token"),
    516: ("url", "left_token", "admin_token"),
    517: ("url_off", "off_token", "off_admin_token"),
    518: ("url_off", "off_used_token"),
    519: ("url", "revoked_token"),
    520: ("url", "token_id", "admin_token"),
    521: ("url_flap", "token"),
    522: ("url_self_signed", "token"),
    523: ("url_tls", "token"),
    525: ("url_mfa", "mfa_token"),
    526: ("url", "bot_token"),
    527: ("url_off", "off_bot_token"),
    528: ("url", "guest_token"),
    529: ("url", "ending_token"),
    530: ("url_closed", "token"),
}
BEHAVIOURS = {
    **{number: lambda c, case=case: summary(diagnose(c, *case)) for number, case in FOUND.items()},
    512: the_way,
    524: lambda c: summary(over_https(c).diagnose()),
    531: deadline,
    532: by_name,
    534: nothing_printed_holds_the_token,
    541: test_accepted,
    542: test_pasted_base_url,
    543: lambda c: tested(credential(c, token="guest_token")),
    544: lambda c: tested(credential(c, token="revoked_token")),
    545: lambda c: tested(credential(c, "url_html")),
    546: lambda c: tested(credential(c, "url_redirect")),
    547: lambda c: [tested(credential(c, "url_closed")), tested(over_https(c)), tested(credential(c, "url_500"))],
}
