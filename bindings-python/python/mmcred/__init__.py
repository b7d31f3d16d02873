"""Validates, stores and hands out Mattermost token credentials.

```python
import mmcred                                              # pip install "mmcred[requests]"

me = mmcred.session("prod").get("users/me").json()
```

Put a token into the vault once, with `mmcred add prod --url https://chat.example.com` or `Vault.put`; then every
tool takes it out by name. `mmcred.aio` has the same names for asyncio.
"""

from __future__ import annotations

from ._errors import *  # noqa: F403
from ._native import (
    Checked,
    Credential,
    Diagnosis,
    Entry,
    Finding,
    Hand,
    Listing,
    Prepared,
    Step,
    Vault,
    Verified,
    VerifyAll,
    __version__,
    authorization,
)
from ._native import after_fork as _after_fork
from ._native import before_fork as _before_fork

# A child that is forked while another thread is inside the vault's database, or in its first call on the network, would
# inherit that half done.
try:
    from posix import register_at_fork as _register_at_fork  # os would be an import more
except ImportError:
    pass
else:
    _register_at_fork(before=_before_fork, after_in_parent=_after_fork, after_in_child=_after_fork)

TYPE_CHECKING = False
if TYPE_CHECKING:  # what needs more than the interpreter itself is imported at its first use
    from typing import Any, Optional

    from . import aio as aio
    from ._drivers import driver_options as driver_options
    from ._httpx import Client
    from ._requests import Session

__all__ = [
    "Checked",
    "Credential",
    "Diagnosis",
    "Entry",
    "Finding",
    "Hand",
    "Listing",
    "Prepared",
    "Step",
    "Vault",
    "Verified",
    "VerifyAll",
    "__version__",
    "aio",
    "authorization",
    "client",
    "driver_options",
    "session",
]
__all__ += [  # written out, because type checkers read no other form; a test compares it with the ledger
    "BY_CODE",
    "BufferTooSmall",
    "Busy",
    "Cancelled",
    "Closed",
    "ConnectionFailed",
    "ConnectionRefused",
    "DnsFailed",
    "EntryDamaged",
    "EntryExists",
    "EntryMissing",
    "InsecureUrl",
    "Intercepted",
    "Internal",
    "InvalidArgument",
    "InvalidName",
    "InvalidProxy",
    "InvalidServerUrl",
    "InvalidTlsSettings",
    "InvalidToken",
    "KeyFileInvalid",
    "KeyFileMissing",
    "MfaRequired",
    "MissingExtra",
    "MmcredError",
    "NotMattermost",
    "PermissionDenied",
    "RateLimited",
    "ReadOnly",
    "Redirected",
    "ReplicasDisagree",
    "ReplyCut",
    "ReplyTooLarge",
    "ServerError",
    "StorageFailed",
    "TimedOut",
    "TlsExpired",
    "TlsFailed",
    "TlsHostnameMismatch",
    "TlsNotYetValid",
    "TlsUnknownAuthority",
    "TokenInQuery",
    "TokenRejected",
    "UnexpectedReply",
    "UpstreamDown",
    "VaultDamaged",
    "VaultMissing",
    "VaultNewer",
    "VaultRolledBack",
    "WebhookUrl",
    "WrongBaseUrl",
    "WrongKey",
    "WrongOrigin",
    "WrongScheme",
]


def session(name: str, *, vault: Optional[Vault] = None, timeout: float = 10.0) -> Session:
    """A `requests.Session` for the server of the entry `name` in the default vault, or in `vault`.

    `users/me` means `<base>/api/v4/users/me`, `/x` means `<base>/x`. The token is read at each request and goes to
    no other server; after a 401 the request is sent once more if the entry was replaced meanwhile. `timeout` holds,
    in seconds, where a request names none. Needs `pip install "mmcred[requests]"`.

    ```python
    with mmcred.session("prod") as session:
        session.post("posts", json={"channel_id": channel, "message": "Hello"}).raise_for_status()
    ```

    Raises `EntryMissing`, `VaultMissing` and the vault's other errors; requests raise `WrongOrigin` for a target or
    a redirect elsewhere.
    """
    from ._requests import Session

    return Session(Hand(name, vault=vault), timeout=timeout)


def client(name: str, *, vault: Optional[Vault] = None, timeout: float = 10.0, **options: Any) -> Client:
    """An `httpx.Client` for the server of the entry `name`, by the same rules as `session`.

    Further `options` are httpx's own, such as `follow_redirects` or `event_hooks`. Needs
    `pip install "mmcred[httpx]"`.

    ```python
    with mmcred.client("prod") as client:
        me = client.get("users/me").json()
    ```
    """
    from ._httpx import Client

    return Client(Hand(name, vault=vault), timeout=timeout, **options)


def __getattr__(name: str) -> object:
    if name == "aio":
        import importlib

        return importlib.import_module("mmcred.aio")
    if name == "driver_options":
        from ._drivers import driver_options

        return driver_options
    raise AttributeError(f"module 'mmcred' has no attribute {name!r}")
