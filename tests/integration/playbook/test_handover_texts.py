"""Texts of a handover in a real dash: killed before and after every command, on folders of others, with real values."""

from __future__ import annotations

import itertools
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from eakte_ops.health.facts.handover import HANDOVER
from eakte_ops.health.facts.product import PRODUCT
from eakte_ops.playbook.handover import signs, states
from eakte_ops.playbook.handover.look import parse, question
from eakte_ops.playbook.handover.states import Name, State
from eakte_ops.product.load import profile
from eakte_ops.product.model import Layout
from eakte_ops.remote.types import Answer
from tests.unit.health import well

RUN, OTHER = "2026-11-24-witten-a1b2", "2026-11-20-witten-zzzz"
UNTIL = "2026-11-24T20:00:00Z"
MOST_CALLS = 7
"""Commands that one text calls; a test says when there are more."""
COMMANDS = ("rm", "chmod", "sync", "mv", "head", "grep", "date", "sed", "cat")


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    """The places of a server, in a folder of the test."""
    places = {
        name: str(tmp_path / name)
        for name in ("state", "granted", "data", "configuration", "current", "releases", "logs")
    }
    for name, place in places.items():
        if name != "current":
            Path(place).mkdir()
    Path(places["current"]).symlink_to("releases/11.0")
    (tmp_path / "state/lock").mkdir()
    (tmp_path / "state/lock/token").write_text("7\n")
    return profile("musterakte").layout["linux"].model_copy(update=places)


def run(text: str, *, run_id: str = RUN, path: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Carry a text out as a step of `run_id`; `path`: where commands are found first."""
    lead = f"run={run_id}\nuntil=1795636800\nplan=abc\nwho=somebody\n"
    environment = {"PATH": f"{path}:/usr/bin:/bin" if path else "/usr/bin:/bin"}
    return subprocess.run(
        ["dash", "-s"], input=lead + text, capture_output=True, text=True, env=environment, timeout=20, check=False
    )


def killers(folder: Path) -> Iterator[tuple[Path, Path]]:
    """A folder of commands of which one, the Nth that is called, kills the shell that calls it: before it does its
    work, or behind it. Gives it for every N, with the file that is there once it has killed."""
    for when, number in itertools.product(("before", "behind"), range(1, MOST_CALLS + 2)):
        here = folder / f"{when}-{number}"
        here.mkdir()
        for name in COMMANDS:
            real = shutil.which(name)
            act = f'{real} "$@"\n' if when == "behind" else ""
            program = here / name
            program.write_text(
                f"#!/bin/sh\nn=$(($(/usr/bin/cat {here}/n 2>/dev/null || echo 0) + 1))\necho $n >{here}/n\n"
                f'if [ $n -ne {number} ]; then exec {real} "$@"; fi\n{act}echo >{here}/killed\nkill -9 $PPID\n'
            )
            program.chmod(0o755)
        yield here, here / "killed"


def there(layout: Layout, name: Name) -> str | None:
    file = Path(layout.state) / name
    return file.read_text() if file.exists() else None


@pytest.mark.parametrize(("name", "of"), [("notice", ""), ("hold", OTHER)])
def test_set_and_lifted_killed_at_every_command(layout: Layout, tmp_path: Path, name: Name, of: str) -> None:
    """From wherever it was left: verify is sure, doing it again does it, the way back takes all of it away."""
    state = State(name, UNTIL, 'kernel\'s "patches"', of, above="Gleich wieder da." if name == "notice" else "")
    whole = f'run={of or RUN} until={UNTIL} why=kernel\'s "patches"\n'
    whole = f"Gleich wieder da.\n{whole}" if name == "notice" else whole
    killed = 0
    for commands, mark in killers(tmp_path):
        run(states.set_text(state, layout), path=commands)
        if not mark.exists():
            run(states.leave_text(state, layout))
            continue
        assert not commands.name.endswith(f"-{MOST_CALLS + 1}")
        killed += 1
        assert there(layout, name) in (None, whole)
        assert run(states.is_set_text(state, layout)).returncode == (10 if there(layout, name) is None else 0)
        assert run(states.set_text(state, layout)).returncode == 0
        assert there(layout, name) == whole
        assert run(states.is_lifted_text(state, layout)).returncode == 10
        run(states.lift_text(state, layout), path=commands)
        assert run(states.leave_text(state, layout)).returncode == 0
        assert not list(Path(layout.state).glob(f"{name}*"))
        assert run(states.is_lifted_text(state, layout)).returncode == 0
    assert killed > 8


def test_lifting_killed_at_every_command_and_set_again(layout: Layout, tmp_path: Path) -> None:
    name: Name = "handover"
    state = State(name, UNTIL, "patches", OTHER)
    killed = 0
    for commands, mark in killers(tmp_path):
        assert run(states.set_text(state, layout)).returncode == 0
        before = there(layout, name)
        run(states.lift_text(state, layout), path=commands)
        if not mark.exists():
            continue
        killed += 1
        assert there(layout, name) in (None, before)
        assert run(states.set_text(state, layout)).returncode == 0
        assert there(layout, name) == before
    assert killed > 4


def test_nobody_touches_what_another_run_has_set(layout: Layout) -> None:
    file = Path(layout.state) / "hold"
    for text in (f"run={OTHER} until={UNTIL} why=theirs\n", "something else\n", "", f"run={RUN}x until=z\n"):
        file.write_text(text)
        ours = State("hold", UNTIL, "ours")
        for made in (states.set_text, states.lift_text):
            ran = run(made(ours, layout))
            assert ran.returncode == 1
            assert "another run has set it" in ran.stderr
        assert run(states.leave_text(ours, layout)).returncode == 0
        assert [run(made(ours, layout)).returncode for made in (states.is_set_text, states.is_lifted_text)] == [1, 1]
        assert file.read_text() == text


def test_a_folder_in_the_way_is_no_state(layout: Layout) -> None:
    (Path(layout.state) / "hold").mkdir()
    assert run(states.set_text(State("hold"), layout)).returncode == 1
    assert (Path(layout.state) / "hold").is_dir()


def test_a_disk_that_takes_nothing_leaves_nothing(layout: Layout) -> None:
    """Writing fails in the middle: nothing is set, and the status says so."""
    (Path(layout.state) / "hold.new").symlink_to("/dev/full")
    text = states.set_text(State("hold", UNTIL, "patches"), layout).replace('rm -f "$file.new" || exit 1\n', "")
    assert run(text).returncode != 0
    assert there(layout, "hold") is None


def test_without_an_end_it_is_that_of_the_run_and_nothing_in_a_reason_breaks_out(layout: Layout) -> None:
    evil = "$(touch /tmp/evil) `id` ' \" \\n run=x\nrun=y"
    state = State("hold", why=evil)
    assert run(states.set_text(state, layout)).returncode == 0
    text = there(layout, "hold")
    assert text is not None
    assert text.startswith(f"run={RUN} until=2026-11-25T20:00:00Z why=$(touch /tmp/evil) `id` ' ")
    assert text.count("\n") == 1


@pytest.mark.parametrize(
    ("text", "said"),
    [(None, "none"), (f"run={RUN} until=x\n", "none"), (f"hi\nrun={OTHER} until=x\n", OTHER), ("hm\n", "unknown")],
)
def test_whose_it_is(layout: Layout, text: str | None, said: str) -> None:
    """What the run that asks has set itself is nobody's: its own assumptions hold to its end."""
    if text is not None:
        (Path(layout.state) / "hold").write_text(text)
    assert run(states.whose_text("hold", layout)).stdout == f"{said}\n"


def documents(tmp_path: Path) -> Path:
    area = tmp_path / "documents"
    (area / "000001").mkdir(parents=True)
    for name in ("0000019D.000", "0000019D.001", "000000FF.000", "0000019e.tmp", "FFFFFFFF", "zz.000"):
        (area / "000001" / name).write_text("x")
    return area


def test_a_machine_is_remembered_and_found_as_it_was(layout: Layout, tmp_path: Path) -> None:
    area = documents(tmp_path)
    ran = run(signs.text("before.witten-app", layout, str(area), keep=True))
    name, _, line = ran.stdout.strip().partition("=")
    before = signs.parse(line)
    assert (name, len(line) <= 300, ran.stderr) == ("before.witten-app", True, "")
    assert (before["documents"], before["token"], before["release"]) == (str(0x19D), "7", "releases/11.0")
    assert before.keys() >= {"boot", "kernel", "packages", "disk", "memory", "files", "clock"}
    (Path(layout.state) / "handover").write_text(f"run={OTHER} until={UNTIL} why=x\n")
    (Path(layout.granted) / "handover-done").write_text("kernel is new\nmore\n")
    asked = question(layout, str(area)).script.text["posix"]
    seen, done = parse(run(asked, run_id="none-of-these").stdout.encode())
    assert (seen.mark, seen.hold, done) == (OTHER, "none", "kernel is new")
    known = signs.Remembered(OTHER, float(before["clock"]), 3, {"witten-app": before})
    assert [each.kind for each in signs.went_back("witten-app", known, seen)] == ["hold"]
    assert list(signs.changed("witten-app", before, seen)) == []


def test_what_is_not_there_is_not_known(layout: Layout) -> None:
    ran = run(signs.text("n", layout, "/nowhere", keep=False))
    found = signs.parse(ran.stdout.strip().partition("=")[2])
    assert ("documents" in found, "changed" in found) == (False, False)


def test_packages_are_compared_with_the_list_that_was_kept(layout: Layout) -> None:
    before = signs.parse(run(signs.text("n", layout, "", keep=True)).stdout.partition("=")[2].strip())
    kept = Path(layout.state) / "handover.packages"
    lines = kept.read_text().splitlines()
    assert len(lines) > 10
    kept.write_text("\n".join(["aaa 1.0", *lines[1:]]) + "\n")
    after = signs.parse(run(signs.text("n", layout, "", keep=False)).stdout.partition("=")[2].strip())
    assert (before["packages"] == after["packages"], after["changed"]) == (True, "2")


def test_health_reads_what_is_set(layout: Layout) -> None:
    """The text that sets it and the facts that read it agree on the form."""
    for name in ("hold", "notice", "handover"):
        state = State(name, UNTIL, "patches", above="Bald." if name == "notice" else "")
        assert run(states.set_text(state, layout)).returncode == 0
    site = well.site()
    moved = type(site)(**{**{each: getattr(site, each) for each in site.__dataclass_fields__}, "layout": layout})
    for fact in (HANDOVER, PRODUCT):
        asked = fact.ask(moved)
        assert asked is not None
        quoted = " ".join(f"'{arg}'" for arg in asked.script.args)
        ran = run(f"set -- {quoted}\n{asked.script.text['posix']}")
        found = fact.parse(Answer(fact.name, 0, ran.stdout.encode()), well.VISIT)
        if fact is HANDOVER:
            assert [each.run for each in (found.hold, found.notice, found.mark)] == [RUN] * 3
            assert {each.until for each in (found.hold, found.notice, found.mark)} == {1795636800.0 - 86400}
        else:
            assert {each.name for each in found.states} == {"hold", "notice"}
