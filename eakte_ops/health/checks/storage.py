"""Space and inodes of local file systems, and whether remote ones answer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from eakte_ops.health.facts.remote_mounts import PATIENCE_S, REMOTE_MOUNTS
from eakte_ops.health.facts.storage import STORAGE, Mount
from eakte_ops.health.limits import limit
from eakte_ops.health.types import Check, Look, NoLimits, NotKnown, Result, Text, Values, Verdict, unknown


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


def _space(look: Look, limits: SpaceLimits) -> Iterable[Result]:
    for mount in look[STORAGE]:
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
        yield Result(verdict, mount.path, "fine" if verdict == "ok" else "full", values)


SPACE = Check(
    name="disk.space",
    owner="local-it",
    facts=(STORAGE,),
    limits=SpaceLimits(),
    judge=_space,
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
        ),
    },
)

CHECKS = (SPACE, INODES, REMOTE)
