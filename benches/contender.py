"""Who is measured: a program that does its job when told to, or a command that is started for each turn."""

import os
import subprocess
import time
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Floor:
    """The contender that the others of its job are compared with."""

    text = "floor"

    def holds(self, seconds, ratio, difference):
        return None


@dataclass(frozen=True)
class Again:
    """The floor under another name: what differs here is noise."""

    text = "noise"

    def holds(self, seconds, ratio, difference):
        return None


@dataclass(frozen=True)
class Shown:
    """No limit: only shown."""

    text = ""

    def holds(self, seconds, ratio, difference):
        return None


@dataclass(frozen=True)
class Times:
    """At most so many times the floor."""

    most: float

    @property
    def text(self):
        return f"≤ {self.most:g} × floor"

    def holds(self, seconds, ratio, difference):
        return ratio <= self.most


@dataclass(frozen=True)
class AtMost:
    """At most so many seconds."""

    most: float

    @property
    def text(self):
        return f"≤ {duration(self.most)}"

    def holds(self, seconds, ratio, difference):
        return seconds <= self.most


@dataclass(frozen=True)
class Above:
    """At most so many seconds more than the floor."""

    most: float

    @property
    def text(self):
        return f"≤ floor + {duration(self.most)}"

    def holds(self, seconds, ratio, difference):
        return difference <= self.most


@dataclass
class Contender:
    """`command` serves turns by the protocol of src/lib.rs, unless it is `each`: then it is started for every turn."""

    name: str
    command: list
    limit: object = field(default_factory=Shown)
    each: bool = False
    environment: dict = field(default_factory=dict)
    slow: bool = False
    """A peer that takes a minute for what others do in a second: it takes part in one round, unwarmed."""

    def start(self):
        environment = {**os.environ, **{key: str(value) for key, value in self.environment.items()}}
        command = [str(part) for part in self.command]
        return (Spawned if self.each else Served)(command, environment)


class Served:
    """A program that is started once; a line says how often, its answer how many nanoseconds."""

    def __init__(self, command, environment):
        self.command = command
        self.process = subprocess.Popen(
            command, env=environment, text=True, bufsize=1, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )

    def spend(self, turns):
        """Seconds a turn, over that many turns."""
        try:
            self.process.stdin.write(f"{turns}\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            pass
        answer = self.process.stdout.readline()
        if not answer:
            raise SystemExit(f"{' '.join(self.command)} ended with {self.process.wait()}")
        return int(answer) / turns / 1e9

    def stop(self):
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()


class Spawned:
    """A whole process a turn, from its start to its end."""

    def __init__(self, command, environment):
        self.command = command
        self.environment = environment
        self.quiet = [(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]

    def spend(self, turns):
        start = time.perf_counter()
        for _ in range(turns):
            process = os.posix_spawn(self.command[0], self.command, self.environment, file_actions=self.quiet)
            _, status = os.waitpid(process, 0)
            if status:
                raise SystemExit(f"{' '.join(self.command)} failed: {os.waitstatus_to_exitcode(status)}")
        return (time.perf_counter() - start) / turns

    def stop(self):
        pass


def duration(seconds):
    """Three digits and a unit."""
    for unit, size in (("s", 1), ("ms", 1e-3), ("µs", 1e-6)):
        if abs(seconds) >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds / 1e-9:.0f} ns"
