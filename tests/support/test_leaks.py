"""The search for planted tokens must find what it looks for."""
import base64

import pytest

from support import leaks

TOKEN = "ybndrfg8ejkmcpqxot1uwisza3"


@pytest.mark.parametrize("lead", [b"", b"x", b"xy", b"xyz", b"Bearer "])
@pytest.mark.parametrize("tail", [b"", b"1", b"12"])
@pytest.mark.parametrize(
    "code",
    [bytes, base64.b64encode, base64.urlsafe_b64encode, lambda text: text.hex().encode(), lambda text: text.decode().encode("utf-16-le")],
)
def test_a_planted_leak_is_found(tmp_path, code, lead, tail):
    leak = code(lead + TOKEN.encode() + tail)
    assert list(leaks.search([TOKEN], [b"nothing", b"..." + leak], [])) == ["output 1"]
    (tmp_path / "core").write_bytes(b"\0" * 100 + leak)
    assert list(leaks.search([TOKEN], [], [tmp_path])) == [str(tmp_path / "core")]
    assert list(leaks.search([TOKEN], [], [tmp_path], allowed={"core"})) == []


def test_what_resembles_the_token_is_no_leak():
    assert list(leaks.search([TOKEN], [TOKEN[:-1].encode(), TOKEN.upper().encode()], [])) == []
