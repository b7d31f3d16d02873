"""Diagnoses and tests in Python's types. What is found in which case is among the behaviours."""

import asyncio
import json

import pytest
from conftest import TOKEN

import mmcred
from mmcred import aio

CHAT = "https://chat.example.com"


@pytest.fixture
def refused(fake):
    """A credential whose token was revoked."""
    token, token_id = fake.token_for(fake.alice)
    fake.call("POST", "users/tokens/revoke", {"token_id": token_id})
    return mmcred.Credential(fake.url, token, token_id=token_id, user_id=fake.alice)


def test_a_diagnosis_tells_what_its_json_tells(fake, refused):
    diagnosis = refused.diagnose(admin=mmcred.Credential(fake.url, fake.token), timeout=20)
    told = json.loads(diagnosis.to_json())
    assert (diagnosis.server, diagnosis.works, diagnosis.verified) == (fake.url, False, None)
    for name, items in (("steps", diagnosis.steps), ("findings", diagnosis.findings)):
        assert [{key: getattr(item, key) for key in row} for item, row in zip(items, told[name], strict=True)] == told[name]
    (finding,) = diagnosis.findings
    assert (finding.code, finding.number, finding.severity, finding.certainty) == ("token_revoked", 660, "error", "exact")
    assert repr(diagnosis) == f"Diagnosis(server='{fake.url}', works=False, findings=[token_revoked])"
    assert repr(finding).startswith("Finding(token_revoked: error, exact, evidence=[")
    assert repr(diagnosis.steps[0]) == f'Step(address: passed "{fake.url}")'
    assert diagnosis.findings == diagnosis.findings
    for thing, name in ((diagnosis, "works"), (finding, "code"), (diagnosis.steps[0], "mark")):
        with pytest.raises(AttributeError):
            setattr(thing, name, None)


def test_a_good_token_has_its_owner(fake, vault):
    vault.put("prod", mmcred.Credential(fake.url, fake.alice_token))
    diagnosis = vault.diagnose("prod")
    assert (diagnosis.works, diagnosis.verified.username, diagnosis.findings) == (True, "alice", [])
    assert set(vault.get("prod").test()) == {"status", "message"}


async def test_the_awaited_twins(fake, refused, tmp_path):
    admin = aio.Credential(fake.url, fake.token)
    async with aio.Vault.open(tmp_path / "v", True, tmp_path / "k") as vault:
        await vault.put("prod", refused)
        await vault.put("admin", admin)
        of_name = vault.diagnose("prod", admin="admin")
        of_credential = vault.get("prod").diagnose(admin=admin)
        both = [diagnosis.findings[0].code for diagnosis in await asyncio.gather(of_name, of_credential)]
        assert both == ["token_revoked", "token_revoked"]
        assert (await vault.get("prod").test())["status"] == "Error"
        assert (await admin.test(timeout=20))["status"] == "OK"
        with pytest.raises(mmcred.EntryMissing):
            await vault.diagnose("prod", admin="nope")


@pytest.mark.parametrize(
    ("argument", "call"),
    [
        ("admin", lambda vault, credential: credential.diagnose(admin="admin")),
        ("admin", lambda vault, credential: vault.diagnose("prod", admin=credential)),
        ("timeout", lambda vault, credential: credential.diagnose(timeout="3")),
        ("timeout", lambda vault, credential: vault.diagnose("prod", timeout=None)),
        ("timeout", lambda vault, credential: credential.test(-1)),
        ("token_id", lambda vault, credential: mmcred.Credential(CHAT, TOKEN, token_id=3)),
        ("user_id", lambda vault, credential: mmcred.Credential(CHAT, TOKEN, user_id=b"x")),
    ],
)
def test_wrong_types_name_the_argument(vault, argument, call):
    with pytest.raises(mmcred.InvalidArgument, match=f"^{argument} must "):
        call(vault, mmcred.Credential(CHAT, TOKEN))
