"""Asks the servers whether the stored tokens still work: for a monitor, or a look before a release.

    pip install mmcred
    python check.py                 # all entries of the vault; or name some
"""

from __future__ import annotations

import sys

import mmcred


def check(vault: mmcred.Vault, name: str) -> bool:
    """Prints what the server says of one entry; whether it said that the token works."""
    try:
        owner = vault.verify(name, timeout=5)
    except mmcred.TokenRejected as error:
        print(f"{name}: REFUSED, {error}")
    except mmcred.MmcredError as error:
        # The network, a proxy or the vault: it says nothing about the token. `retry` says whether to ask again.
        print(f"{name}: undecided ({error.code}, try again: {error.retry}), {error}")
    else:
        print(f"{name}: works, {owner.username} on Mattermost {owner.server_version or 'of an unknown version'}")
        return True
    return False


def main(names: list[str]) -> int:
    try:
        with mmcred.Vault.open() as vault:
            works = [check(vault, name) for name in names or [entry.name for entry in vault.list()]]
    except mmcred.MmcredError as error:
        print(error, file=sys.stderr)
        return 2
    return 0 if all(works) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
