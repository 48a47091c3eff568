"""A sweep beside others who write for long: each gets its turn."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from eakte_ops.cli.context import migrations
from eakte_ops.health.memory import prune
from eakte_ops.store import Store
from eakte_ops.store import store as made

PIECES = 20


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A store with many figures that are too old, and much that can be given back."""
    path = tmp_path / "store.db"
    with closing(Store.open(path, migrations())) as store, store.writing() as rows:
        series = rows.insert("INSERT INTO series (town, server, check_, subject, name) VALUES ('t', 's', 'c', '', 'f')")
        rows.many("INSERT INTO figure (series, at, value) VALUES (?, ?, 1.0)", [(series, at) for at in range(4000)])
        rows.run("CREATE TABLE big (a)")
        rows.many("INSERT INTO big VALUES (?)", [("x" * 3000,)] * 1000)
        rows.run("DROP TABLE big")
    return path


@contextmanager
def beside(path: Path, work: str) -> Iterator[threading.Thread]:
    """Somebody else who writes piece after piece."""

    def go_on() -> None:
        with closing(Store.open(path, migrations())) as store:
            if work == "prune":
                prune.prune_all(store, 1e9, 90, 10, 365)
            else:
                store.give_back()

    other = threading.Thread(target=go_on)
    other.start()
    yield other
    other.join()


@pytest.mark.parametrize("work", ["prune", "give back"])
def test_whoever_wants_to_write_need_not_wait_until_all_is_deleted(
    work: str, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prune, "_PIECE", 4000 // PIECES)
    monkeypatch.setattr(made, "_BATCH_PAGES", 1000 // PIECES)
    left = {"prune": "SELECT count(*) FROM figure", "give back": "PRAGMA freelist_count"}[work]
    seen: list[int] = []
    with closing(Store.open(path, migrations())) as store, beside(path, work) as other:
        while other.is_alive():
            with store.writing() as rows:
                seen += [int(row[0]) for row in rows.all(left)]
            time.sleep(0.01)
    counts = {count for count in seen if count > 0}
    assert PIECES / 4 <= len(counts) <= PIECES + 2, seen
