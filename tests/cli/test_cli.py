"""What a person and a script rely on when they type `mmcred`."""
import json
import os
import signal
import sqlite3
import stat
import subprocess
import time
from pathlib import Path

import jsonschema
import pytest
from support.fake import BUILT

SCHEMA = json.loads((Path(__file__).parents[2] / "docs/cli-schema-1.json").read_text())


def valid(text, kind):
    """The document, if it is what the schema says of that kind."""
    document = json.loads(text)
    jsonschema.validate(document, {**SCHEMA, "$ref": f"#/$defs/{kind}"})
    return document


def test_add_makes_a_private_vault_and_says_where(mmcred, server, tmp_path):
    added = mmcred("add", "prod", "--url", server.url + "/core/channels/town-square", "--token-stdin", stdin=server.token + "\n")
    assert added.code == 0
    assert added.out.startswith(f"Stored prod: alice on {server.url} (token ")
    vault, key = tmp_path / ".local/share/mmcred", tmp_path / ".config/mmcred/key"
    assert str(vault) in added.err and str(key) in added.err
    assert [stat.S_IMODE(path.stat().st_mode) for path in (vault, vault / "vault.db", key)] == [0o700, 0o600, 0o600]


@pytest.mark.parametrize("source", ["stdin", "file", "env"])
def test_add_reads_the_token_from_where_it_is_told(mmcred, server, tmp_path, source):
    (tmp_path / "token").write_text(f'"{server.token}"\n')
    option = {"stdin": ["--token-stdin"], "file": ["--token-file", tmp_path / "token"], "env": ["--token-env", "TOK"]}[source]
    added = mmcred("add", "prod", "--url", server.url, *option, stdin=server.token, TOK=server.token)
    assert added.code == 0, added.err
    assert mmcred("token", "prod").out == server.token + "\n"


def test_add_without_a_terminal_says_how_to_give_the_token(mmcred, server):
    refused = mmcred("add", "prod", "--url", server.url)
    assert refused.code == 2
    assert "--token-stdin" in refused.err


@pytest.mark.parametrize(
    "arguments, stdin, code, word",
    [
        (["--url", "ftp://x", "--token-stdin"], "t", 2, "invalid_server_url"),
        (["--url", "http://mattermost:8065", "--token-stdin"], "t", 2, "insecure_url"),
        (["--url", "localhost", "--token-stdin"], "", 2, "invalid_token"),
        (["--url", "localhost", "--token-stdin"], "a b", 2, "invalid_token"),
        (["--url", "localhost", "--token-stdin"], "x" * 1_000_000, 2, "invalid_token"),
        (["--url", "localhost", "--token-file", "/no/such/file"], "", 2, "/no/such/file"),
        (["--url", "localhost", "--token-env", "NO_SUCH"], "", 2, "NO_SUCH"),
        (["--url", "localhost", "--token-stdin", "--token-env", "X"], "", 2, "cannot be used with"),
        (["--url", "localhost", "--token-stdin", "--timeout", "0"], "", 2, "timeout"),
        (["--url", "localhost", "--token-stdin", "--proxy", "http://a:pw@p:1"], "t", 2, "invalid_proxy"),
        (["--url", "https://localhost", "--token-stdin", "--ca-file", "/no/ca"], "t", 2, "invalid_tls_settings"),
        (["--token-stdin"], "t", 2, "--url"),
    ],
)
def test_bad_input_is_named_and_nothing_is_stored(mmcred, tmp_path, arguments, stdin, code, word):
    refused = mmcred("add", "prod", *arguments, stdin=stdin)
    assert (refused.code, word in refused.err) == (code, True), refused.err
    assert "pw@" not in refused.err
    assert not (tmp_path / ".local").exists()


@pytest.mark.parametrize("name", ["", "a\nb", "n" * 129])
def test_a_bad_name_is_refused_before_the_server_is_asked(mmcred, server, name):
    before = len(server.fake.steer("GET", "log"))
    refused = mmcred("add", "--url", server.url, "--token-stdin", "--", name, stdin=server.token)
    assert (refused.code, "invalid_name" in refused.err) == (2, True)
    assert len(server.fake.steer("GET", "log")) == before


def test_a_refused_token_is_not_stored(mmcred, server, tmp_path):
    refused = mmcred("add", "prod", "--url", server.url, "--token-stdin", stdin=server.token_id)
    assert refused.code == 1
    assert "token_rejected" in refused.err and "Nothing was stored" in refused.err
    assert server.token_id not in refused.err
    assert not (tmp_path / ".local").exists()


def test_undecided_is_not_refused(mmcred, server, faulty):
    url = faulty(kind="too_many", retry_after=7)
    undecided = mmcred("add", "prod", "--url", url, "--token-stdin", stdin=server.token)
    assert undecided.code == 3
    assert "7 s" in undecided.err and "--no-verify" in undecided.err
    assert mmcred("add", "prod", "--url", url, "--token-stdin", "--no-verify", stdin=server.token).code == 0


def test_a_taken_name_is_kept_unless_replace(stored, server):
    refused = stored("add", "prod", "--url", server.url, "--token-stdin", "--no-verify", stdin="other")
    assert (refused.code, "--replace" in refused.err) == (5, True)
    assert stored("token", "prod").out.strip() == server.token
    assert stored("add", "prod", "--url", server.url, "--token-stdin", "--no-verify", "--replace", stdin="other").code == 0
    assert stored("token", "prod").out == "other\n"


def test_list_and_show_print_no_token(stored, server):
    listed, shown = stored("list"), stored("show", "prod")
    assert "prod" in listed.out and server.url in listed.out and "alice" in listed.out
    assert "alice" in shown.out
    assert server.token not in listed.out + listed.err + shown.out + shown.err


def test_json_is_what_the_schema_says(stored, server, faulty):
    assert valid(stored("list", "--json").out, "list")["entries"][0]["name"] == "prod"
    assert valid(stored("show", "prod", "--json").out, "show")["username"] == "alice"
    accepted = valid(stored("verify", "prod", "--json").out, "verify")
    assert (accepted["ok"], accepted["username"]) == (True, "alice")
    stored("add", "slow", "--url", faulty(kind="too_many", retry_after=7), "--token-stdin", "--no-verify", stdin="t")
    refused = stored("verify", "slow", "--json")
    document = valid(refused.out, "verify")
    assert (refused.code, document["ok"], document["error"]["code"], document["error"]["retry_after"]) == (3, False, "rate_limited", 7)


def test_verify_says_who_and_where(stored, server):
    verified = stored("verify", "prod")
    assert (verified.code, verified.out) == (0, f"prod works: alice on {server.url}, Mattermost 11.10.0\n")


def lines(text):
    return [valid(line, "verify") for line in text.splitlines()]


def test_verify_all_says_each_and_the_sum(stored, server, faulty):
    stored("add", "bad", "--url", server.url, "--token-stdin", "--no-verify", stdin=server.token_id)
    checked = stored("verify", "--all")
    assert checked.code == 1
    assert sorted(checked.out.splitlines()) == [
        f"bad fails: {server.url} refused the token (401). [token_rejected]",
        f"prod works: alice on {server.url}, Mattermost 11.10.0",
    ]
    assert checked.err == "2 checked: 1 work, 1 refused, 0 undecided.\n"
    stored("add", "slow", "--url", faulty(kind="html", status=502), "--token-stdin", "--no-verify", stdin="t")
    checked = stored("verify", "--all", "--json", "--in-flight", "1")
    assert {line["name"]: line["ok"] for line in lines(checked.out)} == {"prod": True, "bad": False, "slow": False}
    assert (checked.code, server.token in checked.out + checked.err) == (1, False)


@pytest.mark.parametrize(
    "fault, code", [({}, 0), ({"kind": "too_many", "retry_after": 100}, 3), ({"kind": "html", "status": 200}, 1)]
)
def test_verify_all_ends_with_the_worst_code(stored, faulty, fault, code):
    if fault:
        stored("add", "other", "--url", faulty(**fault), "--token-stdin", "--no-verify", stdin="t")
    assert stored("verify", "--all").code == code


def test_verify_all_names_what_is_damaged_and_checks_the_others(stored, tmp_path):
    database = sqlite3.connect(tmp_path / ".local/share/mmcred/vault.db")
    for column in ("secret", "label"):
        stored("add", column, "--url", "localhost", "--token-stdin", "--no-verify", stdin="t")
        with database:
            damage = f"UPDATE entries SET {column} = zeroblob(length({column})) WHERE id = (SELECT max(id) FROM entries)"
            database.execute(damage)
    database.close()
    checked = stored("verify", "--all", "--json")
    assert checked.code == 4
    codes = {line["name"]: line["ok"] or line["error"]["code"] for line in lines(checked.out)}
    assert codes == {"prod": True, "secret": "entry_damaged", None: "entry_damaged"}
    assert "1 work, 0 refused, 0 undecided, 2 not usable" in checked.err


def test_verify_all_of_an_empty_vault(stored):
    stored("remove", "prod")
    checked = stored("verify", "--all")
    assert (checked.code, checked.out, "empty" in checked.err) == (0, "", True)


def test_verify_all_shows_a_bar_on_a_terminal_only(stored, server):
    for number in range(50):
        stored("add", f"n{number}", "--url", server.url, "--token-stdin", "--no-verify", stdin=server.token)
    ours, theirs = os.openpty()
    process = subprocess.Popen(
        [str(BUILT / "mmcred"), "verify", "--all", "--in-flight", "1"],
        env={**stored.environment, "TERM": "xterm"}, stdout=subprocess.PIPE, stderr=theirs, text=True,
    )
    os.close(theirs)
    out, shown = process.communicate(timeout=60)[0], b""
    try:
        while more := os.read(ours, 65536):
            shown += more
    except OSError:  # the other end is closed
        os.close(ours)
    assert (process.returncode, out.count(" works: ")) == (0, 51)
    assert b"/51" in shown and b"51 checked: 51 work" in shown
    assert "/51" not in stored("verify", "--all").err


@pytest.mark.parametrize("arguments", [[], ["prod", "--all"], ["--all", "--nagios"], ["prod", "--in-flight", "2"], ["--all", "--in-flight", "0"]])
def test_verify_wants_a_name_or_all(stored, arguments):
    assert stored("verify", *arguments).code == 2


@pytest.mark.parametrize(
    "fault, code, word",
    [({}, 0, "OK"), ({"kind": "too_many"}, 1, "WARNING"), ({"kind": "html", "status": 200}, 2, "CRITICAL"), ({"kind": "proxy", "status": 502}, 3, "UNKNOWN")],
)
def test_verify_speaks_to_monitoring_systems(stored, server, faulty, fault, code, word):
    name = "prod"
    if fault:
        name = "bad"
        stored("add", "bad", "--url", faulty(**fault), "--token-stdin", "--no-verify", stdin="t")
    answered = stored("verify", name, "--nagios")
    assert (answered.code, answered.out.startswith(f"MATTERMOST {word} - "), answered.out.count("\n")) == (code, True, 1)
    assert stored("verify", "nope", "--nagios").code == 3


def test_token_as_header_for_curl(stored, server):
    assert stored("token", "prod", "--header").out == f"Authorization: Bearer {server.token}\n"


def test_run_replaces_itself_by_the_command(stored, server):
    ran = stored("run", "prod", "--", "sh", "-c", 'echo "$MATTERMOST_URL $MATTERMOST_TOKEN"; exit 7')
    assert (ran.code, ran.out) == (7, f"{server.url} {server.token}\n")
    ran = stored("run", "prod", "--as", "MY_URL,MY_TOKEN", "--", "sh", "-c", 'echo "$MY_URL $MY_TOKEN$MATTERMOST_TOKEN"')
    assert ran.out == f"{server.url} {server.token}\n"
    assert stored("run", "prod", "--", "/no/such/program").code == 2
    assert stored("run", "prod", "--as", "nonsense", "--", "true").code == 2


def test_rename_and_remove(stored):
    assert stored("rename", "prod", "live").code == 0
    assert stored("token", "prod").code == 5
    assert stored("remove", "live").code == 0
    assert stored("remove", "live").code == 5
    assert "empty" in stored("list").err


def test_no_vault_is_explained(mmcred):
    missing = mmcred("list")
    assert (missing.code, "mmcred add" in missing.err) == (4, True)


def test_a_closed_pipe_ends_it_quietly(stored):
    command = f"'{BUILT / 'mmcred'}' list --json | head -c 1"
    done = subprocess.run(["sh", "-c", command], env=stored.environment, capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("{", "")


def test_interrupt_ends_a_verify(stored, server, faulty):
    stored("add", "slow", "--url", faulty(kind="slow", ms=60_000), "--token-stdin", "--no-verify", stdin="t")
    process = subprocess.Popen(
        [str(BUILT / "mmcred"), "verify", "slow", "--timeout", "60"], env=stored.environment,
        # A shell's background job, which this may be part of, has it ignored.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=5) == -signal.SIGINT


@pytest.mark.parametrize("command", [[], ["add"], ["list"], ["show"], ["verify"], ["token"], ["run"], ["rename"], ["remove"], ["completions"]])
def test_help_is_there(mmcred, command):
    shown = mmcred(*command, "--help")
    assert (shown.code, "Usage: mmcred" in shown.out, shown.err) == (0, True, "")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completions_know_the_commands(mmcred, shell):
    assert "rename" in mmcred("completions", shell).out


def test_two_at_once_lose_nothing(stored, server):
    adds = [
        subprocess.Popen(
            [str(BUILT / "mmcred"), "add", f"n{number}", "--url", server.url, "--token-env", "TOK", "--no-verify"],
            env={**stored.environment, "TOK": server.token}, stdout=subprocess.DEVNULL,
        )
        for number in range(12)
    ]
    assert [add.wait(timeout=30) for add in adds] == [0] * 12
    names = {entry["name"] for entry in json.loads(stored("list", "--json").out)["entries"]}
    assert names == {"prod", *(f"n{number}" for number in range(12))}


def test_a_full_disk_is_said_and_loses_nothing(stored, server):
    """A limit on the size of files stands for the full disk."""
    command = f"ulimit -f 0; exec '{BUILT / 'mmcred'}' add more --url {server.url} --token-env TOK --no-verify"
    environment = {**stored.environment, "TOK": server.token}
    ignored = lambda: signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # noqa: E731
    full = subprocess.run(["sh", "-c", command], env=environment, capture_output=True, text=True, preexec_fn=ignored)
    assert (full.returncode, "storage_failed" in full.stderr) == (4, True), full.stderr
    assert stored("token", "prod").out.strip() == server.token
    assert stored("token", "more").code == 5


def test_no_other_file_is_left(stored, tmp_path):
    left = sorted(os.listdir(tmp_path / ".local/share/mmcred"))
    assert set(left) <= {"vault.db", "vault.db-wal", "vault.db-shm"}
