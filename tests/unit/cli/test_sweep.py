"""`sweep` as the timers run it: what it looks at, what it remembers, whom it names, and what it must not conclude."""

from __future__ import annotations

import json
import shutil
import signal
import threading
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from eakte_ops.cli.context import CONTEXT
from eakte_ops.cli.main import _interrupt
from eakte_ops.clock import Clock
from eakte_ops.errors import MachineFailed, TimedOut
from eakte_ops.health import catalogue
from eakte_ops.health.engine import ServerLook
from eakte_ops.health.memory import findings, keep, sweeps
from eakte_ops.health.memory.known import Known, Sweep
from eakte_ops.remote.fake import FakeFleet
from eakte_ops.remote.types import Connection, Target
from eakte_ops.report import alarm
from eakte_ops.store.lock import held
from tests.unit.cli.conftest import Run
from tests.unit.health import well

DOWN = b'{"status": "DOWN"}'


class Times:
    """A clock that is set by hand."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = datetime(2026, 11, 24, 1, 30, tzinfo=UTC)
        monkeypatch.setattr("eakte_ops.clock.SYSTEM", Clock(now=lambda: self.now))

    def later(self, **by: float) -> None:
        self.now += timedelta(**by)


@pytest.fixture
def times(monkeypatch: pytest.MonkeyPatch) -> Times:
    return Times(monkeypatch)


def setting(folder: Path, line: str) -> None:
    with (folder / "eakte-ops.yml").open("a") as file:
        file.write(f"\n{line}\n")


def open_findings(folder: Path, town: str | None = None) -> list[Known]:
    CONTEXT.begin(folder, False)
    with closing(CONTEXT.store()) as store, store.reading() as rows:
        return list(findings.current(rows, town))


def last_sweep(folder: Path) -> Sweep:
    CONTEXT.begin(folder, False)
    with closing(CONTEXT.store()) as store, store.reading() as rows:
        made = sweeps.last(rows)
    assert made is not None
    return made


def lie(fleet: FakeFleet, server: str = "witten-app") -> None:
    known = well.site(server)
    page = well.web(known, {"health dms": DOWN, "aggregate service-manager": well.aggregate(known, dms="DOWN")})
    fleet.servers[server].answers = {**well.outputs(known), "web": page}


def mend(fleet: FakeFleet, server: str = "witten-app") -> None:
    fleet.servers[server].answers = dict(well.outputs(well.site(server)))


def test_a_sweep_looks_at_all_towns_and_remembers(run: Run, folder: Path, times: Times) -> None:
    status, out, err = run("sweep", "witten", "herdecke", "hattingen")
    assert status == 0, out
    assert " All well · 7 servers asked" in out
    made = last_sweep(folder)
    assert (made.kind, made.whole, made.servers, made.looked, made.missed) == ("full", False, 7, 7, ())
    assert made.ended is not None
    assert err.count("well") == 3
    status, out, _err = run("status", "witten")
    assert (status, "Witten is up (looked just now)" in out) == (0, True)


def test_a_light_sweep_asks_light_questions_only(run: Run, folder: Path, fleet: FakeFleet, times: Times) -> None:
    run("sweep", "--light", "herdecke")
    asked = {question for _server, question in fleet.asked}
    wanted = {each.name for each in catalogue.questions(catalogue.light(), well.site("herdecke-box"))}
    assert asked == wanted
    assert wanted < {each.name for each in catalogue.questions(catalogue.chosen([]), well.site("herdecke-box"))}
    assert last_sweep(folder).kind == "light"


def test_a_ring_is_its_towns(run: Run, folder: Path, fleet: FakeFleet, times: Times) -> None:
    status, _out, _err = run("sweep", "--ring", "0")
    assert (status, {server for server, _question in fleet.asked}) == (
        0,
        {"witten-db", "witten-app", "witten-index", "witten-gw"},
    )
    assert not last_sweep(folder).whole
    status, _out, err = run("sweep", "--ring", "9")
    assert status == 2
    assert "ring 9" in err


def test_what_is_looked_at_often_opens_after_two_looks_and_closes_after_two(
    run: Run, folder: Path, fleet: FakeFleet, times: Times
) -> None:
    lie(fleet)
    seen = []
    for broken in (True, True, True, False, False):
        (lie if broken else mend)(fleet)
        run("sweep", "--light", "witten")
        seen.append([known.check for known in open_findings(folder)])
        times.later(minutes=5)
    assert seen == [[], ["service.health"], ["service.health"], ["service.health"], []]


def test_a_third_of_the_servers_down_closes_nothing_and_hides_nothing(
    run: Run, folder: Path, fleet: FakeFleet, times: Times
) -> None:
    setting(folder, "findings: {open_after: 1, close_after: 1}")
    lie(fleet)
    assert run("sweep", "witten", "herdecke", "hattingen")[0] == 1
    assert [(known.server, known.subject) for known in open_findings(folder, "witten")] == [("witten-app", "dms")]
    began = times.now.timestamp()
    times.later(days=1)
    for server in ("witten-app", "hattingen-db", "hattingen-app"):
        fleet.servers[server].refuses = TimedOut(server=server, seconds=30, phase="connect")
    status, out, _err = run("sweep", "witten", "herdecke", "hattingen")
    assert status == 3
    assert "4 of 7 servers asked" in out
    by_place = {(known.server, known.check, known.subject): known for known in open_findings(folder)}
    assert {place for place in by_place if place[1] == "reachable"} == {
        (server, "reachable", "") for server in ("witten-app", "hattingen-db", "hattingen-app")
    }
    lying = by_place[("witten-app", "service.health", "dms")]
    assert (lying.began, lying.seen, lying.ended) == (began, began, None)
    times.later(days=1)
    for server in ("witten-app", "hattingen-db", "hattingen-app"):
        fleet.servers[server].refuses = None
    mend(fleet)
    assert run("sweep", "witten", "herdecke", "hattingen")[0] == 0
    assert open_findings(folder) == []


def test_a_town_whose_file_is_wrong_is_named_and_left_out_and_keeps_its_findings(
    run: Run, folder: Path, fleet: FakeFleet, times: Times
) -> None:
    (folder / "inventories/gevelsberg.yml").unlink()
    setting(folder, "findings: {open_after: 1, close_after: 1}")
    lie(fleet)
    assert run("sweep")[0] == 1
    file = folder / "inventories/witten.yml"
    file.write_text(file.read_text().replace("ring: 0", "rnig: 0"))
    mend(fleet)
    fleet.asked.clear()
    status, out, err = run("sweep")
    assert status == 2
    assert "witten was not looked at: its file has 2 mistakes" in err
    assert {server.split("-")[0] for server, _question in fleet.asked} == {"herdecke", "hattingen"}
    assert {known.server: known.ended for known in open_findings(folder, "witten")} == {"witten-app": None}
    assert " 0 findings · 3 of 7 servers asked" in out
    assert "4 not looked at" in out
    made = last_sweep(folder)
    assert (made.servers, made.looked) == (7, 3)
    assert {each.server for each in made.missed} == {"witten-db", "witten-app", "witten-index", "witten-gw"}
    assert {each.why for each in made.missed} == {"the file of the town is wrong"}
    (known,) = open_findings(folder, "")
    assert (known.check, "witten/witten-db" in known.text["en"].said) == ("watch.night", True)
    assert "Not looked at: witten-app, witten-db" in run("digests", "show", "--language", "en")[1]


def test_a_town_that_was_copied_costs_no_other_one(run: Run, folder: Path, fleet: FakeFleet, times: Times) -> None:
    """The copy has the key, the hosts and the addresses of the town it was made from; a file with a name that is not
    read is named as well."""
    (folder / "inventories/gevelsberg.yml").unlink()
    shutil.copy(folder / "inventories/witten.yml", folder / "inventories/wittenneu.yml")
    shutil.copy(folder / "inventories/herdecke.yml", folder / "inventories/Wetter.yaml")
    status, out, err = run("sweep", "--language", "en")
    assert status == 2
    assert "wittenneu was not looked at: its file has 10 mistakes (eakte-ops inventory check)\n" in err
    assert "inventories/Wetter.yaml was not looked at: its file has a mistake" in err
    assert " 0 findings · 7 of 9 servers asked" in out
    assert json.loads(run("sweep", "--json")[1])["left_out"] == ["inventories/Wetter.yaml", "wittenneu"]
    status, out, _err = run("sweep", "--format", "nagios")
    assert (status, out.split(" - ")[0]) == (3, "EAKTE-OPS UNKNOWN")
    assert "2 not looked at, 7 of 9 servers asked" in out
    made = last_sweep(folder)
    assert [(each.town, each.server) for each in made.missed] == [("inventories/Wetter.yaml", ""), ("wittenneu", "")]
    (known,) = open_findings(folder)
    assert known.text["en"].said.endswith("did not reach 2 of 9 servers: inventories/Wetter.yaml, wittenneu")
    _status, digest, _err = run("digests", "show", "--language", "en")
    assert "Not looked at: inventories/Wetter.yaml, wittenneu." in digest


def test_a_town_that_is_gone_ends_its_findings_unless_another_file_is_wrong(
    run: Run, folder: Path, fleet: FakeFleet, times: Times
) -> None:
    (folder / "inventories/gevelsberg.yml").unlink()
    setting(folder, "findings: {open_after: 1, close_after: 1}")
    for server in ("hattingen-db", "hattingen-app"):
        fleet.servers[server].refuses = TimedOut(server=server, seconds=30, phase="connect")
    run("sweep")
    before = open_findings(folder, "hattingen")
    assert len(before) == 2
    (folder / "inventories/hattingen.yml").unlink()
    herdecke = folder / "inventories/herdecke.yml"
    right = herdecke.read_text()
    herdecke.write_text(right.replace("ring:", "rnig:"))
    assert run("sweep")[0] == 2
    assert open_findings(folder, "hattingen") == before
    herdecke.write_text(right)
    assert run("sweep", "--light")[0] == 0
    assert open_findings(folder, "hattingen") == []
    with closing(CONTEXT.store()) as store, store.reading() as rows:
        assert [findings.one(rows, known.id).how for known in before] == ["gone", "gone"]  # type: ignore[union-attr]


def test_a_server_that_is_gone_ends_its_findings_as_gone_but_only_a_whole_sweep_knows(
    run: Run, folder: Path, fleet: FakeFleet, times: Times
) -> None:
    (folder / "inventories/gevelsberg.yml").unlink()
    setting(folder, "findings: {open_after: 1, close_after: 1}")
    fleet.servers["herdecke-box"].refuses = TimedOut(server="herdecke-box", seconds=30, phase="connect")
    run("sweep")
    (known,) = open_findings(folder)
    file = folder / "inventories/herdecke.yml"
    file.write_text(file.read_text().replace("herdecke-box", "herdecke-new"))
    fleet.servers["herdecke-new"] = fleet.servers.pop("herdecke-box")
    fleet.servers["herdecke-new"].refuses = TimedOut(server="herdecke-new", seconds=30, phase="connect")
    times.later(days=1)
    run("sweep", "witten")
    assert [each.server for each in open_findings(folder)] == ["herdecke-box"]
    run("sweep")
    assert [each.server for each in open_findings(folder)] == ["herdecke-new"]
    CONTEXT.begin(folder, False)
    with closing(CONTEXT.store()) as store, store.reading() as rows:
        ended = findings.one(rows, known.id)
    assert ended is not None
    assert (ended.how, ended.ended is not None) == ("gone", True)


def test_what_the_time_did_not_reach_is_named_and_nothing_is_concluded(
    run: Run, folder: Path, fleet: FakeFleet, times: Times, monkeypatch: pytest.MonkeyPatch
) -> None:
    setting(folder, "findings: {open_after: 1, close_after: 1}")
    lie(fleet)
    run("sweep", "witten", "herdecke")
    mend(fleet)
    slow = Slow(fleet, "witten-app")
    monkeypatch.setattr(CONTEXT, "connect", lambda: slow)
    _with_time_for(4, monkeypatch)
    status, _out, err = run("sweep", "witten", "herdecke")
    assert status == 1
    assert "Not looked at (the time of the sweep was up): witten-app\n" in err
    made = last_sweep(folder)
    assert (made.looked, [each.server for each in made.missed]) == (4, ["witten-app"])
    assert made.ended is not None
    assert [known.check for known in open_findings(folder)] == ["service.health"]


class Slow:
    """A fleet in which one server opens no connection until everything is ended."""

    def __init__(self, fleet: FakeFleet, server: str) -> None:
        self._fleet, self._server, self._ended = fleet, server, threading.Event()

    def __call__(self, target: Target, deadline: float) -> Connection:
        if target.name == self._server:
            self._ended.wait()
        return self._fleet(target, deadline)

    def abort(self) -> None:
        self._ended.set()


def _with_time_for(servers: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The time of the sweep is up as soon as so many servers are done, however fast this machine is."""
    from eakte_ops.cli.health_progress import Progress

    usual, done = Progress.done, []

    def count(self: Progress, look: ServerLook) -> None:
        usual(self, look)
        done.append(look)

    monkeypatch.setattr(Progress, "done", count)
    monkeypatch.setattr("eakte_ops.remote.fleet.monotonic", lambda: 1e12 if len(done) >= servers else 0.0)


def test_ctrl_c_keeps_what_was_done(
    run: Run, folder: Path, fleet: FakeFleet, times: Times, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = Slow(fleet, "herdecke-box")
    monkeypatch.setattr(CONTEXT, "connect", lambda: slow)
    seen: list[str] = []

    def stop_after_witten(_self: object, look: ServerLook) -> None:
        seen.append(look.stop.town.id)
        if seen.count("witten") == 4:
            raise KeyboardInterrupt

    monkeypatch.setattr("eakte_ops.cli.health_progress.Progress.done", stop_after_witten)
    status, _out, err = run("sweep", "witten", "herdecke")
    assert status == 130
    assert "Not looked at (the sweep was stopped): herdecke-box" in err
    made = last_sweep(folder)
    assert (made.looked, [each.server for each in made.missed], made.ended is not None) == (4, ["herdecke-box"], True)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.usefixtures("times")
def test_told_to_stop_while_a_town_is_being_remembered_it_remembers_it_first(
    number: signal.Signals, run: Run, folder: Path, fleet: FakeFleet, monkeypatch: pytest.MonkeyPatch
) -> None:
    setting(folder, "findings: {open_after: 1, close_after: 1}")
    lie(fleet)
    slow = Slow(fleet, "herdecke-box")
    monkeypatch.setattr(CONTEXT, "connect", lambda: slow)
    usual = keep.keep

    def stopped_in_the_middle(*given: object) -> object:
        if given[2].id == "witten":  # type: ignore[attr-defined]
            signal.raise_signal(number)
        return usual(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(keep, "keep", stopped_in_the_middle)
    before = {signal.SIGTERM: signal.signal(signal.SIGTERM, _interrupt)}
    before[signal.SIGINT] = signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored where tests run behind
    try:
        status, out, err = run("sweep", "witten", "herdecke")
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
    assert status == 130
    assert "Not looked at (the sweep was stopped): herdecke-box\n" in err
    assert "4 of 5 servers asked" in out
    assert "1 not looked at" in out
    made = last_sweep(folder)
    assert (made.looked, [each.server for each in made.missed], made.ended is not None) == (4, ["herdecke-box"], True)
    (known,) = open_findings(folder)
    assert (known.server, known.check) == ("witten-app", "service.health")
    assert looks_of(folder, "witten-app") == 1


def looks_of(folder: Path, server: str) -> int:
    """How often the server was looked at, as its states count it."""
    CONTEXT.begin(folder, False)
    with closing(CONTEXT.store()) as store, store.reading() as rows:
        found = rows.all("SELECT DISTINCT looks FROM state WHERE server = ?", (server,))
    assert len(found) == 1
    return int(found[0][0])


def test_one_sweep_at_a_time(run: Run, folder: Path, times: Times) -> None:
    (folder / "state").mkdir(exist_ok=True)
    with held(folder / "state/sweep.lock", "the sweep", "a full sweep"):
        status, _out, err = run("sweep", "herdecke")
    assert status == 6
    assert "the sweep is busy: a full sweep, since " in err.lower()


def test_formats_and_files(run: Run, folder: Path, fleet: FakeFleet, times: Times, tmp_path: Path) -> None:
    lie(fleet)
    status, out, _err = run("sweep", "witten", "--json")
    assert (status, json.loads(out)["schema"]) == (1, "eakte-ops/health")
    status, out, _err = run("sweep", "witten", "--format", "nagios")
    assert (status, out.split(" ")[:2]) == (2, ["EAKTE-OPS", "CRITICAL"])
    file = tmp_path / "eakte.prom"
    run("sweep", "witten", "--format", "prometheus", "--out", str(file))
    assert 'check="service.health"' in file.read_text()


def test_a_new_critical_is_queued_once_and_nothing_of_a_look_that_was_not_kept(
    run: Run, folder: Path, fleet: FakeFleet, times: Times, monkeypatch: pytest.MonkeyPatch
) -> None:
    setting(folder, "findings: {open_after: 1, close_after: 1}\nalarm: {mail: false, hook: hooks/none}")
    monkeypatch.setattr("eakte_ops.cli.digests.deliver_waiting", _nobody_there)
    times.now = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)  # within the service hours
    lie(fleet)

    def alarms() -> int:
        CONTEXT.begin(folder, False)
        with closing(CONTEXT.store()) as store, store.reading() as rows:
            row = rows.one("SELECT count(*) FROM alarm")
        return 0 if row is None else int(row[0])

    with monkeypatch.context() as broken:
        broken.setattr("eakte_ops.report.alarm.enqueue", _queued_and_then_stumbling(alarm.enqueue))
        assert run("sweep", "--light", "witten", "herdecke")[0] == 70
    assert (alarms(), open_findings(folder)) == (0, [])
    for _look in range(3):
        run("sweep", "--light", "witten")
        times.later(minutes=5)
    assert alarms() == 1


def _queued_and_then_stumbling(usual: Callable[..., int]) -> Callable[..., int]:
    """Whatever is queued is queued, and the transaction comes to no end."""

    def enqueue(*given: object) -> int:
        if usual(*given):
            raise RuntimeError("in the middle of it")
        return 0

    return enqueue


def test_a_mistake_while_sending_costs_the_sweep_nothing(
    run: Run, folder: Path, fleet: FakeFleet, times: Times, monkeypatch: pytest.MonkeyPatch
) -> None:
    setting(folder, "findings: {open_after: 1, close_after: 1}\nalarm: {mail: false, hook: hooks/none}")

    def stumble(*_given: object, **_named: object) -> object:
        raise LookupError

    monkeypatch.setattr("eakte_ops.cli.digests.deliver_waiting", stumble)
    lie(fleet)
    status, _out, err = run("sweep", "witten")
    assert status == 1
    assert "Nothing more is sent by this sweep: a mistake in eakte-ops (LookupError)\n" in err
    assert [known.check for known in open_findings(folder)] == ["service.health"]


def _nobody_there(*_given: object, **_named: object):
    from eakte_ops.report.deliver import Delivered

    return Delivered(0, 0, 0, ())


def test_a_town_that_can_not_be_remembered_is_named_and_costs_no_other_one(
    run: Run, folder: Path, fleet: FakeFleet, times: Times, monkeypatch: pytest.MonkeyPatch
) -> None:
    setting(folder, "findings: {open_after: 1, close_after: 1}")
    lie(fleet)
    fleet.servers["hattingen-app"].refuses = TimedOut(server="hattingen-app", seconds=30, phase="connect")
    usual = keep.keep

    def stumbling(*given: object) -> object:
        if given[2].id == "witten":  # type: ignore[attr-defined]
            raise IndexError("in the middle of it")
        return usual(*given)  # type: ignore[arg-type]

    with monkeypatch.context() as broken:
        broken.setattr(keep, "keep", stumbling)
        status, _out, err = run("sweep", "witten", "herdecke", "hattingen")
    assert status == 70
    assert "witten: what was seen could not be remembered, by a mistake in eakte-ops (IndexError: in the" in err
    made = last_sweep(folder)
    assert ({each.town for each in made.missed}, len(made.missed), made.looked) == ({"witten"}, 4, 2)
    assert made.ended is not None
    assert {each.server for each in open_findings(folder)} == {"hattingen-app"}
    assert run("sweep", "witten")[0] == 1
    assert "witten-app" in {each.server for each in open_findings(folder)}


def test_a_store_that_fails_ends_the_sweep(
    run: Run, folder: Path, fleet: FakeFleet, times: Times, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_given: object) -> object:
        raise MachineFailed("the disk is full")

    monkeypatch.setattr(keep, "keep", full)
    assert run("sweep", "witten", "herdecke")[0] == 70
    assert last_sweep(folder).ended is None


def test_clocks_of_servers_do_not_set_the_times_of_what_is_remembered(
    run: Run, folder: Path, fleet: FakeFleet, times: Times
) -> None:
    known = well.site("herdecke-box")
    day_off = well.outputs(known, well.NOW.timestamp() + 86_400)
    fleet.servers["herdecke-box"].answers = {**day_off}
    assert run("sweep", "herdecke")[0] == 1
    by_check = {each.check: each for each in open_findings(folder)}
    assert "clock.offset" in by_check
    assert {each.began for each in by_check.values()} == {times.now.timestamp()}


@pytest.mark.parametrize(
    "night", [datetime(2026, 10, 24, 23, 30, tzinfo=UTC), datetime(2027, 3, 28, 0, 30, tzinfo=UTC)]
)
def test_nights_on_which_the_clocks_change(
    night: datetime, run: Run, folder: Path, fleet: FakeFleet, times: Times
) -> None:
    """01:30 in Berlin, then on through the doubled (or missing) hour to the next two nights."""
    (folder / "inventories/gevelsberg.yml").unlink()
    times.now = night
    lie(fleet)
    assert run("sweep")[0] == 1
    for _step in range(8):
        times.later(minutes=30)
        run("sweep", "--light")
    known = {each.identity: each for each in open_findings(folder)}
    assert {each[2] for each in known} == {"service.health"}, known.keys()
    assert {each.began for each in known.values()} == {night.timestamp()}
    for _night in range(2):
        times.later(days=1)
        run("sweep")
    about = [(each.town, each.check) for each in open_findings(folder)]
    assert ("witten", "service.health") in about
    assert ("", "watch.light") in about
    assert ("", "watch.night") not in about
    times.later(days=2, hours=12)
    run("sweep", "--light")
    assert ("", "watch.night") in [(each.town, each.check) for each in open_findings(folder)]
