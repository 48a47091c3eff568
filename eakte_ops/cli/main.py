"""The program `eakte-ops`: global options, and how every ending becomes an exit status."""

from __future__ import annotations

import io
import os
import resource
import signal
import sys
from contextlib import suppress
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from eakte_ops import __version__
from eakte_ops.cli.commands import Commands
from eakte_ops.cli.context import CONTEXT
from eakte_ops.cli.output import say, say_error
from eakte_ops.errors import EakteError, MachineFailed, ProgramFault, Status

app = typer.Typer(
    name="eakte-ops",
    cls=Commands,
    help="Operate the e-file software of many towns: the town owns the machine, the centre runs the software.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"eakte-ops {__version__}")
        raise typer.Exit


@app.callback()
def _common(
    project: Annotated[
        Path | None, typer.Option("--project", metavar="DIR", help="Operations folder (else EAKTE_OPS_PROJECT).")
    ] = None,
    debug: Annotated[bool, typer.Option("--debug", help="Show where in the program an error arose.")] = False,
    _show_version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    CONTEXT.begin(project, debug)


def run() -> None:
    """Entry point: runs the command line of this process and ends it with the status of design.md section 6."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # where the locale has no arrow, a question mark does
            stream.reconfigure(errors="replace")
    signal.signal(signal.SIGTERM, _interrupt)
    _leave_no_core()
    try:
        status = main(sys.argv[1:])
        _hear_nothing_more()
    except KeyboardInterrupt:  # a second one, while the first was being told
        _hear_nothing_more()
        status = Status.INTERRUPTED
    sys.exit(status)


def _leave_no_core() -> None:
    """A dump of this process would hold the secrets that it opened, wherever it was started."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (0, hard))


def _hear_nothing_more() -> None:
    """The program ends anyway: nothing shall disturb that."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)


def _interrupt(_number: int, _frame: object) -> NoReturn:
    """A service manager's TERM ends a command as Ctrl-C does: it says what was not done."""
    raise KeyboardInterrupt


def main(words: list[str]) -> int:
    """Runs `words` and returns the exit status; every error is told as a sentence, a traceback only with --debug."""
    try:
        result = typer.main.get_command(app).main(words, prog_name="eakte-ops", standalone_mode=False)
        sys.stdout.flush()
    except SystemExit as ended:  # how typer ends where a pipe has no reader any more
        return _ended(ended.__context__ or ended)
    except (Exception, KeyboardInterrupt) as problem:
        return _ended(problem)
    return result if isinstance(result, int) else Status.OK


def _ended(problem: BaseException) -> Status:
    """Tell how a command ended that did not come to its end."""
    if isinstance(problem, (KeyboardInterrupt, typer.Abort)):
        say("Interrupted.")
        return Status.INTERRUPTED
    if isinstance(problem, BrokenPipeError):  # whoever reads our output has seen enough
        _let_go_of_stdout()
        return Status.UNREAD
    if isinstance(problem, typer.TyperException):
        said = getattr(problem, "format_message", problem.__str__)()
        said = said.replace(": Value error, ", ": ")
        say(said if said.startswith("Usage:") else f"{said}  ({_help(said)})")
        return Status.USAGE
    told = _as_error(problem)
    _say_where()
    say_error(told)
    _give_up_what_can_not_be_written()
    return told.status


def _help(said: str) -> str:
    if said.startswith(("No such option: --project", "No such option: --debug")):
        return "it belongs right after eakte-ops, before the command"
    return "--help shows what there is"


def _give_up_what_can_not_be_written() -> None:
    """Where the disk is full that was said; Python would try once more at the very end and change the status."""
    try:
        sys.stdout.flush()
    except (OSError, ValueError):
        _let_go_of_stdout()


def _let_go_of_stdout() -> None:
    """What is still buffered has no reader; without this Python would complain about it at the very end."""
    with Path(os.devnull).open("w") as nowhere, suppress(OSError, ValueError):
        os.dup2(nowhere.fileno(), sys.stdout.fileno())


def _as_error(problem: BaseException) -> EakteError:
    if isinstance(problem, EakteError):
        return problem
    if isinstance(problem, OSError):
        return MachineFailed(problem.strerror or str(problem), place=str(problem.filename or ""))
    return ProgramFault(kind=type(problem).__name__)


def _say_where() -> None:
    """With --debug, where in the program the error that is being handled arose; revealed secrets by their names."""
    if CONTEXT.debug:
        import traceback

        say(traceback.format_exc().rstrip())
