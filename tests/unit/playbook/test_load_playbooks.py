"""Playbooks are read strictly: every mistake at once, each with its place, most with a suggestion."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eakte_ops.errors import InvalidFile, UsageError
from eakte_ops.inventory.samples import samples_folder
from eakte_ops.playbook.actions import ACTIONS
from eakte_ops.playbook.actions.command import _said, unknown_variables, variables
from eakte_ops.playbook.load import checked, load_playbooks
from eakte_ops.yamltext import read
from tests.unit.playbook.played_books import HEAD, playbook_of, steps

TITLE = "title: {de: a, en: a}"
COMMAND = f"name: a, action: command, {TITLE}"


def told(text: str) -> list[str]:
    """All that is wrong with a text, without the name of its file."""
    with pytest.raises(InvalidFile) as raised:
        playbook_of(text, "mine")
    return [str(mistake).removeprefix("playbooks/mine.yml:") for mistake in raised.value.mistakes]


def test_the_samples_are_right() -> None:
    found = load_playbooks(samples_folder())
    assert found.mistakes == ()
    assert "restart" in found.known
    assert found.files == len(found.known) == len(list((samples_folder() / "playbooks").glob("*.yml")))


MISTAKES = {
    "unknown key": (
        steps("{name: a, acton: stop}"),
        '3:15  steps.0.acton: unknown key; did you mean "action"?',
    ),
    "unknown action": (steps("{name: a, action: stopp}"), '3:23  steps.0.action: there is no action "stopp"; did'),
    "nothing close": (steps("{name: a, action: fly}"), '3:23  steps.0.action: there is no action "fly"; there are ask'),
    "no action": (steps("{name: a}"), "3:5  steps.0: `action` is missing: what is done?"),
    "no steps": (HEAD + "steps: []\n", "2:8  steps: "),
    "no title": ("steps: [{name: a, action: stop}]\n", "1:1  title: "),
    "one language": ("title: {de: x}\nsteps: [{name: a, action: stop}]\n", "1:8  title.en: "),
    "double name": (
        steps("{name: a, action: stop}", "{name: a, action: start}"),
        '4:12  steps.1.name: another step is named "a" already',
    ),
    "component": (
        steps("{name: a, action: stop, where: {components: [gatway]}}"),
        '3:50  steps.0.where.components.0: no product has a component "gatway"; did you mean "gateway"?',
    ),
    "unknown argument": (
        steps("{name: a, action: stop, where: {components: [$part]}}"),
        '3:50  steps.0.where.components.0: there is no argument "part"',
    ),
    "argument of another kind": (
        steps(
            "{name: a, action: stop, where: {components: [$on]}}",
            more="arguments: {on: {kind: server, text: {de: a, en: a}}}\n",
        ),
        "4:50  steps.0.where.components.0: the argument on is a server, and a component is needed here",
    ),
    "argument for nothing": (
        steps("{name: a, action: stop}", more="arguments: {on: {kind: server, text: {de: a, en: a}}}\n"),
        "2:13  arguments.on: nothing uses this argument",
    ),
    "kind of an argument": (
        steps("{name: a, action: stop}", more="arguments: {on: {kind: host, text: {de: a, en: a}}}\n"),
        "2:24  arguments.on.kind: ",
    ),
    "order": (steps("{name: a, action: stop, order: backwards}"), "3:36  steps.0.order: "),
    "limit": (steps("{name: a, action: stop, limit: 0}"), "3:36  steps.0.limit: "),
    "with": (
        steps("{name: a, action: start, with: {wel: [service.units]}}"),
        '3:37  steps.0.with.wel: unknown key; did you mean "well"?',
    ),
    "check of an action": (
        steps("{name: a, action: gate, with: {checks: [service.helth]}}"),
        '3:45  steps.0.with.checks.0: there is no check "service.helth" to wait for; did you mean "service.health"?',
    ),
    "check before": (
        steps("{name: a, action: stop, before: [plan.windw]}"),
        '3:38  steps.0.before.0: there is no check "plan.windw" to wait for; did you mean "plan.window"?',
    ),
    "check of the centre": (
        steps("{name: a, action: stop, before: [watch.night]}"),
        '3:38  steps.0.before.0: there is no check "watch.night" to wait for',
    ),
    "placeholder below with": (
        steps("{name: a, action: gate, with: {checks: [$check]}}"),
        '3:45  steps.0.with.checks.0: there is no argument "check"',
    ),
    "brings its own": (
        steps("{name: a, action: stop, undo: 'true'}"),
        "3:29  steps.0.undo: stop brings its own; `undo` is only for `command`",
    ),
    "below with": (
        steps(f"{{{COMMAND}, with: {{text: 'true', undo: 'true'}}}}"),
        ".undo: `undo` stands beside `with`, not below it",
    ),
    "local-it without a title": (
        steps("{name: a, owner: local-it}"),
        "3:5  steps.0: `title` is missing: it is what local IT is asked to do",
    ),
    "local-it with an action": (
        steps(f"{{name: a, owner: local-it, {TITLE}, action: stop}}"),
        ".action: local IT does it, so there is no `action`",
    ),
    "command without a title": (
        steps("{name: a, action: command, repeatable: true, with: {text: 'true', stays: nothing}}"),
        "3:5  steps.0: `title` is missing",
    ),
    "command without verify": (
        steps(f"{{{COMMAND}, undo: 'true', with: {{text: 'true'}}}}"),
        ".with.text: `verify` is missing: if the server dies under it",
    ),
    "command without undo": (
        steps(f"{{{COMMAND}, repeatable: true, with: {{text: 'true'}}}}"),
        ".with.text: `undo` is missing: say how it is taken back, or in `stays` why it may stay",
    ),
    "undo and stays": (
        steps(f"{{{COMMAND}, repeatable: true, undo: 'true', with: {{text: 'true', stays: it does}}}}"),
        ".with.stays: there is an `undo`, so it does not stay",
    ),
    "no text": (
        steps(f"{{{COMMAND}, repeatable: true, undo: 'true', with: {{text: ' '}}}}"),
        ".with.text: a text of 1 to 20000 characters expected",
    ),
    "secret of the software": (
        steps(
            f"{{{COMMAND}, repeatable: true, undo: 'true', "
            "with: {text: 'echo $key', account: software, secrets: {key: a-password}}}"
        ),
        ".with.secrets: secrets are given to texts of the account `work` alone",
    ),
    "variable twice": (
        steps(f"{{{COMMAND}, repeatable: true, undo: 'true', with: {{text: 'echo $run', secrets: {{run: key}}}}}}"),
        ".with.secrets.run: $run is something else already",
    ),
    "argument that hides a folder": (
        steps(
            f"{{{COMMAND}, repeatable: true, undo: 'true', with: {{text: 'rm -rf \"$state/x\"'}}}}",
            more="arguments: {state: {kind: name, text: {de: Stand, en: state}}}\n",
        ),
        ".with.text: $state is something else already, so no argument can be named state here",
    ),
    "unknown variable": (
        steps(f"{{{COMMAND}, repeatable: true, undo: 'rm \"$stat/x\"', with: {{text: 'true'}}}}"),
        '.undo: nothing gives the variable $stat; did you mean "state"?',
    ),
    "value without a kind": (
        steps(f"{{{COMMAND}, repeatable: true, undo: 'true', with: {{text: 'echo size=1', gives: [size]}}}}"),
        '.with.gives.0: `values` says no kind for "size"',
    ),
    "value of no step": (
        steps("{name: a, action: stop}", more="values: {size: number}\n"),
        "2:10  values.size: no step gives this value",
    ),
    "value before it is given": (
        steps(
            f"{{{COMMAND}, repeatable: true, undo: 'true', with: {{text: 'echo $n', takes: {{n: size}}}}}}",
            f"{{{COMMAND.replace('a,', 'b,', 1)}, repeatable: true, undo: 'true', "
            "with: {text: 'echo size=1', gives: [size]}}",
            more="values: {size: number}\n",
        ),
        '.with.takes.n: no step before gives the value "size"',
    ),
    "unknown value": (
        steps(f"{{{COMMAND}, repeatable: true, undo: 'true', with: {{text: 'echo $n', takes: {{n: size}}}}}}"),
        '.with.takes.n: there is no value "size"',
    ),
    "kind of a value": (steps("{name: a, action: stop}", more="values: {size: byte}\n"), "2:16  values.size: "),
}


@pytest.mark.parametrize(("text", "expected"), MISTAKES.values(), ids=MISTAKES)
def test_each_mistake_has_a_place_and_a_sentence(text: str, expected: str) -> None:
    found = told(text)
    assert len(found) == 1, found
    assert expected in found[0]


def test_all_mistakes_are_told_at_once() -> None:
    found = told(
        steps(
            "{name: a, action: stopp}",
            "{name: a, action: start, with: {wel: []}, before: [nothing]}",
            "{name: c, action: stop, where: {components: [gatway]}, verify: x}",
        )
    )
    assert [line.split("  ")[0] for line in found] == ["3:23", "4:12", "4:37", "4:56", "5:50", "5:60"]


def test_values_go_from_step_to_step() -> None:
    text = steps(
        f"{{{COMMAND}, repeatable: true, undo: 'true', with: {{text: 'echo size=1', gives: [size]}}}}",
        f"{{{COMMAND.replace('a,', 'b,', 1)}, repeatable: true, undo: 'echo $n', "
        "with: {text: 'echo $n', takes: {n: size}}}",
        more="values: {size: number}\n",
    )
    assert playbook_of(text, "mine").said.values == {"size": "number"}


def write(folder: Path, name: str, text: str = "") -> Path:
    file = folder / "playbooks" / name
    file.parent.mkdir(exist_ok=True)
    file.write_text(text or steps("{name: a, action: stop}"), "utf-8")
    return file


class TestFolder:
    def test_a_missing_one_is_empty(self, tmp_path: Path) -> None:
        assert load_playbooks(tmp_path).known == {}

    def test_nothing_is_passed_over_in_silence(self, tmp_path: Path) -> None:
        for name in ("right.yml", "README.md", ".hidden", "other.yaml", "Big.yml"):
            write(tmp_path, name)
        (tmp_path / "playbooks/below").mkdir()
        (tmp_path / "playbooks/link.yml").symlink_to("right.yml")
        os.mkfifo(tmp_path / "playbooks/pipe.yml")
        found = load_playbooks(tmp_path)
        assert list(found.known) == ["right"]
        assert [str(mistake).removeprefix("playbooks/") for mistake in found.mistakes] == [
            "Big.yml:1:1  a playbook is named with small letters, digits and hyphens",
            "below:1:1  this is a folder; playbooks lie side by side",
            "link.yml:1:1  this is a link; only files that lie here themselves are read",
            "other.yaml:1:1  not read, because it does not end in .yml",
            "pipe.yml:1:1  this is no regular file",
        ]

    def test_mistakes_in_one_keep_nobody_from_another(self, tmp_path: Path) -> None:
        write(tmp_path, "right.yml")
        write(tmp_path, "wrong.yml", "title: x\n")
        found = load_playbooks(tmp_path)
        assert found.of("right").name == "right"
        with pytest.raises(InvalidFile) as raised:
            found.of("wrong")
        assert {mistake.file for mistake in raised.value.mistakes} == {"playbooks/wrong.yml"}
        with pytest.raises(UsageError, match=r'there is no playbook "rihgt" .*did you mean "right"'):
            found.of("rihgt")


def test_every_action_says_in_both_languages_what_it_does() -> None:
    for name, action in ACTIONS.items():
        assert action.name == name
        assert set(action.text) == {"de", "en"}
        for field in action.params.model_fields.values():
            assert field.description or name == "command", name


def test_a_text_makes_variables_of_its_own() -> None:
    text = 'for file in a b; do read -r line <"$file"; echo "${line}" "$other" \\$no; done # $comment\n'
    assert variables(text) == {"file", "line", "other"}
    assert unknown_variables(text, ()) == ("other",)
    assert unknown_variables("case $x in *) ${y:-z} ;; esac", {"x"}) == ("y",)


@pytest.mark.parametrize(
    "text",
    ['echo "a # b"; rm -rf "$data/tmp"', "echo 'a # b' \"$data\"", 'echo "it\'s # $data"', 'echo "\n# ${data}"'],
)
def test_what_only_seems_to_be_a_comment_is_not_carried_out_with_nothing_in_it(text: str) -> None:
    assert _said(text, {"data": "/srv/data", "logs": "/var/log"}).startswith("data='/srv/data'\n")


def test_a_name_that_nothing_gives_is_found_behind_a_quoted_sign_too() -> None:
    assert unknown_variables('echo "a # b"; rm -rf "$dta/tmp"', {"data"}) == ("dta",)
    assert unknown_variables('echo "a" # "$dta"', {"data"}) == ()


@given(st.text(alphabet="{}[]:-,$'\"ab\n #title:steps", max_size=120))
def test_any_text_is_a_playbook_or_has_mistakes(text: str) -> None:
    playbook, mistakes = checked(read(text, "mine.yml"), "mine")
    assert (playbook is None) == bool(mistakes)
