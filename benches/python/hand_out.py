"""The contender in Python: `hand_out.py JOB VAULT KEY_FILE ENTRIES`, by the protocol of src/lib.rs."""

import os
import sys
from time import perf_counter_ns

import mmcred

job, folder, key_file, entries = sys.argv[1:]
os.environ.update(MMCRED_VAULT=folder, MMCRED_KEY_FILE=key_file)
entries = int(entries)
vault = mmcred.Vault.open()
names = [f"entry-{index:06}" for index in range(entries)]
hands = [mmcred.Hand(name, vault=vault) for name in names]
jobs = {
    # What each request of a hand costs: its URL checked, its header read from the vault.
    "prepare": lambda entry: hands[entry].prepare("users/me"),
    # The short way, over the default vault.
    "authorization": lambda entry: mmcred.authorization(names[entry], "https://chat.example.com/api/v4/users/me"),
    # From a name to the whole credential, and from there to its header.
    "get": lambda entry: vault.get(names[entry]).authorization(),
}
turn = jobs[job]
done = 0
for line in sys.stdin:
    turns = int(line)
    order = [number * 7919 % entries for number in range(done, done + turns)]
    done += turns
    start = perf_counter_ns()
    for entry in order:
        turn(entry)
    print(perf_counter_ns() - start, flush=True)
