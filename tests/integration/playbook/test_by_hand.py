"""What a plan on paper has people type does on a server what the plan says, with real shells."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from eakte_ops.cli.paper_job import job_function
from eakte_ops.cli.plan_paper import Paper
from eakte_ops.playbook.plan import OnServer, Send, Step
from eakte_ops.remote.posix import quote
from tests.integration.remote.ops_folder import OpsFolder, make
from tests.unit.health import well
from tests.unit.playbook.sample_plan import NOW, sample

SESSION = "export run=by-hand-4224a4 plan=4224 who='Erika Muster' until=1\n"


@pytest.fixture
def folder(tmp_path: Path) -> OpsFolder:
    return make(tmp_path)


def typed(folder: OpsFolder, text: str, shell: str = "bash") -> subprocess.CompletedProcess[str]:
    """What a person types in a terminal there."""
    words = [shell, "-c", folder.moved(text)]
    env = {**os.environ, "PATH": f"{folder.top}/bin:{os.environ['PATH']}"}
    return subprocess.run(
        words, env=env, capture_output=True, text=True, timeout=30, check=False, stdin=subprocess.DEVNULL
    )


FUNCTION = job_function("/var/lib/eakte-ops", "eakte")


@pytest.mark.parametrize("shell", ["bash", "dash"])
def test_a_job_by_hand_is_carried_out_once_with_its_variables_and_gives_output_and_status(
    folder: OpsFolder, shell: str
) -> None:
    text = "echo \"$run $who $until $from\"\necho 'on stderr' >&2\n" + folder.effect + "\nexit 3\n"
    done = typed(
        folder,
        f"{SESSION}from=/var/dump\n{FUNCTION}job 03-dump.do 60 run plan who until from <<'STEP'\n{text}STEP\n",
        shell,
    )
    assert done.stdout == "by-hand-4224a4 Erika Muster 1 /var/dump\n"
    assert "on stderr" in done.stderr
    assert done.returncode == 3
    assert folder.effects() == 1
    assert [line.split(".")[0] for line in folder.journal] == ["begin by-hand-4224a4"]
    assert folder.journal[0].endswith("by hand, Erika Muster")


def test_a_job_by_hand_is_refused_where_the_stop_switch_is_set(folder: OpsFolder) -> None:
    folder.stop.write_text("we move house\n")
    done = typed(folder, f"{SESSION}{FUNCTION}job 03-dump.do 60 run <<'STEP'\n{folder.effect}\nSTEP\n")
    assert "stop-switch we move house" in done.stderr
    assert done.returncode != 0
    assert folder.effects() == 0


@pytest.mark.parametrize("shell", ["bash", "dash"])
def test_a_value_that_would_become_a_command_of_a_job_by_hand_is_not_taken(folder: OpsFolder, shell: str) -> None:
    """Values are copied from what a server said; the text runs on another one."""
    evil = f"/var/x'; touch {folder.top}/evil; '"
    done = typed(folder, f"{SESSION}from={quote(evil)}\n{FUNCTION}job 03-do 60 run from <<'STEP'\ntrue\nSTEP\n", shell)
    assert (done.returncode, done.stderr) == (1, "no quotes in from\n")
    assert not (folder.top / "evil").exists()
    assert folder.journal == []


def test_a_job_by_hand_is_given_up_after_its_limit(folder: OpsFolder) -> None:
    done = typed(folder, f"{SESSION}{FUNCTION}job 03-dump.do 1 run <<'STEP'\nsleep 20\nSTEP\n")
    assert done.returncode == 124


def blocks(text: str) -> list[str]:
    """What stands in the frames of a manual, to be typed."""
    return re.findall(r"^```sh\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def test_all_that_a_small_manual_has_people_type_does_what_the_plan_says(folder: OpsFolder) -> None:
    made = folder.top / "made"
    steps = (
        Step(
            "01-send",
            1,
            "witten-gw",
            "bring a file",
            Send("config:x", "0" * 64, f"{made}/new.yml", "0640", "port: 80\n"),
        ),
        Step(
            "02-do",
            2,
            "witten-gw",
            "write who it was",
            OnServer(f'echo "$who in $run" >{made}/who\n'),
            verify=f"[ -e {made}/who ] || exit 10\n",
            undo=OnServer(f"rm -f {made}/who\n"),
        ),
        Step("03-job", 3, "witten-gw", "the software's part", OnServer(f"echo job >{made}/job\n", account="software")),
    )
    plan = sample(steps=steps, assumes=(), values={})
    paper = Paper(plan, well.inventory().towns["witten"], "en", NOW).text()
    forth, back = paper.split("## 5. The way back")
    session = [block for block in blocks(forth) if "export run=" in block or block.startswith("job()")]
    body = blocks(forth[forth.index("## 4. Steps") :])
    done = typed(folder, "".join([*session, *body]))
    assert done.returncode == 0, done.stderr
    assert (made / "new.yml").read_text() == "port: 80\n"
    assert (made / "new.yml").stat().st_mode & 0o777 == 0o640
    assert (made / "who").read_text() == f"your name in by-hand-{plan.hash[:6]}\n"
    assert (made / "job").read_text() == "job\n"
    assert set(re.findall(r"^\d+$", done.stdout, re.MULTILINE)) == {"0"}  # every echo $?
    (shown,) = re.findall(r"Expected: `([0-9a-f]{64})`", forth)
    assert f"{shown}  {made}/new.yml.by-hand" in done.stdout

    done = typed(folder, "".join([*session, *blocks(back)[:1]]))
    assert done.returncode == 0
    assert not (made / "who").exists()
