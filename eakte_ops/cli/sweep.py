"""`eakte-ops sweep`: looks at all towns and remembers; what is new and can not wait is said at once."""

from __future__ import annotations

import gc
import time
from contextlib import closing
from typing import TYPE_CHECKING, Annotated

import typer

from eakte_ops.cli.context import CONTEXT
from eakte_ops.cli.health import FormatOption, JsonOption, LanguageOption, OutOption, settled_format, stops_at
from eakte_ops.cli.language import spoken
from eakte_ops.cli.output import say
from eakte_ops.errors import Status, worst

if TYPE_CHECKING:
    from eakte_ops.cli.health_progress import Progress
    from eakte_ops.cli.sweep_alarm import Alarm
    from eakte_ops.health.memory.known import Kind
    from eakte_ops.health.sweep import Order, Sweep
    from eakte_ops.inventory.model import Inventory
    from eakte_ops.store import Store


def sweep(
    towns: Annotated[list[str] | None, typer.Argument(metavar="[TOWN]...", help="Only these (default: all).")] = None,
    light: Annotated[bool, typer.Option("--light", help="Only what is worth a look every few minutes.")] = False,
    ring: Annotated[int | None, typer.Option("--ring", metavar="N", help="Only the towns of this ring.")] = None,
    form: FormatOption = None,
    as_json: JsonOption = False,
    *,
    out: OutOption = None,
    language: LanguageOption = None,
) -> int:
    """Look at every town and remember what was seen: findings, figures, whom it did not reach. The timers run this.

    Status 0: all well, 1: findings, or somebody was missed, 2: a town's file is wrong (the others are looked at), 3: a
    server could not be reached, 6: another sweep is running, 70: something could not be remembered.
    """
    from eakte_ops.cli import formats, sweep_parts
    from eakte_ops.cli.banner import banner, commit_of
    from eakte_ops.cli.health_progress import Progress
    from eakte_ops.cli.sweep_alarm import Alarm
    from eakte_ops.health import catalogue
    from eakte_ops.health.findings import overview, status
    from eakte_ops.store.lock import held

    chosen, tongue, kind = settled_format(form, as_json), spoken(language), _kind(light)
    inventory, wanted, broken = sweep_parts.wanted(towns or [], ring)
    checks = catalogue.light() if light else catalogue.chosen([])
    stops, _idle = stops_at(wanted, checks)
    settings, began = inventory.settings, time.monotonic()
    banner(inventory.folder, settings.lab)
    alarm = Alarm(settings)
    gc.freeze()  # program and inventory stay to the end: not to be looked through again and again meanwhile
    with closing(CONTEXT.store()) as store, held(CONTEXT.state / "sweep.lock", "the sweep", f"a {kind} sweep"):
        whole = not towns and ring is None
        commit = commit_of(inventory.folder)
        left_out = sweep_parts.left_out(store, broken)
        order = sweep_parts.order(inventory, kind, stops, checks, whole=whole, commit=commit, left_out=left_out)
        with Progress(stops, settings.limits.server_seconds, tongue) as progress, alarm:
            made = _sweep(store, inventory, order, progress, alarm, forget=whole and not broken)
            stopped = _carry_out(made)
            sweep_parts.own_findings(store, settings, alarm)
    looks = [look for town in made.swept for look in town.looks]
    said = [judged for town in made.swept for judged in town.said]
    nobody = [each.server or each.town for each in order.left_out]
    seen = overview(looks, checks, time.monotonic() - began, said, nobody)
    ended = formats.write(chosen, seen, inventory.folder, settings.lab, tongue, out=out)
    sweep_parts.say_missed(made.missed, broken, made.stumbled, tongue)
    if chosen.own_status:
        return ended
    return (
        Status.INTERRUPTED if stopped else worst([status(seen), sweep_parts.status(made.missed, broken, made.stumbled)])
    )


def _kind(light: bool) -> Kind:
    return "light" if light else "full"


def _sweep(
    store: Store,
    inventory: Inventory,
    order: Order,
    progress: Progress,
    alarm: Alarm,
    *,
    forget: bool,
) -> Sweep:
    from eakte_ops.cli.sweep_parts import reveals, undisturbed
    from eakte_ops.clock import SYSTEM
    from eakte_ops.events import fan_out
    from eakte_ops.health.sweep import Sweep

    return Sweep(
        store,
        CONTEXT.connector(inventory.settings.limits, progress.watching),
        order,
        forget=forget,
        heard=alarm.heard,
        looked=progress.done,
        clock=SYSTEM,
        emit=fan_out(
            [progress.heard], lambda _sink, broken: say(f"No live progress any more ({broken}); the sweep goes on.")
        ),
        reveals=reveals(list({stop.town.id: stop.town for stop in order.stops}.values())),
        undisturbed=undisturbed,
    )


def _carry_out(made: Sweep) -> bool:
    """Look at all towns; gives whether a person stopped it."""
    try:
        with closing(made.towns()) as towns:
            for _town in towns:
                pass
    except KeyboardInterrupt:
        return True
    return False
