"""What local IT sends back is hostile until it was read: bounded, whole, of this town, or all its mistakes are said."""

from __future__ import annotations

import hashlib
import random
from pathlib import Path

import pytest

from eakte_ops.access.facts import BEGIN, END, MAX_BYTES, Facts, read_blocks, read_facts
from eakte_ops.errors import InvalidFile
from tests.unit.access.town import key

HOSTS = ("witten-db", "witten-gw")
BODY = (
    "format 1",
    "town witten",
    "host witten-db",
    "pack 3 " + "a" * 64,
    "installed 3",
    "os Debian GNU/Linux 12 (bookworm)",
    "disk / 3000000 2000000 KiB",
    "disk /var/lib/eakte 9000000 8000000 KiB",
    f"host-key {key(5)}",
)


def block(*lines: str) -> str:
    text = "".join(f"{line}\n" for line in lines)
    return f"{BEGIN}\n{text}sum {hashlib.sha256(text.encode()).hexdigest()}\n{END}\n"


def read(text: str) -> tuple[Facts, ...]:
    return read_blocks(text.encode("utf-8", "surrogateescape"), "sent.txt", "witten", HOSTS)


def replaced(old: str, *new: str) -> tuple[str, ...]:
    assert any(line.startswith(old) for line in BODY)
    return tuple(each for line in BODY for each in (new if line.startswith(old) else (line,)))


def test_a_block_is_read() -> None:
    (facts,) = read(block(*BODY))
    assert (facts.host, facts.said["installed"], len(facts.disks)) == ("witten-db", "3", 2)
    assert [str(each) for each in facts.keys] == [key(5)]


@pytest.mark.parametrize(
    "text",
    [
        "Good morning,\n\nhere it is:\n" + block(*BODY) + "\nRegards, IT\n",
        block(*BODY).replace("\n", "\r\n"),
        "".join(f"> {line}\n" for line in block(*BODY).splitlines()),
        "".join(f">> {line}  \n" for line in block(*BODY).splitlines()),
        "\ufeff" + block(*BODY)[:0] + "umlauts ÄÖÜ outside\n" + block(*BODY),
    ],
)
def test_a_mail_around_it_does_not_hurt(text: str) -> None:
    assert read(text)[0].host == "witten-db"


def test_several_servers_may_be_in_one_file() -> None:
    both = block(*BODY) + block(*replaced("host witten", "host witten-gw"))
    assert [facts.host for facts in read(both)] == ["witten-db", "witten-gw"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "holds no facts"),
        ("nothing here", "holds no facts"),
        (block(*BODY).replace(END, ""), "has no end"),
        (BEGIN + "\n" + block(*BODY), "before the last one ended"),
        (END + "\n" + block(*BODY), "never began"),
        (BEGIN + "\n" + END, "no sum"),
        (block(*BODY).replace("installed 3", "installed 4"), "altered on the way"),
        (block(*BODY).replace("AAAA", "AAAA\n"), "altered on the way"),
        (block(*replaced("format", "format 2")), "format 2 is not known here"),
        (block(*replaced("format")), "format ? is not known"),
        (block(*replaced("town", "town herdecke")), 'facts of the town "herdecke", not of witten'),
        (block(*replaced("host witten", "host other")), 'no server or jump host "other"'),
        (block(*BODY) + block(*BODY), "two blocks of witten-db"),
        (block(*BODY, "town witten"), '"town" stands there twice'),
        (block(*replaced("host-key")), "no host key"),
        (block(*BODY, *[f"host-key {key(n)}" for n in range(8)]), "9 host keys"),
        (block(*replaced("host-key", "host-key ssh-dss AAAA")), "no host key of a type"),
        (block(*replaced("host-key", f"host-key {key(5)[:-12]}")), "cut or altered"),
        (block(*replaced("host-key", f"host-key {key(5)} @cert-authority")), "no host key of a type"),
        (block(*replaced("os", "os \x1b[2Jevil")), "characters that do not belong"),
        (block(*replaced("os", "os Ä")), "characters that do not belong"),
        (block(*replaced("os", "os x\0y")), "characters that do not belong"),
        (block(*replaced("os", "os " + "x" * 3000)), "too long"),
        ("x" * (MAX_BYTES + 1), "longer than"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_used(text: str, said: str) -> None:
    with pytest.raises(InvalidFile) as caught:
        read(text)
    assert any(said in str(mistake) for mistake in caught.value.mistakes), [str(each) for each in caught.value.mistakes]
    assert all(str(mistake).isprintable() for mistake in caught.value.mistakes)


def test_one_wrong_block_spoils_the_file() -> None:
    with pytest.raises(InvalidFile):
        read(block(*BODY) + block(*replaced("host witten", "host other")))


def test_a_file_that_can_not_be_read_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(InvalidFile) as caught:
        read_facts(tmp_path, "witten", HOSTS)
    assert "can not be read" in str(caught.value.mistakes[0])


def test_any_bytes_end_in_facts_or_in_sentences() -> None:
    """Mutations of a right block: never another exception, never a host or key that was not in it."""
    chance = random.Random(7)
    right = block(*BODY).encode()
    for _ in range(400):
        content = bytearray(right)
        for _ in range(chance.randint(1, 4)):
            at = chance.randrange(len(content))
            content[at : at + chance.randint(0, 3)] = bytes(chance.randrange(256) for _ in range(chance.randint(0, 3)))
        try:
            found = read_blocks(bytes(content), "sent.txt", "witten", HOSTS)
        except InvalidFile:
            continue
        assert [facts.host for facts in found] == ["witten-db"]
        assert [str(each) for each in found[0].keys] == [key(5)]
