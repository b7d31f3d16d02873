"""A job: contenders that take turns, so that what disturbs the machine disturbs them all.

A round is short, so that many rounds pass undisturbed between two turns of other programs. A ratio is the median of
the ratios within each round. A time is the lower quartile of the rounds: other work only ever adds to it.
"""

import sys
from dataclasses import dataclass, field
from statistics import median, quantiles

from contender import Again, Contender, Floor

VALID = 1.3
"""How much more than its theory a floor may take."""


@dataclass
class Result:
    name: str
    seconds: float
    ratio: float
    difference: float
    limit: object

    @property
    def verdict(self):
        holds = self.limit.holds(self.seconds, self.ratio, self.difference)
        return "" if holds is None else "ok" if holds else "over"


@dataclass
class Job:
    """The first contender is the floor; `theory` are the programs whose sum it must not exceed much."""

    title: str
    rounds: int
    turns: int
    """In each round."""
    contenders: list
    theory: list = field(default_factory=list)
    warm_up: int = 1
    notes: list = field(default_factory=list)

    def run(self, share):
        """The results, and how the floor relates to its theory (None without one). `share` of the rounds is run."""
        print(f"{self.title} ...", file=sys.stderr, flush=True)
        everyone = self.contenders + self.theory
        started = []
        try:
            for contender in everyone:
                started.append(contender.start())
            for contender, one in zip(everyone, started, strict=True):
                for _ in range(0 if contender.slow else self.warm_up):
                    one.spend(self.turns)
            # One round's times by contender. Each round begins with another one.
            spent = []
            for number in range(max(4, round(self.rounds * share))):
                order = [(number + place) % len(started) for place in range(len(started))]
                order = [place for place in order if number == 0 or not everyone[place].slow]
                spent.append({place: started[place].spend(self.turns) for place in order})
        finally:
            for one in started:
                one.stop()
        results = []
        for place, contender in enumerate(self.contenders):
            mine = [times for times in spent if place in times]
            seconds = [times[place] for times in mine]
            results.append(
                Result(
                    contender.name,
                    quantiles(seconds, n=4)[0] if len(seconds) > 1 else seconds[0],
                    median(times[place] / times[0] for times in mine),
                    median(times[place] - times[0] for times in mine),
                    contender.limit,
                )
            )
        parts = range(len(self.contenders), len(everyone))
        validity = median(times[0] / sum(times[place] for place in parts) for times in spent) if parts else None
        return results, validity



def twice(name, command, **more):
    """A floor under two names."""
    return [Contender(name, command, Floor(), **more), Contender(f"{name}, again", command, Again(), **more)]
