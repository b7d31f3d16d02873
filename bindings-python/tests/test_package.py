"""The package itself: what it imports, exports and prints."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

import mmcred
from mmcred import _errors, aio

ROOT = Path(__file__).resolve().parents[2]


def python(code, **named):
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, **named)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_import_brings_nothing_heavy():
    # -S: what the machine's own .pth files import does not count.
    bare = "import sys; print(*sorted(sys.modules))"
    code = "import sys; sys.path[:0] = {path!r}; import mmcred; mmcred.Vault.open; print(*sorted(sys.modules))"
    path = [str(Path(mmcred.__file__).parents[1])]
    before = subprocess.run([sys.executable, "-S", "-c", bare], capture_output=True, text=True).stdout.split()
    after = subprocess.run(
        [sys.executable, "-S", "-c", code.format(path=path)], capture_output=True, text=True, check=True
    ).stdout.split()
    ours = {"mmcred", "mmcred._errors", "mmcred._native"}
    assert set(after) - set(before) - {"__future__"} == ours


def test_every_exported_name_is_there():
    for module in (mmcred, aio):
        assert len(set(module.__all__)) == len(module.__all__)
        for name in module.__all__:
            assert getattr(module, name) is not None
        assert set(_errors.__all__) <= set(module.__all__)
    with pytest.raises(AttributeError):
        mmcred.no_such_name  # noqa: B018


def test_aio_repeats_the_names():
    # What `verify_all` gives is an async generator there.
    only_sync = {"VerifyAll", "__version__", "aio", "driver_options", "session"}
    assert set(mmcred.__all__) - set(aio.__all__) == only_sync
    for name in ("Vault", "Credential"):
        sync, twin = ({n for n in dir(getattr(m, name)) if not n.startswith("_")} for m in (mmcred, aio))
        assert sync == twin


def test_version_is_the_workspaces():
    assert f'version = "{mmcred.__version__}"' in (ROOT / "Cargo.toml").read_text()


def test_classes_are_the_ledgers():
    ledger = json.loads((ROOT / "tests/vectors/errors.json").read_text())["errors"]
    living = {error["name"]: error for error in ledger if not error.get("retired")}
    assert mmcred.BY_CODE.keys() == living.keys()
    for code, cls in mmcred.BY_CODE.items():
        assert cls.number == living[code]["number"]
        assert cls.retry == living[code]["retry"]
        assert cls.__name__.lower() == code.replace("_", "")
        assert str(cls("It happened.")) == f"It happened. {living[code]['hint']}"


@pytest.mark.parametrize(
    ("extra", "call"),
    [
        ("requests", "mmcred.session('prod')"),
        ("httpx", "mmcred.client('prod')"),
        ("httpx", "mmcred.aio.client('prod')"),
    ],
)
def test_missing_extra_says_what_to_install(extra, call, tmp_path):
    printed = python(
        f"import sys; sys.modules[{extra!r}] = None\n"
        "import mmcred\n"
        f"vault = mmcred.Vault.open({str(tmp_path / 'v')!r}, True, {str(tmp_path / 'k')!r})\n"
        "vault.put('prod', mmcred.Credential('chat.example.com', 'token'))\n"
        f"try: {call.replace(')', ', vault=vault)')}\n"
        "except ImportError as error: print(error.code, error)"
    )
    assert printed.startswith("missing_extra ")
    assert f'pip install "mmcred[{extra}]"' in printed


@pytest.mark.parametrize("command", [[sys.executable, "-m", "mmcred"], [sys.executable, "-c", "from mmcred.__main__ import main; raise SystemExit(main())"]])
def test_command_line(command, tmp_path):
    environment = {"MMCRED_VAULT": str(tmp_path / "v"), "MMCRED_KEY_FILE": str(tmp_path / "k")}

    def run(*arguments, stdin=""):
        return subprocess.run([*command, *arguments], env=environment, input=stdin, capture_output=True, text=True)

    add = ("add", "prod", "--url", "chat.example.com", "--no-verify", "--token-stdin")
    done = run(*add, stdin="wx4dia1tmfgm8kzd95s1cs38na\n")
    assert done.returncode == 0, done.stderr
    assert run(*add, stdin="wx4dia1tmfgm8kzd95s1cs38na\n").returncode == 5
    assert json.loads(run("list", "--json").stdout)["entries"][0]["name"] == "prod"
    assert run("no-such-command").returncode == 2
    assert run("--version").stdout.strip() == f"mmcred {mmcred.__version__}"


def test_a_debug_line_holds_no_secret(entry, caplog):
    with caplog.at_level("DEBUG", logger="mmcred"):
        entry.get("prod")
        entry.verify("prod")
        mmcred.Hand("prod", vault=entry).prepare("users/me")
        with pytest.raises(mmcred.EntryMissing):
            entry.remove("nope")
    lines = [record.getMessage() for record in caplog.records if record.name == "mmcred"]
    assert 'verify "prod": ok' in lines
    assert any(line.startswith('remove "nope": entry_missing') for line in lines)
    assert "wx4dia1tmfgm8kzd95s1cs38na" not in "".join(lines)
