"""What every transport keeps to, whatever it runs on: the fake, a local shell, sshd on loopback, a host of the lab.

A test module gives a `world` fixture and inherits: AnyTransport (scripted answers suffice) or RealShell (a POSIX shell
is there). Plays carry both: the text for a shell, and the reply a fake gives in its place.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic
from typing import Protocol

import pytest

from eakte_ops.errors import EakteError, OutputCut
from eakte_ops.remote.exchange import Exchange, no_secrets, shell_for
from eakte_ops.remote.fake import Reply
from eakte_ops.remote.types import Answer, Connection, Question, Script


@dataclass(frozen=True)
class Play:
    """A question with the reply that a fake gives to it."""

    name: str
    text: str
    reply: Reply = field(default_factory=Reply)
    args: tuple[str, ...] = ()
    secrets: dict[str, str] = field(default_factory=dict)
    limit: float = 20.0
    cap: int = 65_536

    @property
    def question(self) -> Question:
        return Question(self.name, Script({"posix": self.text}, self.args, self.secrets), self.limit, self.cap)


class World(Protocol):
    """Where the contract is tried."""

    def connect(self, *plays: Play) -> Connection: ...


@dataclass(frozen=True)
class Told:
    """An exchange that is over."""

    answers: tuple[Answer, ...]
    broken: EakteError | None
    seconds: float

    def __getitem__(self, name: str) -> Answer:
        (answer,) = (each for each in self.answers if each.question == name)
        return answer


def exchange(
    world: World,
    *plays: Play,
    budget: float = 30.0,
    deadline_s: float = 40.0,
    reveal: Callable[[str], str] = no_secrets,
) -> Told:
    connection = world.connect(*plays)
    began = monotonic()
    try:
        asked = Exchange(
            connection,
            shell_for("posix"),
            [play.question for play in plays],
            budget=budget,
            deadline=began + deadline_s,
            reveal=reveal,
        )
        return Told(tuple(asked), asked.broken, monotonic() - began)
    finally:
        connection.close()


ECHO = Play("echo", "echo it is all right", Reply(b"it is all right\n"))
LAST = Play("last", "echo last", Reply(b"last\n"))


def is_unharmed(told: Told) -> None:
    """The neighbours of whatever was asked in between are as if nothing had happened."""
    assert told["echo"].out == b"it is all right\n"
    assert told["echo"].status == 0
    assert told["last"].out == b"last\n"
    assert told["last"].status == 0


class AnyTransport:
    """Kept by each of them."""

    def test_every_question_is_answered_once_and_in_order(self, world: World) -> None:
        plays = [Play(f"q{n}", f"echo {n}; exit {n}", Reply(f"{n}\n".encode(), n)) for n in range(20)]
        told = exchange(world, *plays)
        assert [(a.question, a.status, a.out) for a in told.answers] == [
            (f"q{n}", n, f"{n}\n".encode()) for n in range(20)
        ]
        assert told.broken is None

    def test_no_question_is_no_exchange(self, world: World) -> None:
        assert exchange(world).answers == ()

    def test_the_two_streams_stay_apart(self, world: World) -> None:
        play = Play("both", "echo to out; echo to err >&2; exit 7", Reply(b"to out\n", 7, b"to err\n"))
        answer = exchange(world, ECHO, play, LAST)["both"]
        assert (answer.status, answer.out, answer.err, answer.cut) == (7, b"to out\n", b"to err\n", False)

    def test_output_is_bytes_of_every_kind(self, world: World) -> None:
        all_bytes = bytes(range(256))
        octal = "".join(f"\\{byte:03o}" for byte in all_bytes)
        told = exchange(
            world,
            ECHO,
            Play("bytes", f"printf '{octal}'", Reply(all_bytes)),
            Play("umlauts", "echo 'Grüße aus Köln, 5 €'", Reply("Grüße aus Köln, 5 €\n".encode())),
            Play("no newline", "printf end", Reply(b"end")),
            Play("newlines", "printf '\\n\\n\\n'", Reply(b"\n\n\n")),
            LAST,
        )
        assert told["bytes"].out == all_bytes
        assert told["umlauts"].out.decode() == "Grüße aus Köln, 5 €\n"
        assert told["no newline"].out == b"end"
        assert told["newlines"].out == b"\n\n\n"
        is_unharmed(told)

    def test_what_looks_like_a_frame_is_only_output(self, world: World) -> None:
        forged = b"0123456789abcdef0123456789abcdef>1 0\n0123456789abcdef0123456789abcdef<2\n"
        play = Play("forged", f"printf '{forged.decode().encode('unicode_escape').decode()}'", Reply(forged))
        told = exchange(world, ECHO, play, LAST)
        assert told["forged"].out == forged
        is_unharmed(told)

    def test_more_than_the_cap_is_cut_and_said(self, world: World) -> None:
        told = exchange(
            world,
            ECHO,
            Play("long", "head -c 5000 /dev/zero | tr '\\0' x", Reply(b"x" * 5000), cap=1000),
            Play("just", "head -c 1000 /dev/zero | tr '\\0' x", Reply(b"x" * 1000), cap=1000),
            Play("err", "head -c 50000 /dev/zero >&2", Reply(b"", 0, bytes(50_000))),
            LAST,
        )
        assert told["long"].out == b"x" * 1000
        assert told["long"].cut
        assert told["just"].out == b"x" * 1000
        assert not told["just"].cut
        assert told["err"].err == bytes(8192)
        assert told["err"].cut
        is_unharmed(told)

    def test_a_cap_on_everything_ends_the_talk(self, world: World) -> None:
        play = Play("long", "head -c 100000 /dev/zero", Reply(bytes(100_000)), cap=200_000)
        connection = world.connect(play)
        stream = connection.talk(
            shell_for("posix").ask([play.question], "ab" * 16, 10, no_secrets), deadline=monotonic() + 20, cap=4096
        )
        taken: list[int] = []
        with pytest.raises(OutputCut):
            taken.extend(len(data) for _name, data in stream)
        assert sum(taken) <= 4096
        connection.close()

    def test_the_reader_may_stop_at_any_time(self, world: World) -> None:
        connection = world.connect(ECHO, LAST)
        plays = [ECHO.question, LAST.question]
        answers = iter(Exchange(connection, shell_for("posix"), plays, budget=9, deadline=monotonic() + 10))
        assert next(answers).question == "echo"
        answers.close()
        connection.close()

    def test_a_killed_section_says_so(self, world: World) -> None:
        told = exchange(world, ECHO, Play("hangs", "sleep 60", Reply(status=None), limit=0.5), LAST)
        assert told["hangs"].status is None
        assert told["hangs"].why == "killed at its limit of 0.5 s"
        is_unharmed(told)

    def test_a_question_without_text_for_this_dialect_is_not_asked_and_says_so(self, world: World) -> None:
        connection = world.connect(LAST)
        windows = Question("windows", Script({"powershell": "Get-Service"}))
        answers = list(
            Exchange(connection, shell_for("posix"), [windows, LAST.question], budget=9, deadline=monotonic() + 10)
        )
        assert [(a.status, a.why) for a in answers] == [(None, "not asked: no posix text"), (0, "")]
        connection.close()

    def test_closing_twice_is_harmless_and_dates_the_visit(self, world: World) -> None:
        connection = world.connect(ECHO)
        assert connection.visit.ended == 0.0
        connection.close()
        ended = connection.visit.ended
        connection.close()
        assert connection.visit.ended == ended >= connection.visit.began > 0


class RealShell(AnyTransport):
    """Kept wherever a POSIX shell carries the text out."""

    def test_arguments_arrive_as_they_were_given(self, world: World) -> None:
        args = ("", "two words", "it's", '"quoted"', "$HOME `id` $(id)", "a\nb", "\\n \\0 %s", "Ü", "*", "-n")
        told = exchange(world, ECHO, Play("args", "for a; do printf '%s\\0' \"$a\"; done", args=args), LAST)
        assert told["args"].out == "\0".join((*args, "")).encode()
        is_unharmed(told)

    def test_a_secret_is_a_variable_of_its_section_only(self, world: World) -> None:
        canary = "Kanarienvogel'\\ $(id)"
        look = 'tr "\\0" "\\n" </proc/$$/environ; ps -ef 2>/dev/null || cat /proc/[0-9]*/cmdline'
        told = exchange(
            world,
            ECHO,
            Play("has", 'printf %s "$PASSWORD"', secrets={"PASSWORD": "witten/database"}),
            Play("looks", look, secrets={"PASSWORD": "witten/database"}),
            Play("has not", 'printf "%s" "${PASSWORD-unset}"'),
            LAST,
            reveal={"witten/database": canary}.__getitem__,
        )
        assert told["has"].out == canary.encode()
        assert told["has not"].out == b"unset"
        assert b"Kanarienvogel" not in told["looks"].out
        assert told["looks"].out
        is_unharmed(told)

    @pytest.mark.parametrize(
        ("text", "status", "why"),
        [
            ("exit 3", 3, ""),
            ("if (", 2, ""),
            ("echo 'unbalanced", 2, ""),
            ("}; echo outside", 2, ""),
            ("kill -9 $$; echo still here", 137, ""),
            ("kill -9 0", None, "its shell was killed"),
            ("kill -STOP $$", None, "killed at its limit of 0.6 s"),
            ("exec >&- 2>&-", 0, ""),
            ("exec 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&-; echo x >&4", 2, ""),
            ("cat; read line", 1, ""),
            ("no-such-command", 127, ""),
            ("set -e; false; echo no", 1, ""),
            ("trap '' TERM HUP INT PIPE; while :; do echo y; done", None, "killed at its limit of 0.6 s"),
            ("trap '' TERM; (trap '' TERM; sleep 60) & wait", None, "killed at its limit of 0.6 s"),
            ("m=x; e=0; now() { :; }; ask() { :; }; PATH=; exit 0", 0, ""),
        ],
    )
    def test_a_bad_section_never_spoils_the_others(self, world: World, text: str, status: int | None, why: str) -> None:
        told = exchange(world, ECHO, Play("bad", text, limit=0.6), LAST)
        is_unharmed(told)
        assert told["bad"].why == why
        # Which number a shell gives to a mistake differs (dash 2, bash 1 or 2).
        assert (told["bad"].status == status) or (status == 2 and told["bad"].status in (1, 2))

    @pytest.mark.parametrize("text", ["sleep 61 & echo done", "setsid sleep 4 & echo done", "sleep 61 & exit 0"])
    def test_a_child_that_keeps_stdout_open_costs_its_limit_and_no_more(self, world: World, text: str) -> None:
        told = exchange(world, ECHO, Play("keeps", text, limit=0.6), LAST)
        is_unharmed(told)
        assert told["keeps"].why == "killed at its limit of 0.6 s"
        assert told.seconds < 10

    def test_a_flood_is_cut_on_the_server(self, world: World) -> None:
        told = exchange(
            world,
            ECHO,
            Play("1 GB", "head -c 1000000000 /dev/zero", limit=20),
            Play("endless", "yes 'Grüße'", limit=20),
            Play("on err", "yes >&2", limit=20),
            LAST,
        )
        is_unharmed(told)
        assert len(told["1 GB"].out) == 65_536
        assert told["1 GB"].cut
        assert told["endless"].cut
        assert told["on err"].cut
        assert told.seconds < 15

    def test_nothing_of_a_killed_section_is_left(self, world: World) -> None:
        text = "(trap '' TERM; sleep 7654 & sleep 7654); true"
        look = "ps -e -o args= 2>/dev/null | grep -c '^slee[p] 7654'"
        told = exchange(world, Play("tree", text, limit=0.5), Play("left", look))
        assert told["left"].out.strip() == b"0"

    def test_the_budget_ends_what_is_too_much(self, world: World) -> None:
        told = exchange(world, ECHO, Play("long", "sleep 60", limit=50), Play("late", "echo late"), budget=1.0)
        assert told["echo"].status == 0
        assert told["long"].status is None
        assert told["late"].why == "time budget used up"
        assert told.seconds < 10

    def test_a_section_changes_nothing_for_the_next(self, world: World) -> None:
        told = exchange(
            world,
            Play("one", "cd /; umask 0; X=1; export X; set -u; readonly PATH"),
            Play("two", 'echo "${X-}"; umask'),
        )
        assert told["two"].out.splitlines()[0] == b""
        assert told["two"].out.splitlines()[1] != b"0000"

    def test_a_long_text_is_no_problem(self, world: World) -> None:
        filler = "# " + "x" * 400_000
        told = exchange(world, ECHO, Play("long", f"{filler}\necho ran", args=("y" * 200_000,)), LAST)
        assert told["long"].out == b"ran\n"
        is_unharmed(told)

    def test_the_language_is_c(self, world: World) -> None:
        told = exchange(world, Play("locale", 'printf %s "$LC_ALL"'))
        assert told["locale"].out == b"C"
