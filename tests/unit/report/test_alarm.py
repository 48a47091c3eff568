"""What can not wait: told once, to the right people, not before the service hours, and not when it is over by then."""

from __future__ import annotations

import json
from dataclasses import replace
from email import message_from_bytes
from email.policy import SMTP

import pytest

from eakte_ops.report import alarm, deliver, night
from eakte_ops.report.ways import NotSent
from tests.unit.memory.looks import because, said
from tests.unit.report.nights import at
from tests.unit.report.post import MAIL, Post, settings

CENTRE_S = "queue.age"  # a check whose findings are the centre's
CENTRE = "betrieb@centre.example"
DISK = said("critical", "/var")


@pytest.fixture
def local_it(post: Post) -> str:
    return post.town.contacts["local-it"]["mail"]


def test_a_new_critical_goes_out_at_once_and_once(post: Post, local_it: str) -> None:
    assert post.look(DISK) == 2
    assert post.deliver().sent == 2
    assert post.office.to == [CENTRE, local_it]
    assert post.look(DISK) == 0
    assert post.deliver().sent == 0


def test_what_is_the_centres_does_not_disturb_the_town(post: Post) -> None:
    post.look(said("critical", "RENDITION", CENTRE_S))
    post.deliver()
    assert post.office.to == [CENTRE]


def test_what_gets_worse_is_told_and_what_gets_better_is_not(post: Post) -> None:
    assert post.look(said("warning", "/var")) == 0
    assert post.look(DISK) == 2
    post.now += 300
    assert post.look(said("warning", "/var")) == 0
    post.now += 300
    assert post.look(DISK) == 2
    assert post.deliver().sent == 2  # both times in one mail, one for each reader
    assert post.office.sent[0].message.subject.startswith("eAkte KRITISCH: Herdecke, ")


def test_a_mere_consequence_is_not_told(post: Post) -> None:
    told = because(said("critical", "/srv"), "disk.space", "/var")
    assert post.look(DISK, told) == 2
    post.deliver()
    assert b"/srv" not in b"".join(each.content for each in post.office.sent)


def test_what_somebody_has_in_hand_is_not_told(post: Post) -> None:
    post.look(said("warning", "/var"))
    post.take_on()
    post.now += 300
    assert post.look(said("warning", "/var")) == 0
    assert post.look(DISK) == 2  # worse than what was taken on


def test_outside_the_service_hours_it_waits_until_they_begin(post: Post, local_it: str) -> None:
    post.now = at("2026-11-24 02:14")
    assert post.look(DISK) == 2
    assert post.deliver().sent == 0
    assert post.deliver(all_now=True).sent == 0  # a person who tries again disturbs nobody either
    with post.store.reading() as rows:
        assert [each[:3] for each in alarm.held(rows, post.now)] == [
            (at("2026-11-24 07:00"), "centre", "herdecke"),
            (at("2026-11-24 07:00"), "local-it", "herdecke"),
        ]
    post.now = at("2026-11-24 07:00")
    assert post.deliver().sent == 2
    assert post.office.to == [CENTRE, local_it]


def test_what_is_over_before_they_begin_is_not_told_but_in_the_digest(post: Post) -> None:
    post.now = at("2026-11-24 02:14")
    post.look(DISK)
    post.now = at("2026-11-24 03:00")
    post.look(said("ok", "/var"))
    post.now = at("2026-11-24 07:00")
    assert post.deliver().sent == 0
    with post.store.reading() as rows:
        seen = night.gather(rows, at("2026-11-23 06:30"), at("2026-11-24 08:00"))
    assert [each.subject for each in seen.dropped] == ["/var"]


def test_what_somebody_takes_on_before_they_begin_is_not_told_either(post: Post) -> None:
    post.now = at("2026-11-24 02:14")
    post.look(DISK)
    post.take_on()
    post.now = at("2026-11-24 07:00")
    assert post.deliver().sent == 0


def test_a_whole_night_is_one_mail_for_each_reader(post: Post, local_it: str) -> None:
    post.now = at("2026-11-24 02:14")
    post.look(DISK)
    post.now = at("2026-11-24 03:00")
    post.look(DISK, said("critical", "/srv"), said("critical", "RENDITION", CENTRE_S))
    post.now = at("2026-11-24 07:00")
    assert post.deliver().sent == 2
    centre, town = (message_from_bytes(each.content, policy=SMTP) for each in post.office.sent)
    assert centre["Subject"] == "eAkte KRITISCH: 3 Befunde (Herdecke) · Di 24.11. 07:00"
    assert town["Subject"] == "eAkte KRITISCH: 2 Befunde (Herdecke) · Di 24.11. 07:00"
    body = town.get_body(("plain",))
    assert body is not None
    assert "RENDITION" not in body.get_content()
    assert "$ eakte-ops" not in body.get_content()


def test_one_that_is_over_while_the_mail_server_is_down_is_dropped(post: Post) -> None:
    post.office.refuse = NotSent("down", way_down=True)
    post.look(DISK)
    assert post.deliver().waiting == 2
    post.look(said("ok", "/var"))
    post.office.refuse = None
    post.now += 3600
    assert post.deliver().waiting == 0
    assert post.office.sent == []
    assert {each.state for each in post.messages()} == {"dropped"}


def test_a_finding_of_the_centre_itself_knows_no_service_hours(post: Post) -> None:
    post.now = at("2026-11-24 02:14")
    assert post.look(DISK, own=True) == 1
    assert post.deliver().sent == 1
    assert post.office.to == [CENTRE]


def test_a_hook_gets_json_in_the_same_hours(post: Post) -> None:
    post.said = settings(mail=None, alarm={"hook": "hooks/page"})
    post.now = at("2026-11-24 02:14")
    assert post.look(DISK) == 1
    assert post.deliver().sent == 0
    post.now = at("2026-11-24 07:00")
    assert post.deliver().sent == 1
    told = json.loads(post.hook.sent[0].content)
    assert told["schema"] == "eakte-ops/alarm"
    assert told["findings"][0]["town_name"] == "Herdecke"
    assert told["findings"][0]["since"] == "2026-11-24T01:14:00+00:00"
    assert set(told["findings"][0]["text"]) == {"de", "en"}
    assert post.office.sent == []


def test_where_nothing_is_set_up_nothing_waits(post: Post) -> None:
    post.said = settings(mail=None)
    assert post.look(DISK) == 0
    post.said = settings(alarm={"mail": False})
    assert post.look(DISK, said("critical", "/srv")) == 0


def test_a_reader_that_is_gone_leaves_nothing_waiting(post: Post) -> None:
    post.look(DISK)
    post.said = settings(mail=None)
    assert post.deliver().waiting == 0
    post.said = settings()
    assert post.deliver().sent == 0


def test_several_people_of_the_centre_each_get_their_own(post: Post) -> None:
    post.said = settings(mail={**MAIL, "centre": ["one@centre.example", "two@centre.example"]})
    post.look(said("critical", "RENDITION", CENTRE_S))
    assert post.deliver().sent == 2
    assert post.office.to == ["one@centre.example", "two@centre.example"]
    mails = [message_from_bytes(each.content, policy=SMTP) for each in post.office.sent]
    assert {str(mail["To"]) for mail in mails} == {"one@centre.example, two@centre.example"}
    assert len({str(mail["Message-ID"]) for mail in mails}) == 2


def test_a_server_with_many_findings_does_not_bury_those_of_others(post: Post) -> None:
    many = [said("critical", f"/{number}") for number in range(20)]
    others = [said("critical", f"{number}", check=CENTRE_S) for number in range(20)]
    post.look(*many, *others)
    found = [*post.memory.open()]
    elsewhere = replace(found[-1], id=9999, town="witten", server="witten-db", subject="/srv", began=post.now + 60)
    told = json.loads(alarm.content([*found, elsewhere], deliver.centre_of(post.said), {}))
    assert (len(told["findings"]), told["left_out"]) == (25, 16)
    assert "witten-db" in {each["server"] for each in told["findings"]}
    letter = alarm.of([*found, elsewhere], deliver.centre_of(post.said), [post.town], None, post.now)
    shown = [item for section in letter.sections for group in section.groups for item in group.items]
    assert (len(shown), "witten-db" in {item.place for item in shown}) == (25, True)
