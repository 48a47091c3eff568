"""Whatever a server wrote into a finding stays text: in the mail, in its page, in its header, in the hook's JSON."""

from __future__ import annotations

import json
from dataclasses import replace
from email import message_from_bytes
from email.policy import SMTP
from html.parser import HTMLParser

import pytest

from eakte_ops.health.memory.known import Ack, Known, Missed, State, Wording
from eakte_ops.report import alarm
from eakte_ops.report.as_page import as_page, tied
from eakte_ops.report.as_text import as_text
from eakte_ops.report.digest import to_centre, to_town
from eakte_ops.report.letter import Letter
from eakte_ops.report.mail import Sender, compose
from eakte_ops.report.plain import plain
from eakte_ops.report.queue import Message
from tests.unit.report.nights import CENTRE, MORNING, change, finding, night, sweep, town

HOSTILE = {
    "markup": "</p><script>alert(1)</script><img src=x onerror=alert(1)>",
    "attribute": '" onmouseover="alert(1)" x=\'',
    "entity": "&lt;script&gt;",
    "template": "{{ letter }} {% for x in y %} {count} %s",
    "control": "a\x00b\x1b[31mred\x07\x08\x7f\x9b31m",
    "lines": "first\r\nBcc: everybody@evil.example\n\nsecond\u2028third\x0bfourth",
    "bidi": "safe\u202eexe.fdp\u202c \u2066x\u2069 \u200f",
    "unseen": "in\u200bvi\u00adsible\U000e0041\ufeff",
    "surrogate": "broken \ud800 half",
    "marks": "z" + "\u0337\u0301" * 500,
    "address": "log in at https://evil.example/x or HTTP://evil.example, www.evil.example",
    "long": "x" * 100_000,
    "empty": "",
}


class Page(HTMLParser):
    """Collects the names of tags and attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}


def hostile(said: str) -> Known:
    words = Wording(said, said, said, said)
    return finding(
        1,
        server=said,
        check=said,
        subject=said,
        verdict="critical",
        text={"de": words, "en": words},
        ack=Ack(said, said, 0.0, MORNING + 60),
    )


def letters(said: str) -> list[Letter]:
    known = hostile(said)
    names = town(name=said, contacts={"local-it": {"mail": said, "phone": said}}, servers=(said,))
    letter = Message(1, "digest", "mail", "witten", said, said, 0, 0, 2, "waiting", None, said)
    seen = night(
        current=(known, replace(known, id=2, ack=None)),
        changes=(change(replace(known, id=3, ended=MORNING, how="well"), "closed"),),
        towns=(names,),
        sweep=sweep(missed=(Missed("witten", said, said),)),
        waiting=(State("witten", said, said, said, "unknown", True, "local-it", {"de": said}, 0.0, 0.0, 1),),
        letters=(letter,),
        dropped=(known,),
    )
    centre = replace(CENTRE, name=said or "x", contact=said)
    return [to_centre(seen, centre), to_town(seen, centre, names), alarm.of((known,), centre, (names,), None, MORNING)]


@pytest.mark.parametrize("said", HOSTILE.values(), ids=list(HOSTILE))
def test_it_stays_text_everywhere(said: str) -> None:
    for letter in letters(said):
        text, page = as_text(letter), as_page(letter)
        found = Page(page)
        assert not found.tags & {"script", "img", "a", "iframe", "link", "form", "object", "base"}
        assert not {name for name in found.attributes if name.startswith("on") or name in ("src", "href")}
        for form in (text, page):
            assert not set(form) & set("\x00\x07\x08\x0b\x1b\x7f\x9b\u202e\u2066\u200f\u200b\u2028\ufeff\ud800")
            assert "\U000e0041" not in form
            assert "://evil" not in form
            assert "www.evil" not in form
            assert len(form) < 60_000
            assert "\u0301" * 3 not in form
        compose(letter, Sender(said or "x", "a@b.example", "c@d.example", "Europe/Berlin"), ["e@f.example"], 0.0, "id")


def test_a_header_can_not_be_added_by_a_name() -> None:
    for letter in letters(HOSTILE["lines"]):
        sender = Sender(HOSTILE["lines"], "a@b.example", "c@d.example", "Europe/Berlin")
        mail = message_from_bytes(compose(letter, sender, ["e@f.example"], 0.0, "id"), policy=SMTP)
        assert mail["Bcc"] is None
        assert mail["To"] == "e@f.example"
        assert len(str(mail["Subject"])) <= 200


def test_a_program_gets_the_same_as_plain_text() -> None:
    for said in HOSTILE.values():
        content = alarm.content((hostile(said),), CENTRE, {"witten": said})
        found = json.loads(content)
        assert found["schema"] == "eakte-ops/alarm"
        assert len(content) < 20_000
        assert "\\u202e" not in content.decode()


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("two  spaces\tand\nlines", "two spaces and lines"),
        ("Schöne Grüße", "Schöne Grüße"),
        ("e\u0301tude", "e\u0301tude"),
        ("http://127.0.0.1:8060/manage/health", "http://127.0.0.1:8060/manage/health"),
        ("http://127.0.0.1.evil.example/", "http[:]//127.0.0.1.evil.example/"),
        ("http://localhost:9200/", "http://localhost:9200/"),
        ("http://localhost.evil.example/", "http[:]//localhost.evil.example/"),
        ("http://127.0.0.1@evil.example/", "http[:]//127.0.0.1@evil.example/"),
        ("www.evil.example", "www[.]evil.example"),
        ("\x00\x00\x00", "\ufffd"),
        ("abcdefghij", "abcdefghij"),
        ("abcdefghijk", "abcdefghi…"),
    ],
)
def test_plain_text_of(said: str, read: str) -> None:
    assert plain(said, 10 if said.startswith("abc") else 300) == read


def test_no_line_ends_between_a_number_and_its_unit() -> None:
    assert tied("87 % voll, 40 GB mehr, 3 h 12 min, 2 Tage, 5 Server") == (
        "87\u00a0% voll, 40\u00a0GB mehr, 3\u00a0h 12\u00a0min, 2\u00a0Tage, 5 Server"
    )
