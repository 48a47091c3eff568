"""The frame: every ending of the program is a sentence and an exit status, never a traceback."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from eakte_ops import __version__
from eakte_ops.cli import main as frame
from eakte_ops.cli.context import CONTEXT
from eakte_ops.cli.output import console, say, say_error, show
from eakte_ops.errors import Refused, Status
from eakte_ops.secret.value import Secret


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


def test_ctrl_c_in_a_command_is_said(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def pressed(_self: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(type(CONTEXT), "survey", pressed)
    assert frame.main(["inventory", "check"]) == Status.INTERRUPTED
    assert capsys.readouterr().err == "Interrupted.\n"


@pytest.mark.parametrize("text", ["a\x1b]0;x\x07b", "a\x9b31mb", "a\u202eb", "a\udcffb"])
def test_nothing_that_is_said_steers_the_terminal(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    say(text)
    show(text)
    seen = capsys.readouterr()
    assert seen.out == seen.err
    assert all(character.isprintable() or character in "\n\ufffd" for character in seen.out)
    assert (seen.out[0], seen.out[-2:]) == ("a", "b\n")


@pytest.mark.parametrize(
    ("sentence", "shown"),
    [
        ("there is no town", "There is no town"),
        ("admin-2 has no key", "admin-2 has no key"),
        ("eakte-ops.yml can not be used", "eakte-ops.yml can not be used"),
        ("sub/.gitignore can not be written", "sub/.gitignore can not be written"),
    ],
)
def test_a_name_keeps_its_letters_at_the_beginning_of_a_sentence(
    sentence: str, shown: str, capsys: pytest.CaptureFixture[str]
) -> None:
    say_error(Refused(sentence))
    assert capsys.readouterr().err == f"{shown}\n"


def test_a_wrong_choice_is_said_without_words_of_the_library(capsys: pytest.CaptureFixture[str]) -> None:
    assert frame.main(["inventory", "schema", "nonsense"]) == Status.USAGE
    assert "Invalid value for 'kind': 'nonsense' is not one of" in capsys.readouterr().err


@pytest.mark.parametrize("option", [["--project", "x"], ["--debug"]])
def test_an_option_of_the_program_behind_the_command_is_answered_with_its_place(
    option: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert frame.main(["health", "witten", *option]) == Status.USAGE
    assert "right after eakte-ops" in capsys.readouterr().err


def test_a_terminal_without_our_characters_still_gets_the_answer() -> None:
    words = [sys.executable, "-c", "from eakte_ops.cli.main import run; run()", "checks", "index.blocks"]
    done = subprocess.run(words, capture_output=True, check=False, env={**os.environ, "PYTHONIOENCODING": "ascii"})
    assert done.returncode == 0
    assert b"index.blocks ? Nothing blocks" in done.stdout
    data = subprocess.run(
        [*words, "--json"], capture_output=True, check=True, env={**os.environ, "PYTHONIOENCODING": "ascii"}
    )
    assert "grün" in json.dumps(json.loads(data.stdout), ensure_ascii=False)


def test_a_revealed_value_reaches_no_table_and_no_file(tmp_path: Path) -> None:
    Secret("witten/x", "canary-of-the-table-9c41").reveal()
    with (tmp_path / "table").open("w", encoding="utf-8") as file:
        paper = console(file)
        paper.print("it said canary-of-the-table-9c41 to us", style="red")
        assert not paper.is_terminal
    assert (tmp_path / "table").read_text("utf-8") == "it said <secret witten/x> to us\n"
