"""The queue: nothing is lost, nothing is sent twice, a way that is down delays nobody, and it all comes to an end."""

from __future__ import annotations

from email import message_from_bytes
from email.policy import SMTP

import pytest

from eakte_ops.report import morning, queue
from eakte_ops.report.deliver import deliver
from eakte_ops.report.ways import NotSent
from tests.unit.memory.looks import DAY, said
from tests.unit.report.nights import at
from tests.unit.report.post import Post, settings

DOWN = NotSent("the mail server can not be used: Connection refused", way_down=True)
ITS_OWN = NotSent("the mail server says 550 no such user", way_down=False)


def write(post: Post) -> tuple[morning.Made, ...]:
    return morning.put(post.store, post.said, morning.build(post.store, post.said, post.now), post.now)


@pytest.fixture
def written(post: Post) -> Post:
    """Two digests wait: the centre's and Herdecke's."""
    post.now = at("2026-11-24 06:30")
    post.swept(at("2026-11-24 02:00"))
    assert [each.recipient for each in write(post)] == ["", "herdecke"]
    return post


def test_the_same_digest_is_queued_once(written: Post) -> None:
    made = morning.build(written.store, written.said, written.now)
    assert made == ()
    written.now += 3600
    assert write(written) == ()
    assert len(written.messages()) == 2


def test_two_who_make_the_same_digest_queue_it_once(post: Post) -> None:
    first = morning.build(post.store, post.said, post.now)
    second = morning.build(post.store, post.said, post.now)
    assert len(morning.put(post.store, post.said, first, post.now)) == 2
    assert morning.put(post.store, post.said, second, post.now) == ()
    assert len(post.messages()) == 2


def test_a_digest_begins_where_the_last_one_ended(written: Post) -> None:
    written.now += DAY
    second = write(written)
    assert {each.since for each in second} == {at("2026-11-24 06:29")}
    assert {each.until for each in second} == {at("2026-11-25 06:29")}


def test_what_happens_while_a_digest_is_made_stands_in_the_next_one(post: Post) -> None:
    post.now = at("2026-11-24 06:30")
    post.memory.at = post.now - 1  # a look that waited for the store while the digest read it
    first = write(post)
    post.memory.look(said("critical", "/var"))
    post.now += DAY
    second = write(post)
    assert "/var" not in str(first[0].letter)
    assert second[0].letter.sections[0].title == "Neu (1)"


def test_without_any_sweep_that_is_the_news(post: Post) -> None:
    made = write(post)
    assert made[0].letter.subject == "eAkte: KEIN Durchgang · Di 24.11."
    assert post.deliver().sent == 2


def test_what_was_sent_is_not_sent_again_and_its_words_are_not_kept(written: Post) -> None:
    assert written.deliver().sent == 2
    assert written.deliver(all_now=True).sent == 0
    with written.store.reading() as rows:
        assert [row[0] for row in rows.all("SELECT content FROM message")] == [None, None]


def test_a_mail_server_that_is_down_is_tried_once_and_loses_nothing(written: Post) -> None:
    written.office.refuse = DOWN
    done = written.deliver()
    assert (done.sent, done.waiting, done.trouble) == (0, 2, (DOWN.why,))
    assert len(written.office.tried) == 1
    assert written.deliver().waiting == 2  # the pause is not over: nobody knocks again
    assert len(written.office.tried) == 1
    written.office.refuse = None
    written.now += 60
    assert written.deliver().sent == 2


def test_a_person_who_sends_does_not_wait_for_the_pause(written: Post) -> None:
    written.office.refuse = DOWN
    written.deliver()
    written.office.refuse = None
    assert written.deliver(all_now=True).sent == 2


def test_one_mail_that_is_refused_does_not_hold_up_the_others(written: Post) -> None:
    refusing = written.office

    def only_the_first() -> None:
        refusing.refuse = ITS_OWN if len(refusing.tried) == 1 else None

    refusing.meanwhile = only_the_first
    done = written.deliver()
    assert (done.sent, done.waiting) == (1, 1)
    assert [(each.state, each.why) for each in written.messages()] == [("waiting", ITS_OWN.why), ("sent", "")]


def test_an_alarm_goes_before_digests_that_wait_and_is_tried_again_sooner(written: Post) -> None:
    written.office.refuse = DOWN
    for _ in range(8):
        written.deliver(all_now=True)
        written.now += 3600
    written.now = at("2026-11-24 15:00")
    written.look(said("critical", "RENDITION", "queue.age"))
    written.deliver(all_now=True)
    assert [each.next - written.now for each in written.messages() if each.kind == "alarm"] == [60]
    written.office.refuse = None
    written.now += 60
    assert written.deliver().sent == 3
    assert [each.message.kind for each in written.office.sent] == ["alarm", "digest", "digest"]


def test_pauses_grow_up_to_an_hour() -> None:
    assert [queue.pause(tries) for tries in (1, 2, 3, 6, 7, 500)] == [60, 120, 240, 1920, 3600, 3600]
    assert [queue.pause(tries, "alarm") for tries in (1, 2, 3, 4, 500)] == [60, 120, 240, 300, 300]


def test_what_nobody_takes_is_given_up_after_days_and_said(written: Post) -> None:
    written.office.refuse = ITS_OWN
    rounds = 0
    while written.deliver(all_now=True).waiting:
        written.now += 6 * 3600
        rounds += 1
    assert rounds == 20  # five days
    assert {each.state for each in written.messages()} == {"given up"}
    written.now += DAY
    made = write(written)
    assert made[0].letter.sections[0].title == "Nicht zugestellte Nachrichten"
    assert len(made[0].letter.sections[0].lines) == 2
    assert "Nicht zugestellte" not in str(made[1].letter)


def test_a_long_outage_ends_for_what_was_never_tried_itself(written: Post) -> None:
    """A round ends with the first that meets a dead server; the others are given up for their age all the same, but
    only after they had their own try."""
    written.office.refuse = DOWN
    for _ in range(25):
        written.deliver(all_now=True)
        written.now += 6 * 3600
    assert {each.state for each in written.messages()} == {"given up"}
    assert all(each.tries for each in written.messages())


def test_two_senders_at_once_never_send_the_same(written: Post) -> None:
    other: list[int] = []

    def a_second_sender() -> None:
        written.office.meanwhile = lambda: None
        other.append(written.deliver().sent)

    written.office.meanwhile = a_second_sender
    mine = written.deliver().sent
    assert mine + sum(other) == 2
    assert sorted(written.office.to) == sorted({each.address for each in written.messages()})


def test_a_sender_that_was_killed_costs_its_lease_and_no_message(written: Post) -> None:
    class Killed(BaseException):
        pass

    def killed() -> None:
        raise Killed

    written.office.meanwhile = killed
    with pytest.raises(Killed):
        written.deliver()
    written.office.meanwhile = lambda: None
    assert written.deliver(all_now=True).sent == 1  # the other one; the first is still in the killed one's hands
    written.now += 91
    done = written.deliver(all_now=True)
    assert (done.sent, done.waiting) == (1, 0)


def test_the_second_copy_of_a_mail_bears_the_same_message_id(written: Post) -> None:
    taken: list[bytes] = []

    def taken_but_not_noted(claimed: queue.Claimed) -> None:
        taken.append(claimed.content)
        raise KeyboardInterrupt

    class Office:
        seconds = 30.0
        __call__ = staticmethod(taken_but_not_noted)

    with pytest.raises(KeyboardInterrupt):
        deliver(written.store, written.said, {"mail": Office()}, clock=written.clock)
    written.now += 91
    written.deliver()
    again = [each.content for each in written.office.sent]
    assert taken[0] in again
    assert message_from_bytes(taken[0], policy=SMTP)["Message-ID"].endswith("@centre.example>")


def test_an_end_of_time_leaves_the_rest_for_the_next_round(written: Post) -> None:
    def slow() -> None:
        written.now += 100

    written.office.meanwhile = slow
    assert written.deliver(seconds=50).sent == 1
    assert written.deliver(seconds=50).sent == 1


def test_messages_are_forgotten_when_they_are_old_and_not_while_they_wait(written: Post) -> None:
    written.office.refuse = ITS_OWN
    written.deliver()
    with written.store.writing() as rows:
        rows.run("UPDATE message SET state = 'sent', ended = made WHERE id = 1")
        assert queue.prune(rows, written.now + 91 * DAY, 90) == 1
    assert [each.state for each in written.messages()] == ["waiting"]


def test_without_mail_nothing_of_it_is_tried(written: Post) -> None:
    done = deliver(written.store, settings(mail=None), {}, clock=written.clock)
    assert (done.sent, done.waiting) == (0, 2)
