"""The text of an exchange and its frames, as text."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eakte_ops.errors import LineLost, OutputCut
from eakte_ops.remote import fake, posix
from eakte_ops.remote.exchange import no_secrets
from eakte_ops.remote.posix import Posix
from eakte_ops.remote.types import Answer, Question, Script

MARK = "0123456789abcdef" * 2


def question(name: str = "disk", text: str = "df", cap: int = 100, **script: object) -> Question:
    return Question(name, Script({"posix": text}, **script), cap=cap)


def test_the_text_is_one_line_that_a_cut_makes_a_syntax_error() -> None:
    sent = Posix().ask([question(text="one\ntwo 'three'\n")], MARK, 10, no_secrets)
    assert sent.count(b"\n") == 1
    assert sent.startswith(b"main() { eval \"$(printf %b '")
    assert sent.endswith(b"')\"; }; main </dev/null; exit\n")
    assert sent.count(b"'") == 2


@given(st.text(alphabet=st.characters(blacklist_characters="\0", blacklist_categories=("Cs",))))
def test_any_text_arrives_as_it_was(text: str) -> None:
    assert fake._unwrapped(posix.wrap(text)) == text


@given(st.text(alphabet=st.characters(blacklist_characters="\0", blacklist_categories=("Cs",))))
def test_a_quoted_word_is_one_word(word: str) -> None:
    assert shlex.split(posix.quote(word)) == [word]


def test_nul_can_not_be_quoted() -> None:
    with pytest.raises(ValueError, match="NUL"):
        posix.quote("a\0b")


def test_a_section_gets_arguments_and_secrets_before_its_text() -> None:
    script = Script({"posix": "psql"}, args=("it's", ""), secrets={"PGPASSWORD": "witten/db"})
    text = Posix().section(script, lambda name: f"value of {name}'")
    assert text == "set -- 'it'\\''s' ''\nPGPASSWORD='value of witten/db'\\'''\npsql"


@pytest.mark.parametrize("variable", ["", "1X", "A B", "A;id", "A\n"])
def test_a_secret_needs_a_proper_variable(variable: str) -> None:
    with pytest.raises(ValueError, match="no name of a shell variable"):
        Posix().section(Script({"posix": ""}, secrets={variable: "x"}), str)


def test_limits_caps_and_budget_are_in_the_text() -> None:
    asked = [Question("a", Script({"posix": "x"}), limit=2.5, cap=10), Question("b\n; rm", Script({"posix": "y"}))]
    text = fake._unwrapped(Posix().ask(asked, MARK, 30, no_secrets))
    assert f"m='{MARK}'" in text
    assert "now; e=$((n + 3000))" in text
    assert "ask 0 250 11 8193 'x' # a" in text.splitlines()
    assert "ask 1 500 65537 8193 'y' # b ; rm" in text.splitlines()
    assert fake.questions_of(text) == ["a", "b ; rm"]


# -- reading -----------------------------------------------------------------------------------------------------------


def frames(number: int, out: bytes = b"", err: bytes = b"", status: str = "0") -> list[tuple[str, bytes]]:
    mark = MARK.encode()
    return [
        ("out", mark + f"<{number}\n".encode() + out + mark + f">{number} {status}\n".encode()),
        ("err", mark + f"<{number}\n".encode() + err + mark + f">{number}\n".encode()),
    ]


def read(stream: object, *questions: Question) -> list[Answer]:
    return list(Posix().read(stream, questions, MARK))


ASKED = (question("a"), question("b"), question("c"))


@given(st.binary(max_size=99), st.binary(max_size=99), st.integers(1, 40))
def test_frames_may_be_torn_anywhere(out: bytes, err: bytes, size: int) -> None:
    whole = [*frames(0, out, err), *frames(1, b"x"), *frames(2)]
    noise = b"Welcome\x00\xff"
    torn = [("out", noise), ("err", noise)] + [
        (name, data[at : at + size]) for name, data in whole for at in range(0, len(data), size)
    ]
    a, b, c = read(torn, *ASKED)
    assert (a.status, a.out, a.err, a.cut) == (0, out, err, False)
    assert (b.out, c.out) == (b"x", b"")


def test_the_streams_may_arrive_in_any_order() -> None:
    whole = [*frames(0, b"a"), *frames(1, b"b", b"e"), *frames(2, b"c")]
    errs_first = sorted(whole, key=lambda piece: piece[0] == "out")
    for stream in (errs_first, errs_first[::-1], [*whole[::2], *whole[1::2]]):
        if stream[0][1].startswith(MARK.encode() + b"<0"):
            assert [answer.out for answer in read(stream, *ASKED)] == [b"a", b"b", b"c"]


def test_what_is_between_sections_belongs_to_none() -> None:
    stream = [("out", b"noise"), *frames(0, b"a"), ("out", b"late output of something"), *frames(1, b"b"), *frames(2)]
    assert [answer.out for answer in read(stream, *ASKED)] == [b"a", b"b", b""]


@pytest.mark.parametrize(
    ("status", "expected", "why"),
    [
        ("0", 0, ""),
        ("137", 137, ""),
        ("killed", None, "killed at its limit of 5 s"),
        ("died", None, "its shell was killed"),
        ("budget", None, "time budget used up"),
        ("", None, "garbled"),
        ("0 0", None, "garbled"),
        ("-1", None, "garbled"),
        ("99999", None, "garbled"),
        ("\x1b[2J", None, "garbled"),
    ],
)
def test_statuses(status: str, expected: int | None, why: str) -> None:
    (answer,) = read(frames(0, status=status), question())
    assert (answer.status, answer.why) == (expected, why)


def test_a_server_that_does_not_keep_to_the_cap_is_cut_here() -> None:
    (answer,) = read(frames(0, b"x" * 5000, b"y" * 50_000), question(cap=100))
    assert (len(answer.out), len(answer.err), answer.cut) == (100, posix.ERR_CAP, True)


@pytest.mark.parametrize(
    ("broken", "why"),
    [
        (None, "line lost"),
        (LineLost(server="s", phase="exchange"), "line lost"),
        (OutputCut("", server="s", command="x", code=0, cap=1), "more output than all caps together"),
    ],
)
def test_a_stream_that_ends_early_answers_the_rest_with_why(broken: Exception | None, why: str) -> None:
    def stream() -> Iterator[tuple[str, bytes]]:
        yield from frames(0, b"a")
        yield "out", MARK.encode() + b"<1\nhalf"
        if broken:
            raise broken

    a, b, c = read(stream(), *ASKED)
    assert (a.status, a.out) == (0, b"a")
    assert (b.status, b.out, b.why) == (None, b"half", why)
    assert (c.status, c.out, c.why) == (None, b"", why)


def test_an_unexpected_error_is_not_hidden() -> None:
    def stream() -> Iterator[tuple[str, bytes]]:
        yield from frames(0, b"a")
        raise RuntimeError

    with pytest.raises(RuntimeError):
        read(stream(), *ASKED)


@pytest.mark.parametrize(
    "forged",
    [b"<7\n", b">7 0\n", b"<\n", b"> 0\n", b"<x\n", b"nonsense\n", b"\n", b"<-1\n",
     b"<" + b"9" * 5000 + b"\n", b">" + b"9" * 5000 + b" 0\n"],
)  # fmt: skip
def test_frames_nobody_asked_for_harm_nothing(forged: bytes) -> None:
    stream = [
        ("out", MARK.encode() + forged),
        *frames(0, b"a"),
        ("err", MARK.encode() + forged),
        *frames(1),
        *frames(2),
    ]
    assert [answer.status for answer in read(stream, *ASKED)] == [0, 0, 0]


def test_answers_come_as_soon_as_they_are_complete() -> None:
    taken: list[int] = []

    def stream() -> Iterator[tuple[str, bytes]]:
        for number in range(3):
            taken.append(number)
            yield from frames(number)

    answers = Posix().read(stream(), ASKED, MARK)
    next(answers)
    assert taken == [0]
    list(answers)
    assert taken == [0, 1, 2]
