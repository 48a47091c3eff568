"""What a lock server gives back of a run is a stranger's word: nothing counts that does not fit together."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import pytest

from eakte_ops.errors import EakteError, NotSupported
from eakte_ops.playbook import copy
from eakte_ops.playbook.copy import NoCopy
from eakte_ops.playbook.journal import Entry
from eakte_ops.playbook.read_plan import NoPlan
from eakte_ops.playbook.written import NoEntry, Written, read
from tests.unit.playbook.test_memory import PLAN as BARE
from tests.unit.playbook.test_memory import RUN as OF_BARE

PLAN = replace(BARE, steps=(replace(BARE.steps[0], gives=("snapshot",)),), values={"snapshot": "word"})
RUN = replace(OF_BARE, plan=PLAN.hash)
WHOLE = copy.text(RUN, PLAN)
ENTRY = Entry("01-a", "undo", 2, "done", said="exit 0 »ü«", gives={"snapshot": "ab12"})
LINE = Written(1795000000.25, "admin-1 on ops-1", ENTRY).line()


def test_what_was_put_there_comes_back() -> None:
    found = copy.read("one", RUN.id, WHOLE, [LINE])
    assert (found.run, found.plan, found.lines) == (RUN, PLAN, (LINE,))
    assert found.written == (Written(1795000000.25, "admin-1 on ops-1", ENTRY),)
    assert PLAN.text() in WHOLE
    assert "\n" not in WHOLE


def changed(**said: Any) -> str:
    whole = json.loads(WHOLE)
    run = {name: value for name, value in said.items() if name in whole["run"] and name != "plan"}
    rest = {name: value for name, value in said.items() if name not in run}
    return json.dumps({**whole, **rest, "run": {**whole["run"], **run}})


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "null",
        "{}",
        WHOLE[:-1],
        changed(format=2),
        changed(id="another"),
        changed(town="herdecke"),
        changed(servers=[]),
        changed(servers=[1]),
        changed(opened="yesterday"),
        changed(opened=True),
        changed(opened=float("nan")),
        changed(until=10**400),
        changed(until=-1.0),
        changed(who="\ud800"),
        changed(who="root on ops-2\nanother run"),
        changed(host="ops\x1b[2J"),
        json.dumps({**json.loads(WHOLE), "run": 3}),
        "[" * 200_000,
        changed(who=None),
        changed(hash="0" * 64),
    ],
)
def test_what_is_not_whole_or_of_something_else_is_no_copy(text: str) -> None:
    with pytest.raises(NoCopy):
        copy.read("one", RUN.id, text, [])


def test_a_plan_that_was_altered_is_none() -> None:
    other = json.loads(replace(PLAN, purpose="something else").text())
    with pytest.raises(NoPlan, match="altered"):
        copy.read("one", RUN.id, changed(plan=other), [])
    with pytest.raises(NotSupported):
        copy.read("one", RUN.id, changed(plan={**other, "format": 99}), [])


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        (Entry("99-b", mark="begun"), "the step 99-b, which its plan does not have"),
        (Entry("01-a", mark="done", gives={"other": "x"}), "the value other, which that step does not give"),
        (Entry(turn="opened", gives={"snapshot": "x"}), "the value snapshot, which that step does not give"),
        (Entry("01-a", mark="done", gives={"snapshot": "/etc $(reboot)"}), "snapshot in its journal is no word"),
    ],
)
def test_a_journal_that_no_run_of_its_plan_can_have_written_is_refused(entry: Entry, said: str) -> None:
    with pytest.raises(NoCopy, match=re.escape(said)):
        copy.read("one", RUN.id, WHOLE, [Written(1.0, "admin-1 on ops-1", entry).line()])


@pytest.mark.parametrize(
    "line",
    [
        "",
        "3",
        "[]",
        "{}",
        "{" * 50_000,
        json.dumps({"at": 1}),
        json.dumps({"at": "1", "who": 3}),
        json.dumps({"at": float("nan"), "who": "a"}),
        json.dumps({"at": 10**400, "who": "a"}),
        json.dumps({"at": 1e300, "who": "a"}),
        json.dumps({"at": 1, "who": "\udc9b"}),
        json.dumps({"at": 1, "who": "root\nadmin-2"}),
        "[" * 19_000,
        json.dumps({"at": 1, "who": "a", "mark": "well"}),
        json.dumps({"at": 1, "who": "a", "turn": ["opened"]}),
        json.dumps({"at": 1, "who": "a", "token": -1}),
        json.dumps({"at": 1, "who": "a", "token": 2**70}),
        json.dumps({"at": 1, "who": "a", "token": True}),
        json.dumps({"at": 1, "who": "a", "gives": {"a": 1}}),
        json.dumps({"at": 1, "who": "a", "gives": []}),
        json.dumps({"at": 1, "who": "a", "said": {}}),
        json.dumps({"at": 1, "who": "a", "other": "x"}),
        json.dumps({"at": 1, "who": "a", "said": "x" * 30_000}),
    ],
)
def test_a_line_that_is_no_entry_is_refused_by_its_number(line: str) -> None:
    with pytest.raises(EakteError) as refused:
        read(line, 7)
    assert isinstance(refused.value, NoEntry)
    assert refused.value.said.startswith("line 7 of the journal can not be read")
    with pytest.raises(NoEntry):
        copy.read("one", RUN.id, WHOLE, [LINE, line])
