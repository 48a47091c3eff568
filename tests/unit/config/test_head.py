"""The head of a template, and files that are none: each mistake has its place in the file."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from eakte_ops.config.template import MOST_BYTES, InvalidTemplate, Template, read_template, template_of

HEAD = """\
title: {de: Datei, en: file}
components: [gateway]
destination: /etc/eakte/gateway/a.yml
effect: {how: none}
"""


def made(text: str) -> Template:
    return template_of(text, "a.j2", template="gateway/a.yml", product="musterakte", release="11.0")


def said(text: str) -> list[str]:
    """The mistakes of a text, without the file's name."""
    with pytest.raises(InvalidTemplate) as wrong:
        made(text)
    return [str(each).removeprefix("a.j2:") for each in sorted(wrong.value.mistakes)]


def with_head(*lines: str, without: str = "", body: str = "a: 1\n") -> str:
    kept = [each for each in HEAD.splitlines() if not (without and each.startswith(f"{without}:"))]
    return "\n".join(["{#", *kept, *lines, "#}", body])


def test_a_head_is_read_and_what_it_leaves_out_is_careful() -> None:
    template = made(with_head())
    head = template.head
    assert (head.owner, head.mode, head.secret, head.database, head.until) == ("work", "0640", False, None, "")
    assert (head.title.de, head.components, head.effect.how) == ("Datei", ("gateway",), "none")
    assert (template.id, template.release, template.town) == ("gateway/a.yml", "11.0", "")
    assert template.body.render({}) == "a: 1\n"


def test_the_sum_is_of_the_whole_file() -> None:
    assert made(with_head()).sum != made(with_head("mode: '0644'")).sum
    assert made(with_head()).sum == made(with_head()).sum


@pytest.mark.parametrize(
    ("line", "without", "mistake"),
    [
        ("", "title", "2:1  title: missing"),
        ("", "components", "2:1  components: missing"),
        ("", "destination", "2:1  destination: missing"),
        ("", "effect", "2:1  effect: missing"),
        ("components: []", "components", "5:13  components: at least 1 entry expected"),
        ("components: gateway", "components", "5:13  components: a list expected"),
        ("destination: ''", "destination", "5:14  destination: one line of 1 to 200 characters expected"),
        ("mode: '1777'", "", '6:7  mode: a mode such as "0640" expected'),
        ("mode: '0888'", "", '6:7  mode: a mode such as "0640" expected'),
        ("owner: eakte", "", "6:8  owner: one of work, root expected"),
        ("effect: {how: reboot}", "effect", "5:15  effect.how: one of restart, reload, none, hand expected"),
        ("databse: centre", "", '6:1  databse: unknown key; did you mean "database"?'),
        ("values: {A: {default: 1, means: {de: a, en: b}}}", "", "6:10  values.A: "),
        ("values: {a: {default: 1}}", "", "6:13  values.a.means: missing"),
        ("values: {a: {default: 9, most: 5, means: {de: a, en: b}}}", "", "6:23  values.a.default: a whole number"),
        ("values: {a: {default: x, choices: [y], means: {de: a, en: b}}}", "", "6:23  values.a.default: one of y"),
        ("values: {a: {default: x, most: 5, means: {de: a, en: b}}}", "", "6:32  values.a.most: only a number"),
        ("values: {a: {default: true, least: 0, means: {de: a, en: b}}}", "", "6:36  values.a.least: only a number"),
        ("values: {a: {default: [], means: {de: a, en: b}}}", "", "6:23  values.a.default: "),
        ("replaces: abc", "", "6:11  replaces: a SHA-256 in hexadecimal digits expected"),
        ("\tmode: '0640'", "", "6:1  a tab"),
        ("mode: !!str 0640", "", "6:7  mode: "),
        ("mode: &a '0640'", "", "6:7  mode: "),
        ("until: 11.10", "", '6:8  until: text expected, found the number 11.10; write "11.10"'),
    ],
)
def test_a_mistake_in_a_head_has_its_place(line: str, without: str, mistake: str) -> None:
    found = said(with_head(*([line] if line else []), without=without))
    assert len(found) == 1
    assert found[0].startswith(mistake), found


def test_mistakes_of_head_and_text_are_said_together() -> None:
    text = with_head("owner: me", body="{{ nix }}\n{{ 2 * 2 }}\n")
    assert [each.partition("  ")[0] for each in said(text)] == ["6:8", "8:1", "9:1"]


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        ("", "1:1  a template begins with its head"),
        ("a: 1\n", "1:1  a template begins with its head"),
        ("\n{#\n#}\n", "1:1  a template begins with its head"),
        (" {#\n#}\n", "1:1  a template begins with its head"),
        ("{# title: a #}\n", "1:1  a template begins with its head"),
        ("{#-\n#}\n", "1:1  a template begins with its head"),
        ("{#\ntitle: a\n", "1:1  the head is not ended by a line `#}`"),
        ("{#\ntitle: a #}\n", "2:10  `#}` ends the head"),
        ("{#\ntitle: a\n #}\nb\n", "3:2  `#}` ends the head"),
        ("{#\ntitle: a\n#} \nb\n", "3:1  `#}` ends the head"),
        ("{#\ntitle: a\n-#}\nb\n", "3:2  `#}` ends the head"),
        ("{#\n# a comment {# #}\n#}\nb\n", "2:16  `#}` ends the head"),
        ("\ufeff{#\n#}\n", "1:1  the file begins with a byte order mark; save it as UTF-8 without one"),
        ("{#\na: 1\r\n#}\n", "2:5  the lines end as on Windows (CR LF); save the file with LF"),
        ("{#\r\n#}\r\n", "1:3  the lines end as on Windows (CR LF); save the file with LF"),
        ("{#\n#}\na\rb\n", "3:2  a line end of old Macs (CR alone); save the file with LF line ends"),
        ("{#\n#}\na\x00b\n", "3:2  the character U+0000, which can not be seen; remove it or write a plain blank"),
        ("{#\n#}\n# \u202etxt.exe\n", "3:3  the character U+202E, which can not be seen; remove it"),
        ("{#\n#}\na:\u00a0b\n", "3:3  the character U+00A0, which can not be seen; remove it or write a plain blank"),
    ],
)
def test_what_is_no_template_is_said(text: str, mistake: str) -> None:
    assert said(text)[0].startswith(mistake)


def test_two_heads_are_a_head_and_a_comment() -> None:
    second = "{#\ntitle: second\n#}\n"
    assert made(with_head(body=second + "a: 1\n")).body.render({}) == "a: 1\n"


def test_a_text_may_hold_tabs_and_may_be_empty() -> None:
    assert made(with_head(body="a\tb\n")).body.render({}) == "a\tb\n"
    assert made(with_head(body="")).body.render({}) == ""


def test_the_end_of_a_file_is_as_the_template_has_it() -> None:
    assert made(with_head(body="a")).body.render({}) == "a"
    assert made(with_head(body="a\n\n")).body.render({}) == "a\n\n"


def test_a_file_of_components_in_several_places_has_no_own() -> None:
    text = with_head("components: [gateway, index]", without="components", body="{{ own.port.http }}\n")
    assert said(text) == ['7:1  "own" is there only where a file belongs to one component: write parts["COMPONENT"]']
    assert made(with_head(body="{{ own.port.http }}\n")).seen[-1] == "own"


def read(path: Path) -> Template:
    return read_template(path, "a.j2", template="gateway/a.yml", product="musterakte", release="11.0")


def refused(path: Path) -> str:
    with pytest.raises(InvalidTemplate) as wrong:
        read(path)
    (mistake,) = wrong.value.mistakes
    return str(mistake).removeprefix("a.j2:")


def test_a_file_is_read_as_a_text(tmp_path: Path) -> None:
    file = tmp_path / "a.j2"
    file.write_text(with_head(body="ä\n"), "utf-8")
    assert read(file).text == with_head(body="ä\n")


def test_what_can_not_be_read_is_said_and_never_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    good = tmp_path / "good.j2"
    good.write_text(with_head(), "utf-8")
    link, pipe, folder, sock = (tmp_path / name for name in ("link.j2", "pipe.j2", "folder.j2", "sock.j2"))
    link.symlink_to(good)
    os.mkfifo(pipe)
    folder.mkdir()
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(sock))
    assert refused(link) == "1:1  this is a link; only files that lie here themselves are read"
    for odd in (pipe, folder, sock):
        assert refused(odd) == "1:1  this is no regular file; only files that lie here themselves are read"
    assert refused(tmp_path / "missing.j2") == "1:1  can not be read: No such file or directory"

    def locked(*_words: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", locked)
    assert refused(good) == "1:1  can not be read: Permission denied"


def test_what_is_no_text_is_said_with_its_place(tmp_path: Path) -> None:
    file = tmp_path / "a.j2"
    file.write_bytes(b"{#\ntitle: \xfc\n")
    assert refused(file) == "2:8  the byte 0xFC is no UTF-8; save the file as UTF-8"


def test_a_file_of_any_size_is_not_read_whole(tmp_path: Path) -> None:
    file = tmp_path / "a.j2"
    begin = with_head().encode()
    file.write_bytes(begin + b"x" * (MOST_BYTES - len(begin)))
    assert len(read(file).text) == MOST_BYTES
    with file.open("ab") as opened:
        opened.truncate(40_000_000_000)
    assert refused(file) == "1:1  has more than 200,000 bytes; this is no template for people"
