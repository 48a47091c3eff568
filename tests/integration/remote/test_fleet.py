"""A fleet of real servers: one sshd answers on many loopback addresses."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from time import monotonic

import pytest

from eakte_ops.errors import HostKeyUnknown, LineLost, TimedOut
from eakte_ops.events import Event
from eakte_ops.remote.connection import Connector
from eakte_ops.remote.fleet import Answered, Connecting, Errand, Failed, Finished, LoggedIn, visit_all
from eakte_ops.remote.sshconfig import SshConfig
from eakte_ops.remote.types import Question, Script, Target
from tests.integration.remote.sshd import Proxy, Sshd, running, until

pytestmark = pytest.mark.usefixtures("no_thread_left")

HELLO = Question("hello", Script({"posix": "echo hello"}))
SLOW = Question("slow", Script({"posix": "sleep 50"}), limit=60)


@pytest.fixture(scope="module")
def everywhere(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sshd]:
    with running(tmp_path_factory.mktemp("everywhere"), address="0.0.0.0") as server:
        for number in range(1, 41):
            server.trust(f"[127.0.1.{number}]:{server.port}")
        yield server


def targets(server: Sshd, count: int) -> list[Target]:
    return [server.target(f"server-{n}", address=f"127.0.1.{n}") for n in range(1, count + 1)]


@pytest.fixture
def connector(no_config: SshConfig) -> Connector:
    return Connector(ssh_config=no_config)


def test_all_are_visited_on_a_bounded_number_of_threads(everywhere: Sshd, connector: Connector) -> None:
    most = 0
    before = threading.active_count()

    def count(_event: Event) -> None:
        nonlocal most
        most = max(most, threading.active_count() - before)

    errands = [Errand(target, (HELLO,), 60) for target in targets(everywhere, 40)]
    outcomes = list(visit_all(errands, connector, threads=5, emit=count))
    assert {outcome.target.name for outcome in outcomes} == {target.name for target in targets(everywhere, 40)}
    assert [outcome.error for outcome in outcomes] == [None] * 40
    assert all(outcome.answers[0].out == b"hello\n" for outcome in outcomes)
    assert all(outcome.visit and outcome.visit.ended for outcome in outcomes)
    # One thread of ours and one of paramiko's per server under way, and the watchdog.
    assert most <= 5 * 2 + 1


def test_the_failure_of_one_is_a_result_and_delays_nobody(
    everywhere: Sshd, connector: Connector, tmp_path: Path
) -> None:
    with Proxy(say=b"") as silent:
        good = targets(everywhere, 6)
        bad = {
            "silent": silent.target(everywhere, name="silent"),
            "strange": everywhere.target("strange", address="127.0.1.1", known_hosts=tmp_path / "none"),
        }
        errands = [
            Errand(target, (HELLO,), 4.0 if target.name == "silent" else 30) for target in (*bad.values(), *good)
        ]
        began = monotonic()
        outcomes = []
        for outcome in visit_all(errands, connector, threads=3):
            outcomes.append(outcome)
            if len(outcomes) == 7:
                others = monotonic() - began
        last = outcomes[-1]
    assert last.target.name == "silent"
    assert isinstance(last.error, TimedOut)
    assert last.visit is None
    assert 3.5 < last.seconds < 6
    assert others < 4
    assert [type(o.error) for o in outcomes if o.target.name == "strange"] == [HostKeyUnknown]
    assert all(o.error is None for o in outcomes if o.target.name.startswith("server-"))


def test_events_tell_what_happens_while_it_happens(everywhere: Sshd, connector: Connector) -> None:
    events: list[Event] = []
    (target,) = targets(everywhere, 1)
    missing = everywhere.target("gone", port=1)
    list(
        visit_all([Errand(target, (HELLO, HELLO)), Errand(missing, (HELLO,))], connector, threads=1, emit=events.append)
    )
    assert [type(event) for event in events] == [
        Connecting, LoggedIn, Answered, Answered, Finished, Connecting, Failed, Finished,
    ]  # fmt: skip
    failed = events[-2]
    assert isinstance(failed, Failed)
    assert failed.target is missing


def test_closing_in_the_middle_leaves_nothing(everywhere: Sshd, no_config: SshConfig) -> None:
    with ExitStack() as stack:
        silent = [stack.enter_context(Proxy(say=say)) for say in (b"", b"SSH-2.0-x\r\n")]
        connector = Connector(ssh_config=no_config)
        errands = [
            Errand(targets(everywhere, 1)[0], (HELLO,), 60),
            *(Errand(proxy.target(everywhere), (HELLO,), 60) for proxy in silent),
            *(Errand(target, (SLOW,), 60) for target in targets(everywhere, 8)),
        ]
        began = monotonic()
        fleet = visit_all(errands, connector, threads=8)
        assert next(fleet).error is None
        fleet.close()
        assert monotonic() - began < 15
    assert not [thread for thread in threading.enumerate() if thread.name.startswith(("fleet", "watchdog"))]


def test_an_interrupt_at_the_consumer_leaves_nothing(everywhere: Sshd, connector: Connector) -> None:
    errands = [Errand(target, (HELLO, SLOW), 60) for target in targets(everywhere, 4)]

    def consume() -> None:
        for _outcome in visit_all([Errand(targets(everywhere, 1)[0], (HELLO,)), *errands], connector, threads=5):
            raise KeyboardInterrupt

    began = monotonic()
    with pytest.raises(KeyboardInterrupt):
        consume()
    assert monotonic() - began < 15
    until(lambda: not [thread for thread in threading.enumerate() if thread.name.startswith("fleet")], 5)


def test_a_line_that_breaks_leaves_the_answers_that_came(everywhere: Sshd, connector: Connector) -> None:
    large = Question("large", Script({"posix": "head -c 60000 /dev/urandom"}))
    with Proxy(everywhere, down=100_000) as proxy:
        target = proxy.target(everywhere, name="breaks")
        (outcome,) = visit_all([Errand(target, (HELLO, large, large, HELLO))], connector)
    assert isinstance(outcome.error, LineLost)
    assert outcome.visit is not None
    assert [answer.status for answer in outcome.answers] == [0, 0, None, None]
