"""The canary test can fail: each kind of leak, planted, is reported; and the watch proves that it sees."""

from __future__ import annotations

import base64
import gzip
import os
import shlex
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.canary.desk import Desk, at_desk
from tests.canary.trees import Holder, Tree
from tests.canary.values import Eyes, canary
from tests.canary.watch import Watch

NAME = "witten/database-password"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A desk with one secret, and an empty folder."""
    (tmp_path / "folder/keys").mkdir(parents=True)
    (tmp_path / "folder/state").mkdir()
    with at_desk(tmp_path / "folder", tmp_path / "scratch", {NAME: canary(NAME)}) as made:
        yield made


def type_script(desk: Desk, text: str, **how: object) -> None:
    """Type a program that does what `text` says; $value is the secret."""
    script = desk.scratch / "program"
    script.write_text(f"value={shlex.quote(desk.canaries[NAME].text)}\n{text}\n")
    desk.type("", ends=range(256), program=("sh", str(script)), **how)  # type: ignore[arg-type]


def store(desk: Desk) -> None:
    """In a table whose rows are still in the log beside the file."""
    with closing(sqlite3.connect(desk.folder / "state/store.db")) as db:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA wal_autocheckpoint = 0")
        db.execute("CREATE TABLE said (text)")
        db.execute("INSERT INTO said VALUES (?)", (f'{{"why": "{desk.canaries[NAME].text}"}}',))
        db.commit()
        desk.everything()


def packed(desk: Desk) -> None:
    (desk.folder / "log.gz").write_bytes(gzip.compress(desk.canaries[NAME].value))
    desk.everything()


def renamed(desk: Desk) -> None:
    (desk.folder / base64.urlsafe_b64encode(desk.canaries[NAME].value).decode()).touch()
    desk.everything()


LEAKS: dict[str, tuple[str | Callable[[Desk], None], str]] = {
    "stdout": ('printf %s "$value"', ", in letters, in stdout"),
    "stderr, in base64": ('printf %s "x$value" | base64 -w 0 >&2', ", in base64, in stderr"),
    "a file that all may read": (
        'umask 022; printf %s "$value" >"$EAKTE_OPS_PROJECT/plan.json"',
        ", in letters, in operations folder:plan.json (0644",
    ),
    "a file that is there for a moment": (
        'printf %s "$value" >"$TMPDIR/x"; sleep 0.5; rm "$TMPDIR/x"',
        ", in letters, in tmp:x (0",
    ),
    "a history": ('printf "set %s" "$value" >"$HOME/.bash_history"', ", in letters, in home:.bash_history (0"),
    "a core dump": ('printf "\\0\\0%s" "$value" >core', ", in letters, in here:core (0"),
    "a key that others may read": (
        'printf %s "$value" >"$EAKTE_OPS_PROJECT/keys/key"; chmod 0640 "$EAKTE_OPS_PROJECT/keys/key"',
        ", in letters, in operations folder:keys/key (0640",
    ),
    "the words of a process, for 0.2 s": ("sh -c 'sleep 0.2; :' x \"$value\"", ", in letters, in argv of sh ("),
    "the environment of a process, for 0.2 s": ('VALUE="$value" sleep 0.2', ", in letters, in environment of sleep ("),
    "what was edited": ('mkdir "$XDG_RUNTIME_DIR/eakte-ops-secret-x"', "left behind, in eakte-ops-secret-x"),
    "the store": (store, ", in letters, in operations folder:state/store.db-wal (0"),
    "a packed file": (packed, ", in letters, in operations folder:log.gz (0"),
    "the name of a file": (renamed, ", in base64, in the name of operations folder:"),
}


@pytest.mark.parametrize("kind", LEAKS)
def test_a_planted_leak_is_reported(desk: Desk, kind: str) -> None:
    plant, reported = LEAKS[kind]
    if isinstance(plant, str):
        type_script(desk, plant)
    else:
        plant(desk)
    assert any(reported in leak for leak in desk.leaks), desk.leaks


def test_a_program_without_a_leak_leaves_nothing_reported(desk: Desk) -> None:
    type_script(desk, 'echo well; umask 077; printf %s "$value" >"$EAKTE_OPS_PROJECT/keys/key"')
    desk.everything()
    assert desk.leaks == []


def test_what_is_meant_to_come_out_comes_out_alone(desk: Desk) -> None:
    type_script(desk, 'printf %s "$value"', tells=NAME)
    assert (desk.leaks, desk.unexpected) == ([], [])
    type_script(desk, 'printf "%s and more" "$value"', tells=NAME)
    assert desk.unexpected == [" did not tell witten/database-password alone"]
    type_script(desk, 'printf %s "$value"; exit 1', tells=NAME)
    assert len(desk.leaks) == 1


def test_a_status_that_was_not_expected_is_said(desk: Desk) -> None:
    desk.type("-c 'echo oh >&2; exit 3'", program=("sh",))
    assert desk.unexpected == ["-c 'echo oh >&2; exit 3': status 3\noh\n\nexpected: (0, 1)"]


def test_a_file_may_hold_what_it_has_to_and_not_more(tmp_path: Path) -> None:
    ours, another = canary("ours"), canary("another")
    eyes, file = Eyes.of(ours, another), tmp_path / "server.yml"
    tree = Tree("server", tmp_path, [Holder("server[.]yml", ["ours"], 0o640, "root:root")])
    file.write_bytes(ours.value)
    file.chmod(0o640)
    if os.geteuid() == 0:
        assert tree.leaks(eyes, 0.0) == []
        assert [allowed for _sight, allowed in tree.sights(eyes, 0.0)] == [True]
    file.chmod(0o644)
    assert [sight.canary for sight in tree.leaks(eyes, 0.0)] == ["ours"]
    file.chmod(0o640)
    file.write_bytes(another.value)
    assert [sight.canary for sight in tree.leaks(eyes, 0.0)] == ["another"]
    file.rename(tmp_path / "server.yml.bak")
    assert len(tree.leaks(eyes, 0.0)) == 1
    assert Tree("server", tmp_path, without=[tmp_path / "server.yml.bak"]).leaks(eyes, 0.0) == []


def test_the_watch_proves_that_it_sees(tmp_path: Path) -> None:
    with Watch(canary(NAME)) as watch:
        marker = watch.marker.text
        os.spawnvp(os.P_WAIT, "sh", ["sh", "-c", "sleep 0.2; :", marker])
        os.spawnvpe(os.P_WAIT, "sleep", ["sleep", "0.2"], {**os.environ, "MARKER": marker})
        assert watch.planted("argv of sh (")
        assert watch.planted("environment of sleep (")
        if watch.summary["told"]:  # by the kernel: then also what lives for a millisecond, hardly one of them missed
            for _each in range(10):
                os.spawnvp(os.P_WAIT, "true", ["true", marker])
            assert watch.planted("argv of true (")
        assert watch.leaks() == []
    print(watch.summary)
    assert watch.summary["rounds"] >= 1
    assert watch.summary["lost"] == 0
