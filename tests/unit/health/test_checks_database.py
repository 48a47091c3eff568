"""Each verdict of the checks on the load of the database and on work that nobody does."""

from __future__ import annotations

from dataclasses import replace

import pytest

from eakte_ops.health import wording
from eakte_ops.health.catalogue import CHECKS
from eakte_ops.health.types import Cause, Judged
from eakte_ops.remote.types import Answer
from tests.unit.health import well
from tests.unit.health.past import Remembered, with_past
from tests.unit.health.well import database, look, results

ALL = (
    "database.connections", "database.transaction", "database.size", "database.leftover", "queue.locks", "fulltext.lag",
)  # fmt: skip
GB = 10**9


def one(check: str, subject: str = "", **said):
    return results(check, look(database=database(**said)))[subject]


@pytest.mark.parametrize("check", ALL)
def test_what_the_database_leaves_out_is_unknown(check) -> None:
    denied = b"ERROR:  permission denied for table osftslog\n"
    seen = look(database=Answer("database", 0, b'{"alive": "15.14", "recovery": false}\npsql 1\n', denied))
    (result,) = results(check, seen).values()
    assert (result.verdict, result.because) == ("unknown", ())
    assert "permission denied" in str(result.values["err"])


@pytest.mark.parametrize("check", ALL)
def test_a_database_that_does_not_answer_is_the_cause(check) -> None:
    (result,) = results(check, look(database=b"psql 2\n")).values()
    assert (result.verdict, result.because) == ("unknown", (Cause("database.answers"),))


@pytest.mark.parametrize(
    ("open_", "verdict"), [(1, "ok"), (45, "ok"), (46, "warning"), (52, "warning"), (53, "critical"), (57, "critical")]
)
def test_connections(open_, verdict) -> None:
    result = one("database.connections", sessions={"sessions": open_, "most": 57})
    assert (result.verdict, result.said) == (verdict, "room" if verdict == "ok" else "short")


def test_a_database_that_allows_nobody_has_no_share() -> None:
    assert one("database.connections", sessions={"sessions": 1, "most": 0}).verdict == "unknown"


@pytest.mark.parametrize(("age", "verdict"), [(0, "ok"), (3599, "ok"), (3600, "warning"), (21600, "critical")])
def test_the_longest_transaction(age, verdict) -> None:
    assert one("database.transaction", longest={"open": 2, "longest": age}).verdict == verdict


def test_the_missing_function_says_what_to_do_and_to_whom() -> None:
    theirs = replace(look(database=database(longest=None)), site=replace(well.site(), database_operator="local-it"))
    (result,) = results("database.transaction", theirs).values()
    assert (result.verdict, result.owner, result.todo) == ("unknown", "local-it", "function")
    judged = Judged("witten", "witten-db", "database.transaction", "local-it", result)
    for language in ("de", "en"):
        step = wording.todo(judged, CHECKS["database.transaction"], language)
        assert "eakte-ops access pack witten" in step


def test_size_is_well_and_growth_needs_days() -> None:
    found = results("database.size", look())
    assert found[""].verdict == "ok"
    assert (found["growth"].verdict, found["growth"].waits, found["growth"].bad) == ("unknown", True, False)
    assert found["growth"].values == {"have": 0, "wanted": 3}


@pytest.mark.parametrize(
    ("first", "verdict"), [(40 * GB, "ok"), (21 * GB, "ok"), (20 * GB, "warning"), (60 * GB, "ok")]
)
def test_growth(first, verdict) -> None:
    past = Remembered(daily={"database.size  bytes": (first, first, 39 * GB, 40 * GB)})
    seen = with_past(look(database=database(size={"size": 40 * GB})), past)
    assert results("database.size", seen)["growth"].verdict == verdict


def test_a_temporary_index_of_an_update() -> None:
    result = one("database.leftover", leftover={"leftover": ["tmp_a", "tmp_b"]})
    assert (result.verdict, result.values["names"]) == ("warning", ("tmp_a", "tmp_b"))
    assert one("database.leftover").verdict == "ok"


@pytest.mark.parametrize(("locked", "verdict"), [(12, "ok"), (1799, "ok"), (1800, "warning"), (90000, "warning")])
def test_a_row_in_dead_hands(locked, verdict) -> None:
    result = one("queue.locks", "RENDITION", locked=locked)
    assert (result.verdict, result.because) == (verdict, (Cause("queue.age", "RENDITION"),))
    assert result.values["holder"] == "rendition:8070"


def test_no_row_is_held() -> None:
    assert one("queue.locks", queues=(("RENDITION", 3, 90000, 0),)).said == "none"


@pytest.mark.parametrize(
    ("rows", "age", "verdict", "said"),
    [
        (0, 0, "ok", "none"),
        (3, 3599, "ok", "moving"),
        (3, 3600, "warning", "behind"),
        (3, 86400, "critical", "behind"),
    ],
)
def test_the_full_text_lags(rows, age, verdict, said) -> None:
    result = one("fulltext.lag", fulltext={"fulltext": {"rows": rows, "oldest": age}})
    assert (result.verdict, result.said, result.because) == (verdict, said, ())


def test_what_waits_in_a_queue_of_the_full_text_is_told_there() -> None:
    queues = (("FULLTEXTDELETE", 1, 99999, 0), ("FULLTEXTDOC", 1, 10, 0), ("FULLTEXTIDX", 1, 4000, 0))
    result = one("fulltext.lag", queues=queues, fulltext={"fulltext": {"rows": 3, "oldest": 4000}})
    assert result.because == (Cause("queue.age", "FULLTEXTIDX"),)
