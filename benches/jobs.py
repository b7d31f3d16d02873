"""What is measured, against what, and what is wanted: the numbers of the design."""

import sys

import verifying
from contender import Above, AtMost, Contender, Times
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
        yield from awaiting(builds, vaults)
    yield from verifying.all_of(builds, vaults)


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
    missing += [f"{peer} (it is not installed)" for peer in ("aiohttp", "mattermostautodriver") if not verifying.installed(peer)]
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


def awaiting(builds, vaults):
    """What `await` adds to a call that ends at once, and to one that waits for a server."""
    program, path = [sys.executable, HERE / "python" / "awaiting.py"], {"PYTHONPATH": builds.python}
    server = Server(builds, 0)
    for title, vault, name in (
        ("a verify that needs no network", vaults.vault(1000), "no such entry"),
        ("a verify at a server on this machine", vaults.for_server(server.url, 10), "entry-000000"),
    ):
        arguments = [vault, vaults.key_file, name]
        contenders = [
            *twice("floor: the same call, not awaited", [*program, "sync", *arguments], environment=path),
            Contender("Python: await", [*program, "await", *arguments], Above(50 * MICRO), environment=path),
        ]
        yield Job(f"Await in Python, {title}", 80, 200, contenders)
