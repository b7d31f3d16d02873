"""examples/c/hand.c, as a program that somebody copied: where its token goes, and where not."""
import os
import subprocess
from pathlib import Path

import pytest
from support import servers
from support.fake import BUILT, Fake

ROOT = Path(__file__).resolve().parents[2]
LIBRARY = ROOT / ".build/c/lib"
TOKEN = "n8wxkzt4ofbgjc1pdy6ahmqraw"


@pytest.fixture(scope="session")
def program(tmp_path_factory):
    """The example, compiled."""
    path = tmp_path_factory.mktemp("c") / "hand"
    flags = subprocess.run(["pkg-config", "--cflags", "--libs", "libcurl"], check=True, capture_output=True, text=True)
    command = ["cc", "-o", path, ROOT / "examples/c/hand.c", f"-I{ROOT}/include", f"-L{LIBRARY}", "-lmmcred"]
    subprocess.run([*command, f"-Wl,-rpath,{LIBRARY}", *flags.stdout.split()], check=True)
    return path


@pytest.fixture
def run(program, tmp_path):
    """Stores the token for a server, with a netrc for every host about, and runs the program with these targets."""
    (tmp_path / ".netrc").write_text("default login alice password swordfish\nmachine 127.0.0.1 login alice password swordfish\n")
    (tmp_path / ".netrc").chmod(0o600)
    environment = {**os.environ, "HOME": str(tmp_path), "MMCRED_VAULT": str(tmp_path / "v"), "MMCRED_KEY_FILE": str(tmp_path / "k")}

    def go(url, *targets):
        add = [str(BUILT / "mmcred"), "add", "prod", "--url", url, "--token-stdin", "--no-verify", "--replace"]
        subprocess.run(add, input=TOKEN, text=True, env=environment, check=True, capture_output=True)
        return subprocess.run([program, "prod", *targets], env=environment, capture_output=True, text=True, timeout=60)

    return go


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
