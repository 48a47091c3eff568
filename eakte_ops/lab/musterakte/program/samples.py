"""Sample documents: dull German administration, no people."""

from __future__ import annotations

from . import documents
from .db import Database

SUBJECTS = (
    "Antrag auf Bewohnerparkausweis", "Baugenehmigung Carport", "Bescheid Grundsteuer", "Gewerbeanmeldung Imbiss",
    "Niederschrift Ausschuss für Umwelt", "Sondernutzung Straßenfest", "Hundesteuer Abmeldung",
    "Vergabevermerk Schulmöbel", "Wohngeld Folgeantrag", "Prüfbericht Spielplatz",
)  # fmt: skip
SENTENCES = (
    "Der Antrag ist vollständig und fristgerecht eingegangen.",
    "Die Unterlagen wurden zur Prüfung an den Fachbereich weitergeleitet.",
    "Es bestehen keine Bedenken gegen die Genehmigung.",
    "Die Gebühr ist innerhalb von vier Wochen zu entrichten.",
    "Gegen diesen Bescheid kann innerhalb eines Monats Klage erhoben werden.",
    "Eine Ortsbesichtigung hat stattgefunden, Mängel wurden nicht festgestellt.",
    "Der Vorgang wird zur Wiedervorlage in sechs Monaten verfügt.",
)


def sample(number: int) -> tuple[str, list[bytes]]:
    """Title and one to three pages; the same number gives the same document."""
    title = f"{SUBJECTS[number % len(SUBJECTS)]} {32 + number % 30}.{number % 9 + 1}-{number:06d}"
    pages = [
        "\n".join([f"{title}\nBlatt {page + 1}\n", *(SENTENCES[(number * 3 + page + line) % 7] for line in range(12))])
        for page in range(number % 3 + 1)
    ]
    return title, [page.encode() for page in pages]


def load(database: Database, wanted: int) -> int:
    """Top up to this many documents; returns how many were added."""
    with database.transaction() as cursor:
        cursor.execute("SELECT count(*) FROM osobject")
        have = int(cursor.fetchone()[0])
        made = []
        for number in range(have, wanted):
            title, pages = sample(number)
            made.append((documents.add_record(cursor, title, pages, (wanted - number) * 60), pages))
    for object_id, pages in made:
        documents.write_pages(object_id, pages, sync=False)
    with database.transaction() as cursor:
        documents.enqueue(cursor, [object_id for object_id, _ in made])
    return len(made)
