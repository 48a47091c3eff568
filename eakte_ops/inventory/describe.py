"""Towns in words and as plain data. Pure: text and values come out, nothing is printed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeAlias

from eakte_ops.inventory.model import Installed, Opening, Server, Town, Windows
from eakte_ops.yamltext import Path

Origin: TypeAlias = Callable[[Path], str]
"""Path in a town -> `inventories/_defaults.yml:8`, the place that says the value; "" where nobody does."""

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def openings(some: Iterable[Opening]) -> str:
    """`Mon-Thu 07:00-18:00, Fri 07:00-14:00`."""
    return ", ".join(f"{_days(each.days)} {each.from_}-{each.until}" for each in some)


def _days(days: Iterable[str]) -> str:
    """Runs of three and more days as `Mon-Thu`, others one by one."""
    at = sorted(DAYS.index(day) for day in days)
    runs: list[list[int]] = []
    for day in at:
        if runs and runs[-1][-1] == day - 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    words = [_run([DAYS[day].capitalize() for day in run]) for run in runs]
    return " ".join(words)


def _run(names: list[str]) -> str:
    return f"{names[0]}-{names[-1]}" if len(names) > 2 else " ".join(names)


def count(towns: Iterable[Town]) -> str:
    """`10 towns, 34 servers`."""
    some = list(towns)
    servers = sum(len(town.said.servers) for town in some)
    return f"{len(some)} town{'s' * (len(some) != 1)}, {servers} server{'s' * (servers != 1)}"


def rows(towns: Iterable[Town]) -> Iterator[tuple[str, ...]]:
    """One row per town: id, name, key, ring, software, servers, way, windows; pilots first."""
    for town in sorted(towns, key=lambda each: (each.said.ring, each.id)):
        said = town.said
        jumps = ", ".join(jump.name for jump in said.jump_hosts)
        servers = f"{len(said.servers)}{f' behind {jumps}' if jumps else ''}"
        yield (
            town.id,
            town.name,
            said.municipality.key,
            str(said.ring),
            f"{said.product} {said.release}",
            said.database_operator,
            servers,
            openings(said.windows.open),
        )


def table(headings: tuple[str, ...], some: Iterable[tuple[str, ...]]) -> Iterator[str]:
    """Aligned columns under headings, nothing behind the last word of a line."""
    shown = [headings, *some]
    widths = [max(len(row[at]) for row in shown) for at in range(len(headings))]
    for row in shown:
        yield "   ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def lines(town: Town, origin: Origin) -> Iterator[str]:
    """Everything that holds for a town, defaults and profile laid under it, with the place that says it."""
    said = town.said
    full = f" ({said.municipality.full_name})" if said.municipality.full_name else ""
    yield f"{town.name}{full} · key {said.municipality.key} · ring {said.ring} · {origin(())}"
    yield ""
    yield from _aligned(_facts(town), origin)
    for jump in said.jump_hosts:
        inside = f", seen from inside as {jump.inside}" if jump.inside else ""
        yield f"  jump host        {jump.name}  {jump.address} port {jump.port}{inside}"
    if said.storage:
        store = said.storage
        yield f"  storage          {store.name}  {store.address} port {store.port} (the town's own)"
    for server in said.servers:
        yield ""
        yield from _server(town, server)


def _facts(town: Town) -> Iterator[tuple[str, str, Path]]:
    said = town.said
    yield "product", f"{said.product} {said.release}; profile tried {town.profile.tried.en}", ("release",)
    yield "database", f"operated by {said.database_operator}", ("database_operator",)
    yield "language", said.language, ("language",)
    for role, contact in said.contacts.items():
        yield f"{role}", f"{contact.mail}{f', {contact.phone}' if contact.phone else ''}", ("contacts", role)
    yield "windows", f"{openings(said.windows.open)} ({said.windows.zone})", ("windows",)
    for closed in _closed(said.windows):
        yield "closed", closed, ("windows", "closed")
    yield "availability", f"{said.availability.percent:g} % of {openings(said.availability.hours)}", ("availability",)
    for check, fields in said.thresholds.items():
        for name, value in fields.items():
            yield "threshold", f"{check} {name} = {value}", ("thresholds", check, name)
    for template, values in said.configuration.items():
        for name, value in values.items():
            yield "configuration", f"{template} {name} = {value}", ("configuration", template, name)
    if said.secrets:
        yield "secrets", f"{', '.join(said.secrets)} (names only)", ("secrets",)


def _closed(windows: Windows) -> Iterator[str]:
    for each in windows.closed:
        yield f"{each.from_} to {each.until}: {each.why}"


def _aligned(facts: Iterable[tuple[str, str, Path]], origin: Origin) -> Iterator[str]:
    some = list(facts)
    width = min(max(len(value) for _, value, _ in some), 76)
    before = ""
    for label, value, path in some:
        shown = "" if label == before else label
        before = label
        yield f"  {shown:<17}{value:<{width}}  {origin(path)}".rstrip()


def _server(town: Town, server: Server) -> Iterator[str]:
    way = f" through {server.jump}" if server.jump else ""
    tags = f" · {' '.join(server.tags)}" if server.tags else ""
    yield f"  {server.name}  {server.address} port {server.port}{way} · {server.platform}{tags}"
    parts = town.installed(server)
    width = max((len(part.name) for part in parts), default=0)
    for part in parts:
        yield f"    {part.name:<{width}}  {part.component.unit[server.platform]}"
        for word, said in (
            ("ports", _pairs(part.ports)),
            ("places", _pairs(part.places)),
            ("services", _services(part)),
        ):
            if said:
                yield f"    {'':<{width}}  {word:<8} {said}"
    for check, fields in server.thresholds.items():
        yield f"    {'threshold':<{width}}  {check} {_pairs(fields)}"
    for template, values in server.configuration.items():
        yield f"    {'configuration':<{width}}  {template} {_pairs(values)}"


def _pairs(some: Any) -> str:
    return ", ".join(f"{name} {value}" for name, value in some.items())


def _services(part: Installed) -> str:
    return ", ".join(
        f"{name}{f' {service.port}' if service.port else ''}{f' x{service.instances}' if service.instances > 1 else ''}"
        for name, service in part.services.items()
    )


def as_data(town: Town, origin: Origin) -> dict[str, Any]:
    """A town as plain data: what its files say, what is installed, and the place of each key that comes from files."""
    said = town.said.model_dump(mode="json", by_alias=True)
    for server, shown in zip(town.said.servers, said["servers"], strict=True):
        shown["components"] = {part.name: _part(part, server) for part in town.installed(server)}
    places = {key: origin((key,)) for key in said if origin((key,))}
    return {"id": town.id, **said, "said_in": places}


def _part(part: Installed, server: Server) -> dict[str, Any]:
    return {
        "unit": part.component.unit[server.platform],
        "ports": dict(part.ports),
        "places": dict(part.places),
        "services": {
            name: {"port": service.port, "instances": service.instances} for name, service in part.services.items()
        },
    }
