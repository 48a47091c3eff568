"""Faults at the centre: keys, files and templates that are not as they should be, and mistakes of the program."""

from __future__ import annotations

import shutil
import signal
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from eakte_ops.lab.keys import NIGHT
from tests.canary.desk import Desk
from tests.canary.faults import NOT_WELL, Fault, Try, changed, file_at, folder_at, mistake, nothing
from tests.canary.folder import TOWN, mangled

_SECRETS = f"inventories/{TOWN}.secrets"
_TEMPLATE = "templates/musterakte/11.0/service-manager/application-prod.yml.j2"


def _identity(desk: Desk, file: Path) -> AbstractContextManager[object]:
    return changed(desk.folder / "eakte-ops.yml", lambda text: text.replace("keys/age-identity", str(file)))


def _another(desk: Desk) -> AbstractContextManager[object]:
    return _identity(desk, desk.folder / "keys/colleague-identity")


def mistyped(desk: Desk) -> AbstractContextManager[object]:
    """The age identity has a letter too many."""
    return _identity(desk, mangled(desk.folder / "keys/age-identity", desk.folder / "keys/mistyped"))


def _wrong_kind(desk: Desk) -> AbstractContextManager[object]:
    return _identity(desk, mangled(desk.folder / f"keys/{NIGHT}", desk.folder / "keys/mistyped-ssh"))


def _seen_by_all(desk: Desk) -> AbstractContextManager[object]:
    """The right key, in a file that its group may read."""
    copy = desk.scratch / "identity"
    shutil.copy(desk.folder / "keys/age-identity", copy)
    copy.chmod(0o640)
    return _identity(desk, copy)


@contextmanager
def _cut(desk: Desk) -> Iterator[None]:
    sealed = desk.folder / _SECRETS / "database-password.age"
    with changed(sealed, sealed.read_bytes()[:-20]):
        yield


_OPEN = (
    Try("--debug secret get {town} database-password"),
    Try("--debug secret edit {town} database-password"),
    Try("--debug secret check --json", (0, 1, 2)),  # well where it can not be asked to open what is not its own
    Try("--debug secret rekey {town}", (0, *NOT_WELL)),  # well where all are encrypted for the right ones already
)
_RENDER = (
    Try("--debug config render {town} --file service-manager/application-prod.yml", (2,)),
    Try("--debug config render {town} --json", (2,)),
    Try("--debug inventory check", (0, 2)),  # it reads templates and renders none
)

FAULTS = (
    Fault("an identity that opens nothing", _another, _OPEN),
    Fault("an identity with a typing mistake", mistyped, _OPEN),
    Fault("an SSH key with a typing mistake as identity", _wrong_kind, _OPEN, sample=0),
    Fault("an identity that others may read", _seen_by_all, _OPEN, sample=0),
    Fault("a folder as identity", folder_at("keys/age-identity"), _OPEN, sample=0),
    Fault("an age file that was cut", _cut, _OPEN, sample=1),
    Fault("a folder as list of recipients", folder_at(f"{_SECRETS}/recipients.yml"), _OPEN[2:]),
    Fault(
        "a folder as audit",
        folder_at("state/audit.jsonl"),
        (Try("--debug secret get {town} database-password"), Try("--debug audit show"), Try("--debug audit check")),
    ),
    Fault("a folder as settings", folder_at("eakte-ops.yml"), (Try("--debug secret get centre smtp-password"),)),
    Fault(
        "a misspelt override",
        file_at(
            f"inventories/{TOWN}.yml",
            lambda text: f"{text}\nconfiguration: {{gateway/application-prod.yml: {{titel: x}}}}\n",
        ),
        _RENDER,
        sample=1,
    ),
    Fault(
        "a template that asks for what is not there",
        file_at(_TEMPLATE, lambda text: f"{text}\n{{{{ values.nothing }}}}\n"),
        _RENDER[:2],
        sample=1,
    ),
    Fault(
        "a template that makes something of a secret",
        file_at(_TEMPLATE, lambda text: f'{text}\n{{{{ secret["osrest-password"] | length }}}}\n'),
        _RENDER[:2],
        sample=1,
    ),
    Fault(
        "a full disk, or a reader that went away",
        nothing,
        (
            Try("secret get {town} database-password", (70,), {"out": "full"}),
            Try("secret get {town} database-password", (141,), {"out": "closed"}),
            Try("secret check --json", (70,), {"out": "full"}),
            Try("inventory show {town} --json", (141,), {"out": "closed"}),
        ),
    ),
    Fault(
        "Ctrl-C",
        nothing,
        (
            Try("secret check", (0, 1, 130, -signal.SIGINT), {"interrupted": 0.25}),
            Try("secret rekey {town}", (0, 1, 130, -signal.SIGINT), {"interrupted": 0.3}),
            Try(
                "secret edit {town} database-password",
                (130,),
                {"interrupted": 1.0, "environment": {"EDITOR": "{folder}/wait"}},
            ),
        ),
    ),
    Fault(
        "an end with a core dump, where one is wanted",
        nothing,
        (
            mistake(
                "eakte_ops.secret.age:encrypt",
                "secret set {town} database-password",
                ends=(-signal.SIGABRT,),
                how="abort",
                first=("sh", "-c", 'ulimit -c unlimited; exec "$@"', "sh"),
                stdin="new",
            ),
        ),
    ),
    Fault(
        "mistakes of the program",
        nothing,
        (
            mistake("eakte_ops.secret.age:encrypt", "--debug secret set {town} database-password", stdin="new"),
            mistake("eakte_ops.secret.editor:without_line_end", "--debug secret edit {town} database-password"),
            mistake("eakte_ops.secret.age:decrypt", "--debug secret get centre hook-key"),
            mistake("eakte_ops.cli.main:say_error", "--debug secret get {town} no-such-secret", ends=(1,)),
        ),
    ),
)
