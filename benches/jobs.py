"""What is measured, against what, and what is wanted: the numbers of the design."""

import importlib.util
import subprocess
import sys

from contender import Above, AtMost, Contender, Floor, Times
from job import Job, twice
from made import HERE, Server

MICRO, MILLI = 1e-6, 1e-3


def all_of(builds, vaults):
    yield hand_out(builds, vaults)
    yield growth(builds, vaults)
    yield put(builds, vaults)
    yield listing(builds, vaults)
    yield opening(builds, vaults)
    yield command(builds, vaults)
    if builds.python:
        yield importing(builds)
    yield from verifying(builds, vaults)
    yield paced(builds)


def rust(builds, vaults, job, entries, purpose="main"):
    return [builds.bin("bench-rust"), job, vaults.vault(entries, purpose), vaults.key_file, entries]


def floor(builds, vaults, job, entries, purpose="main"):
    return [builds.bin("bench-floor"), job, *vaults.floor(entries, purpose)]


def hand_out(builds, vaults):
    """`prepare` reads the token for a request of a hand that is kept; `authorization` does all from the name."""
    entries = 1000
    vault = [vaults.vault(entries), vaults.key_file, entries]
    contenders = [
        *twice("floor: point read + AES-GCM open", floor(builds, vaults, "read", entries)),
        Contender("Rust: Hand::prepare", rust(builds, vaults, "prepare", entries), Times(2)),
        Contender("Rust: Vault::authorization", rust(builds, vaults, "authorization", entries), Times(2)),
        Contender("Rust: Vault::get, whole credential", rust(builds, vaults, "get", entries)),
    ]
    if builds.c:
        contenders += [
            Contender("C: mmcred_hand_prepare", [builds.c, "prepare", *vault], Times(2)),
            Contender("C: mmcred_authorization", [builds.c, "authorization", *vault], Times(2)),
        ]
    if builds.python:
        program, path = [sys.executable, HERE / "python" / "hand_out.py"], {"PYTHONPATH": builds.python}
        contenders += [
            Contender("Python: Hand.prepare", [*program, "prepare", *vault], AtMost(6 * MICRO), environment=path),
            Contender("Python: authorization", [*program, "authorization", *vault], AtMost(6 * MICRO), environment=path),
            Contender("Python: Vault.get, whole credential", [*program, "get", *vault], environment=path),
        ]
    if builds.node:
        def program(job):
            return ["node", HERE / "node" / "hand_out.mjs", job, builds.node / "mmcred", *vault]

        contenders += [
            Contender("Node: hand.prepareSync", program("prepareSync"), AtMost(8 * MICRO)),
            Contender("Node: await hand.prepare", program("prepare"), AtMost(45 * MICRO)),
            Contender("Node: authorizationSync", program("authorizationSync"), AtMost(8 * MICRO)),
            Contender("Node: await authorization", program("authorization"), AtMost(45 * MICRO)),
            Contender("Node: vault.getSync, whole credential", program("getSync")),
        ]
    theory = [
        Contender("the statement alone", floor(builds, vaults, "read-sql", entries)),
        Contender("the cipher alone", floor(builds, vaults, "read-open", entries)),
    ]
    # Node compiles what it runs often: it needs some thousand turns to warm up.
    return Job("Hand out, vault open, 1,000 entries", 80, 1000, contenders, theory, warm_up=8)


def not_run(builds):
    """What can not be measured on this machine, and why."""
    doors = {"C": builds.c, "Python": builds.python, "Node": builds.node}
    missing = [f"{language} (its door was not built)" for language, built in doors.items() if not built]
    missing += [f"{peer} (it is not installed)" for peer in ("aiohttp", "mattermostautodriver") if not installed(peer)]
    if not builds.client4:
        missing.append("@mattermost/client (npm ci in bindings-node installs it)")
    return missing + ["keyring, libsecret, oo7, keytar (they need a desktop's Secret Service)"]


def growth(builds, vaults):
    few, many = 10, 100_000
    contenders = [
        *twice("10 entries", rust(builds, vaults, "prepare", few)),
        Contender("100,000 entries", rust(builds, vaults, "prepare", many), Times(3)),
        Contender("floor, 10 entries", floor(builds, vaults, "read", few)),
        Contender("floor, 100,000 entries", floor(builds, vaults, "read", many)),
    ]
    return Job("Hand out in Rust, growth", 80, 1000, contenders)


def put(builds, vaults):
    entries = 1000
    contenders = [
        *twice("floor: plain row + AES-GCM seal", floor(builds, vaults, "put", entries, "put")),
        Contender("Rust: Vault::put, replacing", rust(builds, vaults, "put", entries, "put"), Times(1.3)),
    ]
    theory = [Contender("the disk alone", floor(builds, vaults, "put-disk", entries, "put"))]
    # The first rounds fill the log; from then on it is written over.
    return Job("Durable put, 1,000 entries", 40, 250, contenders, theory, warm_up=5)


def listing(builds, vaults):
    entries = 10_000
    contenders = [
        *twice("floor: scan + AES-GCM open of each label", floor(builds, vaults, "list", entries)),
        Contender("Rust: Vault::list", rust(builds, vaults, "list", entries), AtMost(10 * MILLI)),
    ]
    theory = [
        Contender("the scan alone", floor(builds, vaults, "list-sql", entries)),
        Contender("the cipher alone", floor(builds, vaults, "list-open", entries)),
    ]
    return Job("List 10,000 names", 60, 1, contenders, theory)


def opening(builds, vaults):
    entries = 1000
    contenders = [
        *twice("floor: SQLite open + key + read", floor(builds, vaults, "open", entries, "open")),
        Contender("Rust: open + get", rust(builds, vaults, "open", entries, "open"), AtMost(0.8 * MILLI)),
    ]
    return Job("Open and first hand-out, key file", 100, 4, contenders)


def command(builds, vaults):
    entries = 1000
    place = {"MMCRED_VAULT": vaults.vault(entries, "command"), "MMCRED_KEY_FILE": vaults.key_file}
    contenders = [
        *twice("floor: an empty Rust process", [builds.bin("bench-empty")], each=True),
        Contender("mmcred token", [builds.bin("mmcred"), "token", "entry-000007"], Above(10 * MILLI), True, place),
    ]
    return Job("mmcred token NAME, whole process", 60, 2, contenders)


def importing(builds):
    python, path = sys.executable, {"PYTHONPATH": builds.python}
    contenders = [
        *twice("floor: bare Python", [python, "-c", "pass"], each=True, environment=path),
        Contender(
            "import mmcred; mmcred.Vault.open", [python, "-c", "import mmcred; mmcred.Vault.open"],
            Above(5 * MILLI), True, path,
        ),
    ]
    return Job("Import of the Python package, whole process", 40, 1, contenders)


def installed(peer):
    return importlib.util.find_spec(peer) is not None


def verifying(builds, vaults):
    """2,000 tokens at a server that takes 20 ms for each: the time for all, and the processor's for one."""
    tokens, server = 2000, Server(builds)
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
        yield Contender("peer: mattermostautodriver", python("autodriver"))
    if builds.client4:
        yield Contender("peer: @mattermost/client", node("client4", builds.client4))


def paced(builds):
    tokens = 201
    contenders = [
        Contender("floor: (N − 101) / 10 s", [builds.bin("bench-verify"), "pace", tokens], Floor()),
        Contender("Rust: verify_all", [builds.bin("bench-verify"), "paced", tokens], Times(1.05)),
    ]
    return Job("Verify 201 tokens against a limit of 10/s + 100", 4, 1, contenders, warm_up=0)
