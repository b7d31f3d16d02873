"""The command line: `python -m mmcred`, and the command `mmcred` of the package."""

from __future__ import annotations

import sys


def main() -> int:
    """Runs the command line with the arguments of this process and returns its exit code."""
    import signal

    from ._native import cli

    # Python's own handler only takes a note, and nobody would read it before the command ends.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    return cli(["mmcred", *sys.argv[1:]])


if __name__ == "__main__":
    sys.exit(main())
