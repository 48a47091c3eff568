"""`plans` as they are typed; what a changing command shows and asks; who is told of a broken rule."""

from __future__ import annotations

import io
import json
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

import pytest

from eakte_ops.cli import run_parts
from eakte_ops.cli.changing import make, propose
from eakte_ops.cli.context import CONTEXT, migrations
from eakte_ops.cli.tell_town import notices, tell_town
from eakte_ops.clock import Clock
from eakte_ops.errors import TimedOut, UsageError
from eakte_ops.playbook.inputs import hashed
from eakte_ops.playbook.journal import Entry
from eakte_ops.playbook.memory import entries, plans, runs
from eakte_ops.playbook.permit import Asked, Permit
from eakte_ops.playbook.plan import Needs, Plan
from eakte_ops.playbook.read_plan import read_plan
from eakte_ops.playbook.written import Written
from eakte_ops.remote.fake import FakeFleet, FakeServer, Reply
from eakte_ops.report import queue
from eakte_ops.store import Store
from tests.unit.cli.conftest import Run
from tests.unit.health import well
from tests.unit.playbook.sample_plan import NOW, sample

EVENING = datetime(2026, 11, 24, 18, 0, tzinfo=UTC)
MAIL = "mail: {host: 127.0.0.1, port: 9, tls: none, sender: eakte@centre.example, timeout_seconds: 1}\n"


class Town:
    """Witten's servers as they answer what every plan asks. `said`: server -> question number -> answer."""

    def __init__(self, fleet: FakeFleet) -> None:
        self.fleet = fleet
        for name in ("witten-db", "witten-app", "witten-index", "witten-gw"):
            self.fleet.servers[name] = FakeServer({"assume 0": "none\n", "assume 1": "none\n"})
        self.says("witten-gw", **{"assume 2": "61\n"})
        self.says("witten-db", **{"assume 2": "/opt/eakte/releases/11.0\n"})

    def says(self, server: str, **answers: Any) -> None:
        old = self.fleet.servers[server]
        self.fleet.servers[server] = replace(old, answers={**old.answers, **answers})


@pytest.fixture
def town(folder: Path, fleet: FakeFleet, monkeypatch: pytest.MonkeyPatch) -> Town:
    at(monkeypatch, EVENING)
    CONTEXT.begin(folder, False)
    return Town(fleet)


@pytest.fixture
def carried(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Plan, Permit]]:
    """What would be carried out."""
    found: list[tuple[Plan, Permit]] = []
    monkeypatch.setattr(run_parts, "carry_out", lambda plan, permit: found.append((plan, permit)) or 0)
    return found


def at(monkeypatch: pytest.MonkeyPatch, now: datetime) -> None:
    monkeypatch.setattr("eakte_ops.clock.SYSTEM", Clock(now=lambda: now))


def keep(folder: Path, *made: Plan) -> None:
    (folder / "state").mkdir(exist_ok=True)
    with closing(Store.open(folder / "state" / "store.db", migrations())) as store, store.writing() as rows:
        for plan in made:
            plans.keep(rows, plan)


def of_folder(folder: Path, **more: Any) -> Plan:
    """The sample plan, made from the files of this folder, needing no second person."""
    files = ("eakte-ops.yml", "access.yml", "inventories/witten.yml")
    return sample(**{"needs": Needs(window=True), "inputs": dict(hashed(folder, files)), **more})


def test_no_plan_yet(run: Run, town: Town) -> None:
    status, out, err = run("plans", "list")
    assert (status, out) == (0, "")
    assert "No plan was made yet" in err


def test_the_list_says_what_may_run_what_is_missing_and_what_is_over(
    run: Run, town: Town, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ready, waiting = of_folder(folder), sample()
    keep(folder, ready, waiting)
    status, out, _ = run("plans", "list")
    assert status == 0
    assert "PLAN " in out.splitlines()[0]
    (row,) = [line for line in out.splitlines() if line.startswith(ready.hash[:12])]
    assert "may run" in row
    (row,) = [line for line in out.splitlines() if line.startswith(waiting.hash[:12])]
    assert "admin-1, who made the plan, has not signed it" in row
    at(monkeypatch, datetime(2026, 11, 26, tzinfo=UTC))
    assert run("plans", "list", "witten")[1].count("expired") == 2
    assert run("plans", "list", "herdecke")[1] == ""
    assert run("plans", "list", "wittn")[0] == 2
    said = json.loads(run("plans", "list", "--json")[1])
    assert (said["schema"], {each["state"] for each in said["plans"]}) == ("eakte-ops/plans", {"expired"})


@pytest.mark.parametrize(
    ("outcome", "ends"), [("new", (7, "carried out: 2026-11-24-witten-abcd")), ("old", (0, "may run"))]
)
@pytest.mark.usefixtures("town", "carried")
def test_what_was_carried_out_is_not_carried_out_again_and_what_was_undone_may_be(
    outcome: str, ends: tuple[int, str], run: Run, folder: Path
) -> None:
    plan = of_folder(folder)
    keep(folder, plan)
    before = runs.Run("2026-11-24-witten-abcd", "witten", plan.hash, 1.0, 2.0, "root", "ops-1", "", "", ("witten-app",))
    with closing(Store.open(folder / "state" / "store.db", migrations())) as store, store.writing() as rows:
        runs.keep(rows, before)
        for number, entry in enumerate((Entry(turn="opened", token=1), Entry(turn="closed", said=outcome))):
            entries.append(rows, before.id, number, Written(1.0, "root", entry).line())
    said = run("plans", "list")[1]
    assert ends[1] in said
    assert run("plans", "run", plan.hash[:6])[0] == ends[0]


def test_what_show_prints_for_programs_is_the_whole_plan(run: Run, town: Town, folder: Path) -> None:
    keep(folder, sample())
    status, out, _ = run("plans", "show", sample().hash[:6], "--json")
    assert status == 0
    assert read_plan(out) == sample()


def test_show_reads_in_both_languages_and_on_paper(run: Run, town: Town, folder: Path) -> None:
    keep(folder, sample())
    short = sample().hash[:6]
    assert run("plans", "show", short)[1].startswith(f"Plan {short} · Witten · new settings of the gateway")
    assert "neue Einstellungen des Gateways" in run("plans", "show", short, "--language", "de")[1]
    assert "# Witten: neue Einstellungen" in run("plans", "show", short, "--paper", "--language", "de")[1]
    file = folder / "plan.md"
    assert run("plans", "show", short, "--paper", "--out", str(file))[0] == 0
    assert file.read_text().startswith("# Witten: new settings")
    assert run("plans", "show", short, "--paper", "--json")[0] == 2
    assert run("plans", "show", short, "--out", str(file))[0] == 2


def test_a_short_hash_that_fits_two_plans_is_refused_with_the_choices(run: Run, town: Town, folder: Path) -> None:
    first = sample()
    keep(folder, first)
    twin = f"{first.hash[:8]}{'0' * 56}"
    with closing(Store.open(folder / "state" / "store.db", migrations())) as store, store.writing() as rows:
        rows.run(
            "INSERT INTO plan (hash, town, purpose, made, valid_until, text) VALUES (?, 'herdecke', 'other', 0, 0, '')",
            (twin,),
        )
    status, _, err = run("plans", "show", first.hash[:6])
    assert status == 2
    assert f"{first.hash[:12]} (witten: new settings of the gateway)" in err
    assert f"{twin[:12]} (herdecke: other)" in err
    assert run("plans", "show", first.hash[:5])[0] == 2
    assert run("plans", "show", "not-hex")[0] == 2
    assert run("plans", "show", "abcdef")[0] == 2


def test_a_plan_of_another_version_is_listed_and_not_carried_out(run: Run, town: Town, folder: Path) -> None:
    keep(folder, sample())
    text = sample().text().replace('"format":1', '"format":2').replace('"tool":"0.1.0"', '"tool":"9.9"')
    with closing(Store.open(folder / "state" / "store.db", migrations())) as store, store.writing() as rows:
        rows.run("UPDATE plan SET text = ?", (text,))
    assert "format 2" in run("plans", "list")[1]
    status, _, err = run("plans", "run", sample().hash[:6])
    assert status == 7
    assert "eakte-ops 9.9 made it and can carry it out" in err


def test_a_plan_that_was_altered_in_the_store_is_not_carried_out(run: Run, town: Town, folder: Path) -> None:
    keep(folder, sample())
    with closing(Store.open(folder / "state" / "store.db", migrations())) as store, store.writing() as rows:
        rows.run("UPDATE plan SET text = replace(text, 'start eakte-gateway', 'stop eakte-gateway')")
    status, _, err = run("plans", "run", sample().hash[:6])
    assert (status, "it was altered" in err) == (7, True)


def test_where_nothing_stands_against_it_a_plan_is_carried_out(
    run: Run, town: Town, folder: Path, carried: list[tuple[Plan, Permit]]
) -> None:
    plan = of_folder(folder)
    keep(folder, plan)
    status, _, err = run("plans", "run", plan.hash[:6])
    assert (status, err) == (0, "")
    assert carried == [(plan, Permit(plan.hash, "witten", "ticket 4711"))]
    assert {server for server, _ in town.fleet.asked} == {"witten-db", "witten-app", "witten-index", "witten-gw"}


def test_all_that_stands_against_it_is_told_at_once(
    run: Run, town: Town, folder: Path, carried: list[tuple[Plan, Permit]], monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = of_folder(folder, needs=Needs(window=True, second_person=True))
    keep(folder, plan)
    with (folder / "inventories/witten.yml").open("a") as file:
        file.write("# a word more\n")
    at(monkeypatch, NOW)
    town.says("witten-gw", **{"assume 0": "set we move house\n", "assume 2": "12\n"})
    town.says(
        "witten-db", **{"assume 1": "set run=2026-11-24-witten-abcd\n", "assume 2": Reply(b"", 1, b"no such link")}
    )
    status, _, err = run("plans", "run", plan.hash[:6])
    assert (status, carried) == (7, [])
    for sentence in (
        "Refused, for 7 reasons:",
        "inventories/witten.yml was changed since the plan was made",
        "Witten has set the stop switch on witten-gw: we move house",
        "machines of Witten are in the hands of local IT: witten-db (run=2026-11-24-witten-abcd)",
        "witten-gw: free disk: the plan needs at least 25, the server says '12'",
        "witten-db: release: the plan takes '/opt/eakte/releases/11.0' for granted, and that can not be told",
        "Witten allows work on Tue and Thu 18:00-22:00 (Europe/Berlin); now it is Tue 14:05",
        "admin-1, who made the plan, has not signed it",
    ):
        assert sentence in err


@pytest.mark.usefixtures("town", "carried")
def test_on_a_closed_day_the_reason_in_the_inventory_is_told(
    run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at(monkeypatch, datetime(2026, 12, 22, 18, 0, tzinfo=UTC))
    plan = of_folder(folder, valid_until="2026-12-23T00:00:00+00:00")
    keep(folder, plan)
    status, _, err = run("plans", "run", plan.hash[:6])
    assert (status, "no work on this day: no changes between the years; now it is Tue 19:00" in err) == (7, True)


def test_on_paper_it_is_said_when_the_addresses_may_be_others(run: Run, town: Town, folder: Path) -> None:
    keep(folder, of_folder(folder))
    short = of_folder(folder).hash[:6]
    assert run("plans", "show", short, "--paper")[2] == ""
    with (folder / "inventories/witten.yml").open("a") as file:
        file.write("# a word more\n")
    assert "inventories/witten.yml was changed since the plan was made" in run("plans", "show", short, "--paper")[2]


def test_a_server_that_can_not_be_asked_ends_it_unless_something_else_does(
    run: Run, town: Town, folder: Path, carried: list[tuple[Plan, Permit]], monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = of_folder(folder)
    keep(folder, plan)
    town.fleet.servers["witten-index"] = FakeServer(
        refuses=TimedOut(server="witten-index", phase="connect", seconds=20.0)
    )
    assert run("plans", "run", plan.hash[:6])[0] == 3
    at(monkeypatch, NOW)
    status, _, err = run("plans", "run", plan.hash[:6])
    assert (status, "allows work on" in err) == (7, True)
    assert carried == []


def test_the_end_of_a_handover_is_not_refused_for_the_handover(
    run: Run, town: Town, folder: Path, carried: list[tuple[Plan, Permit]]
) -> None:
    plan = of_folder(folder, playbook="handover-end", assumes=())
    keep(folder, plan)
    assert run("plans", "run", plan.hash[:6])[0] == 0
    assert len(carried) == 1
    assert [question for _, question in town.fleet.asked] == ["assume 0"] * 4


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Somebody sits here and types this."""

    def types(typed: str) -> None:
        monkeypatch.setattr("eakte_ops.cli.interrupts.has_terminal", lambda: True)
        monkeypatch.setattr("sys.stdin", io.StringIO(typed))

    return types


def proposed(folder: Path, plan: Plan, asked: Asked | None = None, **more: Any) -> int:
    CONTEXT.begin(folder, False)
    return propose(plan, asked, **more)


def test_without_a_terminal_the_plan_is_kept_and_nothing_is_done(
    town: Town, folder: Path, carried: list[tuple[Plan, Permit]], capsys: pytest.CaptureFixture[str], run: Run
) -> None:
    plan = of_folder(folder)
    assert proposed(folder, plan) == 0
    said = capsys.readouterr()
    assert said.out.startswith(f"Plan {plan.hash[:6]} · Witten")
    assert f"To carry it out: eakte-ops plans run {plan.hash[:12]}" in said.err
    assert (carried, town.fleet.asked) == ([], [])
    assert plan.hash[:12] in run("plans", "list")[1]


def test_with_plan_it_is_shown_and_nobody_is_asked(
    town: Town, folder: Path, carried: list[tuple[Plan, Permit]], terminal: Any
) -> None:
    terminal("witten\n")
    assert proposed(folder, of_folder(folder), plan_only=True) == 0
    assert carried == []


@pytest.mark.parametrize("typed", ["witten\n", "Witten\n", " WITTEN \n"])
def test_at_a_terminal_the_name_of_the_town_carries_it_out(
    typed: str, town: Town, folder: Path, carried: list[tuple[Plan, Permit]], terminal: Any
) -> None:
    terminal(typed)
    assert proposed(folder, of_folder(folder)) == 0
    assert len(carried) == 1


@pytest.mark.parametrize("typed", ["", "\n", "yes\n", "herdecke\n"])
def test_anything_else_does_nothing(
    typed: str, town: Town, folder: Path, carried: list[tuple[Plan, Permit]], terminal: Any
) -> None:
    terminal(typed)
    with pytest.raises(UsageError, match="not the name of the town"):
        proposed(folder, of_folder(folder))
    assert carried == []


def test_a_plan_that_may_not_begin_now_is_refused_before_anybody_types(
    town: Town,
    folder: Path,
    carried: list[tuple[Plan, Permit]],
    terminal: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from eakte_ops.playbook.permit import NotPermitted

    terminal("witten\n")
    at(monkeypatch, NOW)
    plan = of_folder(folder)
    with pytest.raises(NotPermitted, match="allows work on"):
        proposed(folder, plan)
    with closing(CONTEXT.store()) as store, store.reading() as rows:
        assert plans.get(rows, plan.hash).town == "witten"  # it waits for its time
    asked = Asked(outside_window=True, agreed_with="local-it", why="the disk fails")
    assert proposed(folder, plan, asked) == 0
    assert carried[0][1].word == "OUTSIDE THE WINDOW, agreed with local-it: the disk fails"


def test_a_plan_is_made_from_the_operations_folder_as_it_is(
    town: Town, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "playbooks").mkdir()
    text = (well.ROOT / "playbooks/restart.yml").read_text()
    (folder / "playbooks/restart.yml").write_text(text)
    CONTEXT.begin(folder, False)
    with pytest.raises(UsageError, match="not in git: nobody could say later"):
        make("witten", "restart", {"component": "gateway"})
    plan = make("witten", "restart", {"component": "gateway"}, why="it hangs")
    assert (plan.purpose, plan.purpose_de) == ("restart gateway", "gateway neu starten")
    assert (plan.commit, plan.why, plan.author) == ("not in git", "it hangs", "")
    assert not plan.needs.second_person
    assert set(plan.inputs) >= {"playbooks/restart.yml", "inventories/witten.yml", "access.yml", "eakte-ops.yml"}
    with (folder / "inventories/witten.yml").open("a") as file:
        file.write("approval: {second_person: always}\n")
    CONTEXT.begin(folder, False)
    assert make("witten", "restart", {"component": "gateway"}, why="it hangs").needs.second_person


PERMIT = Permit("0" * 64, "witten", "the disk fails", ("admin-1",), True, "local-it", True)


def told(folder: Path, permit: Permit) -> list[Any]:
    """The mails that are queued."""
    inventory = CONTEXT.inventory("witten")
    with closing(Store.open(folder / "state" / "store.db", migrations())) as store:
        with store.writing() as rows:
            tell_town(rows, inventory.settings, inventory.towns["witten"], sample(), permit, now=NOW)
        with store.writing() as rows:
            found = []
            while claimed := queue.claim(rows, NOW.timestamp() + 1, 60, ("mail",), None, all_now=True):
                found.append(claimed)
            return found


def test_the_town_is_told_of_a_broken_rule_by_mail_in_its_language(
    town: Town, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "eakte-ops.yml").write_text(f"centre: {{name: Centre, contact: {{mail: a@b.example}}}}\n{MAIL}")
    CONTEXT.begin(folder, False)
    (folder / "state").mkdir()
    (mail,) = told(folder, PERMIT)
    assert (mail.message.kind, mail.message.address) == ("notice", "it-service@witten.example")
    assert "mail to it-service@witten.example" in capsys.readouterr().err
    read = message_from_bytes(mail.content, policy=default)
    body = read.get_body(("plain",)).get_content()
    said = " ".join(body.split())
    for sentence in (
        "Das Zentrum arbeitet jetzt an Ihren Servern, außerhalb des vereinbarten Fensters und ohne Freigabe durch eine"
        " zweite Person: neue Einstellungen des Gateways.",
        "Vereinbart mit: örtliche IT.",
        "Grund: the disk fails",
        "Auf: witten-app, witten-db, witten-gw. Beginn Di 24.11. 14:05, Dauer etwa 16 min 22 s."
        " Der Dienst steht währenddessen.",
        "/etc/eakte-ops/stop",
        f"Plan {sample().hash[:12]}.",
    ):
        assert sentence in said


def test_what_breaks_no_rule_is_not_told(town: Town, folder: Path) -> None:
    (folder / "state").mkdir()
    assert told(folder, Permit("0" * 64, "witten", "why", ("admin-1", "admin-2"))) == []


def test_without_a_mail_server_whoever_works_is_told_to_phone(
    town: Town, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "eakte-ops.yml").write_text("centre: {name: Centre, contact: {mail: a@b.example}}\n")
    CONTEXT.begin(folder, False)
    (folder / "state").mkdir()
    assert told(folder, PERMIT) == []
    assert "phone local IT NOW (+49 221 4710 236, it-service@witten.example)" in capsys.readouterr().err


def test_both_languages_of_the_notice_say_the_same_things() -> None:
    its = well.inventory().towns["witten"]
    both = notices(its, sample(), PERMIT, NOW)
    assert len(both["de"].lines) == len(both["en"].lines) == 5
    quiet = notices(its, sample(steps=sample().steps[:2]), replace(PERMIT, outside_window=False), NOW)["en"]
    assert "The service is down" not in " ".join(quiet.lines)
    assert "Agreed with" not in " ".join(quiet.lines)
