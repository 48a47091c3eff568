"""The formats of one look: what each says, its exit status, and that nothing a server says can break it."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from eakte_ops.cli import formats
from eakte_ops.cli.formats import Format, nagios
from eakte_ops.cli.formats.results import figures
from eakte_ops.cli.output import replaced
from eakte_ops.cli.units import said as figure_said
from eakte_ops.cli.units import unit_of
from eakte_ops.errors import EakteError, Status
from eakte_ops.health.engine import ServerLook, Stop
from eakte_ops.health.findings import Overview, overview
from eakte_ops.health.types import Judged, NotKnown, NotYet, Result, unknown
from eakte_ops.remote.types import Target
from tests.unit.health import well

HOSTILE = "a|b=c'd\"e\\f\ng\rh\x1b[31m{x} ;\u2028 \ud800 50 %"


TRENDS = {"gateway.answer": ("seconds",), "disk.space": ("used_percent",), "certificate.end": ("days_left",)}


@pytest.fixture(autouse=True)
def trends(monkeypatch: pytest.MonkeyPatch) -> None:
    """The figures of three checks, whatever else is kept of them."""
    from eakte_ops.health.catalogue import CHECKS

    known = {name: replace(CHECKS[name], trends=kept) for name, kept in TRENDS.items()}
    monkeypatch.setattr("eakte_ops.cli.formats.results.CHECKS", {**CHECKS, **known})


def look(*said: tuple[str, Result], server: str = "witten-gw", state: Any = "looked") -> ServerLook:
    town = well.inventory().towns["witten"]
    known = next(each for each in town.said.servers if each.name == server)
    stop = Stop(town, known, Target(server, known.address, "eakte-look", Path("known_hosts")), well.site(server))
    from eakte_ops.health.catalogue import CHECKS

    results = tuple(
        Judged("witten", server, check, result.owner or CHECKS[check].owner, result) for check, result in said
    )
    return ServerLook(stop, state, well.NOW, results, seconds=0.25)


def page(verdict: Any = "ok", said: str = "fine", subject: str = "gateway", **values: Any) -> tuple[str, Result]:
    filled = {"page": "/osrest", "seconds": 1.5, "limit": 2.0, "http": 500, "contains": "x", **values}
    return ("gateway.answer", Result(verdict, subject, said, filled))


def full(verdict: Any = "warning", subject: str = "/var", percent: float = 91.0) -> tuple[str, Result]:
    said = "fine" if verdict == "ok" else "full"
    return ("disk.space", Result(verdict, subject, said, {"used_percent": percent, "free": 10**9, "wanted": 10**8}))


def seen(*looks: ServerLook, said: tuple[Judged, ...] = ()) -> Overview:
    from eakte_ops.health.catalogue import CHECKS

    return overview(looks, CHECKS.values(), 0.5, said)


def written(chosen: Format, what: Overview, capsys: pytest.CaptureFixture[str]) -> tuple[Status, str]:
    status = formats.write(chosen, what, Path("/srv/ops"), True, "en", out=None)
    return status, capsys.readouterr().out


# The text format of Prometheus, 0.0.4, as strict as its grammar.
_NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
_LABEL = r'[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\[\\"n])*"'
_SAMPLE = re.compile(rf"({_NAME})\{{({_LABEL}(?:,{_LABEL})*)?\}} (-?[0-9.]+(?:e[+-]?[0-9]+)?)")


def parsed(text: str) -> dict[str, dict[tuple[tuple[str, str], ...], float]]:
    """Metric -> labels -> value. Every line must be one of the format, every metric described before it and once."""
    assert text.endswith("\n")
    found: dict[str, dict[tuple[tuple[str, str], ...], float]] = {}
    lines = text.split("\n")[:-1]
    current = ""
    for number, line in enumerate(lines):
        if helped := re.fullmatch(rf"# HELP ({_NAME}) [^\n]+", line):
            current = helped[1]
            assert current not in found
            found[current] = {}
            assert lines[number + 1] == f"# TYPE {current} gauge"
        elif not line.startswith("# TYPE "):
            sample = _SAMPLE.fullmatch(line)
            assert sample, line
            assert sample[1] == current
            labels = tuple(
                (name, re.sub(r"\\(.)", lambda m: {"n": "\n"}.get(m[1], m[1]), value))
                for name, value in re.findall(r'([a-z]+)="((?:[^"\\]|\\.)*)"', sample[2])
            )
            assert labels not in found[current], f"twice: {line}"
            found[current][labels] = float(sample[3])
    return found


def test_prometheus_has_every_result_and_figure(capsys) -> None:
    status, text = written(Format.PROMETHEUS, seen(look(page(), full())), capsys)
    assert status == 1
    found = parsed(text)
    place = (("town", "witten"), ("server", "witten-gw"))
    assert found["eakte_ops_check"] == {
        (*place, ("check", "gateway.answer"), ("subject", "gateway"), ("owner", "centre")): 0,
        (*place, ("check", "disk.space"), ("subject", "/var"), ("owner", "local-it")): 1,
    }
    values = {labels[-1][1]: value for labels, value in found["eakte_ops_figure"].items()}
    assert {"seconds": 1.5, "used_percent": 91.0}.items() <= values.items()
    assert found["eakte_ops_looked_seconds"] == {place: 0.25}
    assert found["eakte_ops_look_timestamp_seconds"] == {place: well.NOW.timestamp()}


def test_prometheus_tells_what_waits_apart_from_what_is_bad(capsys) -> None:
    waits = ("disk.space", unknown(NotYet("too-new", have=2, wanted=7), "/srv"))
    status, text = written(Format.PROMETHEUS, seen(look(page(), waits)), capsys)
    assert status == 0
    found = parsed(text)
    assert [dict(labels)["check"] for labels in found["eakte_ops_check"]] == ["gateway.answer"]
    assert [dict(labels)["subject"] for labels in found["eakte_ops_waiting"]] == ["/srv"]


def test_prometheus_says_each_series_once_with_the_worst(capsys) -> None:
    found = parsed(written(Format.PROMETHEUS, seen(look(full(), full("critical", percent=97.0))), capsys)[1])
    assert list(found["eakte_ops_check"].values()) == [2]
    assert list(found["eakte_ops_figure"].values()) == [97.0]


def test_prometheus_of_a_server_nobody_looked_at(capsys) -> None:
    found = parsed(written(Format.PROMETHEUS, seen(look(state="interrupted")), capsys)[1])
    assert list(found["eakte_ops_server_looked"].values()) == [0]
    assert "eakte_ops_check" not in found
    assert "eakte_ops_look_timestamp_seconds" not in found


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf"), "12", None])
def test_no_format_takes_a_figure_that_is_no_number(value, capsys) -> None:
    found = seen(look(page(seconds=value)))
    assert "eakte_ops_figure" not in parsed(written(Format.PROMETHEUS, found, capsys)[1])
    assert "|" not in written(Format.NAGIOS, found, capsys)[1]


def test_hostile_names_break_no_line_of_prometheus(capsys) -> None:
    found = parsed(written(Format.PROMETHEUS, seen(look(full(subject=HOSTILE))), capsys)[1])
    (labels,) = found["eakte_ops_check"]
    subject = dict(labels)["subject"]
    assert subject.startswith("a|b=c'd\"e\\f\ng\ufffdh\ufffd[31m")
    assert "\x1b" not in subject


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ((page(),), (0, "OK")),
        ((page("warning", "slow"),), (1, "WARNING")),
        ((page("critical", "status"),), (2, "CRITICAL")),
        ((("gateway.answer", unknown(NotKnown("left-out"), "gateway")),), (3, "UNKNOWN")),
        ((page("warning", "slow"), ("disk.space", unknown(NotKnown("left-out")))), (1, "WARNING")),
        ((page("critical", "status"), full(), ("disk.inodes", unknown(NotKnown("left-out")))), (2, "CRITICAL")),
        ((("disk.space", unknown(NotYet("too-new", have=2, wanted=7))),), (0, "OK")),
    ],
)
def test_nagios_has_its_own_rules(said, wanted, capsys) -> None:
    status, text = written(Format.NAGIOS, seen(look(*said)), capsys)
    assert (status, text.split(" ")[1]) == wanted
    assert text.startswith("EAKTE-OPS ")


def test_nagios_of_a_server_nobody_looked_at_is_unknown(capsys) -> None:
    status, text = written(Format.NAGIOS, seen(look(page()), look(server="witten-db", state="interrupted")), capsys)
    assert status == 3
    assert text.startswith("EAKTE-OPS UNKNOWN - Witten: 1 not looked at, 1 of 2 servers asked")


def test_nagios_says_one_line_per_finding_and_figures_with_unit_and_limits(capsys) -> None:
    _status, text = written(Format.NAGIOS, seen(look(full(), page("critical", "status"))), capsys)
    first, critical, warning = text.splitlines()
    assert first == "EAKTE-OPS CRITICAL - Witten: 1 critical, 1 warning, 1 of 1 servers asked"
    assert critical == "CRITICAL: witten-gw gateway.answer: /osrest answers HTTP 500 (centre)"
    assert warning.startswith("WARNING: witten-gw disk.space: /var is 91 % full, 1 GB left (local-it) | ")
    data = warning.partition(" | ")[2]
    assert "'witten-gw gateway.answer gateway seconds'=1.5s;2" in data
    assert "'witten-gw disk.space /var used_percent'=91%;85;95" in data


def test_nagios_puts_figures_behind_the_one_line_where_all_is_well(capsys) -> None:
    (line,) = written(Format.NAGIOS, seen(look(page())), capsys)[1].splitlines()
    assert line == (
        "EAKTE-OPS OK - Witten: all well, 1 of 1 servers asked | 'witten-gw gateway.answer gateway seconds'=1.5s;2"
    )


def perfdata(text: str) -> Iterator[tuple[str, str]]:
    """Label and rest, read as a shell reads quotes: what monitoring systems do with these lines."""
    for word in shlex.split(text):
        label, equals, rest = word.partition("=")
        assert equals
        yield label, rest


def test_hostile_names_break_no_line_of_nagios(capsys) -> None:
    found = seen(look(full(subject=HOSTILE), full(subject=HOSTILE.replace("|", "=")), page(page="x\ny | 'z'=1")))
    lines = written(Format.NAGIOS, found, capsys)[1].splitlines()
    assert len(lines) == 3
    assert [line.count("|") for line in lines] == [0, 0, 1]
    data = dict(perfdata(lines[-1].partition(" | ")[2]))
    assert len(data) == 3
    assert all(re.fullmatch(r"[0-9.]+(s|%|B)?(;[0-9.:]*)*", rest) for rest in data.values()), data
    assert "\x1b" not in "".join(lines)


def test_nagios_bounds_what_it_says(capsys) -> None:
    many = [full(subject=f"/mount/{number}" + "x" * 400) for number in range(60)]
    text = written(Format.NAGIOS, seen(look(*many)), capsys)[1].partition(" | ")[0].splitlines()
    assert len(text) == 1 + 50 + 1
    assert text[-1].startswith("and 10 more: eakte-ops health")
    assert max(map(len, text)) <= 300


def test_a_server_with_many_findings_does_not_bury_those_of_others_for_nagios(capsys) -> None:
    many = look(*(full(subject=f"/mount/{number}") for number in range(60)))
    other = replace(look(full(subject="/srv")), results=())
    moved = tuple(replace(judged, town="herdecke", server="herdecke-box") for judged in look(full()).results)
    text = written(Format.NAGIOS, seen(many, replace(other, results=moved)), capsys)[1]
    assert "herdecke-box" in text.partition(" | ")[0]


def test_nagios_reads_a_limit_below_which_it_is_bad(capsys) -> None:
    low = Result("ok", "", "valid", {"days_left": 12.0, "port": 443, "end": 0.0, "left": 1.0})
    (figure,) = figures(seen(look(("certificate.end", low))))
    assert (figure.warning, figure.critical, figure.falling) == (42, 7, True)  # 42: _defaults.yml of the samples
    assert written(Format.NAGIOS, seen(look(("certificate.end", low))), capsys)[1].endswith("days_left'=12;42:;7:\n")


def test_every_threshold_of_time_is_in_seconds() -> None:
    found = figures(seen(look(("queue.age", Result("ok", "RENDITION", "fine", {"age": 12, "limit": 3600})))))
    figure = next(each for each in found if each.name == "age")
    assert (figure.unit, figure.warning) == ("s", 3600)


@pytest.mark.parametrize(
    ("name", "unit"),
    [
        ("seconds", "s"),
        ("free", "B"),
        ("days_left", "d"),
        ("age", "s"),
        ("used_percent", "%"),
        ("free_percent", "%"),
        ("bytes", "B"),
        ("rows", ""),
    ],
)
def test_units_follow_from_names(name, unit) -> None:
    assert unit_of(name) == unit


@pytest.mark.parametrize(
    ("name", "value", "en", "de"),
    [
        ("age", 11520.0, "3 h 12 min", "3 h 12 min"),
        ("seconds", 0.0123, "12 ms", "12 ms"),
        ("seconds", 0.0, "0 s", "0 s"),
        ("free", 1.25e9, "1.2 GB", "1,2 GB"),
        ("days_left", 12.0, "12 d", "12 Tage"),
        ("used_percent", 71.5, "71.5 %", "71,5 %"),
        ("rows", 1234.0, "1,234", "1.234"),
    ],
)
def test_figures_are_said_with_their_unit(name, value, en, de) -> None:
    assert (figure_said(name, value, "en"), figure_said(name, value, "de")) == (en, de)


def test_what_could_not_be_looked_at_is_unknown_to_nagios(capsys) -> None:
    assert formats.write_failure(Format.NAGIOS, "no town | \n'x'", None) == 3
    assert capsys.readouterr().out == "EAKTE-OPS UNKNOWN - no town ¦  'x'\n"


def test_what_could_not_be_looked_at_is_in_the_file_that_is_read(tmp_path, capsys) -> None:
    file = tmp_path / "status"
    assert formats.write_failure(Format.NAGIOS, "access.yml has 1 error", file) == 3
    assert file.read_text("utf-8") == "EAKTE-OPS UNKNOWN - access.yml has 1 error\n"
    assert capsys.readouterr().out == ""


def test_json_has_schema_version_and_what_waits(capsys) -> None:
    waits = ("disk.space", unknown(NotYet("too-new", have=2, wanted=7), "/srv"))
    status, text = written(Format.JSON, seen(look(page(), waits)), capsys)
    found = json.loads(text)
    assert (status, found["schema"], found["version"], found["findings"]) == (0, "eakte-ops/health", 1, [])
    results = found["towns"][0]["servers"][0]["results"]
    assert [each["waits"] for each in results] == [False, True]


def test_the_table_says_in_one_line_what_is_not_judged_yet(capsys) -> None:
    waits = tuple(("disk.space", unknown(NotYet("too-new", have=2, wanted=7), mount)) for mount in ("/", "/srv"))
    status, text = written(Format.TABLE, seen(look(page(), *waits)), capsys)
    assert status == 0
    lines = [line for line in text.splitlines() if line]
    assert lines[0] == " Not judged yet: disk.space – too few figures are remembered yet to say anything (2 of 7)."
    assert lines[1].startswith(" All well · 1 server asked · ")


def test_the_table_names_the_town_where_a_result_is_about_all_of_it(capsys) -> None:
    said = Judged("witten", "", "gateway.answer", "centre", page("critical", "status")[1])
    text = written(Format.TABLE, seen(look(page()), said=(said,)), capsys)[1]
    assert " ✗ critical  witten  gateway.answer  /osrest answers HTTP 500" in text


@pytest.mark.parametrize("chosen", list(Format))
def test_a_file_changes_at_once_or_not_at_all(chosen, tmp_path, capsys) -> None:
    file = tmp_path / "eakte.prom"
    file.write_text("old", "utf-8")
    formats.write(chosen, seen(look(page(), full(subject=HOSTILE))), tmp_path, False, "de", out=file)
    assert capsys.readouterr().out == ""
    assert "Witten" in file.read_text("utf-8") or "witten" in file.read_text("utf-8")
    assert [each.name for each in tmp_path.iterdir()] == ["eakte.prom"]
    with pytest.raises(EakteError):
        _write_half(file)
    assert "half" not in file.read_text("utf-8")
    assert [each.name for each in tmp_path.iterdir()] == ["eakte.prom"]


def _write_half(file: Path) -> None:
    with replaced(file) as stream:
        stream.write("half")
        raise EakteError("the disk is full")


def test_nagios_is_the_only_one_with_rules_of_its_own() -> None:
    assert [each for each in Format if each.own_status] == [Format.NAGIOS]
    assert nagios.status(seen(look(page()))) is Status.OK
