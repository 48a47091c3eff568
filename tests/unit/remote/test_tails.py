"""What a server says of its logs is hostile text; files that were not read are named."""

from __future__ import annotations

import base64
from datetime import UTC, timedelta

import pytest

from eakte_ops.errors import CommandFailed, Refused, Status
from eakte_ops.remote import tails
from eakte_ops.remote.types import Answer


def b64(said: bytes) -> str:
    return base64.b64encode(said).decode()


def file(name: bytes = b"server.log", kind: str = "read", most: int = 100, data: bytes = b"hello\n") -> str:
    return f"file\t6\t1795000000\t{b64(name)}\t{kind}\t{most}\t{b64(data)}"


def answer(*lines: str, status: int | None = 0, why: str = "") -> Answer:
    return Answer(tails.QUESTION, status, "\n".join([*lines, ""]).encode(), why=why)


def read(*lines: str) -> tails.Tails:
    return tails.read(answer(*lines), "witten-app")


def test_files_with_their_text() -> None:
    found = read("zone\tEurope/Berlin\t+0100", "odd\t2", file(), file(b"old.log", "left", 0, b""), "end")
    assert (found.folder, found.odd, str(found.zone)) == ("open", 2, "Europe/Berlin")
    assert found.files[0] == tails.Tail("server.log", 6, 1795000000.0, "read", "hello\n", True)
    assert (found.files[1].kind, found.files[1].name) == ("left", "old.log")


def test_more_than_was_asked_for_is_the_end_of_a_file() -> None:
    (one,) = read(file(most=3), "end").files
    assert (one.text, one.whole) == ("lo\n", False)
    (none,) = read(file(most=0), "end").files
    assert (none.text, none.whole) == ("", False)


def test_what_steers_a_terminal_is_taken_out_of_names_and_texts() -> None:
    (one,) = read(file(b"\x1b]0;x\x07a\nb\xff", data=b"\x1b[2Jred\x9b1m \xe2\x80\xaeabc\r\nnext"), "end").files
    assert one.name == "a b\ufffd"
    assert one.text == "red\ufffd1m abc\nnext"


@pytest.mark.parametrize(
    "line", ["file\tx\ty\t!\tread\t5\t!", "file\t1\t2\t3", "file\t1\t2\tAA==\tother\t5\t", "zone", "odd\t-1", "", "\t"]
)
def test_garbage_gives_no_text(line: str) -> None:
    found = read(line, "end")
    assert not any(each.text for each in found.files)
    assert found.odd == 0


@pytest.mark.parametrize(
    ("said", "hours"),
    [("+0530", 5.5), ("-0300", -3), ("", 0), ("+9999", 14 + 39 / 60), ("x", 0)],
)
def test_a_zone_that_nobody_knows_is_what_it_is_off(said: str, hours: float) -> None:
    from datetime import datetime

    zone = read(f"zone\t../../etc/shadow\t{said}", "end").zone
    assert datetime(2026, 1, 1, tzinfo=UTC).astimezone(zone).utcoffset() == timedelta(hours=hours)


@pytest.mark.parametrize("folder", ["absent", "closed"])
def test_a_folder_that_is_not_there_or_closed(folder: str) -> None:
    assert read("zone\tUTC\t+0000", folder).folder == folder


@pytest.mark.parametrize(
    "broken",
    [answer(), answer(file()), answer("end", status=1), answer(status=None, why="killed at its limit of 20 s")],
)
def test_half_an_answer_is_none(broken: Answer) -> None:
    with pytest.raises(CommandFailed) as caught:
        tails.read(broken, "witten-app")
    assert "witten-app" in str(caught.value)


def test_without_a_word_in_its_journal_nothing_is_read() -> None:
    with pytest.raises(Refused, match="so nothing was read") as caught:
        read("silent")
    assert caught.value.status == Status.REFUSED


def test_numbers_that_nothing_can_count_with_are_none() -> None:
    far = f"file\t{'9' * 5000}\t999999999999999\t{b64(b'a.log')}\tread\t100\t{b64(b'hello')}"
    found = read(f"odd\t{'9' * 5000}", far, "end")
    assert (found.odd, found.files[0].size, found.files[0].changed, found.files[0].text) == (0, 0, 0.0, "hello")
