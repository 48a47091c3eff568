"""`restart`, `play`, `playbooks` as they are typed: a plan, or a sentence with its status."""

from __future__ import annotations

import json
import shutil
from contextlib import closing
from pathlib import Path

import pytest

from eakte_ops.cli.context import CONTEXT
from eakte_ops.cli.play import OWN_COMMANDS, given
from eakte_ops.errors import Status, UsageError
from eakte_ops.inventory.samples import samples_folder
from eakte_ops.playbook.memory import plans
from eakte_ops.playbook.plan import OnServer, Plan
from eakte_ops.playbook.read_plan import read_plan
from tests.unit.cli.conftest import Run
from tests.unit.playbook.played_books import steps

MINE = steps(
    "{name: count, action: command, title: {de: zählen, en: count $what}, where: {components: [$what]}, "
    "repeatable: true, with: {text: 'ls \"$data/$what\" | wc -l', stays: it only looks}}",
    more="needs: {window: false}\narguments: {what: {kind: component, text: {de: was, en: what to count}}}\n",
)


@pytest.fixture(autouse=True)
def books(folder: Path) -> Path:
    """The playbooks of the samples, and one more."""
    shutil.copytree(samples_folder() / "playbooks", folder / "playbooks")
    (folder / "playbooks/mine.yml").write_text(MINE, "utf-8")
    return folder / "playbooks"


def kept() -> list[Plan]:
    """The plans that were made."""
    with closing(CONTEXT.store()) as store, store.reading() as rows:
        return [read_plan(each.text, each.hash) for each in plans.listed(rows, "witten")]


class TestRestart:
    def test_it_makes_a_plan_and_says_how_to_carry_it_out(self, run: Run) -> None:
        status, out, err = run("restart", "witten", "gateway", "--why", "hangs since 14:02")
        assert status == Status.OK
        assert " · Witten · restart gateway · 4 steps on witten-gw · " in out.splitlines()[0]
        assert "hangs since 14:02" in out
        (plan,) = kept()
        assert f"eakte-ops plans run {plan.hash[:12]}" in err
        assert (plan.playbook, plan.arguments) == ("restart", {"component": "gateway"})
        assert plan.needs.window is False
        assert "playbooks/restart.yml" in plan.inputs

    def test_on_one_server_alone(self, run: Run) -> None:
        assert run("restart", "witten", "index", "--server", "witten-index", "--why", "x", "--plan")[0] == Status.OK
        assert kept()[0].servers == ("witten-index",)
        status, _, err = run("restart", "witten", "index", "--server", "witten-gw", "--why", "x")
        assert status == Status.USAGE
        assert "there is no server of Witten with index, named witten-gw" in err

    @pytest.mark.parametrize(
        ("words", "status", "said"),
        [
            (("witten", "gatway", "--why", "x"), Status.USAGE, 'no component "gatway"; did you mean "gateway"?'),
            (("wittn", "gateway", "--why", "x"), Status.USAGE, 'no town "wittn"; did you mean "witten"?'),
            (("witten", "gateway"), Status.USAGE, "--why"),
            (("witten", "gateway", "--why", " "), Status.USAGE, "a change needs a reason"),
            (("gevelsberg", "gateway", "--why", "x"), Status.REFUSED, "gevelsberg-services (windows) is not supported"),
        ],
    )
    def test_what_can_not_be_done_is_said(self, run: Run, words: tuple[str, ...], status: Status, said: str) -> None:
        found, out, err = run("restart", *words)
        assert (found, out) == (status, "")
        assert said in err

    def test_without_its_playbook(self, run: Run, books: Path) -> None:
        (books / "restart.yml").unlink()
        status, _, err = run("restart", "witten", "gateway", "--why", "x")
        assert status == Status.USAGE
        assert 'here is no playbook "restart" (playbooks/restart.yml)' in err
        assert "eakte-ops init" in err

    def test_a_mistake_in_another_playbook_is_no_matter(self, run: Run, books: Path) -> None:
        (books / "mine.yml").write_text("title: x\n")
        assert run("restart", "witten", "gateway", "--why", "x", "--plan")[0] == Status.OK


class TestPlay:
    def test_a_playbook_of_ones_own(self, run: Run) -> None:
        status, out, _ = run("play", "witten", "mine", "what=database", "--why", "to know", "--plan")
        assert status == Status.OK
        assert "count database" in out
        (step,) = kept()[0].steps
        assert isinstance(step.do, OnServer)
        assert step.do.text.endswith('ls "$data/$what" | wc -l\n')

    @pytest.mark.parametrize(
        ("words", "said"),
        [
            (("mine",), "mine needs what: what to count"),
            (("mine", "wat=index"), 'no argument "wat"; did you mean "what"?'),
            (("mine", "what"), "NAME=VALUE expected"),
            (("mien", "what=index"), 'no playbook "mien" (playbooks/mien.yml); did you mean "mine"?'),
            (("restart", "component=index"), 'he playbook "restart" has a command of its own'),
        ],
    )
    def test_what_is_wrong_is_said(self, run: Run, words: tuple[str, ...], said: str) -> None:
        status, out, err = run("play", "witten", *words, "--why", "x")
        assert (status, out) == (Status.USAGE, "")
        assert said in err

    def test_words_become_arguments(self) -> None:
        assert given(["a=b=c", "d="]) == {"a": "b=c", "d": ""}
        with pytest.raises(UsageError, match="a is said twice"):
            given(["a=1", "a=2"])

    def test_playbooks_with_a_command_are_there(self) -> None:
        there = {path.stem for path in (samples_folder() / "playbooks").glob("*.yml")}
        assert there == set(OWN_COMMANDS)


class TestPlaybooks:
    def test_they_are_listed_with_what_they_ask_for(self, run: Run) -> None:
        status, out, err = run("playbooks", "list")
        assert (status, err) == (Status.OK, "")
        lines = {line.split()[0]: " ".join(line.split()[1:]) for line in out.splitlines()}
        assert lines["restart"] == "component [server] restart $component"
        assert lines["mine"].startswith("what try")
        found = json.loads(run("playbooks", "list", "--json")[1])
        assert "mine" in [each["name"] for each in found["playbooks"]]

    def test_mistakes_are_told(self, run: Run, books: Path) -> None:
        (books / "mine.yml").write_text("title: x\n")
        status, out, err = run("playbooks", "list")
        assert status == Status.USAGE
        assert "restart" in out
        assert "playbooks/mine.yml:1:8  title" in err
        assert run("playbooks", "show", "mine")[0] == Status.USAGE

    def test_one_is_shown(self, run: Run) -> None:
        status, out, _ = run("playbooks", "show", "mine")
        assert status == Status.OK
        assert out.splitlines() == [
            "mine  try",
            "  Versuch",
            "  what=…  what to count",
            "  1  count  command  count $what",
        ]
        found = json.loads(run("playbooks", "show", "restart", "--json")[1])
        assert found["arguments"]["server"]["optional"] is True

    def test_none_yet(self, run: Run, books: Path) -> None:
        shutil.rmtree(books)
        status, out, err = run("playbooks", "list")
        assert (status, out) == (Status.OK, "")
        assert "No playbook yet" in err
