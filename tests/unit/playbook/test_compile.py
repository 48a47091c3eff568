"""From a playbook and a town to steps: places, turns, gates, ids; and what can not become a plan, with a sentence."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eakte_ops.errors import NotSupported, UsageError
from eakte_ops.inventory.samples import samples_folder
from eakte_ops.playbook.acts import Acts
from eakte_ops.playbook.compile import Compiled, compile_
from eakte_ops.playbook.draft import turns
from eakte_ops.playbook.load import load_playbooks
from eakte_ops.playbook.plan import AskPerson, Gate, Needs, OnServer, Step
from tests.unit.playbook.played_books import documented, ground, playbook_of, samples, steps

TITLE = "title: {de: a, en: a}"
COMPONENT = "arguments: {part: {kind: component, text: {de: der Teil, en: the part}}}\n"


def compiled(text: str, town: str = "witten", **arguments: str) -> Compiled:
    return compile_(playbook_of(text, "mine"), ground(town, arguments))


def said(found: Compiled) -> list[str]:
    """The steps in short: stage, id, title."""
    return [f"{step.stage} {step.id}: {step.title}" for step in found.steps]


def text_of(step: Step, phase: str = "do") -> str:
    do = getattr(step, phase)
    assert isinstance(do, OnServer)
    return do.text


def test_a_restart_as_a_plan() -> None:
    """The whole of a small plan, word by word: what is shown, approved and run."""
    book = load_playbooks(samples_folder()).of("restart")
    found = compile_(book, ground("witten", {"component": "gateway"}))
    assert (found.purpose, found.purpose_de) == ("restart gateway", "gateway neu starten")
    assert found.needs == Needs(window=False, second_person=False)
    assert found.values == {"ran-01-gateway-witten-gw": "word"}
    assert [(each.server, each.title, each.value) for each in found.assumes] == [
        ("witten-gw", "unit eakte-gateway.service", "loaded"),
        ("witten-gw", "hold", "free"),
    ]
    assert said(found) == [
        "1 01-restart-witten-gw_1: note how it runs: gateway",
        "2 01-restart: before the service stops: does what the plan stands on still hold?",
        "3 01-restart-witten-gw_2: restart gateway",
        "4 01-restart-witten-gw_3: gateway well: service.units, service.health, gateway.answer",
    ]
    note, guard, act, well = found.steps
    assert (guard.do, well.do) == (
        Gate(("plan.assumptions",)),
        Gate(("service.units", "service.health", "gateway.answer"), ("gateway",)),
    )
    assert (note.gives, note.repeatable, note.undo, note.stops) == (("ran-01-gateway-witten-gw",), True, None, False)
    assert (act.stops, act.repeatable, act.no_return, act.name) == (True, True, False, "restart")
    assert isinstance(act.do, OnServer)
    assert act.do.takes == {"ran": "ran-01-gateway-witten-gw"}
    assert act.title_de == "gateway neu starten"
    assert (
        text_of(act)
        == """\
if [ -e /var/lib/eakte-ops/hold ]; then
    echo "not restarted, the hold is set: $(head -n 1 /var/lib/eakte-ops/hold)" >&2
    exit 1
fi
sudo -n /usr/bin/systemctl restart eakte-gateway.service || exit 1
state=$(/usr/bin/systemctl is-active -- eakte-gateway.service)
case $state in
active) exit 0 ;;
*) echo "eakte-gateway.service is $state" >&2 ;;
esac
exit 1
"""
    )


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("", "gateway service-manager index application-server database"),
        ("order: start, ", "database application-server index service-manager gateway"),
        ("order: together, ", "database,application-server,index,service-manager,gateway"),
        ("order: one-by-one, ", "database application-server index service-manager gateway"),
    ],
)
def test_components_take_their_turns(order: str, expected: str) -> None:
    found = compiled(steps(f"{{name: a, action: stop, {order}}}"))
    stages: dict[int, list[str]] = {}
    for step in found.steps:
        if step.verify:
            stages.setdefault(step.stage, []).append(step.title.removeprefix("stop "))
    assert " ".join(",".join(stages[stage]) for stage in sorted(stages)) == expected


def test_the_window_is_looked_at_once_before_the_service_ends_and_not_before() -> None:
    found = compiled(
        steps(
            f"{{name: look, action: command, {TITLE}, repeatable: true, with: {{text: 'true', stays: nothing}}}}",
            "{name: down, action: stop, where: {components: [gateway]}}",
            "{name: up, action: start, where: {components: [gateway]}}",
            "{name: again, action: restart, where: {components: [index]}}",
        )
    )
    guards = [
        at for at, step in enumerate(found.steps) if isinstance(step.do, Gate) and step.do.checks[0][:5] == "plan."
    ]
    first = next(at for at, step in enumerate(found.steps) if step.stops)
    assert guards == [first - 1]
    assert found.steps[first - 1].do == Gate(("plan.window", "plan.assumptions"))


def test_what_must_hold_before_is_a_gate_of_its_own() -> None:
    found = compiled(
        steps("{name: a, action: stop, where: {components: [gateway, index]}, before: [service.health, index.state]}")
    )
    gates = [step for step in found.steps if isinstance(step.do, Gate) and step.stage == 1]
    assert [(step.server, step.do) for step in gates] == [
        ("witten-index", Gate(("index.state",), ("index",))),
        ("witten-gw", Gate(("service.health",), ("gateway",))),
    ]


def test_without_a_place_a_gate_is_about_all_of_the_town() -> None:
    (gate,) = compiled(steps("{name: a, action: gate, with: {checks: [release.same, disk.space]}}")).steps
    assert (gate.server, gate.do, gate.id) == ("", Gate(("release.same", "disk.space")), "01-a")


def test_a_gate_that_could_never_hold_is_no_plan() -> None:
    text = steps("{name: a, action: gate, where: {components: [gateway]}, with: {checks: [database.answers]}}")
    with pytest.raises(
        UsageError, match=r"mine\.yml:3:5: there is nothing that database\.answers looks at on witten-gw"
    ):
        compiled(text)


def test_a_command_stands_there_word_by_word() -> None:
    found = compiled(
        steps(
            "{name: a, action: command, title: {de: zählen, en: count $part}, limit: 99, expected: 9, "
            "where: {components: [database]}, undo: 'rm -f \"$data/$part.count\"', repeatable: true, "
            'with: {text: \'ls "$data" >"$data/$part.count"; echo "$key$run" | wc -c\', '
            "secrets: {key: database-password}}}",
            more=COMPONENT,
        ),
        part="index",
    )
    (step,) = found.steps
    assert (step.id, step.title, step.title_de) == ("01-a-witten-db", "count index", "zählen")
    assert (step.limit, step.expected, step.stops, step.repeatable) == (99, 9, False, True)
    assert step.do == OnServer(
        'data=\'/var/lib/eakte\'\npart=\'index\'\nls "$data" >"$data/$part.count"; echo "$key$run" | wc -c\n',
        secrets={"key": "database-password"},
    )
    assert text_of(step, "undo") == "data='/var/lib/eakte'\npart='index'\nrm -f \"$data/$part.count\"\n"


def test_the_time_of_a_step_is_that_of_its_act() -> None:
    """And not of the note before it, nor of the gates around it; that of a gate is the gate's."""
    found = compiled(
        steps(
            "{name: a, action: start, where: {servers: [witten-gw]}, before: [disk.space], limit: 900, expected: 99}",
            "{name: b, action: gate, with: {checks: [disk.space]}, limit: 901}",
            "{name: c, action: ask, with: {question: {de: a, en: a}}, limit: 902}",
        )
    )
    times = [(step.limit, step.expected) for step in found.steps]
    assert times == [(180, 3), (30, 1), (900, 99), (180, 3), (901, 3), (902, 300)]


def test_an_argument_can_not_leave_its_quotes() -> None:
    found = compiled(
        steps(
            f"{{name: a, action: command, {TITLE}, repeatable: true, with: {{text: 'echo \"$line\"', stays: a word}}}}",
            more="arguments: {line: {kind: line, text: {de: a, en: a}}}\n",
        ),
        line="'; rm -rf / #",
    )
    assert text_of(found.steps[0]).startswith("line=''\\''; rm -rf / #'\n")


def test_what_local_it_does_is_a_question_in_both_languages() -> None:
    found = compiled(
        steps("{name: a, owner: local-it, title: {de: Snapshot anlegen, en: take a snapshot}, where: {tags: [dmz]}}")
    )
    (step,) = found.steps
    assert step.do == AskPerson("take a snapshot (witten-gw)", ("done",), "Snapshot anlegen (witten-gw)")
    assert (step.owner, step.server, step.title_de) == ("local-it", "", "Snapshot anlegen (witten-gw)")


@pytest.mark.parametrize("action", ["stop", "start", "restart"])
def test_a_database_of_local_it_is_never_touched(action: str) -> None:
    found = compiled(steps(f"{{name: a, action: {action}}}"), "schwelm")
    asked = [step for step in found.steps if isinstance(step.do, AskPerson)]
    assert [step.owner for step in asked] == ["local-it"]
    assert "database (schwelm-db)" in asked[0].title
    changes = [step for step in found.steps if isinstance(step.do, OnServer)]
    assert {step.server for step in changes} == {"schwelm-app"}
    assert not any("eakte-database" in text_of(step) for step in changes)


def test_a_person_who_decides() -> None:
    found = compiled(
        steps("{name: a, action: ask, with: {question: {de: Weiter?, en: Go on?}, answers: [yes-please, no]}}")
    )
    assert found.steps[0].do == AskPerson("Go on?", ("yes-please", "no"), "Weiter?")


REFUSED: Mapping[str, tuple[str, Mapping[str, str], str]] = {
    "missing": (
        steps(PART := "{name: a, action: stop, where: {components: [$part]}}", more=COMPONENT),
        {},
        "needs part",
    ),
    "unknown": (steps(PART, more=COMPONENT), {"prt": "x"}, 'no argument "prt"; did you mean "part"'),
    "of no server": (
        steps(PART, more=COMPONENT),
        {"part": "gatewy"},
        'Witten has no component "gatewy"; did you mean "gateway"',
    ),
    "not in the town": (
        steps("{name: a, action: stop, where: {components: [documentviewer]}}"),
        {},
        r'mine\.yml:3:5: Witten has no component "documentviewer"',
    ),
    "no such server": (
        steps("{name: a, action: stop, where: {servers: [witten-ap]}}"),
        {},
        'Witten has no server "witten-ap"; did you mean "witten-app"',
    ),
    "nothing left": (
        steps("{name: a, action: stop, where: {tags: [dmz], components: [index]}}"),
        {},
        "there is no server of Witten with index, with the tag dmz",
    ),
    "no such secret": (
        steps(
            f"{{name: a, action: command, {TITLE}, repeatable: true, "
            "with: {text: 'echo $k', secrets: {k: database-passwort}, stays: a word}}"
        ),
        {},
        'Witten has no secret "database-passwort"; did you mean "database-password"',
    ),
}


@pytest.mark.parametrize(("text", "arguments", "expected"), REFUSED.values(), ids=REFUSED)
def test_what_can_not_become_a_plan_says_why(text: str, arguments: Mapping[str, str], expected: str) -> None:
    with pytest.raises(UsageError, match=expected):
        compiled(text, **arguments)


@pytest.mark.parametrize("kind", ["number", "name", "line", "server", "time"])
def test_an_argument_is_what_it_has_to_be(kind: str) -> None:
    text = steps(
        f"{{name: a, action: command, {TITLE}, repeatable: true, with: {{text: 'echo \"$x\"', stays: a word}}}}",
        more=f"arguments: {{x: {{kind: {kind}, text: {{de: a, en: a}}}}}}\n",
    )
    right = {"number": "012", "name": "a-1", "line": "Ä b", "server": "witten-db", "time": "2026-11-24T17:00:00Z"}
    wrong = {
        "number": ("1.5", "9" * 5000, "-1", "²"),
        "name": ("A b", "-rf", "../x"),
        "line": ("a\nb", "\x1b[2J"),
        "server": ("herdecke-box",),
        "time": ("2026-11-24T17:00", "0001-01-01T00:00+14:00"),
    }
    assert compiled(text, x=right[kind]).steps
    for said in wrong[kind]:
        with pytest.raises(UsageError):
            compiled(text, x=said)


def test_windows_servers_are_named_all_of_them() -> None:
    """The plan for a town with enaio says honestly that nothing can be changed there yet."""
    windows = [server.name for server in samples().towns["gevelsberg"].said.servers if server.components]
    with pytest.raises(NotSupported) as raised:
        compiled(steps("{name: a, action: stop}"), "gevelsberg")
    assert raised.value.status == 7
    assert all(f"{name} (windows)" in raised.value.said for name in windows)


def test_every_sample_town_gets_a_plan_or_a_sentence() -> None:
    book = load_playbooks(samples_folder()).of("restart")
    for town in samples().towns:
        for part in {part.installed.name for part in ground(town).parts()}:
            asked = ground(town, {"component": part})
            if samples().towns[town].said.product == "enaio":
                with pytest.raises(NotSupported, match="windows"):
                    compile_(book, asked)
            else:
                assert compile_(book, asked).steps


def test_the_sample_of_the_how_to_is_right() -> None:
    found = compile_(documented(), ground("witten"))
    assert [step.name for step in found.steps if not isinstance(step.do, Gate)] == [
        *("snapshot", "down", "down", "move", "up", "up"),
    ]
    assert found.values["entries"] == "number"


def test_ids_are_unique_and_fit_into_the_ids_of_jobs() -> None:
    long = "a" * 60
    found = compiled(
        steps(*(f"{{name: {long}{at}, action: stop}}" for at in range(3))),
        "ennepe-ruhr-kreis",
    )
    ids = [step.id for step in found.steps]
    assert len(set(ids)) == len(ids)
    acts = Acts("2026-11-24-ennepe-ruhr-kreis-a1b2")
    for step in found.steps:
        assert re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}", acts.job(step, "undo", 99))


def test_stages_rise_and_a_step_begins_after_the_one_before() -> None:
    found = compiled(steps("{name: a, action: stop}", "{name: b, action: start}", "{name: c, action: restart}"))
    assert all(one.stage <= other.stage for one, other in pairwise(found.steps))
    last = {name: max(s.stage for s in found.steps if s.name == name) for name in "abc"}
    first = {name: min(s.stage for s in found.steps if s.name == name) for name in "abc"}
    assert last["a"] < first["b"]
    assert last["b"] < first["c"]
    assert {step.stage for step in found.steps} == set(range(1, found.steps[-1].stage + 1))


RANKED = st.lists(
    st.tuples(st.integers(0, 3), st.text("ab", max_size=2), st.integers()), max_size=8, unique_by=lambda t: t[2]
)


@given(RANKED)
def test_turns_hold_everything_once_and_in_order(ranked: list[tuple[int, str, int]]) -> None:
    rank = {thing: rank for rank, _name, thing in ranked}
    start, stop = turns(ranked, "start"), turns(ranked, "stop")
    assert start == tuple(reversed(stop))
    for order in ("start", "stop", "together", "one-by-one"):
        assert sorted(thing for turn in turns(ranked, order) for thing in turn) == sorted(rank)  # type: ignore[arg-type]
    assert all(len({rank[thing] for thing in turn}) == 1 for turn in start)
    assert all(rank[one[0]] < rank[other[0]] for one, other in pairwise(start))
    assert all(len(turn) == 1 for turn in turns(ranked, "one-by-one"))
    assert len(turns(ranked, "together")) == (1 if ranked else 0)
