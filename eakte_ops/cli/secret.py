"""`eakte-ops secret`: values that lie in age files beside the inventory and never stand on a command line."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from eakte_ops.cli.commands import CENTRE
from eakte_ops.cli.context import CONTEXT
from eakte_ops.cli.output import say, show, show_json
from eakte_ops.errors import IdentityUnsafe, Refused, Status, UsageError

if TYPE_CHECKING:
    from eakte_ops.audit import Trail
    from eakte_ops.inventory.model import Town
    from eakte_ops.secret.check import Finding
    from eakte_ops.secret.identity import Identities
    from eakte_ops.secret.rekey import Rekeyed
    from eakte_ops.secret.vault import Vault

app = typer.Typer(
    help="Secrets of the towns and of the centre: set, edit, get, check, rekey.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

OneTown = Annotated[str, typer.Argument(metavar="TOWN", help="A town, or the word `centre` for the centre itself.")]
Name = Annotated[str, typer.Argument(metavar="NAME", help="As the town's inventory file, or eakte-ops.yml, lists it.")]
Surplus = Annotated[list[str] | None, typer.Argument(hidden=True)]
Json = Annotated[bool, typer.Option("--json", help="For programs.")]


@dataclass(frozen=True, slots=True)
class _Holder:
    """Whose secrets they are: a town, or the centre itself. `names`: those that its file lists."""

    id: str
    names: tuple[str, ...]

    @property
    def lists(self) -> str:
        """Where the names are listed."""
        if self.id == CENTRE:
            return "`secrets: {names: [...]}` in eakte-ops.yml"
        return f"`secrets:` in inventories/{self.id}.yml"


@app.command("set")
def set_(town: OneTown, name: Name, surplus: Surplus = None) -> int:
    """Store a value: typed at a hidden prompt, or piped in. It is encrypted for all recipients on record."""
    from eakte_ops.secret.editor import without_line_end

    _not_on_the_command_line(surplus)
    vault = _vault(_listing(town, name).id, needs_identity=False)
    return _put("secret set", vault, name, without_line_end(_typed(town, name) if sys.stdin.isatty() else _piped()))


@app.command()
def edit(town: OneTown, name: Name, surplus: Surplus = None) -> int:
    """Change a value in $EDITOR, on a file in memory that is removed afterwards."""
    from eakte_ops.secret.editor import edited

    _not_on_the_command_line(surplus)
    vault = _vault(_listing(town, name).id)
    return _put("secret edit", vault, name, edited(vault.reveal(name) if name in vault.names() else None, name))


@app.command()
def get(
    town: OneTown,
    name: Name,
    on_screen: Annotated[bool, typer.Option("--show", help="Print it although it can be seen.")] = False,
) -> int:
    """Print a value for the next program. On a terminal only with --show, because others may look on."""
    holder = _holder(town)
    terminal = sys.stdout.isatty()
    if terminal and not on_screen:
        raise Refused("the value would stand on the screen", way_out="pipe it into a program, or add --show")
    secret = _vault(holder.id).reveal(name)
    shown = {"on_screen": "yes"} if terminal else {}
    _trail().record("secret get", town=_in_audit(town), details={"name": name, **shown})
    value = secret.reveal()
    # Not through `show`: this is the one place where a value is meant to leave, and it leaves as it is.
    if terminal:
        sys.stdout.write(f"{value}\n")
    else:  # as it was stored, whatever the locale
        sys.stdout.buffer.write(value.encode("utf-8"))
    sys.stdout.flush()
    return Status.OK


@app.command()
def check(
    towns: Annotated[list[str] | None, typer.Argument(metavar="[TOWN]...", help="Only these (default: all).")] = None,
    as_json: Json = False,
) -> int:
    """Say what is missing, left over, made for the wrong recipients, or must be changed; status 1 if anything is."""
    asked = [_holder(town) for town in towns] if towns else _everybody()
    identities, found = _identities_or_finding()
    found += _left_behind()
    notes: list[str] = []
    for holder in asked:
        findings, note = _examined(holder, identities)
        found += findings
        notes += note
    names = sum(len(holder.names) for holder in asked)
    if as_json:
        from dataclasses import asdict

        rows = [asdict(finding) for finding in found]
        show_json(
            "secret-check",
            1,
            {"towns": [holder.id for holder in asked], "secrets": names, "findings": rows, "notes": notes},
        )
    else:
        _show_findings(found)
        for line in notes:
            say(line)
        say(f"{_count(len(found), 'finding')} · {_count(names, 'secret')} in {_asked(asked)}")
    return Status.FINDINGS if found else Status.OK


@app.command("rekey")
def rekey_(
    towns: Annotated[list[str], typer.Argument(metavar="TOWN...")],
    remove: Annotated[
        str, typer.Option("--remove", metavar="WHO", help="Take this recipient off the towns' lists first.")
    ] = "",
    bind: Annotated[
        list[str] | None,
        typer.Option(
            "--bind", metavar="NAME", help="You vouch that NAME.age is this town's, though it does not say so inside."
        ),
    ] = None,
) -> int:
    """Encrypt all values anew for the recipients on record, and say what must be changed now."""
    from eakte_ops.secret.recipients import read
    from eakte_ops.secret.rekey import rekey

    vaults = [_vault(_holder(town).id) for town in dict.fromkeys(towns)]
    present = {vault.town: {one.who for one in read(vault.folder).everyone} for vault in vaults}
    if remove and not any(remove in on_record for on_record in present.values()):
        from eakte_ops.yamltext import did_you_mean

        known = sorted(set().union(*present.values()))
        raise UsageError(f'no recipient "{remove}" in {", ".join(present)}{did_you_mean(remove, known)}')
    _known(bind or [], vaults)
    open_points = False
    for vault in vaults:
        here = remove if remove in present[vault.town] else ""
        if remove and not here:
            say(f'{vault.town}: "{remove}" is no recipient here')
        bound = [name for name in bind or [] if name in vault.names()]
        details = {"remove": here, **({"bind": ", ".join(bound)} if bound else {})}
        _trail().record("secret rekey", town=_in_audit(vault.town), details=details)
        open_points = _tell(rekey(vault, here, bound)) or open_points
    return Status.FINDINGS if open_points else Status.OK


def _known(names: list[str], vaults: list[Vault]) -> None:
    """Raises UsageError for a name that no town has."""
    from eakte_ops.yamltext import did_you_mean

    known = sorted({name for vault in vaults for name in vault.names()})
    for name in names:
        if name not in known:
            said = f'{", ".join(vault.town for vault in vaults)} has no value for "{name}"'
            raise UsageError(f"{said}{did_you_mean(name, known)}")


def vault_of(town: Town) -> Vault:
    """The town's vault with the identity of this machine, for every command that needs a secret at the last moment."""
    return _vault(town.id)


def vault_of_centre(*, may_ask: bool) -> Vault:
    """The vault of the centre itself; a mistake in a town's file does not matter. `may_ask`: for a passphrase."""
    return _vault(CENTRE, may_ask=may_ask)


def _vault(holder: str, *, needs_identity: bool = True, may_ask: bool = True) -> Vault:
    """Without identity a value can be stored, but neither read nor compared."""
    from eakte_ops.secret.vault import Vault

    file = _identity_file()
    vault = Vault(CONTEXT.folder / "inventories", holder)
    if file is None or (not needs_identity and not file.exists()):
        return vault
    return vault.opened_by(_load(file, may_ask))


def _holder(word: str) -> _Holder:
    """The town of that name, or the centre. Raises UsageError, InvalidFile."""
    if word == CENTRE:
        return _Holder(CENTRE, CONTEXT.settings().secrets.names)
    return _Holder(word, CONTEXT.inventory(word).towns[word].said.secrets)


def _everybody() -> list[_Holder]:
    towns = [_Holder(town.id, town.said.secrets) for town in CONTEXT.inventory().towns.values()]
    return [_holder(CENTRE), *towns]


def _trail() -> Trail:
    from eakte_ops.audit import Trail

    return Trail(CONTEXT.state)


def _in_audit(holder: str) -> str:
    """What concerns the centre itself concerns no town."""
    return "" if holder == CENTRE else holder


def _identity_file() -> Path | None:
    """EAKTE_OPS_IDENTITY, else the setting, relative to the operations folder; a person's own choice goes first."""
    named = os.environ.get("EAKTE_OPS_IDENTITY", "")
    if named:
        return Path(named).expanduser()
    said = CONTEXT.settings().secrets.identity
    return CONTEXT.folder / Path(said).expanduser() if said else None


def _load(file: Path, may_ask: bool = True) -> Identities:
    from eakte_ops.secret.identity import load

    return load(file, _ask_passphrase if may_ask and sys.stdin.isatty() else None)


def _ask_passphrase(question: str) -> str:
    answer: str = typer.prompt(question, hide_input=True, err=True)
    return answer


def _listing(town: str, name: str) -> _Holder:
    """The holder, whose file must list `name`: what nobody lists, nobody would miss."""
    holder = _holder(town)
    if name not in holder.names:
        from eakte_ops.yamltext import did_you_mean

        raise UsageError(
            f'{town} lists no secret "{name}"{did_you_mean(name, holder.names)}',
            way_out=f"add the name to {holder.lists} first",
        )
    return holder


def _not_on_the_command_line(surplus: list[str] | None) -> None:
    if surplus:
        raise UsageError(
            "a value is never given on the command line: others saw it in the process list, and it stands in the "
            "shell's history",
            way_out="choose another value, then type it at the prompt or pipe it in",
        )


def _typed(town: str, name: str) -> str:
    typed: str = typer.prompt(f"Value of {town}/{name}", hide_input=True, confirmation_prompt=True, err=True)
    return typed


def _piped() -> str:
    from eakte_ops.secret.vault import LONGEST

    text = None
    raw = sys.stdin.buffer.read(LONGEST * 4 + 1)
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        text = None  # that exception carries the bytes; it must not become the context of another one
    if text is None:
        raise UsageError("the value is no UTF-8 text; nothing was stored", way_out="store it as base64")
    return text


def _put(act: str, vault: Vault, name: str, value: str) -> int:
    from eakte_ops.secret.record import read

    _trail().record(act, town=_in_audit(vault.town), details={"name": name})
    before = read(vault.folder, name)
    file = vault.folder.shown(vault.folder.sealed(name))
    if not vault.put(name, value):
        if before is not None and before.must_change:
            who = ", ".join(leaver.known_to for leaver in before.must_change)
            raise Refused(f"this is the old value, which {who} knows; nothing was stored", place=file)
        say(f"{file} holds this value already; nothing was changed.")
        return Status.OK
    made = read(vault.folder, name)
    say(f"{file} written for {', '.join(one.who for one in made.recipients) if made else ''}.")
    say(f"Next: git add {vault.folder.shown(vault.folder.path)} && git commit")
    return Status.OK


def _identities_or_finding() -> tuple[Identities | None, list[Finding]]:
    """`check` goes on without an identity and says why."""
    from eakte_ops.secret.check import Finding

    file = _identity_file()
    if file is None:
        say("No identity is named (EAKTE_OPS_IDENTITY or eakte-ops.yml): whether the files open was not tried.")
        return None, []
    try:
        return _load(file), []
    except (IdentityUnsafe, UsageError, Refused) as problem:
        return None, [Finding("", problem.place or str(file), problem.said, problem.way_out)]


def _left_behind() -> list[Finding]:
    from eakte_ops.secret.check import Finding
    from eakte_ops.secret.editor import left_behind

    said = "holds a value in plain text: an edit is going on or was killed"
    return [Finding("", str(folder), said, f"if nobody is editing: rm -r {folder}") for folder in left_behind()]


def _examined(holder: _Holder, identities: Identities | None) -> tuple[list[Finding], list[str]]:
    """Findings of one holder, and a note where its files were not opened although there is an identity."""
    from eakte_ops.secret.check import examine, opened_here
    from eakte_ops.secret.vault import Vault

    vault = Vault(CONTEXT.folder / "inventories", holder.id, identities)
    found = examine(vault, holder.names)
    if identities is not None and vault.names() and not opened_here(vault):
        return found, [f"{holder.id}: your identity is not a recipient of all secrets; these were not opened."]
    return found, []


def _show_findings(found: list[Finding]) -> None:
    width = max((len(finding.subject) for finding in found), default=0)
    for finding in found:
        show(f"{finding.town or '-':<18} {finding.subject:<{width}}  {finding.sentence}")
        show(f"{'':<18} → {finding.way_out}")


def _tell(done: Rekeyed) -> bool:
    """Says what was done to one town; True if something is open now."""
    say(f"{done.town}: {_count(len(done.done), 'secret')} encrypted anew, {len(done.already)} right already")
    for who, names in done.leavers.items():
        show(f"{done.town}: {who} knows {', '.join(names)}: change {'it' if len(names) == 1 else 'them'} now")
        show("  → where each is used, then: eakte-ops secret set TOWN NAME; secret check reminds of it until then")
    for who, names in done.replaced.items():
        show(f"{done.town}: {who} has a new key; whoever holds the old one can open {', '.join(names)} from git")
        show("  → was it lost or stolen? Then change these values too")
    return bool(done.leavers)


def _asked(holders: list[_Holder]) -> str:
    """`10 towns and the centre`."""
    towns = sum(holder.id != CENTRE for holder in holders)
    parts = [_count(towns, "town")] if towns else []
    return " and ".join([*parts, *(["the centre"] if towns < len(holders) else [])])


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'s' * (number != 1)}"
