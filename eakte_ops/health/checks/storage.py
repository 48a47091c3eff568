"""Space and inodes of local file systems, and whether remote ones answer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from eakte_ops.health.facts.remote_mounts import PATIENCE_S, REMOTE_MOUNTS
from eakte_ops.health.facts.storage import STORAGE, Mount
from eakte_ops.health.limits import limit
from eakte_ops.health.types import Cause, Check, Look, NoLimits, NotKnown, Result, Site, Text, Values, Verdict, unknown

if TYPE_CHECKING:
    from eakte_ops.product.model import Layout


@dataclass(frozen=True, slots=True)
class SpaceLimits:
    """Per cent used, of what an ordinary account may use."""

    warning_percent: float = limit(
        85.0, "per cent used until a warning", "Prozent belegt bis zur Warnung", least=1, most=100
    )
    critical_percent: float = limit(
        95.0, "per cent used until critical", "Prozent belegt bis kritisch", least=1, most=100
    )


def _verdict(percent: float, limits: SpaceLimits) -> Verdict:
    if percent >= limits.critical_percent:
        return "critical"
    return "warning" if percent >= limits.warning_percent else "ok"


def _unread(mount: Mount) -> Result:
    return unknown(NotKnown("denied", err="stat"), mount.path)


def _under_index(site: Site, mounts: Sequence[Mount]) -> str:
    """The file system on which the search index lies, "" where there is none."""
    places = (
        part.places.get("data", "")
        for part in site.components
        if any(probe.kind == "index" for probe in part.component.probes)
    )
    place = next(places, "")
    under = [mount.path for mount in mounts if place and f"{place}/".startswith(f"{mount.path.rstrip('/')}/")]
    return max(under, key=len, default="")


def _space(look: Look, limits: SpaceLimits) -> Iterable[Result]:
    mounts = look[STORAGE]
    index = _under_index(look.site, mounts)
    for mount in mounts:
        if not mount.known:
            yield _unread(mount)
            continue
        verdict = _verdict(mount.used_percent, limits)
        if not mount.writable and verdict != "ok":
            yield Result("ok", mount.path, "read-only", {"used_percent": mount.used_percent})
            continue
        # What must be freed or added so that the warning ends.
        wanted = mount.size * (mount.used_percent - limits.warning_percent) / 100
        values: Values = {"used_percent": mount.used_percent, "free": mount.available, "wanted": max(0.0, wanted)}
        # The index runs short of room earlier than the disk is full: then that is the finding, until it is full.
        because = (Cause("index.room"),) if verdict == "warning" and mount.path == index else ()
        yield Result(verdict, mount.path, "fine" if verdict == "ok" else "full", values, because=because)


SPACE = Check(
    name="disk.space",
    owner="local-it",
    facts=(STORAGE,),
    limits=SpaceLimits(),
    judge=_space,
    light=True,
    trends=("used_percent", "free"),
    text={
        "en": Text(
            title="Space on local file systems",
            means="A full file system stops databases, blocks the search index and loses log lines. The centre may "
            "clean up what the software left behind; a larger disk is local IT's.",
            todo="free or add at least {wanted:bytes} on {subject}",
            said={
                "fine": "{subject} is {used_percent:percent} full",
                "full": "{subject} is {used_percent:percent} full, {free:bytes} left",
                "read-only": "{subject} is read-only; how full it is does not matter",
            },
            incident="A forgotten trace log filled the disk of the database within a night; in the morning no "
            "document could be stored, and the search index had locked itself on top of it.",
            clerks="Documents can not be stored; searches miss what is new.",
        ),
        "de": Text(
            title="Platz auf lokalen Dateisystemen",
            means="Ein volles Dateisystem hält Datenbanken an, sperrt den Suchindex und verliert Protokollzeilen. Das "
            "Zentrum räumt auf, was die Software liegen ließ; eine größere Platte ist Sache der örtlichen IT.",
            todo="mindestens {wanted:bytes} auf {subject} freimachen oder hinzufügen",
            said={
                "fine": "{subject} ist zu {used_percent:percent} voll",
                "full": "{subject} ist zu {used_percent:percent} voll, {free:bytes} frei",
                "read-only": "{subject} ist nur lesbar; wie voll es ist, ist gleichgültig",
            },
            incident="Ein vergessenes Ablaufprotokoll füllte in einer Nacht die Platte der Datenbank; am Morgen ließ "
            "sich kein Dokument mehr ablegen, und der Suchindex hatte sich dazu noch selbst gesperrt.",
            clerks="Dokumente lassen sich nicht ablegen; die Suche findet Neues nicht.",
        ),
    },
)


def _inodes(look: Look, limits: SpaceLimits) -> Iterable[Result]:
    for mount in look[STORAGE]:
        if not mount.known:
            yield _unread(mount)
            continue
        verdict = _verdict(mount.inodes_percent, limits) if mount.writable else "ok"
        yield Result(verdict, mount.path, "fine" if verdict == "ok" else "full", {"used_percent": mount.inodes_percent})


INODES = Check(
    name="disk.inodes",
    owner="local-it",
    facts=(STORAGE,),
    limits=SpaceLimits(),
    judge=_inodes,
    trends=("used_percent",),
    text={
        "en": Text(
            title="Inodes on local file systems",
            means="A file system without free inodes takes no new file although there is space. Usually a folder has "
            "filled with very many small files.",
            todo="find the folder with too many files on {subject} (du --inodes) and tell its owner",
            said={
                "fine": "{used_percent:percent} of the inodes of {subject} are in use",
                "full": "{used_percent:percent} of the inodes of {subject} are in use",
            },
            incident="A cache of previews had made eight million tiny files; the disk was half empty, yet every "
            'attempt to store failed with "no space left".',
            clerks="Documents can not be stored; previews are missing.",
        ),
        "de": Text(
            title="Inodes auf lokalen Dateisystemen",
            means="Ein Dateisystem ohne freie Inodes nimmt keine neue Datei auf, obwohl Platz ist. Meist hat sich ein "
            "Ordner mit sehr vielen kleinen Dateien gefüllt.",
            todo="den Ordner mit zu vielen Dateien auf {subject} finden (du --inodes) und seinem Besitzer sagen",
            said={
                "fine": "{used_percent:percent} der Inodes von {subject} sind belegt",
                "full": "{used_percent:percent} der Inodes von {subject} sind belegt",
            },
            incident="Ein Zwischenspeicher für Vorschauen hatte acht Millionen winzige Dateien angelegt; die Platte "
            "war halb leer, doch jedes Ablegen scheiterte mit „kein Platz mehr“.",
            clerks="Dokumente lassen sich nicht ablegen; Vorschauen fehlen.",
        ),
    },
)


def _remote(look: Look, _limits: NoLimits) -> Iterable[Result]:
    mounts = look[REMOTE_MOUNTS]
    if not mounts:
        yield Result("ok", said="none")
    for mount in mounts:
        values: Values = {"kind": mount.kind, "seconds": PATIENCE_S}
        if mount.state == "denied":
            yield unknown(NotKnown("denied", err="stat"), mount.path)
        else:
            yield Result("ok" if mount.state == "ok" else "critical", mount.path, mount.state, values)


REMOTE = Check(
    name="mount.remote",
    owner="local-it",
    facts=(REMOTE_MOUNTS,),
    limits=NoLimits(),
    judge=_remote,
    light=True,
    text={
        "en": Text(
            title="Remote file systems answer",
            means="Whatever touches a hanging network file system hangs with it, sometimes so that it can not even be "
            "ended. Each one is asked for itself and for a short time; while an earlier question still hangs in it, "
            "nobody asks again.",
            todo="is the server behind {subject} up, does the network reach it? if it is gone for good: umount -f -l",
            said={
                "none": "there are none",
                "ok": "{subject} ({kind}) answers",
                "hangs": "{subject} ({kind}) does not answer within {seconds:span}",
                "still-hangs": "{subject} ({kind}) hangs, and so does an earlier question of ours",
                "fails": "{subject} ({kind}) answers with an error",
            },
            incident="The file server with the scans was being moved; whatever touched its share hung for hours and "
            "could not even be ended, the nightly backup among it.",
            clerks="Scans and imports do not arrive, or the window freezes while opening one.",
        ),
        "de": Text(
            title="Entfernte Dateisysteme antworten",
            means="Was ein hängendes Netzdateisystem anfasst, hängt mit, manchmal so, dass es sich nicht einmal "
            "beenden lässt. Jedes wird für sich und nur kurz gefragt; solange eine frühere Frage darin hängt, fragt "
            "niemand noch einmal.",
            todo="Läuft der Server hinter {subject}, reicht das Netz dorthin? Wenn er für immer weg ist: umount -f -l",
            said={
                "none": "es gibt keine",
                "ok": "{subject} ({kind}) antwortet",
                "hangs": "{subject} ({kind}) antwortet nicht in {seconds:span}",
                "still-hangs": "{subject} ({kind}) hängt, und eine frühere Frage von uns hängt darin",
                "fails": "{subject} ({kind}) antwortet mit einem Fehler",
            },
            incident="Der Dateiserver mit den Scans zog um; was seine Freigabe anfasste, hing stundenlang und ließ "
            "sich nicht einmal beenden, auch die nächtliche Sicherung.",
            clerks="Scans und Importe kommen nicht an, oder das Fenster friert beim Öffnen ein.",
        ),
    },
)

# Kinds that a kernel sets read-only itself when their disk fails; an overlay counts where it is the root.
_ON_DISK = frozenset({"ext2", "ext3", "ext4", "xfs", "btrfs", "zfs", "f2fs", "jfs", "reiserfs", "bcachefs"})


def _writable(look: Look, _limits: NoLimits) -> Iterable[Result]:
    mounts = [mount for mount in look[STORAGE] if mount.kind in _ON_DISK or mount.path == "/"]
    ours = _carrying(look.site.layout, [mount.path for mount in mounts])
    if not mounts:
        yield Result("ok", said="none")
    for mount in mounts:
        wanted = mount.meant == "rw" or (not mount.meant and mount.path in ours)
        if mount.writable:
            yield Result("ok", mount.path, "writable")
        elif wanted:
            yield Result("critical", mount.path, "read-only", {"kind": mount.kind})
        else:
            yield Result("ok", mount.path, "by-design")


def _carrying(layout: Layout, paths: Sequence[str]) -> frozenset[str]:
    """Those of `paths` (mounts) on which the root or something of ours lies."""
    places = ("/", layout.releases, layout.configuration, layout.data, layout.logs, layout.state)
    below = (
        max((path for path in paths if path == "/" or f"{place}/".startswith(f"{path}/")), key=len, default="/")
        for place in places
    )
    return frozenset(below)


WRITABLE = Check(
    name="disk.writable",
    owner="local-it",
    facts=(STORAGE,),
    limits=NoLimits(),
    judge=_writable,
    light=True,
    text={
        "en": Text(
            title="Local file systems can be written",
            means="A kernel that reads nonsense from a disk, or nothing, sets the file system read-only. Compared with "
            "/etc/fstab; the root and what carries the software have to be writable also where that says nothing. "
            "Snapshots and media that are read-only by design are no finding.",
            todo="dmesg says why; look at the disk (smartctl, the log of the virtualisation) BEFORE anything is "
            "mounted writable again, and tell the centre: the software may have to be stopped",
            said={
                "none": "there is none on a disk",
                "writable": "{subject} can be written",
                "by-design": "{subject} is read-only, as it is meant to be",
                "read-only": "{subject} ({kind}) is mounted read-only",
            },
            incident="The storage network failed for a minute and the kernel set the data disk read-only. Reading went "
            "on, so every page looked well; for six hours not one document was stored.",
            clerks="Everything can be read, but nothing can be stored.",
        ),
        "de": Text(
            title="Lokale Dateisysteme sind beschreibbar",
            means="Liest ein Kernel von einer Platte Unsinn oder nichts, so stellt er das Dateisystem auf nur lesbar. "
            "Verglichen mit /etc/fstab; die Wurzel und was die Software trägt, müssen auch beschreibbar sein, wo die "
            "nichts sagt. Schnappschüsse und Medien, die nur lesbar sein sollen, sind kein Befund.",
            todo="dmesg sagt warum; die Platte ansehen (smartctl, Protokoll der Virtualisierung), EHE etwas wieder "
            "beschreibbar eingehängt wird, und es dem Zentrum sagen: vielleicht muss die Software angehalten werden",
            said={
                "none": "es gibt keines auf einer Platte",
                "writable": "{subject} ist beschreibbar",
                "by-design": "{subject} ist nur lesbar und soll es sein",
                "read-only": "{subject} ({kind}) ist nur lesbar eingehängt",
            },
            incident="Das Speichernetz fiel eine Minute aus, und der Kernel stellte die Datenplatte auf nur lesbar. "
            "Lesen ging weiter, also sah jede Seite gut aus; sechs Stunden lang wurde kein Dokument abgelegt.",
            clerks="Alles lässt sich lesen, aber nichts lässt sich ablegen.",
        ),
    },
)

CHECKS = (SPACE, INODES, WRITABLE, REMOTE)
