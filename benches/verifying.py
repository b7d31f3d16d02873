"""Jobs that check many tokens, beside raw sockets and the peers that people would use."""

import importlib.util
import subprocess
import sys

from contender import AtMost, Contender, Floor, Times
from job import Job, twice
from made import HERE, Server

MICRO = 1e-6


def all_of(builds, vaults):
    yield from verifying(builds, vaults)
    yield paced(builds)


def installed(peer):
    return importlib.util.find_spec(peer) is not None


def verifying(builds, vaults):
    """2,000 tokens at a server that takes 20 ms for each: the time for all, and the processor's for one."""
    tokens, server = 2000, Server(builds, 20)
    for in_flight, limit in ((64, Times(1.05)), (256, Times(1.15))):
        for what in ("wall", "cpu"):
            job = Job("", 10, 1, list(verifiers(builds, vaults, server.url, tokens, in_flight, what, limit)))
            if what == "wall":
                job.title = f"Verify 2,000 tokens, 20 ms server, {in_flight} in flight"
                job.theory = [Contender("the waits alone", sockets(builds, "theory", server.url, tokens, in_flight))]
            else:
                job.title = f"Verify, {in_flight} in flight: the processor's time for each token"
            if (in_flight, what) == (256, "cpu"):
                job.notes.append(lambda: memory(builds, vaults, server.url))
            yield job


def memory(builds, vaults, url):
    many = 100_000
    command = [builds.bin("bench-verify"), "memory", vaults.for_server(url, many), vaults.key_file, many, 256]
    found = subprocess.run([str(part) for part in command], check=True, stdout=subprocess.PIPE, text=True).stdout
    return f"memory for 100,000 tokens: {found.strip()}; the limit is 100 MiB"


def sockets(builds, what, url, tokens, in_flight):
    return [builds.bin("bench-sockets"), what, url, tokens, in_flight]


def verifiers(builds, vaults, url, tokens, in_flight, what, limit):
    vault = [vaults.for_server(url, tokens), vaults.key_file, tokens, in_flight]

    def most(micros):
        return limit if what == "wall" else AtMost(micros * MICRO)

    def python(way):
        return [sys.executable, HERE / "python" / "verify_all.py", way, what, *vault, url]

    def node(way, package):
        return ["node", HERE / "node" / "verify_all.mjs", way, what, package, *vault, url]

    yield from twice("floor: raw sockets", sockets(builds, what, url, tokens, in_flight))
    yield Contender("Rust: Vault::verify_all", [builds.bin("bench-verify"), what, *vault], most(60))
    if builds.python:
        path = {"PYTHONPATH": builds.python}
        yield Contender("Python: Vault.verify_all", python("mmcred"), most(75), environment=path)
        yield Contender("Python: aio.Vault.verify_all", python("aio"), most(75), environment=path)
    if builds.node:
        yield Contender("Node: vault.verifyAll", node("mmcred", builds.node / "mmcred"), most(75))
    if installed("aiohttp"):
        yield Contender("peer: aiohttp", python("aiohttp"))
    if installed("mattermostautodriver"):
        yield Contender("peer: mattermostautodriver", python("autodriver"), slow=True)
    if builds.client4:
        yield Contender("peer: @mattermost/client", node("client4", builds.client4))


def paced(builds):
    tokens = 201
    contenders = [
        Contender("floor: (N − 101) / 10 s", [builds.bin("bench-verify"), "pace", tokens], Floor()),
        Contender("Rust: verify_all", [builds.bin("bench-verify"), "paced", tokens], Times(1.05)),
    ]
    return Job("Verify 201 tokens against a limit of 10/s + 100", 4, 1, contenders, warm_up=0)
