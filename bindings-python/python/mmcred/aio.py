"""The same names for asyncio. What waits for the network or for a lock is awaited, everything else is as in `mmcred`.

```python
from mmcred import aio

async def main():
    async with aio.Vault.open() as vault:
        print(await vault.verify("prod"))
    async with aio.client("prod") as client:               # pip install "mmcred[httpx]"
        me = (await client.get("users/me")).json()
```

A cancelled call that asks a server drops its request. A cancelled `put`, `remove` or `rename` may have happened or not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Optional, Union, cast

from . import _native
from ._errors import *  # noqa: F403
from ._loop import call
from ._native import (
    Checked,
    Diagnosis,
    Entry,
    Finding,
    Hand,
    Listing,
    Port,
    Prepared,
    Step,
    Verified,
    authorization,
)

if TYPE_CHECKING:
    import os
    from collections.abc import AsyncGenerator, Generator, Mapping, Sequence
    from pathlib import Path
    from types import TracebackType

    from ._httpx import AsyncClient
    from ._types import CredentialFields, TestResult

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
    "authorization",
    "client",
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


class Credential:
    """Where and how to authenticate. As `mmcred.Credential`, but what asks the server is awaited.

    ```python
    credential = aio.Credential("chat.example.com", token)
    print((await credential.verify()).username)
    ```
    """

    __slots__ = ("_inner",)

    _inner: _native.Credential

    def __init__(
        self,
        url: str,
        token: Union[str, bytes, bytearray],
        *,
        ca_file: Union[str, os.PathLike[str], None] = None,
        proxy: Optional[str] = None,
        allow_http: bool = False,
        allow_unauthorized_certs: bool = False,
        token_id: Optional[str] = None,
        user_id: Optional[str] = None,
    ) -> None:
        self._inner = _native.Credential(
            url,
            token,
            ca_file=ca_file,
            proxy=proxy,
            allow_http=allow_http,
            allow_unauthorized_certs=allow_unauthorized_certs,
            token_id=token_id,
            user_id=user_id,
        )

    @classmethod
    def from_n8n_fields(cls, fields: Union[Mapping[str, object], str], *, allow_http: bool = False) -> Credential:
        """The credential that n8n's Mattermost node keeps, as dict or as JSON text."""
        return cls._of(_native.Credential.from_n8n_fields(fields, allow_http=allow_http))

    @classmethod
    def _of(cls, inner: _native.Credential) -> Credential:
        credential = cls.__new__(cls)
        credential._inner = inner
        return credential

    async def verify(self, timeout: float = 10.0) -> Verified:
        """Asks the server whether the credential works, within `timeout` seconds for everything."""
        return cast("Verified", await call(Port.verify, self._inner, timeout))

    async def diagnose(
        self, *, admin: Union[Credential, _native.Credential, None] = None, timeout: float = 15.0
    ) -> Diagnosis:
        """Finds out why it does not work, or what will soon go wrong, within `timeout` seconds for everything."""
        inner = admin._inner if isinstance(admin, Credential) else admin
        return cast("Diagnosis", await call(Port.diagnose, self._inner, inner, timeout))

    async def test(self, timeout: float = 10.0) -> TestResult:
        """Tests it for somebody who pressed a button, within `timeout` seconds, in the shape of n8n's own test."""
        return cast("TestResult", await call(Port.test, self._inner, timeout))

    def authorization(self) -> str:
        """The value of an `Authorization` header, for this credential's server and for no other. A secret."""
        return self._inner.authorization()

    def expose_token(self) -> str:
        """The access token itself. Python cannot wipe a str: keep it no longer than needed."""
        return self._inner.expose_token()

    def fields(self) -> CredentialFields:
        """What may be printed, as a dict."""
        return self._inner.fields()

    @property
    def fingerprint(self) -> str:
        """Eight hexadecimal digits of a hash of the token: may be printed, equal for equal tokens."""
        return self._inner.fingerprint

    @property
    def server_url(self) -> str:
        """The server's base URL in its one canonical form."""
        return self._inner.server_url

    @property
    def version(self) -> Optional[int]:
        """The version of the vault's entry it was read from; None for one made here."""
        return self._inner.version

    def __repr__(self) -> str:
        return repr(self._inner)

    def __reduce_ex__(self, protocol: object) -> Any:
        return self._inner.__reduce_ex__(0)


class Vault:
    """Named credentials in one encrypted place. As `mmcred.Vault`; `get` and `list` wait for nobody and stay sync.

    ```python
    async with aio.Vault.open(create=True) as vault:
        await vault.put("prod", aio.Credential("chat.example.com", token))
        vault.get("prod").fingerprint
    ```
    """

    __slots__ = ("_inner",)

    _inner: _native.Vault

    @staticmethod
    def open(
        path: Union[str, os.PathLike[str], None] = None,
        create: bool = False,
        key_file: Union[str, os.PathLike[str], None] = None,
    ) -> _Opening:
        """Opens the vault in the folder `path`: to be awaited, or entered with `async with`."""
        return _Opening(path, create, key_file)

    async def put(
        self, name: str, credential: Union[Credential, _native.Credential], replace: bool = False
    ) -> int:
        """Stores `credential` under `name` and returns the entry's version. When it returns, the entry lasts."""
        inner = credential._inner if isinstance(credential, Credential) else credential
        return cast("int", await call(Port.put, self._inner, name, inner, replace))

    def get(self, name: str) -> Credential:
        """The credential of that name, read from the vault now."""
        return Credential._of(self._inner.get(name))

    def list(self) -> Listing:
        """All entries, sorted by name. No secret is opened."""
        return self._inner.list()

    async def remove(self, name: str) -> None:
        """Takes the entry of that name away."""
        await call(Port.remove, self._inner, name)

    async def rename(self, name: str, to: str) -> None:
        """Gives an entry another name. Nothing else of it changes but its version."""
        await call(Port.rename, self._inner, name, to)

    async def verify(self, name: str, timeout: float = 10.0) -> Verified:
        """Asks the server whether the entry of that name works, within `timeout` seconds for everything."""
        return cast("Verified", await call(Port.vault_verify, self._inner, name, timeout))

    async def verify_all(
        self, names: Optional[Sequence[str]] = None, *, in_flight: int = 64, timeout: float = 10.0
    ) -> AsyncGenerator[Checked, None]:
        """Asks the servers whether the entries work, all of them or those named, and gives results as they arrive.

        Leaving the loop, or cancelling it, ends the run.

        ```python
        async for checked in vault.verify_all():
            print(checked.name, "works" if checked.ok else checked.error)
        ```
        """
        run = await call(Port.verify_all, self._inner, names, in_flight, timeout)
        try:
            while batch := await call(Port.verify_all_next, run):
                for checked in batch:
                    yield checked
        finally:
            run.close()

    async def diagnose(self, name: str, *, admin: Optional[str] = None, timeout: float = 15.0) -> Diagnosis:
        """Finds out why the entry of that name does not work; `admin` names the entry of an administrator."""
        return cast("Diagnosis", await call(Port.vault_diagnose, self._inner, name, admin, timeout))

    async def close(self) -> None:
        """Leaves the vault's file complete in itself and lets go of it. Closing again does nothing."""
        await call(Port.close, self._inner)

    @property
    def path(self) -> Path:
        """The vault's folder."""
        return self._inner.path

    @property
    def key_file(self) -> Optional[Path]:
        """The file whose key opens the vault, if it is opened by one."""
        return self._inner.key_file

    async def __aenter__(self) -> Vault:
        return self

    async def __aexit__(
        self,
        kind: Optional[type[BaseException]],
        error: Optional[BaseException],
        trace: Optional[TracebackType],
    ) -> None:
        await self.close()

    def __repr__(self) -> str:
        return repr(self._inner)

    def __reduce_ex__(self, protocol: object) -> Any:
        return self._inner.__reduce_ex__(0)


class _Opening:
    """A vault about to be opened."""

    __slots__ = ("_arguments", "_vault")

    def __init__(self, *arguments: object) -> None:
        self._arguments = arguments

    async def _open(self) -> Vault:
        vault = Vault.__new__(Vault)
        vault._inner = await call(Port.open, *self._arguments)
        return vault

    def __await__(self) -> Generator[Any, None, Vault]:
        return self._open().__await__()

    async def __aenter__(self) -> Vault:
        self._vault = await self._open()
        return self._vault

    async def __aexit__(
        self,
        kind: Optional[type[BaseException]],
        error: Optional[BaseException],
        trace: Optional[TracebackType],
    ) -> None:
        await self._vault.close()


def client(
    name: str, *, vault: Union[Vault, _native.Vault, None] = None, timeout: float = 10.0, **options: Any
) -> AsyncClient:
    """An `httpx.AsyncClient` for the server of the entry `name`, by the same rules as `mmcred.session`.

    ```python
    async with aio.client("prod") as client:
        me = (await client.get("users/me")).json()
    ```
    """
    from ._httpx import AsyncClient

    inner = vault._inner if isinstance(vault, Vault) else vault
    return AsyncClient(Hand(name, vault=inner), timeout=timeout, **options)
