#!/usr/bin/env python3
"""Writes what each language knows of the ledgers, tests/vectors/errors.json and findings.json.

    tools/ledger.py           writes the generated files
    tools/ledger.py --check   writes nothing; exits 1 and names each file that differs
"""
import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NOTE = "Generated from tests/vectors/errors.json by tools/ledger.py; change those, not this."
FINDINGS_NOTE = NOTE.replace("errors.json", "findings.json")


def camel(name):
    return "".join(word.capitalize() for word in name.split("_"))


def or_pattern(arms):
    return "\n                | ".join(arms)


def rust(errors):
    rows = "".join(
        f"    /// {e['meaning']}\n    {camel(e['name'])} = {e['number']},\n" for e in errors
    )

    def arm(pattern, value):
        line = f"            {pattern} => {value},\n"
        # As rustfmt would: a line over 110 columns becomes a block.
        if len(line) > 111:
            line = f"            {pattern} => {{\n                {value}\n            }}\n"
        return line

    def arms(render):
        return "".join(arm(f"Self::{camel(e['name'])}", render(e)) for e in errors)

    later = [f"Self::{camel(e['name'])}" for e in errors if e["retry"] == "later"]
    likely = [f"Self::{camel(e['name'])}" for e in errors if e["certainty"] == "likely"]
    all_kinds = "".join(f"        Self::{camel(e['name'])},\n" for e in errors)
    return f"""// {NOTE}

/// What kind of failure an [`Error`](crate::Error) is. The numbers are the same in every language and never reused.
///
/// ```
/// use mmcred::{{AccessToken, ErrorKind}};
/// let kind = AccessToken::parse("").unwrap_err().kind();
/// assert_eq!((kind, kind.name(), kind.may_retry()), (ErrorKind::InvalidToken, "invalid_token", false));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u32)]
#[non_exhaustive]
pub enum ErrorKind {{
{rows}}}

impl ErrorKind {{
    /// Every kind, in the order of their numbers.
    pub const ALL: &'static [Self] = &[
{all_kinds}    ];

    /// The number: `MMCRED_…` in C, the same everywhere.
    pub const fn number(self) -> u32 {{
        self as u32
    }}

    /// The name in snake_case: `code` in Python and Node.
    pub const fn name(self) -> &'static str {{
        match self {{
{arms(lambda e: json.dumps(e["name"]))}        }}
    }}

    /// Whether the same call may succeed later without anybody changing anything.
    pub const fn may_retry(self) -> bool {{
        matches!(
            self,
            {or_pattern(later)}
        )
    }}

    /// Whether the kind is certain, or the likely reading of an answer that has several causes.
    pub const fn is_certain(self) -> bool {{
        !matches!(
            self,
            {or_pattern(likely)}
        )
    }}

    /// What to do about it, where the error itself has nothing better to say.
    pub const fn hint(self) -> &'static str {{
        match self {{
{arms(lambda e: json.dumps(e["hint"], ensure_ascii=False))}        }}
    }}
}}
"""


def c(errors):
    rows = "".join(
        f"/// {e['meaning']}\npub const MMCRED_{e['name'].upper()}: mmcred_status = {e['number']};\n"
        for e in errors
    )
    names = "".join(f"    ({e['number']}, c\"{e['name']}\"),\n" for e in errors)
    return f"""// {NOTE}
#![allow(non_camel_case_types)]

use std::ffi::CStr;

/// What a function of this library returns: MMCRED_OK or the number of an error. A number's meaning never changes;
/// a newer library may return numbers that this header does not know.
pub type mmcred_status = u32;

/// The call did what it says.
pub const MMCRED_OK: mmcred_status = 0;
{rows}
/// Each error's number and name.
pub(crate) static NAMES: [(mmcred_status, &CStr); {len(errors)}] = [
{names}];
"""


# What Python's own errors they are besides, so that `except ValueError` does what its reader expects.
PYTHON_BASES = {
    "invalid_argument": ["TypeError", "ValueError"],
    **dict.fromkeys(
        ["invalid_token", "invalid_server_url", "webhook_url", "insecure_url", "invalid_tls_settings"]
        + ["invalid_proxy", "invalid_name", "wrong_origin"],
        ["ValueError"],
    ),
    "entry_missing": ["LookupError"],
    "missing_extra": ["ImportError"],
}


def python(errors):
    def bases(name):
        return ", ".join(["MmcredError", *PYTHON_BASES.get(name, [])])

    classes = "".join(
        f'\n\nclass {camel(e["name"])}({bases(e["name"])}):\n'
        f'    """{e["meaning"]}"""\n\n'
        f'    code = "{e["name"]}"\n    number = {e["number"]}\n    retry = "{e["retry"]}"\n'
        f"    hint = {json.dumps(e['hint'], ensure_ascii=False)}\n"
        for e in errors
    )
    exported = sorted(["MmcredError", *(camel(e["name"]) for e in errors)])
    names = "".join(f'    "{name}",\n' for name in exported)
    return f'''# {NOTE}
# ruff: noqa: E501
"""The family of errors. Each text says what happened and what to do about it."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:  # importing typing would take longer than all the rest
    from typing import ClassVar, Literal, Optional

__all__ = [
    "BY_CODE",
{names}]


class MmcredError(Exception):
    """The family of all errors of mmcred: what happened, and in `hint` what to do about it.

    ```python
    try:
        vault.verify("prod")
    except mmcred.MmcredError as error:
        print(error.code, error.hint, error.retry)
    ```
    """

    #: The ledger's name of the error, the same in every language.
    code: ClassVar[str] = "unknown"
    #: The ledger's number of the error, the same in every language.
    number: ClassVar[int] = 0
    #: "later" when the same call may succeed later without anybody changing anything, else "never".
    retry: ClassVar[Literal["never", "later"]] = "never"
    #: The next step for whoever reads the message.
    hint: str = ""
    #: Seconds to wait before the next try, where the server named them.
    retry_after: Optional[float] = None
    #: The id under which a Mattermost administrator finds the request in the server's log.
    request_id: Optional[str] = None

    def __init__(
        self,
        message: str = "",
        *,
        hint: Optional[str] = None,
        retry_after: Optional[float] = None,
        request_id: Optional[str] = None,
    ) -> None:
        super().__init__(message)
        if hint is not None:
            self.hint = hint
        if retry_after is not None:
            self.retry_after = retry_after
        if request_id is not None:
            self.request_id = request_id

    @property
    def message(self) -> str:
        """What happened, in one sentence."""
        return str(self.args[0]) if self.args else ""

    def __str__(self) -> str:
        return f"{{self.message}} {{self.hint}}".strip()
{classes}

#: The class for each code.
BY_CODE: dict[str, type[MmcredError]] = {{cls.code: cls for cls in MmcredError.__subclasses__()}}
'''


def js_text(text):
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def node_js(errors):
    classes = "".join(
        f"define('{camel(e['name'])}', '{e['name']}', {e['number']}, '{e['retry']}', {js_text(e['hint'])})\n"
        for e in errors
    )
    return f"""// {NOTE}
'use strict'

/** The family of all errors of mmcred. */
class MmcredError extends Error {{}}
Object.defineProperty(MmcredError.prototype, 'name', {{ value: 'MmcredError' }})
exports.MmcredError = MmcredError

function define(name, code, number, retry, advice) {{
  const cls = {{
    [name]: class extends MmcredError {{
      constructor(message, {{ hint = advice, retryAfter, requestId, cause }} = {{}}) {{
        super(`${{message}} ${{hint}}`, cause === undefined ? undefined : {{ cause }})
        Object.assign(this, {{ code, number, retry, hint }})
        if (retryAfter !== undefined) this.retryAfter = retryAfter
        if (requestId !== undefined) this.requestId = requestId
      }}
    }},
  }}[name]
  Object.defineProperty(cls.prototype, 'name', {{ value: name }})
  exports[name] = cls
}}

{classes}"""


def node_esm(errors):
    names = "".join(f"  {camel(e['name'])},\n" for e in errors)
    return f"""// {NOTE}
import errors from './errors.js'

export const {{
  MmcredError,
{names}}} = errors
"""


def node_types(errors):
    codes = "".join(f"\n  | '{e['name']}'" for e in errors)
    classes = "".join(
        f"/** {e['meaning']} */\nexport class {camel(e['name'])} extends MmcredError {{\n"
        f"  readonly code: '{e['name']}'\n  readonly number: {e['number']}\n  readonly retry: '{e['retry']}'\n}}\n"
        for e in errors
    )
    return f"""// {NOTE}

/** The ledger's name of an error, the same in every language. */
export type ErrorCode ={codes}

/**
 * The family of all errors of mmcred. `message` says what happened and ends with the hint.
 *
 * @example
 * try {{
 *   await vault.verify('prod')
 * }} catch (error) {{
 *   if (error instanceof MmcredError && error.retry === 'later') await sleep((error.retryAfter ?? 60) * 1000)
 *   else throw error
 * }}
 */
export abstract class MmcredError extends Error {{
  constructor(message: string, details?: {{ hint?: string; retryAfter?: number; requestId?: string; cause?: unknown }})
  /** The ledger's name of the error. */
  readonly code: ErrorCode
  /** The ledger's number of the error. */
  readonly number: number
  /** 'later' when the same call may succeed later. */
  readonly retry: 'never' | 'later'
  /** The next step for whoever reads the message. */
  readonly hint: string
  /** Seconds to wait before the next try, where the server named them. */
  readonly retryAfter?: number
  /** The request id a Mattermost administrator finds in the server's log. */
  readonly requestId?: string
}}
{classes}"""


def rust_findings(findings):
    def text(value):
        return "None" if value is None else f"Some({json.dumps(value, ensure_ascii=False)})"

    variants = "".join(f"    /// {f['cause']}\n    {camel(f['name'])},\n" for f in findings)
    rows = "".join(
        f"""    About {{
        number: {f["number"]},
        name: {json.dumps(f["name"])},
        severity: Severity::{camel(f["severity"])},
        certain: {"true" if f["certainty"] == "exact" else "false"},
        cause: {json.dumps(f["cause"], ensure_ascii=False)},
        fix: {json.dumps(f["fix"], ensure_ascii=False)},
        admin_fix: {text(f["admin_fix"])},
        call: {text(f["call"])},
    }},
"""
        for f in findings
    )
    return f"""// {FINDINGS_NOTE}

use super::finding::{{About, Severity}};

/// What a finding is about. Names and numbers are the same in every language and never reused.
///
/// ```
/// use mmcred::{{FindingKind, Severity}};
/// let kind = FindingKind::TokenRevoked;
/// assert_eq!((kind.name(), kind.severity(), kind.is_certain()), ("token_revoked", Severity::Error, true));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FindingKind {{
{variants}}}

impl FindingKind {{
    pub(super) const fn about(self) -> &'static About {{
        &ABOUT[self as usize]
    }}
}}

#[rustfmt::skip]
static ABOUT: [About; {len(findings)}] = [
{rows}];
"""


def node_finding_types(findings):
    codes = "".join(f"\n  | '{f['name']}'" for f in findings)
    return f"""// {FINDINGS_NOTE}

/** The ledger's name of a finding, the same in every language. */
export type FindingCode ={codes}
"""


OUTPUTS = {
    "core/src/error_kind.rs": ("errors", rust),
    "core/src/server/diagnose/finding_kind.rs": ("findings", rust_findings),
    "bindings-c/src/status.rs": ("errors", c),
    "bindings-python/python/mmcred/_errors.py": ("errors", python),
    "bindings-node/errors.js": ("errors", node_js),
    "bindings-node/errors.mjs": ("errors", node_esm),
    "bindings-node/errors.d.ts": ("errors", node_types),
    "bindings-node/findings.d.ts": ("findings", node_finding_types),
}


def living(ledger):
    rows = json.loads((ROOT / "tests/vectors" / f"{ledger}.json").read_text())[ledger]
    numbers = [row["number"] for row in rows]
    assert numbers == sorted(set(numbers)), "numbers rise and never repeat"
    return [row for row in rows if not row.get("retired")]


def main():
    check = "--check" in sys.argv[1:]
    rows = {"errors": living("errors"), "findings": living("findings")}
    differ = []
    for path, (ledger, render) in OUTPUTS.items():
        target, text = ROOT / path, render(rows[ledger])
        if target.exists() and target.read_text() == text:
            continue
        if check:
            differ.append(path)
        else:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text)
    for path in differ:
        print(f"{path} differs from its ledger: run tools/ledger.py", file=sys.stderr)
    return 1 if differ else 0


if __name__ == "__main__":
    sys.exit(main())
