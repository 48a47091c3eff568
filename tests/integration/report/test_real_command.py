"""The whole way: a password set with `secret set centre`, and a morning's mails sent with it by `digests send`."""

from __future__ import annotations

import io
import sys
from contextlib import closing
from pathlib import Path

import pytest

from eakte_ops.cli.context import migrations
from eakte_ops.cli.main import main
from eakte_ops.health.memory import towns
from eakte_ops.secret import identity
from eakte_ops.store import Store
from tests.integration.report.postmen import PASSWORD, USER, Papers, mail_server
from tests.unit.health import well


def test_a_password_of_the_centre_opens_the_mail_server(
    signed: Papers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ours, safe = (identity.create(tmp_path / f"{who}.key") for who in ("ours", "safe"))
    (tmp_path / "inventories/centre.secrets").mkdir(parents=True)
    (tmp_path / "inventories/centre.secrets/recipients.yml").write_text(
        f"recovery:\n  - {{who: safe, key: {safe}, since: 2026-11-24}}\n"
        f"recipients:\n  - {{who: operations-host, key: {ours}, since: 2026-11-24}}\n"
    )
    (tmp_path / "state").mkdir(mode=0o700)
    with closing(Store.open(tmp_path / "state/store.db", migrations())) as store, store.writing() as rows:
        towns.remember(rows, 0.0, well.inventory().towns["herdecke"])
    monkeypatch.setenv("EAKTE_OPS_PROJECT", str(tmp_path))
    monkeypatch.delenv("EAKTE_OPS_IDENTITY", raising=False)
    with mail_server(signed, login=True) as (box, port):
        (tmp_path / "eakte-ops.yml").write_text(
            "centre: {name: Kompetenzzentrum, contact: {mail: betrieb@centre.example}}\n"
            "secrets: {identity: ours.key, names: [smtp-password]}\n"
            f"mail: {{host: localhost, port: {port}, ca: {signed.ca}, user: {USER}, secret: smtp-password, "
            "sender: eakte@centre.example}\n"
        )
        assert main(["digests", "send"]) == 1  # nobody has set the password yet
        said = capsys.readouterr().err
        assert 'centre has no value for the secret "smtp-password"' in said
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(PASSWORD.encode())))
        assert main(["secret", "set", "centre", "smtp-password"]) == 0
        assert main(["digests", "send"]) == 0
        assert main(["digests", "list"]) == 0
    seen = capsys.readouterr()
    assert len(box.taken) == 2
    assert box.logins == [(USER, PASSWORD)] * 2
    assert PASSWORD not in seen.out + seen.err
    for file in tmp_path.rglob("*"):
        assert not file.is_file() or PASSWORD.encode() not in file.read_bytes()
