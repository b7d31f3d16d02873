"""Fork, exit and signals, each many times: what fails here fails rarely."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest
from conftest import TOKEN

import mmcred


def test_a_forked_child_works(entry):
    """As Celery and gunicorn do it: used in the parent, forked, used in the child."""
    hand = mmcred.Hand("prod", vault=entry)
    entry.verify("prod")
    for _ in range(50):
        child = os.fork()
        if child == 0:
            try:
                assert entry.verify("prod", timeout=8).username == "alice"
                assert hand.prepare("users/me").authorization == f"Bearer {TOKEN}"
                entry.put(f"child-{os.getpid()}", entry.get("prod"))
            except BaseException as error:
                os.write(2, repr(error).encode())
                os._exit(1)
            os._exit(0)
        assert ended(child, 10) == 0
    assert len(entry.list()) == 51
    assert entry.verify("prod").username == "alice"


def test_a_child_forked_while_threads_work(entry):
    """The parent's threads hold locks at the moment of the fork."""
    stop = False

    def work():
        while not stop:
            entry.get("prod")

    import threading

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    try:
        for _ in range(50):
            child = os.fork()
            if child == 0:
                os._exit(0 if entry.get("prod").expose_token() == TOKEN else 1)
            assert ended(child, 10) == 0
    finally:
        stop = True
        for thread in threads:
            thread.join()


def test_a_fork_waits_for_no_thread_that_waits_for_it(tmp_path):
    """A hook that other code registered runs while the gate is closed, and lets other threads have the interpreter."""
    code = """
        import asyncio, os, threading, time
        os.register_at_fork(before=lambda: time.sleep(0.3))  # before mmcred's, so it runs after it
        import mmcred, mmcred.aio

        vaults = [mmcred.Vault.open("vault", create=True, key_file="key")]
        vaults[0].list()

        async def first():
            try:
                await mmcred.aio.Credential("http://127.0.0.1:9", "ybndrfg8ejkmcpqxot1uwisza3").verify(timeout=5)
            except mmcred.ConnectionRefused:
                print("asked")

        def meanwhile():
            time.sleep(0.1)
            vaults.pop()
            print("dropped")
            asyncio.run(first())

        thread = threading.Thread(target=meanwhile)
        thread.start()
        child = os.fork()
        if child == 0:
            os._exit(0)
        os.waitpid(child, 0)
        thread.join()
    """
    command = [sys.executable, "-c", textwrap.dedent(code)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=30)
    assert done.stdout.split() == ["dropped", "asked"], done.stderr


def ended(child, seconds):
    """The child's exit code; it is killed if it hangs."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        pid, status = os.waitpid(child, os.WNOHANG)
        if pid:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.002)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    pytest.fail("the child hangs")


def script(stage, code):
    head = f"""
        import asyncio, os, signal, sys, threading, time
        import mmcred
        from mmcred import aio
        credential = mmcred.Credential({stage.url!r}, {TOKEN!r})
        twin = aio.Credential({stage.url!r}, {TOKEN!r})
    """
    return [sys.executable, "-c", textwrap.dedent(head) + textwrap.dedent(code)]


EXITS = {
    "daemon threads in mid-call": """
        for _ in range(20):
            threading.Thread(target=credential.verify, daemon=True).start()
        time.sleep(0.05)
    """,
    "200 awaitables pending": """
        async def main():
            tasks = [asyncio.ensure_future(twin.verify()) for _ in range(200)]
            await asyncio.sleep(0.05)
            sys.exit(0)
        asyncio.run(main())
    """,
    "200 awaitables pending in a loop that nobody closes": """
        loop = asyncio.new_event_loop()
        tasks = [loop.create_task(twin.verify()) for _ in range(200)]
        loop.run_until_complete(asyncio.sleep(0.05))
        import logging; logging.disable()
    """,
    "a check of many in its middle": """
        import tempfile
        folder = tempfile.mkdtemp()
        vault = mmcred.Vault.open(folder + "/vault", True, folder + "/key")
        for number in range(20):
            vault.put(str(number), credential)
        run = vault.verify_all(in_flight=20)
        threading.Thread(target=lambda: next(run), daemon=True).start()
        time.sleep(0.1)
        sys.exit(0)
    """,
    "results arriving while it exits": """
        stage = None
        async def main():
            for _ in range(200):
                asyncio.ensure_future(twin.verify(0.05))
            await asyncio.sleep(0.049)
        import logging; logging.disable()
        asyncio.run(main())
    """,
}


@pytest.mark.parametrize("name", EXITS)
def test_the_interpreter_exits_in_mid_call(stage, name):
    stage.answers["/api/v4/users/me"] = lambda handler: time.sleep(30)
    for _ in range(40):
        done = subprocess.run(script(stage, EXITS[name]), capture_output=True, text=True, timeout=30)
        assert done.returncode == 0, done.stderr
        assert "panicked" not in done.stderr


def test_a_thread_that_outlives_the_library_ends_clean(entry, tmp_path):
    """aws-lc's destructors must not be there: a thread that draws its first random number behind them aborts."""
    source = Path(__file__).parents[2] / "bindings-node/testing/linger.c"
    subprocess.run(["cc", "-shared", "-fPIC", "-o", tmp_path / "linger.so", source], check=True)
    program = f"""
        import threading, time, mmcred
        vault = mmcred.Vault.open({str(entry.path)!r}, key_file={str(entry.key_file)!r})
        credential = vault.get("prod")
        for number in range(50):
            put = lambda number=number: (time.sleep(0.002 * number), vault.put(f"p{{number}}", credential, replace=True))
            threading.Thread(target=put, daemon=True).start()
    """
    for _ in range(8):
        done = subprocess.run(
            [sys.executable, "-c", textwrap.dedent(program)], timeout=60, capture_output=True,
            env={**os.environ, "LD_PRELOAD": str(tmp_path / "linger.so")},
        )
        assert (done.returncode, done.stderr) == (0, b"")


def test_ctrl_c_ends_the_wait(stage):
    stage.answers["/api/v4/users/me"] = lambda handler: time.sleep(30)
    code = """
        signal.setitimer(signal.ITIMER_REAL, 0.3)
        signal.signal(signal.SIGALRM, signal.default_int_handler)
        start = time.monotonic()
        try:
            credential.verify(20)
        except KeyboardInterrupt:
            print(time.monotonic() - start < 5)
    """
    done = subprocess.run(script(stage, code), capture_output=True, text=True, timeout=30)
    assert done.stdout == "True\n", done.stderr
