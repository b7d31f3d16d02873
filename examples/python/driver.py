"""A program that was written for mattermostautodriver: one line of it changes.

    pip install "mmcred[httpx]" mattermostautodriver
    python driver.py prod
"""

from __future__ import annotations

import sys

import mmcred
from mattermostautodriver import TypedDriver


def main(name: str) -> int:
    try:
        # Instead of a dict that holds url, token, scheme and port. Each request reads the token of the moment.
        driver = TypedDriver(mmcred.driver_options(name))
    except mmcred.MmcredError as error:
        print(error, file=sys.stderr)
        return 1
    driver.login()
    teams = driver.teams.get_teams_for_user(driver.client.userid)
    print(driver.client.username, "is a member of", len(teams), "teams")
    return 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(f"usage: {sys.argv[0]} NAME")
    sys.exit(main(sys.argv[1]))
