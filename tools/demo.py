#!/usr/bin/env python3
"""The main job in under a screen: store a token, and make a request with it from four languages. `make demo` calls it."""
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from support import snippets  # noqa: E402
from support.fake import BUILT, Fake  # noqa: E402

LIBRARY = ROOT / ".build/c/lib"


def show(shown, command, environment, expect=0, **options):
    """Prints the command as a person would type it, and what it prints."""
    print(f"\n$ {shown}", flush=True)
    done = subprocess.run(command, env=environment, stderr=subprocess.STDOUT, timeout=60, **options)
    if done.returncode != expect:
        sys.exit(f"the demo expected exit code {expect}, not {done.returncode}")


def compile_c(folder):
    """The example of include/mmcred.h, against what was just built."""
    program = folder / "users_me"
    flags = subprocess.run(["pkg-config", "--cflags", "--libs", "libcurl"], check=True, capture_output=True, text=True)
    command = ["cc", "-o", program, ROOT / "examples/c/users_me.c", f"-I{ROOT}/include", f"-L{LIBRARY}"]
    subprocess.run([*command, "-lmmcred", f"-Wl,-rpath,{LIBRARY}", *flags.stdout.split()], check=True)
    return program


def main():
    with tempfile.TemporaryDirectory(prefix="mmcred-demo-") as name, Fake("--profile", "11.10") as fake:
        folder = Path(name)
        alice = fake.prepare().user("alice")
        token, token_id = fake.token_for(alice, "the demo")
        environment = {
            **os.environ,
            "MMCRED_VAULT": str(folder / "vault"),
            "MMCRED_KEY_FILE": str(folder / "key"),
            "PATH": f"{BUILT}{os.pathsep}{os.environ['PATH']}",
        }
        add = ["mmcred", "add", "prod", "--url", fake.url, "--token-stdin"]
        print("A fake Mattermost 11.10 runs at", fake.url)
        show(" ".join(add) + " < token", add, environment, input=token.encode())
        show("mmcred verify prod", ["mmcred", "verify", "prod"], environment)
        python, node = snippets.python(), snippets.node()
        show(f"python <<END\n{python}END", [sys.executable, "-c", python], environment)
        modules = folder / "node_modules"
        modules.mkdir()
        (modules / "mmcred").symlink_to(ROOT / "bindings-node")
        show(f"node --input-type=module <<END\n{node}END", ["node", "--input-type=module", "-e", node], environment, cwd=folder)
        url = f"{fake.url}/api/v4/users/me"
        show(f"./users_me prod {url}      # C and libcurl", [compile_c(folder), "prod", url], environment)
        print("\nNow with the token's id, which looks the same and is no secret:")
        wrong = ["mmcred", "add", "wrong", "--url", fake.url, "--token-stdin"]
        show(" ".join(wrong) + " < token-id", wrong, environment, expect=1, input=token_id.encode())


if __name__ == "__main__":
    main()
