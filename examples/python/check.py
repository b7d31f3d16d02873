"""Asks the servers whether the stored tokens still work: for a monitor, or a look before a release.

    pip install mmcred
    python check.py                 # all entries of the vault; or name some
"""

from __future__ import annotations

import sys

import mmcred


def verdict(checked: mmcred.Checked) -> str:
    if checked.verified:
        owner = checked.verified
        return f"works, {owner.username} on Mattermost {owner.server_version or 'of an unknown version'}"
    if isinstance(checked.error, mmcred.TokenRejected):
        return f"REFUSED, {checked.error}"
    # The network, a proxy or the vault: it says nothing about the token.
    return f"undecided, {checked.error}"


def main(names: list[str]) -> int:
    all_work = True
    try:
        # They are asked at once, and come in the order in which the servers answer.
        with mmcred.Vault.open() as vault, vault.verify_all(names or None, timeout=5) as run:
            for checked in run:
                print(f"{checked.name or 'a damaged entry'}: {verdict(checked)}")
                all_work = all_work and checked.ok
    except mmcred.MmcredError as error:
        print(error, file=sys.stderr)
        return 2
    return 0 if all_work else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
