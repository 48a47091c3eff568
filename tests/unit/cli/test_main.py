"""The frame: every ending of the program is a sentence and an exit status, never a traceback."""

from pathlib import Path

import pytest

from eakte_ops import __version__
from eakte_ops.cli import main as frame
from eakte_ops.cli.context import CONTEXT
from eakte_ops.errors import Refused, Status


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert frame.main(["--version"]) == 0
    assert capsys.readouterr().out == f"eakte-ops {__version__}\n"


@pytest.mark.parametrize("words", [["no-such-command"], ["--no-such-option"], ["--project"]])
def test_wrong_words_end_with_2_and_say_where_help_is(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert frame.main(words) == 2
    seen = capsys.readouterr()
    assert seen.out == ""
    assert "Traceback" not in seen.err
    assert "--help" in seen.err


def test_no_operations_folder_is_said_with_the_way_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("EAKTE_OPS_PROJECT", raising=False)
    assert frame.main(["inventory", "check"]) == 2
    err = capsys.readouterr().err
    assert "No operations folder here" in err
    assert "eakte-ops init" in err


def test_the_operations_folder_is_found_by_option_environment_and_upwards(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    for folder in (one / "deep" / "down", two):
        folder.mkdir(parents=True)
    for folder in (one, two):
        (folder / "eakte-ops.yml").touch()
    monkeypatch.delenv("EAKTE_OPS_PROJECT", raising=False)
    monkeypatch.chdir(one / "deep" / "down")
    monkeypatch.setattr(CONTEXT, "project", None)
    assert CONTEXT.folder == one
    monkeypatch.setenv("EAKTE_OPS_PROJECT", str(two))
    assert CONTEXT.folder == two
    monkeypatch.setattr(CONTEXT, "project", one)
    assert CONTEXT.folder == one


@pytest.mark.parametrize(
    ("ending", "status", "said"),
    [
        (Refused("now is no window", way_out="wait for Tuesday"), Status.REFUSED, "→ wait for Tuesday"),
        (KeyboardInterrupt(), Status.INTERRUPTED, "Interrupted"),
        (PermissionError(13, "Permission denied", "/packs"), Status.FAULT, "/packs: Permission denied"),
        (KeyError("witten"), Status.FAULT, "stumbled over itself (KeyError)"),
    ],
)
def test_how_a_command_ends(
    ending: BaseException,
    status: int,
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    class Command:
        def main(self, *_words: object, **_how: object) -> None:
            raise ending

    monkeypatch.setattr("typer.main.get_command", lambda _app: Command())
    assert frame.main([]) == status
    err = capsys.readouterr().err
    assert said in err
    assert "Traceback" not in err
