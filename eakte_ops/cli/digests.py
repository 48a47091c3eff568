"""`eakte-ops digests`: what the mails of the morning say, sending them, and what became of them."""

from __future__ import annotations

from contextlib import closing, nullcontext
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from eakte_ops.cli.context import CONTEXT
from eakte_ops.cli.language import Language, spoken
from eakte_ops.cli.output import replaced, say, show, show_json
from eakte_ops.cli.times import iso
from eakte_ops.errors import Status, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from eakte_ops.inventory.settings import Settings
    from eakte_ops.report.alarm import Whom
    from eakte_ops.report.deliver import Delivered
    from eakte_ops.report.letter import Letter
    from eakte_ops.report.morning import Made
    from eakte_ops.report.queue import Message
    from eakte_ops.secret.value import Secret
    from eakte_ops.store import Store

app = typer.Typer(help="What the mails of the morning say; send them.", no_args_is_help=True, rich_markup_mode=None)

Json = Annotated[bool, typer.Option("--json", help="For programs.")]
_DAY_S = 86400.0
_COLUMNS = ("state", "what", "to", "made", "tries", "last or next", "why not")


@app.command("show")
def show_(
    town: Annotated[str, typer.Option("--town", metavar="TOWN", help="That of a town's local IT.")] = "",
    html: Annotated[
        Path | None, typer.Option("--html", metavar="FILE", help="Write it as a page into a file instead.")
    ] = None,
    as_json: Json = False,
    language: Annotated[
        Language | None, typer.Option("--language", help="Another language than the receiver's.")
    ] = None,
) -> int:
    """Show what the digest of this morning says, up to now. Nothing is sent, and nothing counts as told."""
    from eakte_ops.clock import SYSTEM
    from eakte_ops.report.morning import preview

    settings = CONTEXT.settings()
    tongue = None if language is None else spoken(language)
    with closing(CONTEXT.store(read_only=True)) if _is_there() else nullcontext() as store:
        letter = preview(store, settings, town, SYSTEM.now().timestamp(), tongue)
    if letter is None:
        raise UsageError(
            f'no sweep has looked at a town "{town}" yet, so there is no digest for it',
            way_out="eakte-ops inventory list shows the towns, eakte-ops sweep looks at them",
        )
    if html is not None:
        _write_page(letter, html)
    if as_json:
        show_json("digest", 1, {"town": town, **asdict(letter)})
    elif html is None:
        from eakte_ops.report.as_text import as_text

        say(f"Subject: {letter.subject}")
        for line in as_text(letter).splitlines():
            show(line)
    return Status.OK


@app.command()
def send(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be sent to whom.")] = False,
    as_json: Json = False,
) -> int:
    """Make the digests of this morning, once, and deliver all that waits: digests and alarms. A timer runs this.

    Status 0: everything was taken, 1: something waits or was given up, 2: eakte-ops.yml says no mail server.
    """
    from eakte_ops.clock import SYSTEM
    from eakte_ops.report import morning

    settings = CONTEXT.settings()
    if settings.mail is None:
        raise UsageError(
            "there is no mail server in it, so nothing can be sent",
            place="eakte-ops.yml",
            way_out="write `mail:` into it (docs/how-to/digest.md); eakte-ops digests show works without",
        )
    now = SYSTEM.now().timestamp()
    if dry_run:
        return _dry_run(settings, now, as_json)
    with closing(CONTEXT.store()) as store:
        made = morning.put(store, settings, morning.build(store, settings, now), now)
        done = deliver_waiting(store, settings, all_now=True)
        _forget(store, settings, now)
    if as_json:
        show_json("digests-send", 1, {"made": [_made(each) for each in made], **asdict(done)})
    else:
        _say_made(made)
        _say_delivered(done)
    return Status.FINDINGS if done.waiting or done.given_up else Status.OK


@app.command("list")
def list_(
    days: Annotated[int, typer.Option("--days", min=1, max=3650, help="How far back.")] = 14,
    as_json: Json = False,
) -> int:
    """List digests and alarms, the newest first: to whom, how often tried, what became of them; status 1 if any wait
    or were given up."""
    from eakte_ops.clock import SYSTEM
    from eakte_ops.report import alarm, queue

    settings, now = CONTEXT.settings(), SYSTEM.now().timestamp()
    with closing(CONTEXT.store(must_exist=True, read_only=True)) as store, store.reading() as rows:
        found = queue.recent(rows, now - days * _DAY_S)
        held = alarm.held(rows, now)
    open_points = [each for each in found if each.state in ("waiting", "given up")]
    if as_json:
        later = [
            {**dict(zip(("due", "whom", "town", "findings"), each, strict=True)), "due": iso(each[0])} for each in held
        ]
        show_json("digests", 1, {"messages": [_data(each) for each in found], "held": later})
        return Status.FINDINGS if open_points else Status.OK
    _show_list(found, settings, now)
    _say_held(held, settings, now)
    return Status.FINDINGS if open_points else Status.OK


def deliver_waiting(store: Store, settings: Settings, *, all_now: bool = False, seconds: float = 600.0) -> Delivered:
    """Send what waits, alarms first, for at most `seconds`. The sweep does so beside its look: nobody is asked for a
    passphrase then. `all_now`: a person, or the timer of the morning, wants it; see report.deliver."""
    from eakte_ops.cli.secret import vault_of_centre
    from eakte_ops.report.deliver import deliver, ways_of

    def password(name: str) -> Secret:
        return vault_of_centre(may_ask=all_now).reveal(name)

    return deliver(store, settings, ways_of(settings, CONTEXT.folder, password), all_now=all_now, seconds=seconds)


def _is_there() -> bool:
    return (CONTEXT.state / "store.db").exists()


def _write_page(letter: Letter, file: Path) -> None:
    from eakte_ops.report.as_page import as_page

    try:
        with replaced(file) as stream:
            stream.write(as_page(letter))
    except OSError as problem:
        raise UsageError(f"{file} can not be written: {problem.strerror}", way_out="name another file") from None
    say(f"{file} written.")


def _data(message: Message) -> dict[str, object]:
    """For programs; times in UTC."""
    times = {"made": iso(message.made), "next": iso(message.next), "ended": iso(message.ended)}
    return {**asdict(message), **times}


def _dry_run(settings: Settings, now: float, as_json: bool) -> int:
    from eakte_ops.report import morning, queue

    made: tuple[Made, ...] = ()
    waiting: tuple[Message, ...] = ()
    with closing(CONTEXT.store()) as store:
        made = morning.build(store, settings, now)
        with store.reading() as rows:
            waiting = queue.waiting(rows)
    if as_json:
        show_json(
            "digests-send", 1, {"made": [_made(each) for each in made], "waiting": [_data(each) for each in waiting]}
        )
        return Status.OK
    for each in made:
        show(f"would be made   {', '.join(each.to)}   {each.letter.subject}")
    for message in waiting:
        show(f"waits           {message.address}   {message.subject}")
    say(f"{_count(len(made), 'digest')} to be made, {_count(len(waiting), 'message')} waiting. Nothing was sent.")
    return Status.OK


def _made(each: Made) -> dict[str, object]:
    return {
        "town": each.recipient,
        "to": list(each.to),
        "since": each.since,
        "until": each.until,
        "subject": each.letter.subject,
    }


def _forget(store: Store, settings: Settings, now: float) -> None:
    from eakte_ops.report import queue

    with store.writing() as rows:
        queue.prune(rows, now, settings.retention.results_days)


def _say_made(made: tuple[Made, ...]) -> None:
    if not made:
        say("The digests of this day were made before; none was made anew.")
    for each in made:
        show(f"{each.recipient or 'centre':<18} {', '.join(each.to)}   {each.letter.subject}")


def _say_delivered(done: Delivered) -> None:
    parts = [f"{_count(done.sent, 'message')} sent"]
    parts += [f"{done.waiting} waiting"] if done.waiting else []
    parts += [f"{done.given_up} given up"] if done.given_up else []
    say(f"{', '.join(parts)}.")
    for why in done.trouble:
        say(f"  {why}")
    if done.waiting:
        say(
            "  → nothing is lost: it is tried again by every sweep and by eakte-ops digests send; digests list shows it"
        )


def _show_list(found: Iterable[Message], settings: Settings, now: float) -> None:
    from eakte_ops.cli.access_parts import show_table
    from eakte_ops.report.moments import Reader

    reader = Reader("en", settings.centre.zone, now)
    lines = [
        (
            each.state,
            each.kind if each.way == "mail" else f"{each.kind} ({each.way})",
            each.address,
            reader.moment(each.made),
            str(each.tries),
            reader.moment(each.next if each.ended is None else each.ended),
            each.why,
        )
        for each in found
    ]
    if lines:
        show_table([_COLUMNS, *lines])
    else:
        say("Nothing was sent, and nothing waits.")


def _say_held(held: tuple[tuple[float, Whom, str, int], ...], settings: Settings, now: float) -> None:
    from eakte_ops.report.moments import Reader

    reader = Reader("en", settings.centre.zone, now)
    for due, whom, town, count in held:
        about = f" of {town}" if town else ""
        say(f"{_count(count, 'alarm')}{about} for {whom}: held until the service hours begin, {reader.moment(due)}.")


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'s' * (number != 1)}"
