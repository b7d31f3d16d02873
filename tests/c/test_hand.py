"""The examples hand.c and hand.cpp, as programs that somebody copied: where their token goes, and where not."""
import os
import subprocess
from pathlib import Path

import pytest
from support import servers
from support.fake import BUILT, Fake

ROOT = Path(__file__).resolve().parents[2]
LIBRARY = ROOT / ".build/c/lib"
TOKEN = "n8wxkzt4ofbgjc1pdy6ahmqraw"
NEW_TOKEN = "k3wxkzt4ofbgjc1pdy6ahmqrbn"


# How they are compiled: tests/c/run.sh has them checked for leaks and wrong accesses too.
FLAGS = os.environ.get("MMCRED_C_FLAGS", f"-I{ROOT}/include -L{LIBRARY} -lmmcred -Wl,-rpath,{LIBRARY}").split()


@pytest.fixture(scope="session", params=[("cc", "-std=c11", "c/hand.c"), ("c++", "-std=c++17", "cpp/hand.cpp")], ids=["c", "cpp"])
def program(request, tmp_path_factory):
    """The example, compiled."""
    compiler, standard, source = request.param
    path = tmp_path_factory.mktemp("c") / "hand"
    curl = subprocess.run(["pkg-config", "--cflags", "--libs", "libcurl"], check=True, capture_output=True, text=True)
    subprocess.run([compiler, standard, "-o", path, ROOT / "examples" / source, *FLAGS, *curl.stdout.split()], check=True)
    return path


@pytest.fixture
def run(program, tmp_path):
    """Stores the token for a server, with a netrc for every host about, and runs the program with these targets."""
    (tmp_path / ".netrc").write_text("default login alice password swordfish\nmachine 127.0.0.1 login alice password swordfish\n")
    (tmp_path / ".netrc").chmod(0o600)
    environment = {**os.environ, "HOME": str(tmp_path), "MMCRED_VAULT": str(tmp_path / "v"), "MMCRED_KEY_FILE": str(tmp_path / "k")}

    def add(url, token):
        command = [str(BUILT / "mmcred"), "add", "prod", "--url", url, "--token-stdin", "--no-verify", "--replace"]
        subprocess.run(command, input=token, text=True, env=environment, check=True, capture_output=True)

    def go(url, *targets, token=TOKEN):
        add(url, token)
        return subprocess.run([program, "prod", *targets], env=environment, capture_output=True, text=True, timeout=60)

    go.add = add
    return go


def test_it_asks_who_one_is(run):
    with Fake("--profile", "11.10") as fake:
        token, _ = fake.prepare().token_for(fake.user("alice"))
        done = run(fake.url, "users/me", "/api/v4/users/me/teams", "users/nobody", token=token)
    assert done.returncode == 1, done.stderr
    first, second, third = filter(None, done.stdout.splitlines())
    assert first.startswith("200 ") and '"username":"alice"' in first
    assert second.startswith("200 [")
    assert third.startswith("400 ")


def test_a_new_token_is_taken_up(run):
    """A 401 comes because the token was just replaced: the caller sees only success."""
    server = servers.swapping(TOKEN, NEW_TOKEN, "alice", lambda: run.add(server.url, NEW_TOKEN))
    done = run(server.url, "users/me")
    assert (done.returncode, done.stdout[:4]) == (0, "200 "), done.stderr
    server.shutdown()


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_redirect_carries_the_token_to_another_server(run, status):
    stranger = servers.stranger()
    with Fake("--profile", "11.10") as fake:
        fake.steer("POST", "faults", {"kind": "redirect", "status": status, "location": stranger.url + "/api/v4/users/me"})
        done = run(fake.url, "users/me")
        sent = fake.steer("GET", "log")
    assert done.returncode == 1
    assert stranger.url not in done.stdout and "another origin" in done.stderr
    assert stranger.seen == []
    assert "authorization" in str(sent).lower()
    stranger.shutdown()


def test_no_url_leads_to_another_server(run):
    stranger = servers.stranger()
    with Fake("--profile", "11.10") as fake:
        for target in (stranger.url + "/x", stranger.url.removeprefix("http:") + "/x", "/../x", "\\\\x"):
            done = run(fake.url, target)
            assert (done.returncode, "this credential is for" in done.stderr) == (1, True), done.stderr
    assert stranger.seen == []
    stranger.shutdown()


def test_netrc_does_not_replace_the_token(run):
    stranger = servers.stranger()
    done = run(stranger.url, "users/me")
    assert done.returncode == 0, done.stderr
    assert [seen[2] for seen in stranger.seen] == [f"Bearer {TOKEN}"]
    stranger.shutdown()
