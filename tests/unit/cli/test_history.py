"""`history` as it is typed, and the small bars."""

from __future__ import annotations

import json
from datetime import date

import pytest

from eakte_ops.cli.sparkline import by_day, sparkline
from eakte_ops.cli.times import ago as ago_said
from eakte_ops.cli.times import moment
from eakte_ops.health.past import Day
from tests.unit.cli.conftest import Run
from tests.unit.cli.remembered import NOW, Remembered, ago, disk, reached
from tests.unit.cli.test_findings import BERLIN


@pytest.mark.parametrize(
    ("values", "wanted"),
    [
        ([], ""),
        ([5.0], "▁"),
        ([5.0, 5.0, 5.0], "▁▁▁"),
        ([0.0, 0.0], "▁▁"),
        ([0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0], "▁▂▃▄▅▆▇█"),
        ([1.0, None, 2.0], "▁?█"),
        ([None, None], "??"),
        ([100.0, 101.0], "▁▁"),  # one per cent more is no mountain
        ([-2.0, -1.0], "▁█"),
        ([7.0, 0.0], "█▁"),
    ],
)
def test_sparkline(values: list[float | None], wanted: str) -> None:
    assert sparkline(values) == wanted


def day(number: int, mean: float = 1.0) -> Day:
    return Day(date(2026, 11, number), mean, mean, mean, mean, 1)


@pytest.mark.parametrize(
    ("days", "wanted"),
    [
        ([], []),
        ([day(24)], [1.0]),
        ([day(22), day(24)], [1.0, None, 1.0]),
        ([day(22)], [1.0, None, None]),
        ([day(10), day(24)], [None, None, None, None, 1.0]),
    ],
)
def test_by_day(days: list[Day], wanted: list[float | None]) -> None:
    assert by_day(days, date(2026, 11, 24), 5) == wanted


def test_intervals_gaps_and_figures(memory: Remembered, ask: Run) -> None:
    for days, percent, verdict in ((6, 60, "ok"), (5, 62, "ok"), (2, 88, "warning"), (1, 90, "warning")):
        memory.look(ago(days=days), "witten", witten_gw=[reached(), disk(percent, "/srv", verdict)])
    status, out, err = ask("history", "witten", "disk.space")
    assert (status, err) == (0, "")
    lines = [line.rstrip() for line in out.splitlines()]
    assert lines[0] == " disk.space · Witten · last 30 days · times: Europe/Berlin"
    assert lines[2] == " witten-gw /srv"
    assert " ".join(lines[3].split()) == "Sun 11:42 – Mon 11:42 ! warning /srv is 90 % full, 1 GB left (2 looks)"
    assert " ".join(lines[4].split()) == "Thu 11:42 – Sun 11:42 ? nobody looked"
    assert " ".join(lines[5].split()) == "Wed 11:42 – Thu 11:42 ✓ well /srv is 62 % full (2 looks)"
    used = next(line for line in lines if line.startswith("   used_percent"))
    assert used == "   used_percent  ▁▁??██?  low 60 %  mean 75 %  high 90 %  last 90 %"
    german = ask("history", "witten", "disk.space", "--language", "de")[1]
    assert "? niemand sah hin" in german
    assert "Tief 60 %  Mittel 75 %  Hoch 90 %  zuletzt 90 %" in german


def test_a_gap_before_now_is_said(memory: Remembered, ask: Run) -> None:
    memory.look(ago(days=3), "witten", witten_gw=[reached(), disk(60)])
    assert "Sat 11:42 – 11:42 ? nobody looked" in " ".join(ask("history", "witten", "disk.space")[1].split())


def test_only_a_server_a_subject_some_days(memory: Remembered, ask: Run) -> None:
    memory.look(
        ago(days=9), "witten", witten_gw=[reached(), disk(60), disk(50, "/srv")], witten_db=[reached(), disk(40)]
    )
    memory.look(
        ago(minutes=9), "witten", witten_gw=[reached(), disk(60), disk(50, "/srv")], witten_db=[reached(), disk(40)]
    )

    def blocks(*words: str) -> list[str]:
        out = ask("history", "witten", "disk.space", *words)[1]
        return [line.strip() for line in out.splitlines() if line.startswith(" witten")]

    assert blocks() == ["witten-db /var", "witten-gw /srv", "witten-gw /var"]
    assert blocks("--server", "witten-gw") == ["witten-gw /srv", "witten-gw /var"]
    assert blocks("--subject", "/srv") == ["witten-gw /srv"]
    assert "last 24 hours" in ask("history", "witten", "disk.space", "--days", "1")[1]
    found = json.loads(ask("history", "witten", "disk.space", "--days", "5", "--subject", "/srv", "--json")[1])
    assert (found["schema"], found["version"]) == ("eakte-ops/history", 1)
    (one,) = found["subjects"]
    assert [each["day"] for each in one["figures"]["used_percent"]] == ["2026-11-24"]
    assert [state["verdict"] for state in one["states"]] == ["ok"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("witten", "disk.spce"), 'no check "disk.spce"; did you mean "disk.space"?'),
        (("witten", "index.blocks"), "nothing is remembered of index.blocks at Witten"),
        (
            ("witten", "disk.space", "--server", "witten-gv"),
            'knows no server "witten-gv" at Witten; did you mean "witten-gw"?',
        ),
        (("witten", "disk.space", "--subject", "/vra"), 'knows no subject "/vra" at Witten; did you mean "/var"?'),
        (("wittn", "disk.space"), 'no town "wittn"; did you mean "witten"?'),
        (("witten", "disk.space", "--days", "0"), "greater than or equal to 1"),
    ],
)
def test_words_that_do_not_fit(memory: Remembered, ask: Run, words, said) -> None:
    memory.look(ago(minutes=9), "witten", witten_gw=[reached(), disk(60)])
    status, out, err = ask("history", *words)
    assert (status, out) == (2, "")
    assert said.lower() in err.lower()


@pytest.mark.parametrize(
    ("at", "en", "de"),
    [
        ("2026-11-24T08:20+01:00", "08:20", "08:20"),
        ("2026-11-25T18:00+01:00", "Wed 18:00", "Mi 18:00"),
        ("2026-11-18T18:00+01:00", "Wed 18:00", "Mi 18:00"),
        ("2026-11-17T18:00+01:00", "Tue 17 Nov 18:00", "Di 17.11. 18:00"),
        ("2027-01-05T18:00+01:00", "Tue 5 Jan 2027 18:00", "Di 5.1.2027 18:00"),
        ("2026-10-25T02:30+02:00", "Sun 25 Oct 02:30", "So 25.10. 02:30"),
    ],
)
def test_moments(at: str, en: str, de: str) -> None:
    from datetime import datetime

    when = datetime.fromisoformat(at).timestamp()
    assert (moment(when, NOW, BERLIN, "en"), moment(when, NOW, BERLIN, "de")) == (en, de)


@pytest.mark.parametrize(
    ("seconds", "en", "de"),
    [
        (-5, "just now", "gerade eben"),
        (42, "42 s ago", "vor 42 s"),
        (121, "2 min ago", "vor 2 min"),
        (3 * 3600 + 12 * 60 + 9, "3 h 12 min ago", "vor 3 h 12 min"),
        (2 * 86400 + 3600, "2 d 1 h ago", "vor 2 Tagen 1 h"),
    ],
)
def test_how_long_ago(seconds: float, en: str, de: str) -> None:
    assert (ago_said(seconds, "en"), ago_said(seconds, "de")) == (en, de)
