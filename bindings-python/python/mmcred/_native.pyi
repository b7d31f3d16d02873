import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, NoReturn, Optional, Union, final, overload

from typing_extensions import Self, TypeAlias

from ._errors import MmcredError
from ._types import CredentialFields, EntryFields, TestResult, _Certainty, _Kind, _Mark, _Severity

__all__ = [
    "Checked",
    "Credential",
    "Diagnosis",
    "Entry",
    "Finding",
    "Hand",
    "Listing",
    "Port",
    "Prepared",
    "Running",
    "Step",
    "Vault",
    "Verified",
    "VerifyAll",
    "__version__",
    "after_fork",
    "authorization",
    "before_fork",
    "cli",
]

__version__: str

_Path: TypeAlias = Union[str, os.PathLike[str]]

@final
class Credential:
    """Where and how to authenticate: server, access token, TLS and proxy settings.

    `url` is what people paste: a host, a URL, a link of a team or channel. `token` may have blanks, quotes and a
    `Bearer ` around it; a bytearray can be wiped by its owner afterwards, a str cannot. `ca_file` names a PEM file
    whose authorities are trusted instead of the system's; `proxy` is a URL, "direct", or None for what the
    environment says. `token_id` and `user_id`, the ids of the token and its owner, are kept beside it: with them
    `diagnose` finds the exact cause of a refusal.

    Raises InvalidToken, InvalidServerUrl, WebhookUrl, InsecureUrl (unless `allow_http`), InvalidTlsSettings,
    InvalidProxy, InvalidArgument.

    ```python
    credential = mmcred.Credential("chat.example.com", token)
    print(credential.verify().username)
    ```
    """

    def __new__(
        cls,
        url: str,
        token: Union[str, bytes, bytearray],
        *,
        ca_file: Optional[_Path] = None,
        proxy: Optional[str] = None,
        allow_http: bool = False,
        allow_unauthorized_certs: bool = False,
        token_id: Optional[str] = None,
        user_id: Optional[str] = None,
    ) -> Self: ...
    @staticmethod
    def from_n8n_fields(fields: Union[Mapping[str, object], str], *, allow_http: bool = False) -> Credential:
        """The credential that n8n's Mattermost node keeps, as dict or as JSON text.

        Raises InvalidArgument naming the field that is missing or of the wrong type, and what the constructor raises.

        ```python
        Credential.from_n8n_fields({"accessToken": token, "baseUrl": "https://chat.example.com"})
        ```
        """

    def verify(self, timeout: float = 10.0) -> Verified:
        """Asks the server whether the credential works, within `timeout` seconds for everything.

        Raises TokenRejected after two refusals, ReplicasDisagree after mixed answers, RateLimited with `retry_after`,
        TimedOut, ConnectionRefused and the other errors of network, TLS and server. Only errors that speak of the
        token say anything about it. Ctrl-C ends the wait.

        ```python
        print(credential.verify(timeout=3).username)
        ```
        """

    def diagnose(self, *, admin: Optional[Credential] = None, timeout: float = 15.0) -> Diagnosis:
        """Finds out why it does not work, or what will soon go wrong, within `timeout` seconds for everything.

        `admin` is a system administrator's credential for the same server: it tells a refused token's exact cause.
        Nothing is changed on the server. Whatever a server says is in the result; raises InvalidArgument only.

        ```python
        diagnosis = credential.diagnose(admin=vault.get("admin"))
        if not diagnosis.works:
            for finding in diagnosis.findings:
                print(finding.cause, finding.fix)
        ```
        """

    def test(self, timeout: float = 10.0) -> TestResult:
        """Tests it for somebody who pressed a button, within `timeout` seconds, in the shape of n8n's own test.

        `status` is "OK" or "Error", `message` one line to show. Whatever a server says is a result; raises
        InvalidArgument only.

        ```python
        print(credential.test()["message"])
        ```
        """

    def authorization(self) -> str:
        """The value of an `Authorization` header, for this credential's server and for no other. A secret.

        ```python
        headers = {"Authorization": credential.authorization()}
        ```
        """

    def expose_token(self) -> str:
        """The access token itself. Python cannot wipe a str: keep it no longer than needed.

        ```python
        bot = SomeBot(token=credential.expose_token())
        ```
        """

    @property
    def fingerprint(self) -> str:
        """Eight hexadecimal digits of a hash of the token: may be printed, equal for equal tokens."""

    @property
    def server_url(self) -> str:
        """The server's base URL in its one canonical form."""

    @property
    def version(self) -> Optional[int]:
        """The version of the vault's entry it was read from; None for one made here."""

    def fields(self) -> CredentialFields:
        """What may be printed, as a dict.

        ```python
        log.info("using %s", credential.fields()["server_url"])
        ```
        """

    def __reduce_ex__(self, _protocol: object, /) -> NoReturn: ...
    def __copy__(self) -> NoReturn: ...
    def __deepcopy__(self, _memo: object, /) -> NoReturn: ...

@final
class Vault:
    """Named credentials in one encrypted place, safe for many threads and processes at once, also after fork.

    ```python
    with mmcred.Vault.open(create=True) as vault:
        vault.put("prod", mmcred.Credential("chat.example.com", token))
        vault.verify("prod")
    ```
    """

    @staticmethod
    def open(path: Optional[_Path] = None, create: bool = False, key_file: Optional[_Path] = None) -> Vault:
        """Opens the vault in the folder `path`, else `MMCRED_VAULT`, else the user's own.

        `key_file` is the file whose key opens it, else `MMCRED_KEY_FILE`, else the user's own. With `create` what is
        missing is made: folder, key file, vault.

        Raises VaultMissing (unless `create`), KeyFileMissing, KeyFileInvalid, WrongKey, VaultNewer, VaultDamaged,
        ReadOnly, StorageFailed, Busy.

        ```python
        vault = mmcred.Vault.open("/var/lib/tool/vault", key_file="/etc/tool/vault.key")
        ```
        """

    def put(self, name: str, credential: Credential, replace: bool = False) -> int:
        """Stores `credential` under `name` and returns the entry's version. When it returns, the entry lasts.

        Raises InvalidName, EntryExists (unless `replace`), Busy after 5 seconds, ReadOnly, StorageFailed, Closed.

        ```python
        vault.put("prod", credential, replace=True)
        ```
        """

    def get(self, name: str) -> Credential:
        """The credential of that name, read from the vault now.

        Raises EntryMissing, EntryDamaged, InvalidName, Closed.

        ```python
        token = vault.get("prod").expose_token()
        ```
        """

    def list(self) -> Listing:
        """All entries, sorted by name. No secret is opened.

        Raises VaultDamaged, VaultRolledBack, StorageFailed, Closed.

        ```python
        for entry in vault.list():
            print(entry.name, entry.server)
        ```
        """

    def remove(self, name: str) -> None:
        """Takes the entry of that name away. Raises EntryMissing, and what `put` raises.

        ```python
        vault.remove("prod")
        ```
        """

    def rename(self, name: str, to: str) -> None:
        """Gives an entry another name. Nothing else of it changes but its version.

        Raises EntryMissing, EntryExists if `to` is taken, and what `put` raises.

        ```python
        vault.rename("prod", to="production")
        ```
        """

    def verify(self, name: str, timeout: float = 10.0) -> Verified:
        """Asks the server whether the entry of that name works, within `timeout` seconds for everything.

        Raises what `get` and `Credential.verify` raise.

        ```python
        print(vault.verify("prod").username)
        ```
        """

    def verify_all(
        self, names: Optional[Sequence[str]] = None, *, in_flight: int = 64, timeout: float = 10.0
    ) -> VerifyAll:
        """Asks the servers whether the entries work, all of them or those named, and gives results as they arrive.

        At most `in_flight` requests (1 to 512) are under way at one server, each for at most `timeout` seconds. What a
        server's limiter says is obeyed; a 429, a 5xx or a network failure is asked again a few times, and never is a
        verdict on a token. Entries that are missing or damaged are results like any other.

        Raises what `list` raises, InvalidArgument.

        ```python
        for checked in vault.verify_all():
            print(checked.name, "works" if checked.ok else checked.error)
        ```
        """

    def diagnose(self, name: str, *, admin: Optional[str] = None, timeout: float = 15.0) -> Diagnosis:
        """Finds out why the entry of that name does not work, within `timeout` seconds for everything.

        As `Credential.diagnose`, with `admin` the name of the entry of an administrator. Raises what `get` raises, for
        both names.

        ```python
        print(vault.diagnose("prod", admin="admin").findings)
        ```
        """

    def close(self) -> None:
        """Leaves the vault's file complete in itself and lets go of it. Closing again does nothing.

        Every other verb then raises Closed.

        ```python
        vault.close()
        ```
        """

    @property
    def path(self) -> Path:
        """The vault's folder."""

    @property
    def key_file(self) -> Optional[Path]:
        """The file whose key opens the vault, if it is opened by one."""

    def __enter__(self) -> Self: ...
    def __exit__(
        self,
        kind: Optional[type[BaseException]] = None,
        error: Optional[BaseException] = None,
        trace: Optional[TracebackType] = None,
        /,
    ) -> None: ...
    def __reduce_ex__(self, _protocol: object, /) -> NoReturn: ...
    def __copy__(self) -> NoReturn: ...
    def __deepcopy__(self, _memo: object, /) -> NoReturn: ...

@final
class Entry:
    """What a vault tells of an entry without opening its secret. Times are Unix milliseconds.

    ```python
    expiring = [entry.name for entry in vault.list() if entry.expires_at]
    ```
    """

    @property
    def name(self) -> str: ...
    @property
    def server(self) -> str: ...
    @property
    def fingerprint(self) -> str: ...
    @property
    def version(self) -> int: ...
    @property
    def created_at(self) -> int: ...
    @property
    def updated_at(self) -> int: ...
    @property
    def allow_http(self) -> bool: ...
    @property
    def allow_unauthorized_certs(self) -> bool: ...
    @property
    def ca_file(self) -> Optional[str]: ...
    @property
    def proxy(self) -> Optional[str]: ...
    @property
    def kind(self) -> _Kind: ...
    @property
    def user_id(self) -> Optional[str]: ...
    @property
    def username(self) -> Optional[str]: ...
    @property
    def token_id(self) -> Optional[str]: ...
    @property
    def expires_at(self) -> Optional[int]: ...
    def fields(self) -> EntryFields:
        """The same as a dict, ready for JSON."""

    def __eq__(self, other: object, /) -> bool: ...
    def __ne__(self, other: object, /) -> bool: ...
    __hash__: None  # type: ignore[assignment]

@final
class Listing:
    """All entries of a vault, sorted by name: a sequence.

    `damaged` are the numbers of rows that can not be read; `intact` says whether the rows are the very ones that the
    vault's sealed head speaks of.

    ```python
    listing = vault.list()
    print(len(listing), listing.damaged, listing.intact)
    ```
    """

    @property
    def damaged(self) -> list[int]: ...
    @property
    def intact(self) -> bool: ...
    def __len__(self) -> int: ...
    def __iter__(self) -> Iterator[Entry]: ...
    @overload
    def __getitem__(self, index: int, /) -> Entry: ...
    @overload
    def __getitem__(self, index: slice, /) -> list[Entry]: ...

@final
class Verified:
    """What a server said of a credential that works.

    ```python
    owner = credential.verify()
    print(owner.username, owner.roles, owner.server_version)
    ```
    """

    @property
    def user_id(self) -> str: ...
    @property
    def username(self) -> str: ...
    @property
    def roles(self) -> list[str]: ...
    @property
    def is_bot(self) -> bool: ...
    @property
    def server_version(self) -> Optional[str]:
        """None where a proxy drops the header."""

    def __eq__(self, other: object, /) -> bool: ...
    def __ne__(self, other: object, /) -> bool: ...
    __hash__: None  # type: ignore[assignment]

@final
class Checked:
    """What became of one entry of a `Vault.verify_all`: it was `verified`, or there is an `error`."""

    @property
    def name(self) -> Optional[str]:
        """None for a row that is too damaged to tell its name."""

    @property
    def server(self) -> Optional[str]:
        """The server's base URL; None for an entry that can not be read."""

    @property
    def ok(self) -> bool: ...
    @property
    def verified(self) -> Optional[Verified]: ...
    @property
    def error(self) -> Optional[MmcredError]: ...

@final
class VerifyAll:
    """A run of `Vault.verify_all`: an iterator over results in the order in which they arrive.

    ```python
    with vault.verify_all() as run:
        print(next(run), "of", run.total)
    ```
    """

    @property
    def total(self) -> int:
        """How many results there will be in all."""

    def close(self) -> None:
        """Ends the run: its requests are dropped, and there are no more results. So does leaving a `with`."""

    def __iter__(self) -> Self: ...
    def __next__(self) -> Checked: ...
    def __enter__(self) -> Self: ...
    def __exit__(
        self,
        kind: Optional[type[BaseException]],
        error: Optional[BaseException],
        trace: Optional[TracebackType],
        /,
    ) -> None: ...
    def __reduce_ex__(self, _protocol: object, /) -> NoReturn: ...
    def __copy__(self) -> NoReturn: ...
    def __deepcopy__(self, _memo: object, /) -> NoReturn: ...

@final
class Diagnosis:
    """What came of asking why a credential does not work, or what will soon go wrong.

    ```python
    diagnosis = vault.diagnose("prod")
    print(diagnosis.works, [finding.code for finding in diagnosis.findings])
    ```
    """

    @property
    def server(self) -> str:
        """The base URL of the server that was asked."""

    @property
    def works(self) -> Optional[bool]:
        """Whether it works; None where a network, a limit or a failing server kept it from being told."""

    @property
    def verified(self) -> Optional[Verified]:
        """What the server said of the owner; None where it did not accept the token."""

    @property
    def steps(self) -> list[Step]:
        """The way that was gone, in order."""

    @property
    def findings(self) -> list[Finding]:
        """What was found, the worst first."""

    def to_json(self) -> str:
        """All of it as JSON text, by the same names.

        ```python
        Path("report.json").write_text(diagnosis.to_json())
        ```
        """

@final
class Step:
    """A step of the way that a diagnosis went."""

    @property
    def name(self) -> str: ...
    @property
    def mark(self) -> _Mark: ...
    @property
    def says(self) -> str:
        """What was seen, in a few words; empty where nothing was looked at."""

    def __eq__(self, other: object, /) -> bool: ...
    def __ne__(self, other: object, /) -> bool: ...
    __hash__: None  # type: ignore[assignment]

@final
class Finding:
    """One thing that a diagnosis found: what it was seen by, what causes it, and what to do.

    ```python
    worst = diagnosis.findings[0]
    print(worst.cause, worst.evidence, worst.admin_fix if admin else worst.fix)
    ```
    """

    @property
    def code(self) -> str:
        """The ledger's name of it, the same in every language."""

    @property
    def number(self) -> int: ...
    @property
    def severity(self) -> _Severity:
        """"error": it does not work until somebody changes something; "undecided": it can not be told now."""

    @property
    def certainty(self) -> _Certainty: ...
    @property
    def evidence(self) -> list[str]:
        """What was seen, a sentence each."""

    @property
    def cause(self) -> str: ...
    @property
    def fix(self) -> str:
        """What the user of the credential can do."""

    @property
    def admin_fix(self) -> Optional[str]:
        """What an administrator can do, in the words of Mattermost's own pages."""

    @property
    def call(self) -> Optional[str]:
        """A command that does or prepares the fix; what is in capitals is for the reader to replace."""

    def __eq__(self, other: object, /) -> bool: ...
    def __ne__(self, other: object, /) -> bool: ...
    __hash__: None  # type: ignore[assignment]

@final
class Hand:
    """The rules by which a tool makes requests with one entry: where its token may go, and when to try again.

    It holds no token: each `prepare` reads the vault (the default one, unless `vault` is given). `session` and
    `client` are made of it; use it to carry the same rules into another HTTP library.

    Raises EntryMissing, EntryDamaged, and the vault's own errors.

    ```python
    hand = mmcred.Hand("prod")
    ready = hand.prepare("users/me")
    request = urllib.request.Request(ready.url, headers={"Authorization": ready.authorization})
    ```
    """

    def __new__(cls, name: str, *, vault: Optional[Vault] = None) -> Self: ...
    def prepare(self, target: str) -> Prepared:
        """Makes a request to `target` ready.

        `users/me` means `<base>/api/v4/users/me`, `/x` means `<base>/x`; an absolute URL passes only on the same
        origin and below the base path. Raises WrongOrigin otherwise, and when the entry was given another server
        since: then send nothing.
        """

    def follow(self, from_url: str, location: str) -> str:
        """Where a redirect of a request to `from_url` leads. Raises WrongOrigin unless it stays with the server."""

    def after_401(self, version: int) -> bool:
        """Whether a request refused with 401 shall be prepared and sent once more.

        It is, if the entry was replaced since `version` was read, and if its body can be sent again.
        """

    def trusted_roots(self) -> Optional[str]:
        """The certificates to trust, as PEM; None where any is accepted. Raises InvalidTlsSettings."""

    def proxy(self) -> Optional[tuple[str, Optional[tuple[str, str]]]]:
        """The proxy to go through: its URL and, where the environment names them, user and password."""

    @property
    def ca_file(self) -> Optional[Path]:
        """The PEM file of the only authorities that are accepted, if the credential names one."""

    @property
    def name(self) -> str:
        """The entry's name."""

    @property
    def server_url(self) -> str:
        """The base URL of the server it is bound to."""

    def __reduce_ex__(self, _protocol: object, /) -> NoReturn: ...
    def __copy__(self) -> NoReturn: ...
    def __deepcopy__(self, _memo: object, /) -> NoReturn: ...

@final
class Prepared:
    """A request that may be sent."""

    @property
    def url(self) -> str:
        """Where to."""

    @property
    def authorization(self) -> str:
        """The value of its `Authorization` header. A secret."""

    @property
    def version(self) -> int:
        """The version of the entry the token was read from, for `Hand.after_401`."""

    def __reduce_ex__(self, _protocol: object, /) -> NoReturn: ...

def authorization(name: str, url: str) -> str:
    """The value of an `Authorization` header for the default vault's entry `name`, only if `url`, absolute, is its
    server's.

    Raises WrongOrigin for any other URL, EntryMissing, and the vault's own errors.

    ```python
    headers = {"Authorization": mmcred.authorization("prod", url)}
    ```
    """

def before_fork() -> None:
    """For `os.register_at_fork`: waits until no thread is using a vault or in the midst of its first call. The package
    registers it."""

def after_fork() -> None:
    """For `os.register_at_fork`, in the parent and in the child. The package registers it."""

def cli(argv: list[str]) -> int:
    """Runs the command line `argv` (the first item is the program's name) and returns its exit code."""

@final
class Running:
    def cancel(self) -> None: ...

@final
class Port:
    def __new__(cls) -> Self: ...
    def fileno(self) -> int: ...
    def take(self) -> list[tuple[int, Any, Optional[BaseException]]]: ...
    def verify(self, number: int, credential: Credential, timeout: float) -> Running: ...
    def vault_verify(self, number: int, vault: Vault, name: str, timeout: float) -> Running: ...
    def verify_all(
        self, number: int, vault: Vault, names: Optional[Sequence[str]], in_flight: int, timeout: float
    ) -> Running: ...
    def verify_all_next(self, number: int, run: VerifyAll) -> Running: ...
    def diagnose(
        self, number: int, credential: Credential, admin: Optional[Credential], timeout: float
    ) -> Running: ...
    def vault_diagnose(
        self, number: int, vault: Vault, name: str, admin: Optional[str], timeout: float
    ) -> Running: ...
    def test(self, number: int, credential: Credential, timeout: float) -> Running: ...
    def open(
        self, number: int, path: Optional[_Path], create: bool, key_file: Optional[_Path]
    ) -> Running: ...
    def put(
        self, number: int, vault: Vault, name: str, credential: Credential, replace: bool
    ) -> Running: ...
    def remove(self, number: int, vault: Vault, name: str) -> Running: ...
    def rename(self, number: int, vault: Vault, name: str, to: str) -> Running: ...
    def close(self, number: int, vault: Vault) -> Running: ...
