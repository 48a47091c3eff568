"""Debian's age, OpenSSH keys, a real editor, a real terminal, real signals; the program as a process of its own."""

import os
import pty
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from eakte_ops.secret import identity
from eakte_ops.secret.editor import PREFIX, left_behind
from eakte_ops.secret.vault import Vault

REPO = Path(__file__).parents[3]
CANARY = "canary-51c7-value"
PROGRAM = [sys.executable, "-c", "from eakte_ops.cli.main import run; run()"]
WAIT_S = 30


@pytest.fixture(autouse=True)
def memory(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder in memory for this test alone: others look for what was left behind at the same time."""
    with tempfile.TemporaryDirectory(prefix="eakte-test-", dir="/dev/shm") as folder:
        monkeypatch.setenv("XDG_RUNTIME_DIR", folder)
        yield Path(folder)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An operations folder with a secret of Witten; recipients are an age identity, an SSH key and the recovery."""
    (tmp_path / "inventories" / "witten.secrets").mkdir(parents=True)
    for name in ("eakte-ops.yml", "inventories/_defaults.yml", "inventories/witten.yml"):
        shutil.copy(REPO / name, tmp_path / name)
    safe, host = (identity.create(tmp_path / f"{who}.key") for who in ("safe", "host"))
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "desk", "-f", tmp_path / "ssh"], check=True)
    ssh = (tmp_path / "ssh.pub").read_text().strip()
    (tmp_path / "inventories/witten.secrets/recipients.yml").write_text(
        f"recovery:\n  - {{who: safe, key: {safe}, since: 2026-11-24}}\n"
        f"recipients:\n  - {{who: host, key: {host}, since: 2026-11-24}}\n"
        f"  - {{who: admin-1, key: {ssh}, since: 2026-11-24}}\n"
    )
    vault(tmp_path, "host.key").put("database-password", CANARY)
    monkeypatch.setenv("EAKTE_OPS_PROJECT", str(tmp_path))
    monkeypatch.setenv("EAKTE_OPS_IDENTITY", str(tmp_path / "host.key"))
    monkeypatch.setenv("PYTHONPATH", str(REPO))
    return tmp_path


def vault(folder: Path, key: str) -> Vault:
    return Vault(folder / "inventories", "witten", identity.load(folder / key))


def sealed(folder: Path, name: str = "database-password") -> Path:
    return folder / "inventories/witten.secrets" / f"{name}.age"


def until(true: Callable[[], object]) -> None:
    deadline = time.monotonic() + WAIT_S
    while not true():
        assert time.monotonic() < deadline, "it did not come"
        time.sleep(0.02)


@pytest.mark.parametrize("key", ["safe.key", "host.key", "ssh"])
def test_debians_age_opens_it_with_every_kind_of_key(folder: Path, key: str) -> None:
    done = subprocess.run(["age", "-d", "-i", folder / key, sealed(folder)], capture_output=True, check=True)
    assert done.stdout == f"eakte-ops secret 1 witten/database-password\n{CANARY}".encode()
    by_hand = f"age -d -i {folder / key} {sealed(folder)} | tail -n +2"
    assert subprocess.run(["sh", "-c", by_hand], capture_output=True, check=True).stdout == CANARY.encode()


def by_hand(folder: Path, text: str) -> None:
    """Make index-password.age with Debian's age, as the how-to says."""
    keys = [word for who in ("safe", "host") for word in ("-r", identity.load(folder / f"{who}.key").public[0])]
    command: list[str | Path] = ["age", "-a", *keys, "-R", folder / "ssh.pub", "-o", sealed(folder, "index-password")]
    subprocess.run(command, input=text, text=True, check=True)


def test_a_file_made_by_debians_age_is_opened_here(folder: Path) -> None:
    by_hand(folder, f"eakte-ops secret 1 witten/index-password\n{CANARY}")
    for key in ("safe.key", "host.key", "ssh"):
        assert vault(folder, key).reveal("index-password").reveal() == CANARY


@pytest.mark.parametrize("text", [CANARY, f"eakte-ops secret 1 herdecke/index-password\n{CANARY}"])
def test_a_file_made_by_hand_that_does_not_name_its_town_is_refused(folder: Path, text: str) -> None:
    by_hand(folder, text)
    done = _run("secret", "get", "witten", "index-password")
    assert (done.returncode, done.stdout) == (7, "")
    assert CANARY not in done.stderr
    bound = _run("secret", "rekey", "witten", "--bind", "index-password")
    if text == CANARY:
        assert bound.returncode == 0, bound.stderr
        assert _run("secret", "get", "witten", "index-password").stdout == CANARY
    else:
        assert bound.returncode == 7
        assert "made for herdecke/index-password" in bound.stderr


def test_an_ssh_identity_knows_its_public_key_and_check_opens_the_files_with_it(folder: Path) -> None:
    from eakte_ops.secret.check import examine, opened_here

    ssh = vault(folder, "ssh")
    assert ssh.identities is not None
    assert ssh.identities.public == (" ".join((folder / "ssh.pub").read_text().split()[:2]),)
    assert examine(ssh, ["database-password"]) == []
    assert opened_here(ssh)


def test_an_ssh_key_with_a_passphrase_is_refused_with_the_way_out(folder: Path) -> None:
    subprocess.run(["ssh-keygen", "-q", "-p", "-P", "", "-N", "canary-pass", "-f", folder / "ssh"], check=True)
    with pytest.raises(Exception, match="protected by a passphrase is not supported") as caught:
        identity.load(folder / "ssh")
    assert "age-keygen" in getattr(caught.value, "way_out", "")


def test_the_value_is_never_an_argument_or_in_the_environment_of_the_editor(folder: Path) -> None:
    editor = folder / "editor"
    editor.write_text(
        f"#!/bin/sh\ntr '\\0' '\\n' </proc/self/environ >{folder}/seen\nprintf '%s ' \"$@\" >>{folder}/seen\n"
        f'stat -c \'%a %U\' "$1" "${{1%/*}}" >>{folder}/seen\nsed -i s/value/edited/ "$1"\n'
    )
    editor.chmod(0o755)
    done = _run("secret", "edit", "witten", "database-password", EDITOR=str(editor))
    assert done.returncode == 0, done.stderr
    assert vault(folder, "host.key").reveal("database-password").reveal() == "canary-51c7-edited"
    seen = (folder / "seen").read_text()
    assert "canary" not in seen
    assert "600 " in seen
    assert "700 " in seen
    assert "canary" not in done.stdout + done.stderr
    assert left_behind() == ()


@pytest.mark.parametrize(
    ("editor", "says"),
    [
        ("false", "editor ended with status 1; nothing was changed"),
        ("true", "holds this value already"),
        ("truncate -s 0", "value is empty"),
        ("rm", "value is empty"),
        ("cp /bin/true", "no UTF-8 text"),
        ("no-such-editor-here", "here is no editor"),
    ],
)
def test_an_edit_that_comes_to_nothing_changes_nothing_and_leaves_nothing(folder: Path, editor: str, says: str) -> None:
    before = sealed(folder).read_bytes()
    done = _run("secret", "edit", "witten", "database-password", EDITOR=editor, VISUAL="")
    assert says in done.stderr
    assert CANARY not in done.stdout + done.stderr
    assert sealed(folder).read_bytes() == before
    assert left_behind() == ()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_edit_that_is_interrupted_removes_the_plain_text(folder: Path, number: signal.Signals) -> None:
    before = sealed(folder).read_bytes()
    with _editing(folder) as running:
        running.send_signal(number)
        assert running.wait(WAIT_S) == 130
    assert left_behind() == ()
    assert sealed(folder).read_bytes() == before


def test_an_edit_that_is_killed_is_found_by_check(folder: Path) -> None:
    with _editing(folder) as running:
        running.kill()
        running.wait(WAIT_S)
    try:
        (left,) = left_behind()
        assert left.stat().st_mode & 0o777 == 0o700
        done = _run("secret", "check", "witten")
        assert done.returncode == 1
        assert f"rm -r {left}" in done.stdout
        assert CANARY not in done.stdout + done.stderr
    finally:
        for left in left_behind():
            shutil.rmtree(left)


def test_a_hidden_prompt_shows_nothing_of_what_is_typed(folder: Path) -> None:
    answers = [("Value of witten/database-password: ", "canary-typed"), ("confirmation: ", "canary-typed")]
    shown, status = _typed(["secret", "set", "witten", "database-password"], answers)
    assert status == 0
    assert "canary" not in shown
    assert vault(folder, "host.key").reveal("database-password").reveal() == "canary-typed"


def test_get_on_a_real_terminal_refuses(folder: Path) -> None:
    shown, status = _typed(["secret", "get", "witten", "database-password"], [])
    assert status == 7
    assert "--show" in shown
    assert "canary" not in shown


@pytest.mark.parametrize("words", [("get", "witten", "database-password"), ("rekey", "witten"), ("check", "witten")])
def test_a_traceback_asked_for_with_debug_holds_no_value(folder: Path, words: tuple[str, ...]) -> None:
    sealed(folder).write_bytes(sealed(folder).read_bytes()[:200])
    done = _run("--debug", "secret", *words)
    assert done.returncode != 0
    assert CANARY not in done.stdout + done.stderr


def test_the_program_starts_without_what_secrets_need(folder: Path) -> None:
    code = (
        "import sys; from eakte_ops.cli.main import main; main(['secret', '--help']);"
        "print(sorted({'pyrage', 'yaml', 'eakte_ops.yamltext'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def _run(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*PROGRAM, *words],
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        timeout=WAIT_S,
        check=False,
    )


def _editing(folder: Path) -> "subprocess.Popen[bytes]":
    """The program while its editor is open. The editor ends by itself when the program is gone."""
    editor = folder / "editor"
    editor.write_text(f"#!/bin/sh\ntouch {folder}/open\nwhile kill -0 $PPID 2>/dev/null; do sleep 0.1; done\n")
    editor.chmod(0o755)
    running = subprocess.Popen(
        [*PROGRAM, "secret", "edit", "witten", "database-password"],
        env={**os.environ, "VISUAL": str(editor)},
        stdin=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    until((folder / "open").exists)
    assert any(file.read_text() == f"{CANARY}\n" for left in left_behind() for file in left.iterdir())
    assert PREFIX in str(left_behind()[0])
    return running


def _typed(words: list[str], answers: list[tuple[str, str]]) -> tuple[str, int]:
    """What a terminal shows while each of `answers` (prompt, what is typed then) is given; and the exit status."""
    child, terminal = pty.fork()
    if child == 0:
        os.execv(PROGRAM[0], [*PROGRAM, *words])
    shown = ""
    for prompt, line in answers:
        while prompt not in shown:
            shown += _read(terminal)
        os.write(terminal, f"{line}\n".encode())
    while piece := _read(terminal):
        shown += piece
    os.close(terminal)
    return shown, os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _read(terminal: int) -> str:
    """The next that is shown, "" at the end."""
    ready, _, _ = select.select([terminal], [], [], WAIT_S)
    assert ready, "nothing more came"
    try:
        return os.read(terminal, 1024).decode()
    except OSError:  # so a terminal says that nobody writes to it any more
        return ""
