"""A town hears of a broken rule while the run begins, by a real mail server; and a dead one is said."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from eakte_ops.cli.context import CONTEXT
from eakte_ops.cli.tell_town import Postman, tell_town
from eakte_ops.playbook.permit import Permit
from eakte_ops.report import queue
from tests.integration.report.postmen import free_port, mail_server
from tests.unit.health import well
from tests.unit.playbook.sample_plan import NOW, sample

PERMIT = Permit("0" * 64, "witten", "the disk fails", (), outside_window=True, agreed_with="local-it")


@pytest.fixture
def folder(tmp_path: Path) -> Callable[[int], None]:
    """An operations folder whose mails go to that port of this machine."""

    def made(port: int) -> None:
        (tmp_path / "inventories").mkdir()
        for file in ("inventories/_defaults.yml", "inventories/witten.yml"):
            (tmp_path / file).write_text((well.ROOT / file).read_text())
        mail = f"mail: {{host: 127.0.0.1, port: {port}, tls: none, sender: eakte@centre.example, timeout_seconds: 5}}\n"
        (tmp_path / "eakte-ops.yml").write_text(f"centre: {{name: Centre, contact: {{mail: a@b.example}}}}\n{mail}")
        CONTEXT.begin(tmp_path, False)

    return made


def told() -> None:
    """As a run that begins does it: sending is called for inside the transaction that queues."""
    inventory = CONTEXT.inventory("witten")
    with Postman() as postman, closing(CONTEXT.store()) as store, store.writing() as rows:
        assert tell_town(rows, inventory.settings, inventory.towns["witten"], sample(), PERMIT, now=NOW)
        postman.call()


def waiting() -> int:
    with closing(CONTEXT.store()) as store, store.reading() as rows:
        return len(queue.waiting(rows))


def test_the_mail_is_there_before_the_run_is_over(folder: Callable[[int], None]) -> None:
    with mail_server(None) as (box, port):
        folder(port)
        told()
    ((to, mail),) = box.taken
    assert to == mail["To"] == "it-service@witten.example"
    assert mail["Subject"].startswith("eAkte Witten: Arbeiten außerhalb des vereinbarten Fensters")
    assert waiting() == 0


def test_a_mail_server_that_is_dead_is_said_and_the_mail_waits(
    folder: Callable[[int], None], capsys: pytest.CaptureFixture[str]
) -> None:
    folder(free_port())
    told()
    said = capsys.readouterr().err
    assert "Witten is told at once: mail to it-service@witten.example" in said
    assert "The mail to the town was not sent yet and is tried again" in said
    assert "phone local IT meanwhile" in said
    assert waiting() == 1
