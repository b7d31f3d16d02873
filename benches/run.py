#!/usr/bin/env python3
"""Measures mmcred against floors, and prints one table: `python3 benches/run.py`.

Contenders of a job take turns in many short rounds. Each floor is there twice, under two names: how far the two
differ is what chance does here. README.md says what the columns mean.
"""

import argparse
import os
import sys

import jobs
from contender import duration
from job import VALID
from made import Builds, Vaults


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--strict", action="store_true", help="exit with 1 if a limit is missed or a floor invalid")
    options.add_argument("--no-build", action="store_true", help="measure what was built before")
    options.add_argument("--share", type=float, default=1, help="how much of the rounds to run, 1 for all")
    options.add_argument("--only", metavar="WORD", help="only the jobs with this word in their title")
    asked = options.parse_args()
    builds = Builds(build=not asked.no_build)
    table, missed = Table(), 0
    for job in jobs.all_of(builds, Vaults(builds)):
        if asked.only and asked.only not in job.title:
            continue
        results, validity = job.run(asked.share)
        missed += table.add(job, results, validity)
    print(table)
    load, cores = os.getloadavg()[0], os.cpu_count()
    busy = ": times (not so much ratios) are longer than on an idle machine" if load > cores else ""
    print(f"\nLoad {load:.1f} on {cores} cores{busy}.")
    print(f"Not run here: {'; '.join(jobs.not_run(builds))}.")
    return 1 if missed and asked.strict else 0


class Table:
    HEAD = ("contender", "time", "× floor", "limit", "")

    def __init__(self):
        self.lines = []

    def add(self, job, results, validity):
        """Adds a job's lines, and returns how many of them miss their limit."""
        self.lines += [(), (job.title,)]
        for result in results:
            ratio = f"{result.ratio:.2f}"
            self.lines.append((result.name, duration(result.seconds), ratio, result.limit.text, result.verdict))
        invalid = validity is not None and validity > VALID
        if validity is not None:
            told = "invalid" if invalid else "valid"
            self.lines.append(("  the floor against its theory", "", f"{validity:.2f}", f"≤ {VALID} × theory", told))
        self.lines += [(f"  {note() if callable(note) else note}",) for note in job.notes]
        return sum(result.verdict == "over" for result in results) + invalid

    def __str__(self):
        full = [self.HEAD] + [line for line in self.lines if len(line) > 1]
        widths = [max(len(line[place]) for line in full) for place in range(len(self.HEAD))]
        shown = []
        for line in [self.HEAD, *self.lines]:
            if len(line) < 2:
                shown.append("".join(line))
                continue
            cells = [line[0].ljust(widths[0]), line[1].rjust(widths[1]), line[2].rjust(widths[2])]
            cells += [line[3].ljust(widths[3]), line[4]]
            shown.append("  ".join(cells).rstrip())
        return "\n".join(shown)


if __name__ == "__main__":
    sys.exit(main())
