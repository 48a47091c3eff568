"""`runs`, `jobs` and `unlock` as they are typed, on servers that are folders of this machine."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from eakte_ops.cli import run_parts
from eakte_ops.cli.context import CONTEXT
from eakte_ops.cli.main import main
from eakte_ops.playbook.inputs import hashed
from eakte_ops.playbook.lock import working
from eakte_ops.playbook.permit import Permit
from eakte_ops.playbook.plan import AskPerson, OnServer, Plan, Step
from eakte_ops.remote.types import Connection, Target
from tests.integration.remote.ops_folder import OpsFolder, make
from tests.unit.health import well

SERVERS = ("witten-app", "witten-db", "witten-gw", "witten-index")
Typed = Callable[..., tuple[int, str, str]]


@pytest.fixture
def town(tmp_path: Path) -> dict[str, OpsFolder]:
    found = {}
    for name in SERVERS:
        (tmp_path / name).mkdir()
        found[name] = make(tmp_path / name)
    return found


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, town: dict[str, OpsFolder]) -> Iterator[Path]:
    """An operations folder whose town has these servers."""
    here = tmp_path / "operations"
    (here / "inventories").mkdir(parents=True)
    for name in ("eakte-ops.yml", "inventories/_defaults.yml", "inventories/witten.yml"):
        shutil.copy(well.ROOT / name, here / name)
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)

    def connect(target: Target, _deadline: float) -> Connection:
        return town[target.name].line()

    CONTEXT.begin(here, False)
    monkeypatch.setattr(CONTEXT, "connect", lambda: connect)
    yield here
    CONTEXT.begin(None, False)


@pytest.fixture
def typed(folder: Path, capsys: pytest.CaptureFixture[str]) -> Typed:
    """Types a command; gives its status, stdout and stderr."""

    def typed(*words: str) -> tuple[int, str, str]:
        capsys.readouterr()
        status = main(["--project", str(folder), *words])
        said = capsys.readouterr()
        return status, said.out, said.err

    return typed


def begun(*steps: Step, inputs: Mapping[str, str] | None = None) -> int:
    """The status of a run of these steps, made from these files."""
    now = datetime.now(UTC)
    until = (now + timedelta(hours=1)).isoformat(timespec="seconds")
    plan = Plan("witten", "try it", "admin-1", now.isoformat(timespec="seconds"), until, "0", steps, why="tried")
    plan = replace(plan, inputs=dict(inputs or {}))
    return run_parts.carry_out(plan, Permit(plan.hash, "witten", "tried"))


def run_of(typed: Typed) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(typed("runs", "list", "--json")[1])["runs"][0]
    return found


def lost(there: OpsFolder) -> Step:
    """A step that takes its runner with it."""
    parents = 'kill -9 "$(ps -o ppid= -p "$PPID" | tr -d " ")" $PPID $$'
    text = f"echo half of it; echo ran >>{there.top}/ran; {parents}"
    undo = OnServer(f"echo undone >>{there.top}/ran")
    return Step("01-move-db", 1, "witten-db", "move", OnServer(text, account="software"), undo=undo)


def plain(number: int, there: OpsFolder) -> Step:
    return Step(f"{number:02}-say-gw", number, "witten-gw", "say", OnServer(f"echo ran >>{there.top}/ran"))


def test_a_run_that_ended_well(typed: Typed, town: dict[str, OpsFolder]) -> None:
    assert begun(plain(1, town["witten-gw"])) == 0
    run = run_of(typed)
    assert (run["standing"], run["purpose"]) == ("new", "try it")
    status, out, _err = typed("runs", "show", run["id"][-4:])
    assert status == 0
    assert out.startswith(f"try it · run {run['id']} · is done\n")
    assert re.search(r"✓ +1 +say +witten-gw", out)
    assert typed("runs", "list")[0] == 0
    assert typed("runs", "resume", run["id"])[0] == 2
    assert typed("runs", "show", run["id"], "--look")[0] == 2
    status, out, err = typed("runs", "pause", run["id"])
    assert (status, err) == (1, f"Nobody on this host is at work on {run['id']}: it is done.\n")


def test_a_run_that_asks_names_what_is_known_and_the_choices(typed: Typed, town: dict[str, OpsFolder]) -> None:
    assert begun(lost(town["witten-db"]), plain(2, town["witten-gw"])) == 5
    name = run_of(typed)["id"]
    status, out, _err = typed("runs", "show", name)
    assert status == 5
    assert 'What became of "move" on witten-db is not known.' in out
    assert "known: it had begun when its server went down" in out
    assert "| half of it" in out
    for choice in ("--decide 01-move-db=done", "--decide 01-move-db=not-begun"):
        assert f"eakte-ops runs resume {name} {choice} --why" in out
    assert f"eakte-ops runs rollback {name} --why" in out
    said = json.loads(typed("runs", "show", name, "--json")[1])
    assert said["standing"] == "decision"
    assert [step["standing"] for step in said["steps"]] == ["unclear", "to-do"]
    assert typed("runs", "list", "witten")[0] == 1
    assert typed("runs", "resume", name, "--decide", "01-move-db=perhaps")[0] == 2
    assert typed("runs", "resume", name, "--decide", "01-move-db=done", "--why", "seen")[0] == 0
    assert (town["witten-db"].top / "ran").read_text() == "ran\n"
    assert (town["witten-gw"].top / "ran").read_text() == "ran\n"


def test_whoever_goes_on_hears_what_was_edited_since(typed: Typed, folder: Path, town: dict[str, OpsFolder]) -> None:
    inputs = hashed(folder, ["eakte-ops.yml", "inventories/witten.yml"])
    assert begun(lost(town["witten-app"]), inputs=inputs) == 5
    with (folder / "inventories/witten.yml").open("a") as file:
        file.write("# edited while the run stood still\n")
    status, _out, err = typed("runs", "rollback", run_of(typed)["id"], "--why", "no more")
    assert (status, "NOTE: inventories/witten.yml was changed since the plan was made" in err) == (4, True), err
    assert "eakte-ops.yml was" not in err


def test_it_is_undone_or_given_up(typed: Typed, town: dict[str, OpsFolder]) -> None:
    begun(lost(town["witten-db"]))
    name = run_of(typed)["id"]
    assert typed("runs", "rollback", name, "--why", " ")[0] == 2
    assert typed("runs", "rollback", name, "--why", "no")[0] == 4
    assert (town["witten-db"].top / "ran").read_text() == "ran\nundone\n"
    (town["witten-db"].top / "ran").unlink()
    assert begun(lost(town["witten-db"])) == 5
    name = run_of(typed)["id"]
    (town["witten-app"].state / "notice").write_text(f"run={name}\n")
    status, out, err = typed("runs", "abandon", name, "--why", "nobody knows")
    assert (status, out.split()) == (1, ["witten-app", *["the", "notice", "page", "is", "shown:"], f"run={name}"])
    assert "witten is free" in err
    assert "left on witten-app: the notice page is shown" in typed("runs", "show", name)[1]
    assert "left on witten-app" in typed("runs", "show", name, "--look")[1]
    (town["witten-app"].state / "notice").write_text("run=another until=...\n")
    assert "left on" not in typed("runs", "show", name, "--look")[1]


def test_beyond_the_point_of_no_return_the_name_of_the_town_is_needed(typed: Typed, town: dict[str, OpsFolder]) -> None:
    undo = OnServer(f"echo undone >>{town['witten-gw'].top}/ran")
    opens = Step("01-open-gw", 1, "witten-gw", "open", OnServer("true"), undo=undo, no_return=True)
    assert begun(opens, Step("02-try-gw", 2, "witten-gw", "try", OnServer("exit 3"))) == 5
    name = run_of(typed)["id"]
    status, out, _err = typed("runs", "show", name)
    assert "beyond the point of no return" in out
    status, _out, err = typed("runs", "rollback", name, "--why", "no")
    assert status == 2
    assert "Nobody is here to type the name of the town" in err
    assert typed("runs", "rollback", name, "--why", "no", "--town", "herdecke")[0] == 2
    assert not (town["witten-gw"].top / "ran").exists()
    assert typed("runs", "rollback", name, "--why", "no", "--town", "witten")[0] == 4
    assert (town["witten-gw"].top / "ran").read_text() == "undone\n"


def test_a_question_is_answered(typed: Typed, town: dict[str, OpsFolder]) -> None:
    ask = Step("01-patch", 1, "", "patch", AskPerson("Has local IT patched?", ("done", "later")), owner="local-it")
    assert begun(ask, plain(2, town["witten-gw"])) == 5
    name = run_of(typed)["id"]
    _status, out, _err = typed("runs", "show", name)
    assert '"patch" waits for an answer: Has local IT patched?' in out
    assert f"eakte-ops runs resume {name} --answer later" in out
    assert typed("runs", "resume", name)[0] == 5
    for wrong in ("perhaps", "02-say-gw=done", "01-patch=perhaps"):
        assert typed("runs", "resume", name, "--answer", wrong)[0] == 2
    assert typed("runs", "resume", name, "--answer", "done")[0] == 0
    assert (town["witten-gw"].top / "ran").read_text() == "ran\n"


def test_a_town_is_freed_and_its_run_taken_up_again(typed: Typed, town: dict[str, OpsFolder]) -> None:
    begun(lost(town["witten-db"]))
    name = run_of(typed)["id"]
    status, _out, err = typed("unlock", "witten", "--why", "so be it")
    assert status == 0
    assert f"Taken from {name} (plan " in err
    assert all("lock of the town broken" in there.journal[-1] for there in town.values())
    assert typed("runs", "resume", name)[0] == 6
    status, _out, err = typed("runs", "adopt", "witten", "--why", "after all")
    assert status == 0
    assert f"{name} is ours" in err
    assert typed("runs", "resume", name, "--decide", "01-move-db=done", "--why", "seen")[0] == 0


def test_jobs_are_listed_and_ended(typed: Typed, town: dict[str, OpsFolder]) -> None:
    there = town["witten-gw"]
    assert begun(plain(1, there)) == 0
    status, out, _err = typed("jobs", "list", "witten")
    assert status == 0
    assert "01-say-gw.do.1" in out
    assert "exit 0" in out
    assert typed("jobs", "list")[2] == "No job is there.\n"
    job = json.loads(typed("jobs", "list", "witten", "--json")[1])["jobs"][0]["job"]
    assert typed("jobs", "end", "witten", job, "--why", "no")[0] == 2
    assert typed("jobs", "end", "witten", "none", "--why", "no")[0] == 2


def test_a_process_at_work_is_asked_to_pause(typed: Typed, folder: Path, town: dict[str, OpsFolder]) -> None:
    begun(lost(town["witten-db"]))
    name = run_of(typed)["id"]
    with working(folder / "state", "witten", f"try it, run {name}, admin-1"):
        assert run_of(typed)["standing"] == "at-work"
        assert typed("runs", "list")[0] == 0
        assert "is at work on it" in typed("runs", "show", name)[1]
        assert typed("runs", "pause", name)[0] == 0
        assert typed("runs", "resume", name)[0] == 6
    assert typed("runs", "resume", name, "--decide", "01-move-db=done", "--why", "seen")[0] == 0
