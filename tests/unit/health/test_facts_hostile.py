"""Whatever a server sends: a fact is a value or NotKnown, and what is shown is clean and short."""

from __future__ import annotations

import base64
import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eakte_ops.health import bodies
from eakte_ops.health.catalogue import CHECKS
from eakte_ops.health.facts.certificate import CERTIFICATE
from eakte_ops.health.facts.clock import CLOCK
from eakte_ops.health.facts.database import ANSWERS
from eakte_ops.health.facts.ports import PORTS
from eakte_ops.health.facts.product import PRODUCT
from eakte_ops.health.facts.remote_mounts import REMOTE_MOUNTS
from eakte_ops.health.facts.roundtrip import ROUNDTRIP
from eakte_ops.health.facts.startup import STARTUP
from eakte_ops.health.facts.storage import STORAGE
from eakte_ops.health.facts.units import UNITS
from eakte_ops.health.facts.web import WEB, Reply
from eakte_ops.health.types import Fact, Judged, NotKnown
from eakte_ops.health.wording import said
from eakte_ops.remote.types import Answer
from tests.unit.health import well

FACTS = [
    CLOCK, STORAGE, REMOTE_MOUNTS, UNITS, PORTS, WEB, CERTIFICATE, ANSWERS, STARTUP, PRODUCT, ROUNDTRIP,
]  # fmt: skip
WORDS = [
    "mount", "space", "end", "unit", "failed", "hold", "stop", "file", "ok", "Id=x", "ActiveState=active", "443",
    "notAfter=Feb 30 99:99:99 2027 GMT", "{}", '{"queues": [1]}', '{"alive": 1}', '{"hashes": {}}', "psql 0", "-1",
    "9" * 40, "\x1b[2J", "\x00", "ü", "absent", "0", "/", "\\040", "0\tnone", "1e400",
    "current\tok\tx", "release\t-1\tx", "release\t1.5\tx", "yml\t/x\ty", "log\tx\t1", "end\t1", '{"newest": -1}',
    "state\thold\t1\trun=1 until=9999-12-31T23:59:59+14:00 why=x", "state\thold\t1\trun=1 until=0001-01-01T00:00:00Z",
    "step\tstore\t201\t0\t0.1", '{"fulltext": 1}', '{"sessions": 1}', '{"leftover": [1]}', '{"longest": null}',
]  # fmt: skip
LINE = st.lists(st.sampled_from(WORDS) | st.text(max_size=12), max_size=7).map("\t".join)
SPEECH = st.lists(LINE, max_size=12).map(lambda lines: ("\n".join(lines) + "\n").encode("utf-8", "surrogatepass"))


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact.name)
@given(out=SPEECH | st.binary(max_size=300), cut=st.booleans(), status=st.sampled_from([0, 0, 0, 1, 137]))
def test_any_answer_is_a_value_or_not_known(fact: Fact[object], out: bytes, cut: bool, status: int) -> None:
    """The parsers themselves, without the safety net of Look."""
    with suppress(NotKnown):
        fact.parse(Answer(fact.name, status, out, b"boom", cut), well.VISIT)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.sampled_from(["UP", "DOWN"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["status", "components", "details", "name", "error", "db"]), inner, max_size=5
        )
    ),
    max_leaves=30,
)


@given(content=JSON)
def test_any_json_is_a_health_body_or_not_known(content: object) -> None:
    reply = Reply(200, 0.1, 0, json.dumps(content).encode())
    for read in (bodies.health, bodies.aggregate):
        try:
            found = read(reply)
        except NotKnown:
            continue
        assert len(str(found)) < 200_000


def test_a_body_nested_a_thousand_times_is_not_known() -> None:
    deep = b'{"status":"UP","components":' + b'{"a":{"components":' * 100_000
    with pytest.raises(NotKnown):
        bodies.health(Reply(200, 0.1, 0, deep))


def test_a_body_with_a_million_parts_is_bounded() -> None:
    many = {"status": "UP", "components": {f"c{number}": {"status": "DOWN"} for number in range(10_000)}}
    assert len(bodies.health(Reply(200, 0.1, 0, json.dumps(many).encode())).parts) == 300


def test_what_a_service_says_can_not_move_the_terminal_or_act_as_a_template() -> None:
    evil = {"status": "DOWN", "details": {"error": "\x1b]0;owned\x07{server.__class__} %s \u202e{0}" + "x" * 9000}}
    seen = well.look(web=well.web(well.site(), {"health dms": well.body("DOWN", db=evil)}))
    result = well.results("service.health", seen)["dms"]
    sentence = said(Judged("t", "s", "service.health", "centre", result), CHECKS["service.health"], "en")
    assert sentence.isprintable()
    assert "{server.__class__}" in sentence
    assert len(sentence) < 400


def test_a_service_can_not_answer_for_another() -> None:
    """Its body may look like our frames: it arrives as base64 and stays in its own line."""
    forged = b"\n200 0.001 0\nend\n3\t" + base64.b64encode(b'{"status":"UP"}\n200 0.001 0') + b"\n"
    seen = well.look(web=well.web(well.site(), {"health dms": forged}, fault={"health license": 7}))
    found = well.results("service.health", seen)
    assert found["dms"].verdict == "unknown"
    assert found["license"].said == "refused"


def test_a_body_that_was_cut_is_not_known() -> None:
    text = base64.b64encode(b'{"status":"UP"' + b" " * 100).decode()
    (reply,) = WEB.parse(Answer("web", 0, f"0\t{text}\nend\n".encode()), well.VISIT)
    assert reply is not None
    assert reply.cut
    with pytest.raises(NotKnown):
        bodies.health(reply)


def test_the_half_line_of_a_cut_answer_is_not_used() -> None:
    with pytest.raises(NotKnown):
        PORTS.parse(Answer("ports", 0, b"0016\n00", cut=True), well.VISIT)


def test_curl_or_psql_missing_is_said() -> None:
    for fact, word, tool in ((WEB, b"no-curl\n", "curl"), (ANSWERS, b"no-psql\n", "psql")):
        with pytest.raises(NotKnown) as problem:
            fact.parse(Answer(fact.name, 0, word), well.VISIT)
        assert problem.value.values["tool"] == tool


def test_systemctl_that_fails_is_not_an_empty_list_of_failures() -> None:
    with pytest.raises(NotKnown):
        UNITS.parse(Answer("units", 0, b"hold\tabsent\nstop\tabsent\nend\t1\t0\n"), well.VISIT)
