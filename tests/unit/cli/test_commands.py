"""The table of commands: nothing missing, nothing dead, and --help without loading any of them."""

import subprocess
import sys
from pathlib import Path

import pytest
import typer

from eakte_ops import cli
from eakte_ops.cli.commands import COMMANDS, Commands, words
from eakte_ops.cli.main import app, main


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_of_the_table_can_be_loaded_and_explains_itself(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([name, "--help"]) == 0
    assert capsys.readouterr().out.startswith(f"Usage: eakte-ops {name} ")


def test_every_file_with_a_group_is_in_the_table() -> None:
    folder = Path(cli.__path__[0])
    with_app = {file.stem for file in folder.glob("*.py") if "\napp = typer.Typer(" in file.read_text("utf-8")}
    assert with_app - {"main"} <= set(COMMANDS)


def test_help_loads_no_command() -> None:
    look = (
        "import sys; from eakte_ops.cli.main import main; main(['--help']); "
        "print([name for name in sys.modules if name.split('.')[0] in "
        "('rich', 'pydantic', 'yaml', 'paramiko', 'fabric', 'jinja2', 'pyrage') or name == 'eakte_ops.cli.health'])"
    )
    done = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_a_misspelt_command_is_answered_with_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["helth"]) == 2
    assert 'there is no command "helth"; did you mean health' in capsys.readouterr().err.lower()


def test_no_words_at_all_show_the_help_on_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert "Commands:" in capsys.readouterr().err


def test_the_program_is_made_of_this_group() -> None:
    assert isinstance(typer.main.get_command(app), Commands)


@pytest.mark.parametrize("word", ["health", "list", "show", "accept", "rekey", "break", "up"])
def test_words_of_commands_and_of_what_follows_them_are_no_names_for_towns(word: str) -> None:
    assert word in words()


@pytest.mark.parametrize("name", ["access", "inventory", "secret", "audit", "lab"])
def test_the_table_of_a_group_cuts_no_sentence_off(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert main([name, "--help"]) == 0
    said = capsys.readouterr().out
    assert "..." not in said.partition("Commands:")[2]
    assert max(map(len, said.splitlines())) <= 80
