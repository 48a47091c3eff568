"""Every transition of a finding: what a row is, what the look says, what comes of it."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest

from eakte_ops.health.memory.life import After, Life, Turn, gone, look

BEGAN, NOW = 100.0, 200.0
ONCE, TWICE = After(1, 1), After(2, 2)
CAUSE = '["t", "s", "reachable", ""]'


def candidate(verdict: str, **more: object) -> Life:
    return replace(Life(verdict, BEGAN, BEGAN, bad=1), **more)  # type: ignore[arg-type]


def opened(verdict: str, **more: object) -> Life:
    return replace(Life(verdict, BEGAN, BEGAN, BEGAN, bad=2, told=verdict), **more)  # type: ignore[arg-type]


def came(turn: Turn) -> str:
    """The turn in words: what the row is now, what began beside it, what was news."""
    words = [_word(turn.row), *([f"+ {_word(turn.began)}"] if turn.began else [])]
    news = [each for each in (turn.news, turn.began_news) if each]
    return " ".join(words) + (f" | {', '.join(news)}" if news else "")


def _word(life: Life | None) -> str:
    if life is None:
        return "none"
    if life.ended is not None:
        return f"{life.verdict} over"
    return f"{life.verdict} {'candidate' if life.opened is None else 'open'}{' unsure' if life.unsure else ''}"


FROM_NOTHING = [
    ("ok", "none", "none"),
    ("warning", "none + warning open | opened", "none + warning candidate"),
    ("critical", "none + critical open | opened", "none + critical candidate"),
    ("unknown", "none + unknown open | opened", "none + unknown candidate"),
]


@pytest.mark.parametrize(("verdict", "once", "twice"), FROM_NOTHING)
def test_the_first_look(verdict: str, once: str, twice: str) -> None:
    assert came(look(None, verdict, NOW, ONCE)) == once  # type: ignore[arg-type]
    assert came(look(None, verdict, NOW, TWICE)) == twice  # type: ignore[arg-type]


OF_CANDIDATES = [
    ("warning", "ok", "none"),
    ("warning", "warning", "warning open | opened"),
    ("warning", "critical", "critical open | opened"),
    ("warning", "unknown", "warning candidate unsure"),
    ("critical", "ok", "none"),
    ("critical", "warning", "warning open | opened"),
    ("critical", "critical", "critical open | opened"),
    ("critical", "unknown", "critical candidate unsure"),
    ("unknown", "ok", "none"),
    ("unknown", "warning", "none + warning candidate"),
    ("unknown", "critical", "none + critical candidate"),
    ("unknown", "unknown", "unknown open | opened"),
]


@pytest.mark.parametrize(("was", "verdict", "now"), OF_CANDIDATES)
def test_a_second_look_at_a_candidate(was: str, verdict: str, now: str) -> None:
    assert came(look(candidate(was), verdict, NOW, TWICE)) == now  # type: ignore[arg-type]


OF_OPEN = [
    ("warning", "ok", "warning open", "warning over | closed"),
    ("warning", "warning", "warning open", "warning open"),
    ("warning", "critical", "critical open | worse", "critical open | worse"),
    ("warning", "unknown", "warning open unsure", "warning open unsure"),
    ("critical", "ok", "critical open", "critical over | closed"),
    ("critical", "warning", "warning open | better", "warning open | better"),
    ("critical", "critical", "critical open", "critical open"),
    ("critical", "unknown", "critical open unsure", "critical open unsure"),
    ("unknown", "ok", "unknown open", "unknown over | closed"),
    ("unknown", "warning", "unknown over + warning candidate | closed", "unknown over + warning open | closed, opened"),
    (
        "unknown",
        "critical",
        "unknown over + critical candidate | closed",
        "unknown over + critical open | closed, opened",
    ),
    ("unknown", "unknown", "unknown open", "unknown open"),
]


@pytest.mark.parametrize(("was", "verdict", "twice", "once"), OF_OPEN)
def test_a_look_at_an_open_finding(was: str, verdict: str, twice: str, once: str) -> None:
    assert came(look(opened(was), verdict, NOW, TWICE)) == twice  # type: ignore[arg-type]
    assert came(look(opened(was), verdict, NOW, ONCE)) == once  # type: ignore[arg-type]


def test_all_pairs_of_states_are_in_these_tables() -> None:
    bad = ("warning", "critical", "unknown")
    pairs = set(product(bad, ("ok", *bad)))
    assert pairs == {row[:2] for row in OF_CANDIDATES} == {row[:2] for row in OF_OPEN}


def run(verdicts: str, after: After) -> list[str]:
    """What is told over looks: w, c, u, o (ok); one hour apart."""
    words = {"w": "warning", "c": "critical", "u": "unknown", "o": "ok"}
    life: Life | None = None
    told = []
    for at, letter in enumerate(verdicts, 1):
        turn = look(life, words[letter], float(at), after)  # type: ignore[arg-type]
        told += [f"{at} {news}" for news in (turn.news, turn.began_news) if news]
        life = turn.began or (turn.row if turn.row is not None and turn.row.ended is None else None)
    return told


@pytest.mark.parametrize(
    ("verdicts", "told"),
    [
        ("wowow", []),  # never twice in a row
        ("wwo", ["2 opened"]),
        ("wwoo", ["2 opened", "4 closed"]),
        ("wwowoo", ["2 opened", "6 closed"]),  # a bad look in between starts the good ones anew
        ("wuw", ["3 opened"]),  # unknown between two bad looks takes nothing back
        ("wwouo", ["2 opened", "5 closed"]),  # nor between two good ones
        ("wwuuuuuu", ["2 opened"]),  # an open finding that nobody can see any more stays
        ("wwuuoo", ["2 opened", "6 closed"]),
        ("wuu", ["3 opened"]),  # a candidate that nobody can tell of any more is something unknown
        ("wuuoo", ["3 opened", "5 closed"]),
        ("wuwuw", ["3 opened"]),
        ("uuww", ["2 opened", "3 closed", "4 opened"]),
        ("uww", ["3 opened"]),
        ("wwcwc", ["2 opened", "3 worse", "4 better", "5 worse"]),
    ],
)
def test_a_row_of_looks(verdicts: str, told: list[str]) -> None:
    assert run(verdicts, TWICE) == told


def test_when_it_began_was_opened_and_last_seen() -> None:
    first = look(None, "warning", 1.0, TWICE).began
    second = look(first, "warning", 2.0, TWICE).row
    assert second is not None
    third = look(second, "unknown", 3.0, TWICE).row
    fourth = look(third, "unknown", 4.0, TWICE).row
    assert fourth is not None
    assert (fourth.began, fourth.opened, fourth.seen, fourth.unsure) == (1.0, 2.0, 2.0, 3.0)
    fifth = look(fourth, "warning", 5.0, TWICE).row
    assert fifth is not None
    assert (fifth.seen, fifth.unsure) == (5.0, None)


def test_worse_ends_an_acknowledgement_and_better_does_not() -> None:
    held = opened("warning", ack_until=1000.0)
    worse = look(held, "critical", NOW, ONCE).row
    assert worse is not None
    assert worse.ack_until == NOW
    better = look(opened("critical", ack_until=1000.0), "warning", NOW, ONCE).row
    assert better is not None
    assert better.ack_until == 1000.0


def test_a_consequence_is_no_news_until_it_stands_alone() -> None:
    first = look(None, "critical", 1.0, ONCE, CAUSE)
    assert (came(first), first.began and first.began.cause) == ("none + critical open", CAUSE)
    alone = look(first.began, "critical", 2.0, ONCE)
    assert (alone.news, alone.row and alone.row.opened, alone.row and alone.row.began) == ("opened", 2.0, 1.0)


def test_a_consequence_that_ends_with_its_cause_is_never_told() -> None:
    row = look(None, "critical", 1.0, ONCE, CAUSE).began
    assert came(look(row, "ok", 2.0, ONCE)) == "critical over"


def test_a_finding_that_becomes_a_consequence_is_told_once() -> None:
    became = look(opened("warning"), "critical", NOW, ONCE, CAUSE)
    assert became.news is None
    assert look(became.row, "critical", NOW + 1, ONCE).news == "worse"
    back = look(became.row, "warning", NOW + 1, ONCE)
    assert back.news is None
    assert look(became.row, "ok", NOW + 1, ONCE).news == "closed"


def test_an_unknown_look_does_not_make_an_open_finding_a_consequence() -> None:
    turn = look(opened("warning"), "unknown", NOW, ONCE, CAUSE)
    assert turn.row is not None
    assert turn.row.cause is None


def test_what_is_gone_leaves_only_what_was_told() -> None:
    assert came(gone(candidate("warning"), NOW)) == "none"
    over = gone(opened("warning"), NOW)
    assert (over.row and over.row.how, over.news) == ("gone", "closed")
