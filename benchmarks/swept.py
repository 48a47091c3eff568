"""The real `sweep`, measured inside one process: looking, judging, remembering and the report; and what it asks.

Not counted are the start of Python, the imports and the reading of the inventory.
"""

from __future__ import annotations

import resource
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from eakte_ops.health.engine import Stop
from eakte_ops.remote.fleet import Errand
from eakte_ops.remote.types import Connect, Question


def prepare(connect: Callable[[], Connect] | None = None) -> None:
    """Import what a sweep needs and read the inventory. `connect`: connections of another kind."""
    from eakte_ops.cli import banner, formats, health_progress, sweep, sweep_parts
    from eakte_ops.cli.context import CONTEXT
    from eakte_ops.cli.formats import json, nagios, prometheus, table
    from eakte_ops.health import findings, night
    from eakte_ops.health import sweep as sweeping
    from eakte_ops.remote import connection
    from eakte_ops.report import alarm
    from eakte_ops.store import lock, steps

    _ = (banner, formats, health_progress, sweep, sweep_parts, json, nagios, prometheus, table)
    _ = (findings, night, sweeping, connection, alarm, lock, steps)
    CONTEXT.begin(None, False)
    CONTEXT.connect = connect
    sweep_parts.wanted([], None)


def asked(towns: Sequence[str] = ()) -> list[tuple[Stop, Sequence[Question]]]:
    """What the sweep of the night asks of every server."""
    from eakte_ops.cli.health import stops_at
    from eakte_ops.cli.sweep_parts import wanted
    from eakte_ops.health import catalogue

    checks = catalogue.chosen([])
    _inventory, found, _broken = wanted(towns, None)
    stops, _idle = stops_at(found, checks)
    return [(stop, catalogue.questions(checks, stop.site)) for stop in stops if stop.site is not None]


def errands() -> list[Errand]:
    """The same for the room that asks."""
    from eakte_ops.cli.sweep_parts import reveals

    known = asked()
    secrets = reveals(list({stop.town.id: stop.town for stop, _questions in known}.values()))
    return [Errand(stop.target, tuple(questions), 30.0, secrets(stop.town)) for stop, questions in known]


def measured(out: Path, towns: Sequence[str] = ()) -> dict[str, float]:
    """Sweep, with the report written to `out`; wall, processor time and the most memory of the whole program."""
    from eakte_ops.cli.sweep import sweep

    began, cpu = time.perf_counter(), time.process_time()
    status = sweep(list(towns), out=out)
    wall, cpu = time.perf_counter() - began, time.process_time() - cpu
    if status not in (0, 1):
        raise SystemExit(f"the sweep ended with {status}")
    return {"wall": wall, "cpu": cpu, "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


def bare(work: Sequence[Errand], threads: int) -> dict[str, float]:
    """The same texts to the same servers through the bare pool; every answer must have come to its end."""
    from bare import ask_all

    from eakte_ops.remote.posix import Posix

    texts = [Posix().ask(errand.questions, "0" * 32, 30.0, errand.reveal) for errand in work]
    began, cpu = time.perf_counter(), time.process_time()
    answers = ask_all([errand.target for errand in work], texts, threads)
    wall, cpu = time.perf_counter() - began, time.process_time() - cpu
    for errand, answer in zip(work, answers, strict=True):
        if b"%s>%d " % (b"0" * 32, len(errand.questions) - 1) not in answer:
            raise SystemExit(f"{errand.target.name}: the bare answer is incomplete")
    return {"wall": wall, "cpu": cpu, "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}
