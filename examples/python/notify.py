"""Posts a line into a channel: what a CI job or a cron job needs.

    pip install "mmcred[requests]"
    python notify.py prod CHANNEL_ID "The build is green"
"""

from __future__ import annotations

import sys

import mmcred
import requests


def notify(name: str, channel_id: str, message: str) -> str:
    """Posts `message` with the credential `name` and returns the post's id."""
    with mmcred.session(name) as session:
        reply = session.post("posts", json={"channel_id": channel_id, "message": message})
        reply.raise_for_status()
        post_id: str = reply.json()["id"]
        return post_id


def main() -> int:
    if len(sys.argv) != 4:
        print(f"usage: {sys.argv[0]} NAME CHANNEL_ID MESSAGE", file=sys.stderr)
        return 2
    try:
        print("posted", notify(*sys.argv[1:]))
    except (mmcred.MmcredError, requests.RequestException) as error:
        # A message of mmcred's ends with what to do about it; neither kind holds the token.
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
