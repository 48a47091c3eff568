"""Every command there is stands in the table of the canary test with every option; a new one is asked for by name."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from tests.canary.table import ROWS, Row, missing, program

FORMAT = Literal["table", "json"]


def test_the_table_knows_every_command_and_every_option() -> None:
    assert missing(ROWS, program()) == []


def made() -> typer.Typer:
    """A program with a group."""
    app, towns = typer.Typer(), typer.Typer()

    @towns.command("list")
    def list_(
        every: Annotated[bool, typer.Option("--all")] = False,
        form: Annotated[FORMAT, typer.Option("--format")] = "table",
    ) -> None:
        pass

    @app.command()
    def sweep() -> None:
        pass

    app.add_typer(towns, name="towns")
    return app


def lacking(*rows: Row) -> list[str]:
    return missing(rows, typer.main.get_command(made()))


def test_what_is_missing_is_said_with_what_to_add() -> None:
    assert lacking(Row("sweep"), Row("towns list", ("--all --format table", "--format json"))) == []
    assert lacking(Row("sweeps"), Row("towns list", ("--format table", "--format jsonl"))) == [
        'add a row for the command "sweep" to ROWS in tests/canary/table.py: how it is run, in every format',
        'add a way with --all to the row of "towns list" in tests/canary/table.py',
        'add a way with --format json to the row of "towns list" in tests/canary/table.py',
    ]


def test_every_row_is_of_a_command_that_there_is() -> None:
    from tests.canary.table import commands

    names = {name for name, _command in commands(program())}
    for row in ROWS:
        assert any(row.words == name or row.words.startswith(f"{name} ") for name in names), row.words
