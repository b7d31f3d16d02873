"""Options for the packages mattermostautodriver and mattermostdriver, whose requests then follow the core's rules."""

from __future__ import annotations

from typing import Any, Literal, Optional, Union
from urllib.parse import urlsplit

from ._errors import InvalidArgument
from ._native import Hand, Vault

USUAL_PORTS = {"https": 443, "http": 80}


def driver_options(
    name: str,
    *,
    package: Literal["mattermostautodriver", "mattermostdriver"] = "mattermostautodriver",
    vault: Optional[Vault] = None,
) -> dict[str, Any]:
    """What the drivers of `package` take as options, for the server of the entry `name`.

    Each request carries the token of the moment and goes to the entry's server only; after a 401 it is sent once
    more if the entry was replaced. The dict holds the token itself too, for the driver's websocket: do not print it.

    ```python
    driver = mattermostautodriver.TypedDriver(mmcred.driver_options("prod"))
    driver.login()
    ```

    mattermostautodriver needs `mmcred[httpx]`, mattermostdriver `mmcred[requests]` and, where the credential names a
    proxy, `HTTPS_PROXY`: it has no option for one.
    """
    hand = Hand(name, vault=vault)
    server = urlsplit(hand.server_url)
    options: dict[str, Any] = {
        "scheme": server.scheme,
        # An IPv6 address keeps its brackets.
        "url": server.netloc.rpartition(":")[0] if server.port else server.netloc,
        "port": server.port or USUAL_PORTS[server.scheme],
        "token": hand.prepare("users/me").authorization.partition(" ")[2],
        "request_timeout": 10.0,
    }
    if package == "mattermostautodriver":
        return {**options, **_for_autodriver(hand)}
    if package == "mattermostdriver":
        return {**options, **_for_driver(hand), "basepath": f"{server.path}/api/v4"}
    raise InvalidArgument("package must be 'mattermostautodriver' or 'mattermostdriver'.")


def _for_autodriver(hand: Hand) -> dict[str, Any]:
    from ._httpx import Transport

    # The driver knows no subpath; the transport adds it.
    return {"verify": hand.trusted_roots() is not None, "transport": Transport(hand, by_path=True)}


def _for_driver(hand: Hand) -> dict[str, Any]:
    from ._requests import Authenticator

    return {"verify": _bundle(hand), "auth": lambda: Authenticator(hand)}


def _bundle(hand: Hand) -> Union[str, bool]:
    """The file or the answer that requests takes; where the credential names no file, requests has its own roots."""
    return str(hand.ca_file) if hand.ca_file else hand.trusted_roots() is not None
