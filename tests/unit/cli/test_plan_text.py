"""How a plan reads, on screen and on paper. The texts beside this file are read aloud before they are changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal

import pytest

from eakte_ops.cli.paper_words import _WORDS as PAPER
from eakte_ops.cli.plan_paper import Paper
from eakte_ops.cli.plan_rows import numbers, rows
from eakte_ops.cli.plan_text import _WORDS as SCREEN
from eakte_ops.cli.plan_text import PlanText
from eakte_ops.playbook.approval import Approved
from eakte_ops.playbook.plan import Gate, Needs, OnServer, Plan, Send, Step, Window
from tests.unit.health import well
from tests.unit.playbook.sample_plan import FILE, NOW, SECRET_FILE, sample

TEXTS = Path(__file__).parent / "plans"
Language = Literal["de", "en"]
PRINTS = {"witten-gw": ("ssh-ed25519 SHA256:8jVqQXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX",)}
CHECKS = {"disk.space": "Disk space", "service.health": "Health of the services"}


def screen(plan: Plan, language: Language = "en", approved: Approved | None = None, now: datetime = NOW) -> str:
    lines = PlanText(plan, "Witten", "Europe/Berlin", now, language, approved).lines()
    return "\n".join(line.text for line in lines) + "\n"


def paper(plan: Plan, language: Language = "en", town: str = "witten") -> str:
    its = well.inventory().towns[town]
    return Paper(plan, its, language, NOW, PRINTS, CHECKS).text()


@pytest.mark.parametrize("language", ["de", "en"])
def test_the_plan_on_screen(language: Language) -> None:
    assert screen(sample(), language) == (TEXTS / f"screen.{language}.txt").read_text("utf-8")


@pytest.mark.parametrize("columns", [60, 80, 110])
def test_on_a_narrow_terminal_a_step_goes_on_in_a_second_line_and_nothing_is_cut(columns: int) -> None:
    long = replace(sample().steps[0], title="look whether there is room for what will be brought to this server")
    plan = sample(steps=(long, *sample().steps[1:]))
    lines = [each.text for each in PlanText(plan, "Witten", "Europe/Berlin", NOW, "en", width=columns).lines()]
    assert all(len(line) <= columns for line in lines if not line.startswith("        |"))
    words = " ".join(" ".join(lines).split())
    for step in plan.steps:
        assert step.title in words
    assert "so that the rest AND the way back fit the window" in words


@pytest.mark.parametrize("language", ["de", "en"])
def test_the_plan_on_paper(language: Language) -> None:
    assert paper(sample(), language) == (TEXTS / f"paper.{language}.md").read_text("utf-8")


@pytest.mark.parametrize("words", [SCREEN, PAPER], ids=["screen", "paper"])
def test_both_languages_say_the_same_things(words: Mapping[Language, Mapping[str, str]]) -> None:
    assert words["de"].keys() == words["en"].keys()


def test_steps_that_do_the_same_are_one_row_and_keep_numbers_of_their_own() -> None:
    found = rows(sample())
    assert [(row.number, len(row.steps)) for row in found][:3] == [(1, 1), (2, 2), (3, 1)]
    assert numbers(sample())["02-bring-witten-app"] == "2.2"
    assert [row.number for row in found if row.down] == [5, 6, 7, 8, 9]


def restart(**more: Any) -> Plan:
    step = Step(
        "01-restart-witten-gw",
        1,
        "witten-gw",
        "restart the gateway",
        OnServer("sudo -n /usr/bin/systemctl restart eakte-gateway.service\n"),
        name="restart",
        expected=15,
        **more,
    )
    return sample(needs=Needs(False, False), steps=(step,), assumes=(), values={}, why="it hangs", author="")


def test_a_plan_that_needs_nothing_is_short_and_says_that_there_is_no_way_back() -> None:
    lines = screen(restart()).splitlines()
    assert "1 step on witten-gw" in lines[0]
    assert "approval" not in lines[0]
    assert [line.split()[0] for line in lines[1:]] == ["why", "made", "window", "1", "way"]
    assert "needs none" in lines[3]
    assert lines[-1] == (" way back  none: what a step has done stays done; what fails is told, and a person goes on")


def test_a_plan_with_a_whole_way_back_says_so() -> None:
    undo = OnServer("true")
    assert " way back  by itself from every step, to the state before; about 15 s" in screen(restart(undo=undo))


def test_what_nothing_undoes_is_named() -> None:
    plan = sample(steps=tuple(step for step in sample().steps if not step.no_return))
    assert "; what 2 did stays\n" in screen(plan)
    assert "── down about 6 min 20 s ──" not in screen(restart())
    assert "── down about" in screen(plan)


@pytest.mark.parametrize(
    ("by", "said"),
    [
        ((), "needs approval by a second person"),
        (("admin-1",), "signed by admin-1, still needs a second person"),
        (("admin-1", "admin-2"), "approved by admin-1 and admin-2"),
    ],
)
def test_who_signed_is_said_at_the_end_of_the_head(by: tuple[str, ...], said: str) -> None:
    head, _, _ = screen(sample(), approved=Approved(by)).partition("\n why")
    assert head.endswith(said)


def test_a_plan_whose_time_is_over_says_so_in_its_first_line() -> None:
    assert "EXPIRED Tue 24 Nov 22:00" in screen(sample(), now=NOW + timedelta(days=1)).splitlines()[0]


@pytest.mark.parametrize(
    ("window", "said"),
    [
        (None, "NONE of the next 400 days is long enough"),
        (Window("2026-11-24T17:00:00+00:00", "", ""), "open at all times (Europe/Berlin)"),
    ],
)
def test_windows_that_are_missing_or_have_no_end_are_said(window: Window | None, said: str) -> None:
    assert said in screen(sample(window=window))


def test_the_text_of_a_command_of_the_playbook_is_shown_word_for_word() -> None:
    assert "        | pg_dump --table=settings eakte >/var/lib/eakte/dump.$run\n" in screen(sample())
    assert "systemctl" not in screen(sample())


def test_on_paper_every_text_of_the_plan_stands_word_for_word() -> None:
    plan, text = sample(), paper(sample())
    for step in plan.steps:
        for do in (step.do, step.undo):
            if isinstance(do, OnServer):
                assert f"\n{do.text}" in text
        if step.verify is not None:
            assert f"\n{step.verify}" in text
    for assumption in plan.assumes:
        assert f"\n{assumption.ask}\n" in text
    assert f"\n{FILE}FILE-2-1\n" in text
    assert f"\n{SECRET_FILE}FILE-2-2\n" in text


def test_on_paper_secrets_stand_by_their_names_with_the_way_to_their_values() -> None:
    text = paper(sample())
    assert "eakte-ops secret get witten osrest-password --show" in text
    assert "age -d -i IDENTITY inventories/witten.secrets/osrest-password.age" in text
    assert "stty -echo; read -r OSREST; stty echo; export OSREST" in text
    assert "unset OSREST" in text


def test_on_paper_the_way_back_begins_with_the_last_step() -> None:
    text = paper(sample())
    back = text[text.index("## 5. The way back") :]
    assert [line.split()[1] for line in back.splitlines() if line.startswith("### ")] == ["R8", "R6", "R5", "R3"]


def test_on_paper_a_jump_host_is_passed_with_its_own_trust() -> None:
    step = Step("1", 1, "hattingen-db", "look", OnServer("true\n"))
    text = paper(sample(town="hattingen", steps=(step,), assumes=(), values={}), town="hattingen")
    assert (
        "ssh -T -o UserKnownHostsFile=inventories/hattingen.known_hosts -o StrictHostKeyChecking=yes -o"
        " 'ProxyCommand=ssh -o UserKnownHostsFile=inventories/hattingen.known_hosts -o StrictHostKeyChecking=yes"
        " -W %h:%p eakte-jump@198.51.100.5' eakte-ops@198.51.100.42\n"
    ) in text
    assert "The way leads through hattingen-jump" in text


def test_on_paper_a_port_of_its_own_is_named() -> None:
    step = Step("1", 1, "kreis-index", "look", OnServer("true\n"))
    text = paper(sample(town="ennepe-ruhr-kreis", steps=(step,), assumes=(), values={}), town="ennepe-ruhr-kreis")
    assert " -p 2200 eakte-ops@203.0.113.100\n" in text


@pytest.mark.parametrize("text", ["echo ```\n```` x\n", "STEP-1\n"])
def test_on_paper_no_text_ends_its_own_frame(text: str) -> None:
    whole = paper(sample(steps=(Step("1", 1, "witten-gw", "odd", OnServer(text)),), assumes=(), values={}))
    if "`" in text:
        assert "`````sh\nsh <<'STEP-1'\n" in whole
    else:
        assert "sh <<'STEP-1-END'\nSTEP-1\nSTEP-1-END\n" in whole


def test_on_paper_a_file_that_is_no_text_is_named_with_its_hash() -> None:
    send = Send("release:11.10", "f" * 64, "/opt/eakte/releases/11.10.tar", "0644")
    whole = paper(sample(steps=(Step("1", 1, "witten-gw", "bring", send),), assumes=(), values={}))
    assert f"`/opt/eakte/releases/11.10.tar` · sha256 `{'f' * 64}`" in whole


def test_on_paper_a_gate_of_no_service_names_the_program_that_looks() -> None:
    whole = paper(sample(steps=(Step("1", 1, "witten-gw", "room?", Gate(("disk.space",))),), assumes=(), values={}))
    assert "disk.space: Disk space" in whole
    assert "`eakte-ops health witten`" in whole
    assert "curl" not in whole
