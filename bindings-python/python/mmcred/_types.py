"""Types of what the verbs return, for annotations: nothing imports this while a program runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Optional, TypedDict

if TYPE_CHECKING:
    _Kind = Literal["unknown", "personal_access_token", "bot_token", "session", "oauth"]
    _Mark = Literal["passed", "warned", "undecided", "failed", "skipped"]
    _Severity = Literal["note", "warning", "undecided", "error"]
    _Certainty = Literal["exact", "likely"]


class CredentialFields(TypedDict):
    """What may be printed of a credential; `expires_at` in Unix milliseconds."""

    server_url: str
    fingerprint: str
    remark: Optional[str]
    kind: _Kind
    user_id: Optional[str]
    username: Optional[str]
    token_id: Optional[str]
    expires_at: Optional[int]
    ca_file: Optional[str]
    proxy: Optional[str]
    allow_http: bool
    allow_unauthorized_certs: bool


class EntryFields(TypedDict):
    """An entry as a dict; times in Unix milliseconds."""

    name: str
    server: str
    fingerprint: str
    version: int
    created_at: int
    updated_at: int
    allow_http: bool
    allow_unauthorized_certs: bool
    ca_file: Optional[str]
    proxy: Optional[str]
    kind: _Kind
    user_id: Optional[str]
    username: Optional[str]
    token_id: Optional[str]
    expires_at: Optional[int]


class TestResult(TypedDict):
    """The answer to a credential test in the shape that n8n wants."""

    status: Literal["OK", "Error"]
    message: str
