"""`eakte-ops access`: what a town grants: make it, confirm it, compare it, take it back."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from eakte_ops.cli.access_check import check
from eakte_ops.cli.access_parts import access_rules, say_who_is_locked_out, show_table, trail
from eakte_ops.cli.context import CONTEXT
from eakte_ops.cli.output import say, show, show_json
from eakte_ops.errors import Refused, Status, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from eakte_ops.access.handover import Handover
    from eakte_ops.access.hostkeys import KeyChange
    from eakte_ops.access.rules import Access, Held
    from eakte_ops.inventory.model import Inventory

app = typer.Typer(
    help="What a town grants: packs, host keys, comparison, keys.", no_args_is_help=True, rich_markup_mode=None
)

app.command("check")(check)

OneTown = Annotated[str, typer.Argument(metavar="TOWN")]
Json = Annotated[bool, typer.Option("--json", help="For programs.")]


@app.command()
def pack(
    town: OneTown,
    out: Annotated[Path | None, typer.Option("--out", metavar="DIR", help="Folder (else packs/TOWN).")] = None,
) -> int:
    """Write the scripts that local IT reads and installs, and a page in German that says what they grant."""
    from eakte_ops.access.handover import handover

    inventory = CONTEXT.inventory(town)
    access = access_rules()
    if not access.said.holders:
        raise UsageError(
            "nobody holds a key yet, so a pack would let nobody in",
            place="access.yml",
            way_out="write the keys of the centre's people and of the night into it, below holders",
        )
    made = handover(inventory.towns[town], access)
    _write_packs(inventory, made, out or CONTEXT.folder / "packs" / town)
    say_who_is_locked_out(access, (town,) if made.packs else ())
    for host, why in made.left_out.items():
        say(f"NO PACK for {host}: {why}")
    return Status.REFUSED if made.left_out else Status.OK


@app.command()
def accept(
    town: OneTown,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What local IT sent back.", exists=True, dir_okay=False)],
    confirmed_by: Annotated[
        str | None, typer.Option("--confirmed-by", metavar="ROLE", help="Who read the fingerprints out: a role.")
    ] = None,
    how: Annotated[
        Literal["phone", "visit", "video", "console"] | None, typer.Option("--how", help="On which way.")
    ] = None,
) -> int:
    """Show the fingerprints that local IT sent back; with --confirmed-by and --how, trust them from now on."""
    from eakte_ops.access import accept as accepting
    from eakte_ops.access.facts import read_facts

    inventory = CONTEXT.inventory(town)
    facts = read_facts(file, town, accepting.names_of(inventory.towns[town]))
    offer = accepting.offered(inventory, inventory.towns[town], facts)
    _show_changes(offer.changes)
    for host in offer.missing:
        say(f"{host}: not in this file")
    by, way = _must_be_confirmed(offer.changes, confirmed_by, how)
    accepting.accept(trail(inventory), offer, by, way)
    say(f"Written: {offer.file}. From now on these keys are trusted, and no others.")
    for block in facts:
        if block.said.get("installed", "0") == "0":
            say(f"{block.host}: the access pack is not installed there yet")
    return Status.OK


@app.command()
def who(
    town: Annotated[str | None, typer.Argument(metavar="[TOWN]", help="Only this town (else all).")] = None,
    as_json: Json = False,
) -> int:
    """List who has access, with which keys and until when, and which pack was accepted last on each machine."""
    from eakte_ops.access.accept import names_of
    from eakte_ops.access.overview import COLUMNS, accepted_packs, rows
    from eakte_ops.clock import SYSTEM

    inventory = CONTEXT.inventory(*([town] if town else []))
    found = rows(access_rules(), town or "", SYSTEM.now().date())
    packs = [
        (each.id, *seen)
        for each in ([inventory.towns[town]] if town else inventory.towns.values())
        for seen in accepted_packs(trail(inventory).entries(each.id), names_of(each))
    ]
    if as_json:
        keys = [dict(zip(COLUMNS, row, strict=True)) for row in found]
        hosts = [dict(zip(_PACKS, row, strict=True)) for row in packs]
        show_json("access-who", 1, {"town": town, "keys": keys, "packs": hosts})
        return Status.OK
    show_table([COLUMNS, *found])
    show()
    show_table([_PACKS, *packs])
    return Status.OK


_PACKS = ("town", "host", "installed", "accepted")


@app.command()
def revoke(
    person: Annotated[str, typer.Argument(metavar="PERSON", help="Holder in access.yml: a role, such as admin-2.")],
    why: Annotated[str, typer.Option("--why", help="Reason, kept in access.yml and in the audit.")],
    machine: Annotated[str | None, typer.Option("--machine", help="Only the key at this machine.")] = None,
    out: Annotated[Path | None, typer.Option("--out", metavar="DIR", help="Write the new packs to DIR/TOWN.")] = None,
) -> int:
    """Take back the keys of a person: in no new pack, and a finding until every server refuses them."""
    from eakte_ops.access.hostkeys import write_atomically
    from eakte_ops.access.load import FILE, read_access
    from eakte_ops.access.revoke import keys_to_revoke, revoked_text, towns_of
    from eakte_ops.clock import SYSTEM

    inventory = CONTEXT.inventory()
    keys = keys_to_revoke(access_rules(), person, machine)
    _must_be_a_line("--why", why)
    file = CONTEXT.folder / FILE
    text = revoked_text(file.read_text(encoding="utf-8"), keys, SYSTEM.now().date().isoformat(), why)
    access = read_access(text, CONTEXT.survey().known)
    towns = towns_of(keys, tuple(inventory.towns))
    named = [f"{held.key.machine} {held.key.public.fingerprint}" for held in keys]
    trail(inventory).record("access revoke", why=why, details={"holder": person, "keys": named, "towns": list(towns)})
    write_atomically(file, text)
    _say_revoked(keys, towns, access.version)
    say_who_is_locked_out(access, towns)
    if out is not None:
        _write_all(inventory, access, towns, out)
    return Status.OK


def _write_all(inventory: Inventory, access: Access, towns: Iterable[str], out: Path) -> None:
    from eakte_ops.access.handover import handover

    for town in towns:
        _write_packs(inventory, handover(inventory.towns[town], access), out / town)


def _say_revoked(keys: Iterable[Held], towns: tuple[str, ...], version: int) -> None:
    for held in keys:
        show(f"revoked  {held.holder} at {held.key.machine}  {held.key.public.fingerprint}")
    for town in towns:
        show(f"needs access pack {version}  {town}")
    say("Until a server refuses the key itself it stays a finding: eakte-ops access check TOWN")
    say("Commit access.yml, hand the new packs to local IT (access pack TOWN), and end open sessions there.")


def _write_packs(inventory: Inventory, made: Handover, folder: Path) -> None:
    """Write and announce the files of one town. Raises Refused if the number was used for another content."""
    from eakte_ops.access.handover import MADE, must_be_new_or_same
    from eakte_ops.access.hostkeys import write_atomically

    audit = trail(inventory)
    must_be_new_or_same(made, audit.entries(made.town))
    audit.record(MADE, town=made.town, details={"version": made.version, "sums": made.sums})
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in made.files.items():
            write_atomically(folder / name, text)
    except OSError as problem:
        raise UsageError(
            f"{folder} can not be written: {problem.strerror}", way_out="name another with --out"
        ) from None
    if not made.packs:
        say(f"No machine of {made.town} gets an access pack; written: {', '.join(made.files) or 'nothing'}")
        return
    say(f"Access pack {made.version} of {made.town} in {folder}")
    for each in made.packs:
        show(f"{each.filename}  {each.spoken}")
    say("Local IT reads FREIGABE-*.md, compares the sums on the phone and sends the facts back (access accept).")


def _show_changes(found: Iterable[KeyChange]) -> None:
    for each in found:
        shown = each.new.fingerprint if each.new else ""
        show(f"{each.host}  {each.kind}  {each.state}  {shown}".rstrip())
        if each.state in ("CHANGED", "gone"):
            for old in each.old:
                show(f"{each.host}  {each.kind}  was      {old.fingerprint}")


def _must_be_confirmed(found: Iterable[KeyChange], confirmed_by: str | None, how: str | None) -> tuple[str, str]:
    """Who confirmed the fingerprints, and how. Raises Refused where nobody did, or a key is revoked."""
    if any(each.state == "REVOKED" for each in found):
        raise Refused(
            "a host shows a key that is marked as revoked; nothing was written",
            way_out="ask local IT at once; a revoked key in use again is an incident",
        )
    if confirmed_by is None or how is None:
        raise Refused(
            "nobody confirmed these fingerprints yet, so nothing was written",
            way_out="have local IT read them out, then add: --confirmed-by ROLE --how phone",
        )
    if re.fullmatch("[a-z][a-z0-9-]{0,62}", confirmed_by) is None:
        raise UsageError(
            "a role is expected in small letters, never the name of a person",
            place="--confirmed-by",
            way_out="for example --confirmed-by local-it; who fills the role is written down elsewhere",
        )
    return confirmed_by, how


def _must_be_a_line(option: str, text: str) -> None:
    if not text.strip() or not text.isprintable() or len(text) > 200:
        raise UsageError(f"one line of 1 to 200 characters is expected, found {text[:40]!r}", place=option)
