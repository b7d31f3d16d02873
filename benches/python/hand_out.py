"""The contender in Python: `hand_out.py JOB VAULT KEY_FILE ENTRIES`, by the protocol of src/lib.rs."""

import sys
from time import perf_counter_ns

import mmcred

job, folder, key_file, entries = sys.argv[1:]
entries = int(entries)
vault = mmcred.Vault.open(folder, key_file=key_file)
names = [f"entry-{index:06}" for index in range(entries)]


def prepare():
    """What each request of a hand costs: its URL checked, its header read from the vault."""
    hands = [vault.hand(name) for name in names]
    done = 0
    for line in sys.stdin:
        turns = int(line)
        order = [hands[turn * 7919 % entries] for turn in range(done, done + turns)]
        done += turns
        start = perf_counter_ns()
        for hand in order:
            hand.prepare("users/me")
        print(perf_counter_ns() - start, flush=True)


def get():
    """From a name to the whole credential, and from there to its header."""
    done = 0
    for line in sys.stdin:
        turns = int(line)
        order = [names[turn * 7919 % entries] for turn in range(done, done + turns)]
        done += turns
        start = perf_counter_ns()
        for name in order:
            vault.get(name).authorization()
        print(perf_counter_ns() - start, flush=True)


{"prepare": prepare, "get": get}[job]()
