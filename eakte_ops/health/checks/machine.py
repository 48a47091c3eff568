"""The machine itself: does it wait for a new start, did it start unplanned, is its sudo one with a known hole."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from eakte_ops.health.facts.machine import MACHINE
from eakte_ops.health.limits import limit
from eakte_ops.health.types import Check, Look, NoLimits, NotKnown, Result, Text, Values
from eakte_ops.health.versions import older
from eakte_ops.inventory.opening import open_at

_KERNEL = re.compile(r"([0-9][0-9.+~-]*[0-9]|[0-9])(.*)", re.ASCII)
_DISTRIBUTION = re.compile(r"\.(el|fc|sl)[0-9_]+", re.ASCII)


def _newer(running: str, kernels: Iterable[str]) -> str:
    """The newest of `kernels` that is newer than the one that runs and of its kind (cloud-amd64); "" for none."""
    newest = running
    for kernel in kernels:
        if _kind(kernel) == _kind(running) and older(newest, kernel):
            newest = kernel
    return "" if newest == running else newest


def _kind(kernel: str) -> str:
    found = _KERNEL.fullmatch(kernel)
    return _DISTRIBUTION.sub("", found[2]) if found else kernel


def _reboot(look: Look, _limits: NoLimits) -> Iterable[Result]:
    machine = look[MACHINE]
    kernel = _newer(machine.running, machine.kernels)
    values: Values = {"running": machine.running or "-", "kernel": kernel, "packages": machine.reboot or "-"}
    if kernel:
        yield Result("warning", said="kernel", values=values)
    elif machine.reboot is not None:
        yield Result("warning", said="asked", values=values)
    elif not machine.running:
        raise NotKnown("left-out")
    else:
        yield Result("ok", said="none", values=values)


REBOOT = Check(
    name="machine.reboot",
    owner="local-it",
    facts=(MACHINE,),
    limits=NoLimits(),
    judge=_reboot,
    text={
        "en": Text(
            title="No new start is due",
            means="A newer kernel is installed than the one that runs, or a package asked for a new start "
            "(/run/reboot-required). Until then the machine runs with the holes that the update closed.",
            todo="agree a window with the centre, which stops the software in order, then start {server} anew",
            said={
                "none": "the newest kernel runs ({running})",
                "kernel": "kernel {kernel} is installed, {running} still runs",
                "asked": "a new start is asked for (packages: {packages})",
            },
            incident="Updates were installed every night for a year, and the machine never started anew: its kernel "
            "had a known hole although every list of patches said that all was well.",
        ),
        "de": Text(
            title="Kein Neustart steht aus",
            means="Ein neuerer Kernel ist installiert als der, der läuft, oder ein Paket hat um einen Neustart gebeten "
            "(/run/reboot-required). Bis dahin läuft die Maschine mit den Lücken, die das Update geschlossen hat.",
            todo="mit dem Zentrum ein Wartungsfenster vereinbaren, das die Software geordnet anhält, dann {server} "
            "neu starten",
            said={
                "none": "der neueste Kernel läuft ({running})",
                "kernel": "Kernel {kernel} ist installiert, es läuft noch {running}",
                "asked": "um einen Neustart wird gebeten (Pakete: {packages})",
            },
            incident="Ein Jahr lang wurden jede Nacht Updates eingespielt, und nie startete die Maschine neu: ihr "
            "Kernel hatte eine bekannte Lücke, obwohl jede Patchliste sagte, alles sei gut.",
        ),
    },
)


@dataclass(frozen=True, slots=True)
class RestartLimits:
    """Hours."""

    hours: int = limit(
        24,
        "hours for which an unplanned start is told; 0: never",
        "Stunden, in denen ein ungeplanter Start gemeldet wird; 0: nie",
        least=0,
        most=168,
    )


def _restart(look: Look, limits: RestartLimits) -> Iterable[Result]:
    up = look[MACHINE].up_s
    if up is None:
        raise NotKnown("left-out")
    began = look.when - timedelta(seconds=min(up, 10 * 365 * 86400.0))  # no server's word makes a year 0 of it
    values: Values = {"up": up, "began": began.timestamp()}
    windows = look.site.windows
    if up >= limits.hours * 3600:
        yield Result("ok", said="long", values=values)
    elif windows is not None and open_at(windows, began):
        yield Result("ok", said="planned", values=values)
    else:
        yield Result("warning", said="unplanned", values=values)


RESTART = Check(
    name="machine.restart",
    owner="local-it",
    facts=(MACHINE,),
    limits=RestartLimits(),
    judge=_restart,
    light=True,
    text={
        "en": Text(
            title="No unplanned start",
            means="The machine started anew outside the town's windows. Counted from the start of its first process, "
            "so that a container counts as well; a window counts by the town's own time of day.",
            todo="was it wanted? else look why: last -x, journalctl -b -1 -e, and the log of the virtualisation",
            said={
                "long": "runs for {up:span}",
                "planned": "runs for {up:span}; it was started within a window",
                "unplanned": "started at {began:time}, outside the windows ({up:span} ago)",
            },
            incident="A power supply failed now and then for a second; the machine was back each time before anybody "
            "looked, until the fourth start left the database damaged.",
            clerks="For some minutes nobody could work; what was not stored then is gone.",
        ),
        "de": Text(
            title="Kein ungeplanter Start",
            means="Die Maschine ist außerhalb der Wartungsfenster der Kommune neu gestartet. Gezählt ab dem Start "
            "ihres ersten Prozesses, also auch bei einem Container; ein Fenster zählt nach der Uhr der Kommune.",
            todo="War es gewollt? Sonst nachsehen, warum: last -x, journalctl -b -1 -e und das Protokoll der "
            "Virtualisierung",
            said={
                "long": "läuft seit {up:span}",
                "planned": "läuft seit {up:span}; der Start lag in einem Wartungsfenster",
                "unplanned": "gestartet am {began:time}, außerhalb der Wartungsfenster (vor {up:span})",
            },
            incident="Ein Netzteil fiel ab und zu eine Sekunde aus; die Maschine war jedes Mal zurück, ehe jemand "
            "hinsah, bis der vierte Start eine beschädigte Datenbank hinterließ.",
            clerks="Einige Minuten lang konnte niemand arbeiten; was da nicht gespeichert war, ist verloren.",
        ),
    },
)

# CVE-2025-32462 (a rule for another host) and CVE-2025-32463 (root by --chroot). Fixed upstream in 1.9.17p1;
# distributions mended older versions: DSA-5954-1, DLA-4235-1, USN-7604-1.
_UPSTREAM = "1.9.17p1"
_FIXED: Mapping[tuple[str, str], str] = {
    ("debian", "11"): "1.9.5p2-3+deb11u2",
    ("debian", "12"): "1.9.13p3-1+deb12u2",
    ("debian", "13"): "1.9.16p2-3",
    ("ubuntu", "22.04"): "1.9.9-1ubuntu2.5",
    ("ubuntu", "24.04"): "1.9.15p5-3ubuntu5.24.04.1",
}


@dataclass(frozen=True, slots=True)
class SudoLimits:
    """A version of the package, as the package manager writes it."""

    enough: str = limit(
        "",
        "package version that is enough here; empty: what is known of the distribution",
        "Paketversion, die hier genügt; leer: was über die Distribution bekannt ist",
    )


def _sudo(look: Look, limits: SudoLimits) -> Iterable[Result]:
    machine = look[MACHINE]
    if machine.sudo is None:
        yield Result("ok", said="none")
        return
    package, own = machine.sudo.package, machine.sudo.own
    fixed = limits.enough or _FIXED.get(machine.system, "")
    values: Values = {"version": package or own, "fixed": fixed or _UPSTREAM}
    if package and fixed:
        yield Result(
            "critical" if older(package, fixed) else "ok",
            said="hole" if older(package, fixed) else "fine",
            values=values,
        )
    elif not own[:1].isdigit():
        raise NotKnown("unreadable", what="sudo -V")
    elif older(own, limits.enough or _UPSTREAM):
        # It may be mended in this distribution, with the old version kept: nobody here knows.
        raise NotKnown("not-in-table", version=package or own, system=" ".join(machine.system).strip() or "?")
    else:
        yield Result("ok", said="fine", values=values)


SUDO = Check(
    name="sudo.version",
    owner="local-it",
    facts=(MACHINE,),
    limits=SudoLimits(),
    judge=_sudo,
    text={
        "en": Text(
            title="sudo without known holes",
            means="The installed sudo lets every local account become root (CVE-2025-32463) or lets rules for other "
            "machines count here (CVE-2025-32462). Compared with the version in which the distribution mended both; "
            "where that is not known here, local IT says it with the threshold `enough`.",
            todo="update the package sudo to {fixed} or newer",
            said={
                "none": "there is no sudo",
                "fine": "sudo {version} is not known to have a hole",
                "hole": "sudo {version} has a known hole; mended in {fixed}",
            },
            incident="One line in a shell made root of any account, for two years; a scanner of the insurer found it "
            "on the one server that had dropped out of the updates.",
        ),
        "de": Text(
            title="sudo ohne bekannte Lücken",
            means="Das installierte sudo macht jedes örtliche Konto zu root (CVE-2025-32463) oder lässt Regeln für "
            "andere Maschinen hier gelten (CVE-2025-32462). Verglichen mit der Version, in der die Distribution beides "
            "behoben hat; wo die hier nicht bekannt ist, sagt die örtliche IT sie mit dem Schwellwert `enough`.",
            todo="das Paket sudo auf {fixed} oder neuer bringen",
            said={
                "none": "es gibt kein sudo",
                "fine": "von sudo {version} ist keine Lücke bekannt",
                "hole": "sudo {version} hat eine bekannte Lücke; behoben in {fixed}",
            },
            incident="Eine Zeile in der Shell machte zwei Jahre lang jedes Konto zu root; ein Scanner der Versicherung "
            "fand sie auf dem einen Server, der aus den Updates herausgefallen war.",
        ),
    },
)

CHECKS = (REBOOT, RESTART, SUDO)
