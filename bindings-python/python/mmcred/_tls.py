"""The credential's idea of trust as Python's `ssl` has it."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ._native import Hand

# OpenSSL's name for what verify does too: each given certificate is an authority, also an intermediate one.
PARTIAL_CHAIN = 0x80000


def context(hand: Hand) -> ssl.SSLContext:
    """A context that trusts whom the hand's credential trusts."""
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    tls.minimum_version = ssl.TLSVersion.TLSv1_2
    if hand.server_url.startswith("http://"):
        return tls  # never used, and 140 authorities take 10 ms to read
    roots = hand.trusted_roots()
    if roots is None:
        tls.check_hostname = False
        tls.verify_mode = ssl.CERT_NONE
    elif roots:
        tls.verify_flags |= ssl.VerifyFlags(PARTIAL_CHAIN)
        tls.load_verify_locations(cadata=roots)
    return tls
