"""How every command is run, in every format. A command that is not in here fails the tests: see `missing`."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from enum import EnumType
from typing import Any, Literal, get_args, get_origin

import typer

TABLE = "tests/canary/table.py"
FORMATS = ("--format table", "--json", "--format json", "--format nagios", "--format prometheus")
LANGUAGES = ("--language de", "--language en")
LOOKED = (0, 1, 2, 3)
"""A look; that of Nagios has statuses of its own."""


@dataclass(frozen=True, slots=True)
class Row:
    """A command. `ways`: what is typed behind it, one run each; the first is the sample that every test run makes.

    `needs`: a folder alone, what a sweep remembered, or servers. `ends`: the statuses it may have. `stdin`: the canary
    that is piped in. `tells`: the canary that is meant to come out. `terminal`: typed at one.
    Known in the words: {town}, {server}, {out} (a folder for files), {facts} (what local IT sent back), {finding}, and
    {plan}: its hash.
    """

    words: str
    ways: tuple[str, ...] = ("",)
    needs: Literal["folder", "memory", "servers"] = "folder"
    ends: tuple[int, ...] = (0, 1)
    stdin: str = ""
    tells: str = ""
    terminal: bool = False

    def typed(self, *, whole: bool) -> Iterator[str]:
        """What is typed: all of it, or the sample."""
        for way in self.ways if whole else self.ways[:1]:
            yield f"{self.words} {way}".strip()


ROWS = (
    Row("secret set {town} database-password", stdin="{town}/database-password"),
    Row("secret set {town} elastic-password", stdin="{town}/elastic-password"),
    Row("secret set {town} osrest-password", stdin="{town}/osrest-password"),
    Row("secret set centre smtp-password", stdin="centre/smtp-password"),
    Row("secret set centre hook-key", stdin="centre/hook-key"),
    Row("secret set {town} database-password wrong", ends=(2,)),
    Row("secret edit {town} database-password"),
    Row("secret edit {town} database-password wrong", ends=(2,)),
    Row("secret get {town} database-password", tells="{town}/database-password"),
    Row("secret get centre hook-key", tells="centre/hook-key"),
    Row("secret get {town} osrest-password --show", tells="{town}/osrest-password", terminal=True),
    Row("secret get {town} osrest-password", ends=(7,), terminal=True),
    Row("secret check", ("--json", "", "{town}", "centre")),
    Row("secret rekey {town} centre", ("--remove colleague", "", "--bind database-password")),
    Row("init {out}/new"),
    Row(
        "config render {town}",
        (
            "--file service-manager/application-prod.yml",
            "",
            "--json",
            "--out {out}/rendered --server {server}",
            *LANGUAGES,
        ),
    ),
    Row("inventory check", ("--json", "", "{town}")),
    Row("inventory list", ("--json", "")),
    Row("inventory show {town}", ("--json", "")),
    Row("inventory schema", ("town", "defaults", "settings", "playbook")),
    Row("playbooks list", ("--json", "")),
    Row("playbooks show restart", ("--json", ""), ends=(0, 2)),
    Row(
        "play {town} mine --why tried",
        ("--plan", "name=value --outside-window --agreed-with local-it --without-approval"),
        ends=(2,),
    ),
    Row("checks", ("documents.roundtrip", "", "--json", *LANGUAGES)),
    Row("access pack {town}", ("--out {out}/pack", "")),
    Row("access who", ("--json", "", "{town}")),
    Row(
        "access accept {town} {facts}",
        (
            "--confirmed-by local-it --how phone",
            *(f"--confirmed-by local-it --how {how}" for how in ("visit", "video", "console")),
        ),
        needs="servers",
    ),
    Row("access accept {town} {facts}", needs="servers", ends=(7,)),
    Row("access check {town}", ("--json", "--night", ""), needs="servers"),
    Row("lab up {town}", needs="servers"),
    Row("lab status", ("--json", ""), needs="servers"),
    Row("lab ssh {server}", ("-- true", "--root -- true"), needs="servers"),
    Row("lab down --purge-image {town}", needs="servers", ends=(2,)),
    Row(
        "lab break",
        ("service-lying --server {server}", "queue-stuck --town {town}", "--list"),
        needs="servers",
    ),
    Row(
        "health",
        (
            *(f"{{town}} {form}" for form in (*FORMATS, *LANGUAGES)),
            *(f"{{town}} {form} --out {{out}}/health.{number}" for number, form in enumerate(FORMATS)),
            "{town} --check documents.roundtrip",
            "--all",
        ),
        needs="servers",
        ends=LOOKED,
    ),
    Row(
        "sweep",
        (
            *(f"{{town}} {form}" for form in (*FORMATS, *LANGUAGES)),
            *(f"{{town}} {form} --out {{out}}/sweep.{number}" for number, form in enumerate(FORMATS)),
            "--ring 1",
            "--light",
        ),
        needs="servers",
        ends=LOOKED,
    ),
    Row(
        "config diff {town}",
        ("--json", "", "--file index/built-in.usr", "--server {server}", *LANGUAGES),
        needs="servers",
    ),
    Row("config diff {town}", ("--file service-manager/application-prod.yml",), needs="servers", terminal=True),
    Row(
        "config adopt {town} service-manager/application-prod.yml",
        ("", "--server {server}"),
        needs="servers",
        ends=(0, 1, 2),
    ),
    Row(
        "config apply {town} --why canary",
        (
            "--plan",
            "--server {server} --plan",
            "--file service-manager/application-prod.yml",
            "--plan --outside-window --agreed-with local-it --without-approval",
        ),
        needs="servers",
        ends=(0, 2, 7),
    ),
    Row(
        "configs drift",
        ("{town} --json", "--all", "{town} --night", *(f"{{town}} {each}" for each in LANGUAGES)),
        needs="servers",
    ),
    Row(
        "logs {town} service-manager",
        ("--json", "", "--since 1h", "--lines 5 --server {server}"),
        needs="servers",
    ),
    Row(
        "handover begin {town} --until 2h --why patches --plan",
        ("", "--server {server} --outside-window --agreed-with local-it --without-approval"),
        needs="memory",
        ends=(0,),
    ),
    Row(
        "handover end {town} --plan",
        ("", "--why patched --older-is-known --without-approval"),
        needs="memory",
        ends=(2,),
    ),
    Row(
        "restart {town} gateway --why hangs --plan",
        ("", "--server {server} --without-approval"),
        needs="memory",
        ends=(0,),
    ),
    # A person types a password by mistake: it is a line that the server does not know.
    Row(
        "shell {server} --why watched",
        ("", "--limit 5"),
        needs="servers",
        ends=(1,),
        stdin="{town}/database-password",
    ),
    Row("status", ("{town}", "", "--json", *LANGUAGES), needs="memory"),
    Row(
        "history {town} documents.roundtrip",
        ("--json", "", "--server {server} --days 2", *LANGUAGES),
        needs="memory",
    ),
    Row("history {town} disk.space", ("--subject /",), needs="memory"),
    Row("findings list", ("--all --json", "", "{town}", "--owner centre", *LANGUAGES), needs="memory"),
    Row("findings show {finding}", ("--json", "", *LANGUAGES), needs="memory"),
    Row(
        "findings ack {finding}",
        ("--until 4h --why watched", *(f"--until 5h --why watched {tongue}" for tongue in LANGUAGES), "--end"),
        needs="memory",
    ),
    Row("digests show", ("--json", "", "--town {town}", "--html {out}/digest.html", *LANGUAGES), needs="memory"),
    Row("digests send", ("--json", "--dry-run", "--dry-run --json", ""), needs="memory"),
    Row("digests list", ("--json", "", "--days 2"), needs="memory"),
    Row("store check", ("--json", ""), needs="memory"),
    Row("store prune", ("--json", "--dry-run", ""), needs="memory"),
    Row("store backup {out}/store.copy", needs="memory"),
    Row("audit show", ("--json", "", "{town}")),
    Row("audit check", ("--json", "")),
    Row("audit check", ("{town} --json", "--all"), needs="servers", ends=(0, 1, 3)),
    Row("runs list", ("--json", "", "{town} --days 3")),
    Row("runs show none-such", ("--json", "--look"), ends=(2,)),
    Row("runs pause none-such", ends=(2,)),
    Row("runs resume none-such", ("--answer done --decide 01-a-b=done --why tried",), ends=(2,)),
    Row("runs rollback none-such --why tried", ("--town {town}",), ends=(2,)),
    Row("runs abandon none-such --why tried", ends=(2,)),
    Row("runs adopt {town} --why tried", needs="servers", ends=(2, 3)),
    Row("jobs list", ("{town} --json", ""), needs="servers", ends=(0, 3)),
    Row("jobs end {town} none-such --why tried", needs="servers", ends=(2, 3)),
    Row("unlock {town} --why tried", needs="servers", ends=(0, 3)),
    Row("plans list", ("--json", "", "{town}")),
    Row(
        "plans show {plan}",
        ("--json", "", "--paper", "--paper --out {out}/plan.md", "--json --out {out}/plan.json"),
        needs="memory",
    ),
    Row("plans show {plan} --paper", LANGUAGES, needs="memory"),
    Row("plans approve {plan}", ("", "--key {out}/none --out {out}/approval"), ends=(7,), needs="memory"),
    Row("plans approve --from {out}/none", ends=(2,)),
    Row("plans run 000000", ("--outside-window --agreed-with local-it --without-approval --why tried",), ends=(2,)),
    Row("schedule show", ("--json", "", "--units", "--user nobody", "--unit-dir {out}")),
    Row("schedule install --unit-dir {out}", ("--user nobody",), ends=(0, 7)),
    Row("schedule remove --unit-dir {out}"),
    Row("lab missing", ends=(0, 7)),
    Row("lab mend", ("", "service-lying --town {town}", "queue-stuck --server {server}"), needs="servers"),
    Row("access revoke admin-1 --why gone", ("--out {out}/packs --machine desk-1",)),
)


def commands(command: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """Every command that can be typed, from the program itself: its words, and what it is."""
    if not hasattr(command, "list_commands"):
        yield name, command
        return
    for each in command.list_commands(None):
        yield from commands(command.get_command(None, each), f"{name} {each}".strip())


def program() -> Any:
    """The whole command line."""
    from eakte_ops.cli.main import app

    return typer.main.get_command(app)


def missing(rows: tuple[Row, ...], root: Any) -> list[str]:
    """What the program can do and `rows` do not run, each in a sentence that says what to add."""
    typed = [line for row in rows for line in row.typed(whole=True)]
    found: list[str] = []
    for name, command in commands(root):
        own = [line for line in typed if line == name or line.startswith(f"{name} ")]
        if not own:
            found.append(f'add a row for the command "{name}" to ROWS in {TABLE}: how it is run, in every format')
            continue
        words = {word for line in own for word in shlex.split(line)}
        found += [
            f'add a way with {option} to the row of "{name}" in {TABLE}'
            for param in command.params
            if not param.hidden and param.param_type_name == "option" and "--help" not in param.opts
            for option in _wanted(param)
            if not _is_typed(option, words, own)
        ]
    return found


def _wanted(param: Any) -> list[str]:
    """An option; where it has choices, each of them."""
    name, kind = param.opts[-1], param.type_descriptor.annotation
    choices = list(kind) if isinstance(kind, EnumType) else get_args(kind) if get_origin(kind) is Literal else ()
    return [f"{name} {choice}" for choice in choices] or [name]


def _is_typed(option: str, words: set[str], lines: list[str]) -> bool:
    name, _, choice = option.partition(" ")
    return name in words if not choice else any(f" {name} {choice} " in f" {line} " for line in lines)
