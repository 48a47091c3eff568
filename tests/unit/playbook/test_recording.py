"""What a job said is kept without secrets and control characters, and never more than so much."""

from __future__ import annotations

import pytest

from eakte_ops.playbook import recording
from eakte_ops.playbook.recording import last_words
from eakte_ops.secret.value import Secret


def kept(out: str, err: str = "") -> tuple[str, str]:
    seen: list[tuple[str, str, str]] = []
    recording.record(lambda job, out, err: seen.append((job, out, err)))("r.s.do.1", out, err)
    ((job, said, complained),) = seen
    assert job == "r.s.do.1"
    return said, complained


def test_secrets_go_by_their_names_also_where_a_server_hides_them() -> None:
    Secret("witten/db", "correct-horse-battery").reveal()
    hidden = "correct-\x1b[0mhorse-battery"
    said, complained = kept("password: correct-horse-battery\n", f"{hidden}\n")
    assert said == "password: <secret witten/db>\n"
    assert complained == "<secret witten/db>\n"


def test_the_end_is_kept_since_it_says_why() -> None:
    said, _ = kept("begin\n" + "ä" * 10_000 + "\nwhy it failed\n")
    assert len(said) == recording.MOST
    assert said.startswith("…")
    assert said.endswith("\nwhy it failed\n")


def test_nothing_steers_a_terminal() -> None:
    assert kept("a\x1b]0;title\x07b\u202ec\r\n", "\x00\x9b2J") == ("abc\n", "")


@pytest.mark.parametrize(
    ("out", "err", "said"),
    [
        ("", "", ""),
        ("a\nb\n", "", "b"),
        ("a\n", "first\nwhy it failed\n\n", "why it failed"),
        ("a\n", " \n", "a"),
        ("", "\x1b[31mred\x07\n", "red"),
        ("", "x" * 500, "x" * 199 + "…"),
    ],
)
def test_the_last_words_of_a_job(out: str, err: str, said: str) -> None:
    assert last_words(out, err) == said


def test_last_words_hold_no_secret() -> None:
    Secret("witten/db2", "battery-horse-correct").reveal()
    assert last_words("", "line 5: battery-horse-correct is no port\n") == "line 5: <secret witten/db2> is no port"
