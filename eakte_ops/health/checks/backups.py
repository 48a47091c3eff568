"""Backups and their proof: named from the start, so that nobody takes silence for well."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from eakte_ops.health.types import NoLimits, NotYet, Result, Site, Text, TownCheck, TownLook


def _with_data(sites: Sequence[Site]) -> bool:
    places = (part.places for site in sites for part in site.components)
    return any("data" in each or "documents" in each for each in places)


def _backup(_look: TownLook, _limits: NoLimits) -> Iterable[Result]:
    raise NotYet("not-built", what="backup")


AGE = TownCheck(
    name="backup.age",
    owner="centre",
    facts=(),
    limits=NoLimits(),
    judge=_backup,
    concerns=_with_data,
    text={
        "en": Text(
            title="The last backup is young enough",
            means="Database and documents can not be rebuilt from anything else. How old the last complete backup is "
            "says how much work a disaster costs.",
            todo="look why the last backup did not end",
            said={},
            incident="Backups had ended with an error for five weeks, and the mail about it went to somebody who had "
            "left. The disk died in the sixth.",
        ),
        "de": Text(
            title="Die letzte Sicherung ist jung genug",
            means="Datenbank und Dokumente lassen sich aus nichts anderem wiederherstellen. Wie alt die letzte "
            "vollständige Sicherung ist, sagt, wie viel Arbeit ein Unglück kostet.",
            todo="nachsehen, warum die letzte Sicherung nicht zu Ende kam",
            said={},
            incident="Fünf Wochen lang endeten die Sicherungen mit einem Fehler, und die Mail darüber ging an "
            "jemanden, der nicht mehr da war. In der sechsten starb die Platte.",
        ),
    },
)

VERIFIED = TownCheck(
    name="backup.verified",
    owner="centre",
    facts=(),
    limits=NoLimits(),
    judge=_backup,
    concerns=_with_data,
    text={
        "en": Text(
            title="The last backup was read back",
            means="A backup that nobody has read is a hope. Each one is read back and compared with its list of "
            "hashes.",
            todo="have the backup verified again; if it fails, make a new one at once",
            said={},
            incident="A backup storage confirmed every block and kept none: its own disk was full. It showed when the "
            "first file was wanted back.",
        ),
        "de": Text(
            title="Die letzte Sicherung wurde zurückgelesen",
            means="Eine Sicherung, die niemand gelesen hat, ist eine Hoffnung. Jede wird zurückgelesen und mit ihrer "
            "Liste von Hashes verglichen.",
            todo="die Sicherung noch einmal prüfen lassen; scheitert das, sofort eine neue machen",
            said={},
            incident="Ein Sicherungsspeicher bestätigte jeden Block und behielt keinen: seine eigene Platte war voll. "
            "Das zeigte sich, als die erste Datei zurückgeholt werden sollte.",
        ),
    },
)

DRILL = TownCheck(
    name="backup.drill",
    owner="centre",
    facts=(),
    limits=NoLimits(),
    judge=_backup,
    concerns=_with_data,
    text={
        "en": Text(
            title="A restore was practised",
            means="Only a restore shows that all parts are there, fit together, and how long it takes. It is practised "
            "regularly, away from the town's servers.",
            todo="plan a drill with the town",
            said={},
            incident="All backups were good. The restore took nine days instead of one, because the key of the archive "
            "lay on the server that had burnt.",
        ),
        "de": Text(
            title="Das Wiederherstellen wurde geübt",
            means="Erst ein Wiederherstellen zeigt, ob alle Teile da sind, ob sie zusammenpassen und wie lange es "
            "dauert. Es wird regelmäßig geübt, abseits der Server der Kommune.",
            todo="eine Übung mit der Kommune verabreden",
            said={},
            incident="Alle Sicherungen waren gut. Das Wiederherstellen dauerte neun Tage statt einem, weil der "
            "Schlüssel des Archivs auf dem verbrannten Server lag.",
        ),
    },
)

CHECKS = (AGE, VERIFIED, DRILL)
