"""Reading what local IT sent back: blocks of facts, host keys among them. The file is hostile until it was read."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from eakte_ops.access.keys import PublicKey, read_host_key
from eakte_ops.errors import InvalidFile, Mistake

BEGIN = "-----BEGIN EAKTE-OPS FACTS-----"
END = "-----END EAKTE-OPS FACTS-----"
MAX_BYTES = 1_000_000
MAX_LINE = 2_000
MAX_KEYS = 8
_FORMAT = "1"


@dataclass(frozen=True, slots=True)
class Facts:
    """One block. `said`: word -> rest of its line, for words that stand there once; `disks`: lines about disks."""

    host: str
    line: int
    keys: tuple[PublicKey, ...]
    said: dict[str, str]
    disks: tuple[str, ...]


def read_facts(file: Path, town: str, hosts: Collection[str]) -> tuple[Facts, ...]:
    """All blocks of a file, each for one of `hosts` (servers and jump hosts of `town`).

    Text around the blocks (a mail, what the script printed) and quoting with `>` are allowed. Raises InvalidFile with
    all mistakes; nothing of a file with a mistake is used.
    """
    try:
        with file.open("rb") as stream:
            content = stream.read(MAX_BYTES + 1)
    except OSError as problem:
        raise InvalidFile([Mistake(file.name, 1, 1, "", f"can not be read: {problem.strerror}")]) from None
    return read_blocks(content, file.name, town, hosts)


def read_blocks(content: bytes, name: str, town: str, hosts: Collection[str]) -> tuple[Facts, ...]:
    """As `read_facts`, from the content of a file called `name`."""
    if len(content) > MAX_BYTES:
        raise InvalidFile([Mistake(name, 1, 1, "", f"is longer than {MAX_BYTES} bytes; facts of a town are shorter")])
    reader = _Reader(name, town, frozenset(hosts))
    found = tuple(reader.blocks(content.decode("utf-8", "replace").split("\n")))
    if not found and not reader.mistakes:
        reader.wrong(1, f"holds no facts: a block that begins with {BEGIN} is expected")
    if reader.mistakes:
        raise InvalidFile(reader.mistakes)
    return found


class _Reader:
    """Reads one file and collects what is wrong with it."""

    def __init__(self, name: str, town: str, hosts: frozenset[str]) -> None:
        self.mistakes: list[Mistake] = []
        self._name = name
        self._town = town
        self._hosts = hosts
        self._seen: set[str] = set()

    def wrong(self, line: int, sentence: str) -> None:
        """One more mistake."""
        self.mistakes.append(Mistake(self._name, line, 1, "", sentence))

    def blocks(self, lines: list[str]) -> Iterator[Facts]:
        """The blocks that are right."""
        inside: list[tuple[int, str]] | None = None
        for number, raw in enumerate(lines, 1):
            line = _unquoted(raw)
            if line == BEGIN:
                if inside is not None:
                    self.wrong(number, "a new block begins before the last one ended")
                inside = []
            elif line == END:
                if inside is None:
                    self.wrong(number, "a block ends that never began")
                elif (facts := self._block(inside)) is not None:
                    yield facts
                inside = None
            elif inside is not None:
                inside.append((number, line))
        if inside is not None:
            self.wrong(len(lines), f"the last block has no end ({END}); something was cut off")

    def _block(self, lines: list[tuple[int, str]]) -> Facts | None:
        before = len(self.mistakes)
        first = lines[0][0] if lines else 1
        for number, line in lines:
            if len(line) > MAX_LINE or not line.isascii() or not line.isprintable():
                self.wrong(number, "this line is too long or holds characters that do not belong there")
        if len(self.mistakes) > before:
            return None
        body, said = self._sum(lines), {}
        keys, disks = [], []
        for number, line in body:
            word, _, rest = line.partition(" ")
            if word == "host-key":
                keys.append((number, rest))
            elif word == "disk":
                disks.append(rest)
            elif word in said:
                self.wrong(number, f'"{word}" stands there twice')
            else:
                said[word] = rest
        self._check_head(first, said)
        read = self._keys(first, keys)
        if len(self.mistakes) > before:
            return None
        return Facts(said["host"], first, read, said, tuple(disks))

    def _sum(self, lines: list[tuple[int, str]]) -> list[tuple[int, str]]:
        """The lines without the last, which holds the SHA-256 of those before."""
        if not lines or not lines[-1][1].startswith("sum "):
            self.wrong(lines[-1][0] if lines else 1, "the block has no sum at its end; something was cut off")
            return lines
        text = "".join(f"{line}\n" for _, line in lines[:-1])
        if hashlib.sha256(text.encode("ascii")).hexdigest() != lines[-1][1].removeprefix("sum "):
            self.wrong(
                lines[-1][0],
                "the sum does not fit the lines above: the block was altered on the way (was it broken into lines?)",
            )
        return lines[:-1]

    def _check_head(self, line: int, said: dict[str, str]) -> None:
        if said.get("format") != _FORMAT:
            self.wrong(line, f"format {said.get('format', '?')[:20]} is not known here, {_FORMAT} is")
        if said.get("town") != self._town:
            self.wrong(line, f'these are facts of the town "{said.get("town", "?")[:64]}", not of {self._town}')
            return
        host = said.get("host", "")
        if host not in self._hosts:
            self.wrong(line, f'{self._town} has no server or jump host "{host[:64]}" in its inventory')
        elif host in self._seen:
            self.wrong(line, f"there are two blocks of {host}; send one")
        self._seen.add(host)

    def _keys(self, first: int, lines: list[tuple[int, str]]) -> tuple[PublicKey, ...]:
        if not lines:
            self.wrong(first, "the block holds no host key")
        if len(lines) > MAX_KEYS:
            self.wrong(first, f"the block holds {len(lines)} host keys; a server has {MAX_KEYS} at most")
            return ()
        keys = []
        for number, text in lines:
            try:
                keys.append(read_host_key(text))
            except ValueError as problem:
                self.wrong(number, str(problem))
        return tuple(keys)


def _unquoted(line: str) -> str:
    """A line without its carriage return and without the quoting of a mail."""
    return line.rstrip("\r").lstrip("> ").rstrip(" ")
