"""The question what lies on a server, and its answer, which is hostile."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eakte_ops.config import fetch
from eakte_ops.config.fetch import MOST, QUESTION, Found, Lying, question, read
from eakte_ops.remote.types import Answer

PATHS = ("/etc/eakte/gateway/a.yml", "/etc/eakte/gateway/b.yml")
FOLDERS = ("/etc/eakte",)
STAT = "640\teakte-ops\teakte\t5\t7\t1.5\t1.5"


def coded(data: bytes) -> str:
    return base64.b64encode(data).decode()


def said(*lines: str, status: int | None = 0, cut: bool = False, why: str = "", end: bool = True) -> Found:
    out = "".join(f"{line}\n" for line in (*lines, *(["end"] if end else [])))
    return read(PATHS, FOLDERS, Answer(QUESTION, status, out.encode(), b"", cut, why))


def test_the_question_names_everything_as_words_and_bounds_the_answer() -> None:
    asked = question(PATHS, FOLDERS, "/var/lib/eakte-ops")
    assert asked.script.args == (
        "state=/var/lib/eakte-ops",
        f"most={MOST + 1}",
        "file=/etc/eakte/gateway/a.yml",
        "file=/etc/eakte/gateway/b.yml",
        "folder=/etc/eakte",
    )
    assert MOST * 2 < asked.cap < 2_000_000
    assert question([f"/etc/{number}" for number in range(500)], (), "/s").cap < 7_000_000


def test_the_text_is_the_file_beside_it_and_holds_no_value() -> None:
    assert question((), (), "/s").script.text["posix"] == Path(fetch.__file__).with_name("fetch.sh").read_text("utf-8")


def test_files_names_and_the_note() -> None:
    line = f"{PATHS[0]}\tplain\t{'a' * 64}\t{STAT}\t1700000000\trun-1"
    note = f"placed 1\n{line}\nno line\n{PATHS[1]}\tplain\tx\n"
    found = said(
        f"note\t{coded(note.encode())}",
        f"file\t0\t{STAT}",
        "absent\t1",
        f"keyed\t0\t{'b' * 64}",
        f"names\t0\t0\t{coded(b'f' + bytes([9]) + b'/etc/eakte/x.yml' + bytes([0]))}",
        f"data\t0\t{coded(b'a: 1' + bytes([10]))}",
    )
    first = found.files[PATHS[0]]
    assert (first.kind, first.data, first.keyed, first.whole, first.why) == ("file", b"a: 1\n", "b" * 64, True, "")
    assert first.identity is not None
    assert (first.identity.mode, first.identity.owner, first.identity.size) == ("640", "eakte-ops", 5)
    assert found.files[PATHS[1]] == Lying(PATHS[1], "absent")
    assert [(name.path, name.raw, name.kind) for name in found.names] == [
        ("/etc/eakte/x.yml", b"/etc/eakte/x.yml", "f")
    ]
    assert found.unseen == ()
    assert list(found.placed) == [PATHS[0]]
    assert found.placed[PATHS[0]].by == "run-1"


def test_what_a_file_holds_is_shown_by_no_repr() -> None:
    found = said(f"file\t0\t{STAT}", "absent\t1", f"data\t0\t{coded(b'hunter2')}")
    assert found.files[PATHS[0]].data == b"hunter2"
    assert "hunter2" not in repr(found)
    assert "hunter2" not in str(found.files)


def test_what_did_not_come_is_unread_and_says_why() -> None:
    found = said(f"file\t0\t{STAT}", f"data\t0\t{coded(b'x')}", end=False, cut=True)
    assert (found.files[PATHS[0]].kind, found.files[PATHS[0]].data) == ("file", b"x")
    assert found.files[PATHS[1]] == Lying(PATHS[1], "unread", why="there is more than is read at once")
    assert found.unseen == FOLDERS
    found = said(end=False, status=None, why="killed at its limit of 15 s")
    assert {each.kind for each in found.files.values()} == {"unread"}
    assert {each.why for each in found.files.values()} == {"killed at its limit of 15 s"}


def test_a_file_that_was_cut_in_its_middle_is_unread() -> None:
    whole = f"file\t0\t{STAT}\ndata\t0\t{coded(b'x' * 90)}".encode()
    found = read(PATHS, FOLDERS, Answer(QUESTION, 0, whole[:-10], cut=True))
    assert found.files[PATHS[0]].data is None
    assert found.files[PATHS[0]].why == "there is more than is read at once"


def test_a_file_that_may_be_seen_and_not_read() -> None:
    found = said(f"file\t0\t{STAT}", "closed\t1").files
    assert (found[PATHS[0]].kind, found[PATHS[0]].data, found[PATHS[0]].why) == ("file", None, "")
    assert found[PATHS[1]].kind == "closed"


def test_more_than_the_most_is_not_whole() -> None:
    found = said(f"file\t0\t{STAT}", "other\t1\tsymbolic\x1b[31m link", f"data\t0\t{coded(b'x' * (MOST + 1))}").files
    assert not found[PATHS[0]].whole
    assert found[PATHS[1]].what == "symbolic link"


@pytest.mark.parametrize(
    "line",
    ["file\t0", "file\t0\tx", f"file\t0\t{STAT}\tmore", "file\t0\t640\ta\tb\t-1\t7\t1.5\t1.5", "file", "\t\t", ""],
)
def test_what_is_no_stat_is_no_file(line: str) -> None:
    assert said(line, "absent\t1").files[PATHS[0]].kind == "unread"


def test_the_first_word_about_a_file_counts() -> None:
    found = said(f"file\t0\t{STAT}", "absent\t1", f"data\t0\t{coded(b'one')}", f"data\t0\t{coded(b'two')}")
    assert found.files[PATHS[0]].data == b"one"


def test_names_are_cleaned_bounded_and_say_what_was_not_seen() -> None:
    names = b"".join(b"f\t/etc/eakte/%d\x1b[31m\n.yml\0" % number for number in range(700))
    found = said("absent\t0", "absent\t1", f"names\t0\t0\t{coded(names)}")
    assert len(found.names) == 500
    assert all(name.path.isprintable() for name in found.names)
    assert found.unseen == FOLDERS
    assert said("absent\t0", "absent\t1", f"names\t0\t2\t{coded(b'')}").unseen == FOLDERS
    assert said("absent\t0", "absent\t1", f"names\t0\t0\t{coded(b'f' + bytes([9]) + b'/etc/cut')}").unseen == FOLDERS
    assert said("absent\t0", "absent\t1", "names\t0\t0\t").unseen == ()


@given(st.binary(max_size=300), st.booleans(), st.sampled_from([0, 1, None]))
def test_any_answer_is_read(out: bytes, cut: bool, status: int | None) -> None:
    found = read(PATHS, FOLDERS, Answer(QUESTION, status, out, b"", cut))
    assert set(found.files) == set(PATHS)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["note", "file", "absent", "closed", "other", "keyed", "names", "data", "end"]),
            st.sampled_from(["0", "1", "9", "-1", ""]),
            st.sampled_from([STAT, "", "0", coded(b"x"), "ä", "\t", coded(b"placed 1\n\t\t")]),
        ).map("\t".join),
        max_size=12,
    )
)
def test_any_lines_are_read(lines: list[str]) -> None:
    assert set(said(*lines).files) == set(PATHS)
