"""Runs with everything that is real of them: store, journal, lock, jobs and their texts, in folders of the test's own.

Killed at every exchange with a server (a sample of them in every run of the tests), taken over by a second host that
knows nothing, frozen and thawed after the town was freed, cut off from the lock server.
"""

from __future__ import annotations

import os
import signal
from dataclasses import replace
from pathlib import Path

import pytest

from eakte_ops.errors import Status, Unreachable, UsageError
from eakte_ops.playbook import conduct, copy
from eakte_ops.playbook.abandon import abandon
from eakte_ops.playbook.acts import Fenced
from eakte_ops.playbook.adopt import NothingThere, adopt
from eakte_ops.playbook.lock import Locked
from eakte_ops.playbook.memory import runs
from eakte_ops.playbook.owners import StillThere, TakenOver
from eakte_ops.playbook.plan import OnServer, Plan
from eakte_ops.playbook.progress import Decision, Ended
from eakte_ops.playbook.runner import Paused
from eakte_ops.playbook.unlock import unlock
from eakte_ops.remote import jobs, townlock
from tests.integration.playbook.office import Office, Watched, did, effect, frozen, killed, plan_of, step, town_of
from tests.integration.remote.ops_folder import WHOLE, OpsFolder


@pytest.fixture
def servers(tmp_path: Path) -> dict[str, OpsFolder]:
    return town_of(tmp_path, "a", "b")


@pytest.fixture
def ours(tmp_path: Path, servers: dict[str, OpsFolder]) -> Office:
    return Office(tmp_path, "ops-1", servers)


@pytest.fixture
def theirs(tmp_path: Path, servers: dict[str, OpsFolder]) -> Office:
    return Office(tmp_path, "ops-2", servers)


def three(servers: dict[str, OpsFolder]) -> Plan:
    """Forward on both servers; what is done twice is seen."""
    a, b = servers["a"], servers["b"]
    return plan_of(
        step(1, "a", effect(a, "one"), OnServer(f"echo undone >>{a.top}/undone")),
        step(2, "b", effect(b, "two")),
        step(3, "a", effect(a, "three")),
    )


def all_done(servers: dict[str, OpsFolder]) -> bool:
    return [did(servers["a"], "one"), did(servers["b"], "two"), did(servers["a"], "three")] == [1, 1, 1]


def test_a_run_from_its_beginning_to_its_end(ours: Office, servers: dict[str, OpsFolder]) -> None:
    plan = three(servers)
    outcome = ours.begin(plan)
    assert (outcome.result, outcome.status, outcome.notes) == (Ended("new"), Status.OK, ())
    assert all_done(servers)
    assert ours.is_free()
    assert ours.lines_of(outcome.run.id) == tuple(ours.copy_of(outcome.run.id))
    assert plan.text() in (servers["a"].state / "runs" / outcome.run.id / "plan.json").read_text()
    recorded = [(entry.what, entry.details.get("step"), entry.details.get("result")) for entry in ours.trail.entries()]
    assert recorded[0][0] == "run.begin"
    assert recorded[1:3] == [("step", "01-s-a", None), ("step.end", "01-s-a", "done")]
    assert recorded[-1] == ("run.end", None, "new")
    anchors = [entry for entry in ours.trail.entries() if entry.what == "step"]
    journal = "\n".join([*servers["a"].journal, *servers["b"].journal])
    assert all(entry.hash in journal for entry in anchors)


def exchanges(servers: dict[str, OpsFolder], ours: Office) -> int:
    """How many exchanges with servers a whole run takes."""
    watched = Watched()
    assert ours.begin(three(servers), watched).result == Ended("new")
    return watched.count


POINTS = [(point, before) for point in range(1, 25) for before in (True, False)]
SAMPLE = [(4, False), (7, True), (9, False), (10, True), (12, False), (17, False), (19, True)]


@pytest.mark.parametrize(("point", "before"), POINTS if WHOLE else SAMPLE)
def test_killed_at_any_exchange_it_goes_on_and_does_nothing_twice(
    ours: Office, servers: dict[str, OpsFolder], point: int, before: bool
) -> None:
    watched = Watched({point: killed}, before)
    child = ours.in_a_child(lambda: ours.begin(three(servers), watched))
    _, ended = os.waitpid(child, 0)
    if not os.WIFSIGNALED(ended):
        assert (os.WEXITSTATUS(ended), all_done(servers)) == (0, True)
        return
    name = ours.run.id
    if ours.lines_of(name) and not ours.is_over(name):
        outcome = ours.resume()
        assert outcome.result == Ended("new"), outcome.error
        assert all_done(servers)
    else:  # it was never begun, or is over: a new one takes its lock over by itself
        assert all_done(servers) == ours.is_over(name)
        with pytest.raises(UsageError, match="is over" if ours.is_over(name) else "was never begun"):
            ours.resume()
        outcome = ours.begin(plan_of(step(1, "b", effect(servers["b"], "other"))))
        assert outcome.result == Ended("new"), outcome.error
    assert ours.is_free()
    assert ours.lines_of(outcome.run.id) == tuple(ours.copy_of(outcome.run.id))
    assert list(ours.trail.faults()) == []


def test_no_exchange_is_left_out_by_the_points_above(ours: Office, servers: dict[str, OpsFolder]) -> None:
    assert exchanges(servers, ours) <= POINTS[-1][0]


def test_a_second_host_is_told_who_is_at_work_and_can_take_over(
    ours: Office, theirs: Office, servers: dict[str, OpsFolder]
) -> None:
    plan = three(servers)
    child = ours.in_a_child(lambda: ours.begin(plan, Watched({13: killed})))
    os.waitpid(child, 0)
    name = ours.run.id
    with pytest.raises(
        Locked, match=rf"the run {name} \(plan {plan.hash[:16]}: try it\), by admin-1 on ops-1 since"
    ) as held:
        theirs.begin(plan)
    assert "runs adopt witten" in held.value.way_out
    with theirs.parts() as parts:
        adopted = adopt(parts, "ops-1 burnt down")
    assert (adopted.opened.run.id, adopted.over) == (name, False)
    assert theirs.resume().result == Ended("new")
    assert all_done(servers)
    # The first host comes back: it is told, does nothing, and can read what was done.
    before = servers["a"].journal
    with pytest.raises(TakenOver, match="was taken away"):
        ours.resume()
    with pytest.raises(Locked, match=name):
        ours.begin(plan)
    assert servers["a"].journal == before
    with ours.parts() as parts:
        assert adopt(parts, "back again").over
    assert ours.lines_of(name) == tuple(ours.copy_of(name))
    assert ours.begin(plan).result == Ended("new")


def test_a_frozen_host_that_thaws_after_the_town_was_freed_does_nothing_more(
    ours: Office, theirs: Office, servers: dict[str, OpsFolder]
) -> None:
    child = ours.in_a_child(lambda: ours.begin(three(servers), Watched({13: frozen})))
    _, stopped = os.waitpid(child, os.WUNTRACED)
    assert os.WIFSTOPPED(stopped)
    begun = did(servers["a"], "one"), did(servers["b"], "two"), did(servers["a"], "three")
    assert begun != (1, 1, 1)
    with theirs.parts() as parts:
        freed = unlock(parts, "nobody answers there")
    assert {holder.run for holder in freed.holders.values() if holder} == {ours.run.id}
    os.kill(child, signal.SIGCONT)
    _, ended = os.waitpid(child, 0)
    assert os.WEXITSTATUS(ended) == Status.REFUSED
    assert (did(servers["a"], "one"), did(servers["b"], "two"), did(servers["a"], "three")) == begun
    assert theirs.begin(three(servers)).result == Ended("new")


def test_a_job_that_begins_between_the_look_and_the_fence_is_named_by_whoever_frees_the_town(
    ours: Office, theirs: Office, servers: dict[str, OpsFolder]
) -> None:
    a, name = servers["a"], "r1.01-s-a.do.1"
    token, _holder = townlock.read(a.line())
    slow = jobs.Order(name, f"while [ ! -e {a.top}/go ]; do sleep 0.05; done", limit=30, token=token)
    began: list[str] = []

    def begins() -> None:
        began.append(jobs.attach(a.line(), slow, patience=0).state.kind)

    # Looking for jobs and at the lock, each on both servers; the fence comes with the fifth exchange.
    with theirs.parts(Watched({3: begins})) as parts:
        freed = unlock(parts, "nobody answers there")
    try:
        assert began == ["running"]
        assert [(server, job.job) for server, job in freed.running] == [("a", name)]
        assert jobs.attach(a.line(), replace(slow, job="r1.02-s-a.do.1")).state.kind == "fenced"
    finally:
        (a.top / "go").touch()
        jobs.wait(a.line(), name, 10)


def test_without_its_lock_server_nothing_begins_and_it_goes_on_later(
    ours: Office, servers: dict[str, OpsFolder]
) -> None:
    watched = Watched()
    watched.at = {13: lambda: watched.down.add("a")}
    outcome = ours.begin(three(servers), watched)
    assert isinstance(outcome.error, Unreachable)
    assert outcome.status == Status.UNREACHABLE
    assert did(servers["a"], "three") == 0
    copied = "\n".join(ours.copy_of(outcome.run.id))
    for server, name, step_id in (("a", "one", "01-s-a"), ("b", "two", "02-s-b")):
        assert not did(servers[server], name) or step_id in copied
    with pytest.raises(Unreachable):
        ours.resume(Watched(down={"a"}))
    assert ours.resume().result == Ended("new")
    assert all_done(servers)


def test_a_job_that_still_runs_is_waited_for_by_whoever_takes_over(
    ours: Office, theirs: Office, servers: dict[str, OpsFolder]
) -> None:
    a = servers["a"]
    slow = effect(a, "slow", f"touch {a.top}/began; while [ ! -e {a.top}/go ]; do sleep 0.05; done")
    plan = plan_of(step(1, "a", slow, limit=30), step(2, "b", effect(servers["b"], "two")))
    child = ours.in_a_child(lambda: ours.begin(plan))
    while not (a.top / "began").exists():
        pass
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    with theirs.parts() as parts:
        with pytest.raises(StillThere, match=r"01-s-a\.do\.1 is still running there") as there:
            unlock(parts, "why not")
        assert "jobs end witten" in there.value.way_out
        (running,) = adopt(parts, "ops-1 is gone").running
    assert running[1].job.endswith(".01-s-a.do.1")
    (a.top / "go").touch()
    assert theirs.resume().result == Ended("new")
    assert (did(a, "slow"), did(servers["b"], "two")) == (1, 1)


def test_a_run_that_is_asked_to_pause_stands_still_between_two_steps(
    ours: Office, servers: dict[str, OpsFolder]
) -> None:
    def ask() -> None:
        store = ours.store()
        with store.writing() as rows:
            runs.ask_to_pause(rows, runs.listed(rows)[0].id, 1.0)
        store.close()

    outcome = ours.begin(three(servers), Watched({10: ask}))
    assert (outcome.result, outcome.status) == (Paused(), Status.DECISION)
    assert not ours.is_free()
    done = [did(servers["a"], "one"), did(servers["b"], "two"), did(servers["a"], "three")]
    assert done in ([1, 0, 0], [1, 1, 0])
    assert ours.resume().result == Ended("new")
    assert all_done(servers)


@pytest.fixture
def lost(ours: Office, servers: dict[str, OpsFolder]) -> Office:
    """A run whose second step took its runner with it: what became of it is not known."""
    parents = 'kill -9 "$(ps -o ppid= -p "$PPID" | tr -d " ")" $PPID $$'
    gone = OnServer(f"echo ran >>{servers['b'].top}/did-two; {parents}", account="software")
    plan = plan_of(
        step(1, "a", effect(servers["a"], "one"), OnServer(f"echo undone >>{servers['a'].top}/undone")),
        step(2, "b", gone, OnServer(f"echo undone >>{servers['b'].top}/undone")),
        step(3, "a", effect(servers["a"], "three")),
    )
    outcome = ours.begin(plan)
    assert outcome.result == Decision("unclear", (plan.steps[1],)), outcome.error
    assert outcome.status == Status.DECISION
    return ours


def test_a_person_decides_what_nobody_could_see(lost: Office, servers: dict[str, OpsFolder]) -> None:
    with pytest.raises(UsageError, match="the reason for this decision is missing"):
        lost.resume(decisions={"02-s-b": "done"})
    with pytest.raises(UsageError, match="does not ask what became of 01-s-a"):
        lost.resume(decisions={"01-s-a": "done"}, why="I know")
    assert lost.resume().status == Status.DECISION
    assert lost.resume(decisions={"02-s-b": "done"}, why="seen").result == Ended("new")
    assert (did(servers["b"], "two"), did(servers["a"], "three")) == (1, 1)


def test_it_is_turned_round_by_a_person(lost: Office, servers: dict[str, OpsFolder]) -> None:
    with lost.parts() as parts:
        outcome = conduct.rollback(parts, lost.run, "rather not")
    assert (outcome.result, outcome.status) == (Ended("old"), Status.UNDONE)
    assert [(there.top / "undone").read_text() for there in servers.values()] == ["undone\n"] * 2
    assert lost.is_free()


def test_what_an_abandoned_run_leaves_is_named_and_the_town_is_free(
    lost: Office, servers: dict[str, OpsFolder]
) -> None:
    run = lost.run
    (servers["b"].state / "hold").write_text(f"run={run.id}\n")
    (servers["a"].state / "previous" / run.id).mkdir(parents=True)
    with lost.parts() as parts:
        gone = abandon(parts, run, "nobody is here any more")
    assert [(each.server, each.kind, each.said) for each in gone.left] == [
        ("a", "previous", "0 files"),
        ("b", "hold", f"run={run.id}"),
    ]
    assert gone.notes == ()
    assert lost.is_free()
    assert lost.lines_of(run.id) == tuple(lost.copy_of(run.id))
    with pytest.raises(UsageError, match="is over"):
        lost.resume()
    assert lost.begin(three(servers)).result == Ended("new")


def test_where_nothing_was_left_there_is_nothing_to_adopt(theirs: Office) -> None:
    with theirs.parts() as parts, pytest.raises(NothingThere):
        adopt(parts, "let me see")


def test_a_host_that_lost_its_store_is_told_how_to_take_up_its_own_run(
    ours: Office, lost: Office, servers: dict[str, OpsFolder]
) -> None:
    name = lost.run.id
    for file in ours.state.glob("store.db*"):
        file.unlink()
    with pytest.raises(Locked, match=name) as held:
        ours.begin(three(servers))
    assert f"runs show {name}" not in held.value.way_out
    assert "runs adopt witten" in held.value.way_out
    with ours.parts() as parts:
        assert adopt(parts, "the disk of the store is gone").opened.run.id == name


def invented(lost: Office, plan: Plan) -> None:
    """The lock server gives another plan for the run, with everything that belongs to it in order."""
    run = replace(lost.run, plan=plan.hash)
    there = lost.servers["a"].state / "runs" / run.id
    (there / "plan.json").write_text(copy.text(run, plan) + "\n")
    holder = lost.servers["a"].state / "lock" / "holder"
    holder.write_text(holder.read_text().replace(lost.run.plan[:16], plan.hash[:16]))


def test_a_plan_that_the_lock_server_invented_is_contradicted_by_every_other_server(
    lost: Office, theirs: Office, servers: dict[str, OpsFolder]
) -> None:
    evil = three(servers)
    evil = replace(evil, steps=(*evil.steps[:2], replace(evil.steps[2], server="b", do=effect(servers["b"], "evil"))))
    invented(lost, evil)
    with theirs.parts() as parts, pytest.raises(copy.NoCopy, match=f"it has the plan {evil.hash[:12]}, and on b the"):
        adopt(parts, "ops-1 burnt down")
    with pytest.raises(IndexError):  # nothing of it is known here
        assert theirs.run
    assert did(servers["b"], "evil") == 0


def test_a_plan_that_came_with_a_run_is_not_begun_once_more(
    ours: Office, theirs: Office, servers: dict[str, OpsFolder]
) -> None:
    plan = plan_of(step(1, "b", effect(servers["b"], "one")))
    name = ours.begin(plan).run.id
    for there in servers.values():  # a run that is over, and that no lock bears out
        (there.state / "lock" / "holder").unlink(missing_ok=True)
    journal = servers["a"].state / "runs" / name / "journal.jsonl"
    journal.write_text("".join(journal.read_text().splitlines(keepends=True)[:-1]))
    with theirs.parts() as parts:
        assert not adopt(parts, "ops-1 burnt down").over
    assert theirs.resume().result == Ended("new")
    with pytest.raises(conduct.Strange, match=f"the plan {plan.hash[:12]} came here with the run {name}"):
        theirs.begin(plan)
    assert did(servers["b"], "one") == 1
    assert ours.begin(plan).result == Ended("new")


def test_where_nobody_else_bears_a_run_out_whoever_adopts_it_is_told(
    lost: Office, theirs: Office, servers: dict[str, OpsFolder]
) -> None:
    (servers["b"].state / "lock" / "holder").unlink()
    with theirs.parts() as parts:
        adopted = adopt(parts, "ops-1 burnt down")
    assert adopted.notes[-1].startswith("only a says what this run does, no other server bears it out")


def test_a_run_that_is_not_over_keeps_its_town(ours: Office, lost: Office, servers: dict[str, OpsFolder]) -> None:
    with pytest.raises(Locked, match=lost.run.id) as held:
        ours.begin(three(servers))
    assert f"eakte-ops runs show {lost.run.id}" in held.value.way_out


def test_a_run_that_others_went_past_is_gone_on_with_by_a_reason_alone(
    ours: Office, theirs: Office, lost: Office, servers: dict[str, OpsFolder]
) -> None:
    old = lost.run
    with ours.parts() as parts:
        unlock(parts, "it has time")
    assert ours.begin(plan_of(step(1, "b", effect(servers["b"], "other")))).result == Ended("new")
    with ours.parts() as parts, pytest.raises(conduct.Overtaken, match="what it rests on may not hold any more"):
        conduct.resume(parts, old)
    with theirs.parts() as parts:
        adopted = adopt(parts, "let me do it")
    assert adopted.opened.run.id == old.id
    assert "other runs were at work since" in adopted.notes[0]


def test_a_fence_is_an_error_of_the_process_that_lost_the_town(
    ours: Office, theirs: Office, servers: dict[str, OpsFolder]
) -> None:
    def taken() -> None:
        with theirs.parts() as parts:
            adopt(parts, "I am quicker")

    outcome = ours.begin(three(servers), Watched({14: taken}))
    assert isinstance(outcome.error, Fenced)
    assert outcome.status == Status.REFUSED
    assert theirs.resume().result == Ended("new")
    assert all_done(servers)
