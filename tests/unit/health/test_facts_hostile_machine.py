"""Whatever a server says about its machine: a value or NotKnown, a verdict or unknown, and a sentence that is clean."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eakte_ops.health import wording
from eakte_ops.health.catalogue import CHECKS
from eakte_ops.health.facts.last_look import LAST_LOOK
from eakte_ops.health.facts.machine import MACHINE
from eakte_ops.health.facts.network import NETWORK
from eakte_ops.health.facts.patches import PATCHES
from eakte_ops.health.facts.storage import STORAGE
from eakte_ops.health.past import Point
from eakte_ops.health.types import Check, Fact, Judged, NotKnown, Result, unknown
from eakte_ops.remote.types import Answer
from tests.unit.health import well
from tests.unit.health.played_past import Played, daily

FACTS = [MACHINE, PATCHES, NETWORK, LAST_LOOK, STORAGE]
FIRST = {
    "machine": ("memory", "oom", "pressure", "start", "running", "kernel", "reboot", "system", "sudo", "end"),
    "patches": ("manager", "lists", "waits", "end"),
    "network": ("name", "resolver", "storage", "end"),
    "last_look": ("mark",),
    "storage": ("mount", "space", "fstab", "end"),
}
WORDS = [
    "MemTotal", "MemAvailable", "SwapTotal", "SwapFree", "some", "apt", "unknown", "known", "hangs", "answers", "yes",
    "written", "ext4", "rw", "ro", "/", "shared", "debian", "12", "0", "-1", "1", "999999999999", "9" * 40, "1e400",
    "nan", "1.9.13p3-1+deb12u1", "6.1.0-1-amd64", "~", ":", "--", "4096 1 1 1 1 1", "\x1b[2J", "\u202e", "ü", "{0}",
]  # fmt: skip
REST = st.lists(st.sampled_from(WORDS) | st.text(max_size=8), max_size=4)
PAST = Played(
    points={("memory.oom", "", "kills"): Point(1.0, 1e300)},
    lines={
        ("disk.space", "/", "used_percent"): daily(*range(20)),
        ("updates.security", "", "waiting"): daily(*[3] * 9),
    },
)


@st.composite
def speeches(draw: st.DrawFn, name: str) -> bytes:
    """Many lines that begin as they should, sometimes with their end."""
    lines = draw(st.lists(st.tuples(st.sampled_from(FIRST[name]), REST), max_size=12))
    said = ["\t".join([first, *rest]) for first, rest in lines]
    return "\n".join([*said, *draw(st.sampled_from([[], ["end"], ["end\t0"]])), ""]).encode("utf-8", "surrogatepass")


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact.name)
@given(data=st.data(), cut=st.booleans(), status=st.sampled_from([0, 0, 0, 1, 137]))
def test_any_answer_ends_as_a_clean_sentence(fact: Fact[object], data: st.DataObject, cut: bool, status: int) -> None:
    out = data.draw(speeches(fact.name) | st.binary(max_size=300))
    answer = Answer(fact.name, status, out, b"boom", cut)
    with suppress(NotKnown):
        fact.parse(answer, well.VISIT)
    seen = replace(well.look(), answers={fact.name: answer}, past=PAST)
    for check in CHECKS.values():
        if fact in check.facts and isinstance(check, Check):
            for result in judged(check, seen):
                told = Judged("witten", "witten-db", check.name, check.owner, result)
                for language in ("de", "en"):
                    said = wording.said(told, check, language)
                    assert said.isprintable()
                    assert len(said) < 2000
                    assert not result.bad or wording.todo(told, check, language)


def judged(check: Check[object], seen: object) -> tuple[Result, ...]:
    """What a check says, without the net that the engine holds under it."""
    try:
        return tuple(check.judge(seen, check.limits))
    except NotKnown as problem:
        return (unknown(problem),)


def test_a_flood_of_names_and_packages_is_bounded() -> None:
    packages = "".join(f"waits\t{'x' * 150}{number}\tyes\n" for number in range(30_000))
    seen = well.look(patches=f"manager\tapt\nlists\t1\nend\t0\n{packages}".encode())
    (result,) = [each for name, each in well.results("updates.security", seen, days=0).items() if not name]
    assert (
        len(wording.said(Judged("t", "s", "updates.security", "local-it", result), CHECKS["updates.security"], "de"))
        < 1500
    )
    kernels = "".join(f"kernel\t6.1.{number}-1-amd64\n" for number in range(10_000)).encode()
    assert len(MACHINE.parse(Answer("machine", 0, kernels + well.machine()), well.VISIT).kernels) == 50
