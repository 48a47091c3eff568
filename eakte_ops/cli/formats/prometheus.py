"""For Prometheus, in its text format 0.0.4, made to be a file of the node exporter's textfile collector."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import IO, TypeAlias

from eakte_ops.cli.formats import About
from eakte_ops.cli.formats.results import figures, results
from eakte_ops.cli.output import harmless, show
from eakte_ops.health.findings import Overview
from eakte_ops.health.types import Judged, Verdict

_VERDICTS: Mapping[Verdict, int] = {"ok": 0, "warning": 1, "critical": 2, "unknown": 3}
_Sample: TypeAlias = tuple[Mapping[str, str], float]


def write(seen: Overview, _about: About, stream: IO[str] | None) -> None:
    """Write every metric with its samples on `stream` or stdout."""
    judged = results(seen)
    for name, means, samples in (
        (
            "eakte_ops_check",
            "What a check says: 0 well, 1 warning, 2 critical, 3 unknown.",
            ((_labels(each), _VERDICTS[each.verdict]) for each in judged),
        ),
        (
            "eakte_ops_waiting",
            "Nothing can be said yet and nobody has to do anything; such a check has no eakte_ops_check.",
            ((_labels(each), 1) for each in _once(seen.waiting)),
        ),
        (
            "eakte_ops_figure",
            "A figure that a check looks at, in seconds, per cent, bytes, days or as a count.",
            (({**_labels(each.judged), "figure": each.name}, each.value) for each in figures(seen)),
        ),
        (
            "eakte_ops_server_looked",
            "Whether the server was asked at this look.",
            ((_server(look.stop.town.id, look.stop.server.name), look.state == "looked") for look in seen.looks),
        ),
        (
            "eakte_ops_looked_seconds",
            "How long the visit to the server took.",
            (
                (_server(look.stop.town.id, look.stop.server.name), look.seconds)
                for look in seen.looks
                if look.state in ("looked", "unreachable")
            ),
        ),
        (
            "eakte_ops_look_timestamp_seconds",
            "When the server was looked at, in Unix seconds; an old one means that nobody looks any more.",
            (
                (_server(look.stop.town.id, look.stop.server.name), look.when.timestamp())
                for look in seen.looks
                if look.state in ("looked", "unreachable")
            ),
        ),
    ):
        for line in _metric(name, means, samples):
            show(line, stream)


def _once(waiting: Iterable[Judged]) -> Iterable[Judged]:
    return {judged.identity: judged for judged in waiting}.values()


def _labels(judged: Judged) -> Mapping[str, str]:
    return {
        **_server(judged.town, judged.server),
        "check": judged.check,
        "subject": judged.result.subject,
        "owner": judged.owner,
    }


def _server(town: str, server: str) -> Mapping[str, str]:
    return {"town": town, "server": server}


def _metric(name: str, means: str, samples: Iterable[_Sample]) -> Iterator[str]:
    """A metric that has no sample is left out: some readers do not take it."""
    lines = [f"{name}{{{_written(labels)}}} {float(value):.15g}" for labels, value in samples]
    if lines:
        yield f"# HELP {name} {means}"
        yield f"# TYPE {name} gauge"
        yield from lines


def _written(labels: Mapping[str, str]) -> str:
    return ",".join(f'{name}="{_escaped(value)}"' for name, value in labels.items())


def _escaped(value: str) -> str:
    """Backslash, quote and line break are escaped; other characters that steer a terminal are not let through."""
    return harmless(value).replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
