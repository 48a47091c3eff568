"""`config render` and `config diff` as a person uses them, on a town that exists on paper only."""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from eakte_ops.cli.context import CONTEXT
from eakte_ops.errors import TimedOut
from eakte_ops.remote.fake import FakeFleet, FakeServer, Reply
from eakte_ops.secret import age
from tests.unit.cli.configured import VALUES, change, files, operations, typed, well_disks
from tests.unit.cli.lying import Disk

Run = Callable[..., tuple[int, str, str]]
PROD = "/etc/eakte/service-manager/config/application-prod.yml"
ES = "/etc/eakte/service-manager/config/application-es.yml"
GATEWAY = "/etc/eakte/gateway/config/application-prod.yml"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return operations(tmp_path, monkeypatch)


@pytest.fixture
def disks(folder: Path) -> dict[str, Disk]:
    return well_disks(folder)


@pytest.fixture
def fleet(disks: dict[str, Disk], monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeFleet]:
    fleet = FakeFleet({name: disk.server() for name, disk in disks.items()})
    monkeypatch.setattr(CONTEXT, "connect", lambda: fleet)
    yield fleet
    assert fleet.open == 0


@pytest.fixture
def run(folder: Path, fleet: FakeFleet, capsys: pytest.CaptureFixture[str]) -> Run:
    return lambda *words: typed(folder, capsys, *words)


# render


def test_render_lists_every_file_of_every_server(run: Run, folder: Path, fleet: FakeFleet) -> None:
    status, out, err = run("config", "render", "witten")
    head, *lines = out.splitlines()
    assert status == 0
    assert head.split("   ")[0] == "SERVER"
    assert len(lines) == len(files(folder))
    (prod,) = (line for line in lines if PROD in line)
    for said in (
        "witten-app",
        "eakte-ops:eakte 0640",
        "restart of service-manager",
        "database-password, osrest-password",
    ):
        assert said in prod
    assert all("LOCAL IT" in line for line in lines if "root:root" in line)
    assert "Tried: in the lab, on real Debian hosts." in err
    assert err.count("Secrets stand here by their names; no value was opened.") == 1
    assert "VORSCHLAG-witten.md" in err
    assert fleet.asked == []


def test_render_shows_one_file_as_it_is_with_secrets_by_name(run: Run) -> None:
    status, out, err = run("config", "render", "witten", "--file", "service-manager/application-prod.yml")
    assert status == 0
    assert '  password: ‹secret database-password›\nosrest:\n  url: "http://127.0.0.1:8060"\n' in out
    assert out.startswith("# Made by eakte-ops")
    assert "owner, mode    eakte-ops:eakte 0640" in err
    assert f"check-configuration service-manager/application-prod.yml {PROD}" in err


def test_render_shows_several_files_with_a_line_before_each(run: Run) -> None:
    _status, out, _err = run("config", "render", "witten", "--file", "logs/logrotate.conf")
    assert [line for line in out.splitlines() if line.startswith("==>")] == [
        f"==> {server} /etc/eakte/logs/logrotate.conf <=="
        for server in ("witten-db", "witten-app", "witten-index", "witten-gw")
    ]
    _status, out, _err = run("config", "render", "witten", "--file", "logs/logrotate.conf", "--server", "witten-gw")
    assert "==>" not in out


def test_render_never_shows_a_confidential_file(run: Run, tmp_path: Path) -> None:
    words = ("--file", "service-manager/application-es.yml")
    assert run("config", "render", "witten", *words)[1] == "‹the content of this file is never shown›\n"
    (file,) = json.loads(run("config", "render", "witten", *words, "--json")[1])["files"]
    assert (file["text"], file["confidential"], file["secrets"]) == (None, True, ["elastic-password"])
    run("config", "render", "witten", "--out", str(tmp_path / "out"))
    assert not any("application-es" in path.name for path in (tmp_path / "out").rglob("*"))
    assert "not written: its content is never shown" in (tmp_path / "out" / "README.md").read_text()


def test_render_of_a_windows_town_says_that_it_was_not_tried(run: Run) -> None:
    status, out, err = run("config", "render", "gevelsberg")
    assert status == 0
    assert r"D:\Enaio\Applikation\services\gateway\apps\os_gateway\config\application-prod.yml" in out
    assert "Tried: not on the real product; written from public documents." in err
    status, _out, err = run("config", "render", "gevelsberg", "--language", "de")
    assert "Erprobt: nicht am echten Produkt erprobt" in err


def test_render_for_programs(run: Run) -> None:
    status, out, _err = run("config", "render", "witten", "--server", "witten-gw", "--json")
    found = json.loads(out)
    assert (status, found["schema"], found["version"], found["town"]) == (0, "eakte-ops/config-render", 1, "witten")
    assert found["tried"]["de"] == "im Labor, auf echten Debian-Servern"
    gateway = next(each for each in found["files"] if each["path"] == GATEWAY)
    assert (gateway["owner"], gateway["mode"], gateway["effect"]["how"]) == ("centre", "0644", "restart")
    assert gateway["text"].startswith("# Made")
    assert {each["server"] for each in found["files"]} == {"witten-gw"}
    assert any(each["owner"] == "local-it" for each in found["files"])


def test_render_opens_no_secret_and_needs_none(run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("EAKTE_OPS_IDENTITY")
    shutil.rmtree(folder / "inventories" / "witten.secrets")

    def never(*_words: object) -> str:
        raise AssertionError("a secret was opened")

    monkeypatch.setattr(age, "decrypt", never)
    assert run("config", "render", "witten")[0] == 0
    assert run("config", "render", "witten", "--file", "service-manager/application-prod.yml")[0] == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("wittn",), 'no town "wittn"'),
        (("witten", "--server", "witten-gv"), 'witten has no server "witten-gv"; did you mean "witten-gw"?'),
        (("witten", "--file", "gateway/aplication-prod.yml"), 'did you mean "gateway/application-prod.yml"?'),
        (("witten", "--server", "witten-db", "--file", "gateway/tls.properties"), "belongs on witten-gw, not on"),
    ],
)
def test_what_does_not_exist_is_said_with_what_is_near(run: Run, words: tuple[str, ...], said: str) -> None:
    for command in ("render", "diff"):
        status, out, err = run("config", command, *words)
        assert (status, out) == (2, "")
        assert said in err


def test_a_mistake_of_a_template_names_file_line_town_and_what_is_missing(run: Run, folder: Path) -> None:
    file = folder / "templates/musterakte/11.0/gateway/application-prod.yml.j2"
    text = file.read_text()
    file.write_text(text.replace("own.port.https", "own.port.htps"))
    line = next(at for at, line in enumerate(file.read_text().splitlines(), 1) if "htps" in line)
    for command in ("render", "diff"):
        status, _out, err = run("config", command, "witten")
        assert status == 2
        assert f"gateway/application-prod.yml.j2:{line}:" in err
        assert "witten, witten-gw" in err
        assert 'no port "htps"; did you mean "https"?' in err


def test_narrow_terminals_get_blocks_and_wide_ones_a_table(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "400")
    wide = run("config", "render", "witten")[1]
    assert wide.startswith("SERVER   ")
    for columns in (60, 80):
        monkeypatch.setenv("COLUMNS", str(columns))
        out = run("config", "render", "witten")[1]
        assert out.startswith(
            "witten-db\n  /etc/eakte/database/pg_hba.conf\n    database/pg_hba.conf · eakte-ops:eakte 0644"
        )
        assert max(map(len, out.splitlines())) <= columns
        assert all(file in out for file in (PROD, ES, GATEWAY))


# render --out


def test_out_writes_the_files_with_a_page_and_sums(run: Run, folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    os.umask(0)
    try:
        status, said, _err = run("config", "render", "witten", "--out", str(out))
    finally:
        os.umask(0o022)
    assert status == 0
    written = {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()}
    assert written == {Path(line).relative_to(out).as_posix() for line in said.splitlines()} | {"SHA256SUMS"}
    assert {stat.S_IMODE(path.stat().st_mode) for path in out.rglob("*") if path.is_dir()} == {0o700}
    assert {stat.S_IMODE(path.stat().st_mode) for path in out.rglob("*") if path.is_file()} == {0o600}
    assert stat.S_IMODE(out.stat().st_mode) == 0o700
    file = out / f"witten-app{PROD}.rendered"
    assert "password: ‹secret database-password›" in file.read_text()
    page = (out / "README.md").read_text()
    for each in files(folder):
        assert each.path in page
    subprocess.run(["sha256sum", "-c", "--quiet", "SHA256SUMS"], cwd=out, check=True)


def test_after_out_nobody_is_told_to_write_what_was_written(run: Run, tmp_path: Path) -> None:
    assert "--out DIR also writes VORSCHLAG-witten.md" in run("config", "render", "witten")[2]
    err = run("config", "render", "witten", "--out", str(tmp_path / "out"))[2]
    assert "VORSCHLAG-witten.md asks local IT for what belongs to root (5)." in err
    assert "--out DIR" not in err


def test_nothing_that_is_written_is_taken_for_configuration_wherever_it_is_copied(run: Run, tmp_path: Path) -> None:
    for town in ("witten", "gevelsberg"):
        run("config", "render", town, "--out", str(tmp_path / town))
        names = [path.name for path in (tmp_path / town).rglob("*") if path.is_file()]
        assert len(names) > 5
        assert all(name.endswith((".rendered", ".md")) or name == "SHA256SUMS" for name in names)


def test_windows_paths_become_folders(run: Run, tmp_path: Path) -> None:
    run("config", "render", "gevelsberg", "--out", str(tmp_path / "out"))
    assert (tmp_path / "out/gevelsberg-app/F/Enaio/ENAIODATEN/etc/as.cfg.rendered").is_file()


def test_the_proposal_asks_local_it_in_the_language_of_the_town(run: Run, folder: Path, tmp_path: Path) -> None:
    run("config", "render", "witten", "--out", str(tmp_path / "out"), "--language", "en")
    page = (tmp_path / "out" / "VORSCHLAG-witten.md").read_text()
    assert page.startswith("# Vorschlag an die örtliche IT: Witten")
    assert "betrieb@centre.example" in page
    assert "## witten-index" in page
    assert "### `/etc/sysctl.d/60-eakte-index.conf`" in page
    assert "- Wozu: Speicherbereiche je Prozess für den Suchindex" in page
    assert "- Besitzer und Rechte: `root:root 0644`" in page
    assert "install -o root -g root -m 0644 DATEI /etc/sysctl.d/60-eakte-index.conf" in page
    assert "vm.max_map_count = 262144\n```" in page
    assert "application-server/server.yml" not in page
    assert "asks the town's local IT" in (tmp_path / "out" / "README.md").read_text()
    town = folder / "inventories" / "witten.yml"
    town.write_text(f"language: en\n{town.read_text()}")
    run("config", "render", "witten", "--out", str(tmp_path / "out"), "--language", "de")
    assert (tmp_path / "out" / "PROPOSAL-witten.md").read_text().startswith("# Proposal to local IT of Witten")
    assert not (tmp_path / "out" / "VORSCHLAG-witten.md").exists()


def test_out_replaces_what_it_wrote_and_nothing_else(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    assert run("config", "render", "witten", "--out", str(out))[0] == 0  # an empty folder
    assert run("config", "render", "witten", "--server", "witten-gw", "--out", str(out))[0] == 0
    assert not (out / "witten-app").exists()
    before = sorted(out.rglob("*"))
    for spoil in (
        lambda: (out / "mine.txt").write_text("mine"),
        lambda: (out / f"witten-gw{GATEWAY}.rendered").write_text("changed"),
        lambda: (out / "link").symlink_to(tmp_path),
        (out / "SHA256SUMS").unlink,
        lambda: (out / "SHA256SUMS").write_text("other\n"),
    ):
        spoil()
        status, said, err = run("config", "render", "witten", "--out", str(out))
        assert (status, said) == (2, "")
        assert "nothing was written" in err
        shutil.rmtree(out)
        assert run("config", "render", "witten", "--server", "witten-gw", "--out", str(out))[0] == 0
    assert sorted(out.rglob("*")) == before
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_out_follows_no_link(run: Run, tmp_path: Path) -> None:
    (tmp_path / "away").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "away")
    status, _out, err = run("config", "render", "witten", "--out", str(tmp_path / "link"))
    assert status == 2
    assert "is a link; nothing was written" in err
    assert list((tmp_path / "away").iterdir()) == []


@pytest.mark.parametrize("where", ["inventories/x", "templates/x", "templates", "playbooks/x"])
def test_out_does_not_write_where_the_centre_writes(run: Run, folder: Path, where: str) -> None:
    (folder / "playbooks").mkdir(exist_ok=True)
    status, _out, err = run("config", "render", "witten", "--out", str(folder / where))
    assert status == 2
    assert "nothing is rendered into it" in err


@pytest.mark.parametrize("where", ["no/such/folder", "..", "."])
def test_out_names_a_folder(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str) -> None:
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    status, _out, err = run("config", "render", "witten", "--out", where)
    assert status == 2, err


def test_out_is_whole_or_not_there(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "out"
    run("config", "render", "witten", "--server", "witten-gw", "--out", str(out))
    before = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    calls = []

    def full(handle: int) -> None:
        calls.append(handle)
        if len(calls) == 5:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr("eakte_ops.cli.config_out.os.fsync", full)
    status, said, err = run("config", "render", "witten", "--out", str(out))
    assert (status, said) == (70, "")
    assert "No space left on device" in err
    assert {path: path.read_bytes() for path in out.rglob("*") if path.is_file()} == before
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_what_was_there_comes_back_where_the_new_can_not_take_its_place(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    run("config", "render", "witten", "--server", "witten-gw", "--out", str(out))
    before = sorted(out.rglob("*"))
    rename = Path.rename

    def refuse(self: Path, target: Path) -> Path:
        if self.name == "new":
            raise OSError(1, "Operation not permitted")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", refuse)
    assert run("config", "render", "witten", "--out", str(out))[0] == 70
    assert sorted(out.rglob("*")) == before
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


# diff


def test_all_the_same(run: Run, folder: Path, fleet: FakeFleet) -> None:
    status, out, err = run("config", "diff", "witten")
    count = len(files(folder))
    assert status == 0, out
    assert out.splitlines() == [
        f" ✓ {count} files are as the templates say",
        f" 0 different · 0 missing · 0 not compared · {count} the same · 4 of 4 servers asked",
    ]
    assert "commit" in err or "not in git" in err
    assert sorted(fleet.asked) == [
        (name, "config.files") for name in ("witten-app", "witten-db", "witten-gw", "witten-index")
    ]


def test_a_changed_value_is_shown_as_a_unified_diff(run: Run, disks: dict[str, Disk]) -> None:
    change(disks, GATEWAY, "port: 80", "port: 8080")
    status, out, _err = run("config", "diff", "witten")
    assert status == 1
    assert (
        out
        == f"""\
 ! witten-gw  {GATEWAY}
   is different · centre · takes effect by: restart of gateway
   placed Mon 09:00 Europe/Berlin (run-7), and changed on the server since
--- witten-gw:{GATEWAY}
+++ templates/musterakte/11.0/gateway/application-prod.yml.j2
@@ -3,5 +3,5 @@
 server:
   address: "*"
-  port: 8080
+  port: 80
   tls-port: 443
 routes:
 ✓ 20 files are as the templates say
 1 different · 0 missing · 0 not compared · 20 the same · 4 of 4 servers asked
"""
    )


def test_what_lies_as_it_was_put_there_says_that_the_templates_changed(run: Run, disks: dict[str, Disk]) -> None:
    disks["witten-gw"].files[GATEWAY].data = disks["witten-gw"].files[GATEWAY].placed = b"server:\n"
    _status, out, _err = run("config", "diff", "witten")
    assert "its text is the one that was placed" in out
    assert "what the templates say has changed since" in " ".join(out.split())


def test_another_mode_alone_is_no_change_of_the_templates(run: Run, disks: dict[str, Disk]) -> None:
    disks["witten-gw"].files[GATEWAY].mode = "666"
    out = run("config", "diff", "witten")[1]
    assert "has the mode 0666, should be 0644" in out
    assert "its text is the one that was placed Mon 09:00 Europe/Berlin (run-7)\n" in out
    assert "has changed since" not in out


def test_a_secret_that_differs_is_said_by_name_on_both_sides(run: Run, disks: dict[str, Disk]) -> None:
    change(disks, PROD, VALUES["osrest-password"], "an-Old-Geheim-Wort")
    status, out, err = run("config", "diff", "witten")
    assert status == 1
    assert "-  password: ‹secret osrest-password› changed\n+  password: ‹secret osrest-password› changed\n" in out
    assert "database-password› changed" not in out
    assert err.count("of a secret only its name is ever shown") == 1


def test_lines_that_may_hold_a_secret_are_not_shown(run: Run, disks: dict[str, Disk]) -> None:
    change(disks, PROD, "osrest:", "backup:\n  geheimes: Geheim-1\n  user: Geheim-2\nosrest:")
    status, out, _err = run("config", "diff", "witten")
    assert status == 1
    assert "-‹lines 9 to 11 are not in the template and not shown: this file holds secrets›\n" in out
    change(disks, GATEWAY, "server:", f"# {VALUES['osrest-password']}\nserver:")
    _status, out, _err = run("config", "diff", "witten", "--file", "gateway/application-prod.yml")
    assert "-‹line 3 is not shown: it holds the secret osrest-password›\n" in out


def test_a_confidential_file_only_differs(run: Run, disks: dict[str, Disk]) -> None:
    change(disks, ES, "elastic\n", "Geheim\n")
    status, out, _err = run("config", "diff", "witten")
    assert status == 1
    assert "its content differs, and is never shown" in out
    assert "---" not in out


def test_missing_owner_and_mode_worst_first(run: Run, disks: dict[str, Disk]) -> None:
    change(disks, GATEWAY, "port: 80", "port: 81")
    disks["witten-db"].files["/etc/eakte/database/pg_hba.conf"].owner = "root"
    del disks["witten-index"].files["/etc/eakte/index/elasticsearch.yml"]
    disks["witten-app"].files[PROD].mode = "644"
    disks["witten-gw"].more.append("/etc/eakte/gateway/config/old/application-prod.yml")
    disks["witten-gw"].more += ["/etc/eakte/gateway/notes.txt", "/etc/eakte/x\x1b[31m\n.txt"]
    status, out, _err = run("config", "diff", "witten")
    assert status == 1
    heads = [line for line in out.splitlines() if line[:3] in (" ✗ ", " ! ", " ? ")]
    assert heads == [
        " ✗ witten-gw  /etc/eakte/gateway/config/old/application-prod.yml",
        f" ✗ witten-app  {PROD}",
        " ✗ witten-index  /etc/eakte/index/elasticsearch.yml",
        " ! witten-db  /etc/eakte/database/pg_hba.conf",
        f" ! witten-gw  {GATEWAY}",
        " ! witten-gw  /etc/eakte/gateway/notes.txt",
        " ! witten-gw  /etc/eakte/x .txt",
    ]
    for said in (
        "no template has it, and gateway takes every .yml here at its next start · centre",
        "has the mode 0644, should be 0640",
        "others on the server can use this file, and it holds secrets",
        "is missing on the server · centre",
        "belongs to root, should be eakte-ops",
        "no template knows it (its content was not looked at)",
    ):
        assert said in out


def test_what_local_it_was_asked_for_is_no_difference_where_it_is_missing(run: Run, disks: dict[str, Disk]) -> None:
    path = "/etc/sysctl.d/60-eakte-index.conf"
    del disks["witten-index"].files[path]
    status, out, _err = run("config", "diff", "witten")
    assert status == 0
    assert "Not there, local IT was asked for it and may have solved it in another way" in out
    assert f"\n   {path}  witten-index\n" in out
    assert "0 missing" in out
    (file,) = (
        each for each in json.loads(run("config", "diff", "witten", "--json")[1])["files"] if each["path"] == path
    )
    assert (file["state"], file["owner"]) == ("asked for", "local-it")


def test_what_local_it_put_there_and_differs_is_told_late(run: Run, disks: dict[str, Disk]) -> None:
    path = "/etc/sysctl.d/60-eakte-index.conf"
    change(disks, path, "262144", "65530")
    change(disks, GATEWAY, "port: 80", "port: 81")
    status, out, _err = run("config", "diff", "witten")
    assert status == 1
    assert out.index(GATEWAY) < out.index(path)
    assert "is different · local-it · takes effect by: local IT makes it take effect" in out
    assert "-vm.max_map_count = 65530\n+vm.max_map_count = 262144" in out


def test_a_server_that_can_not_be_reached_is_status_3_and_others_go_on(
    run: Run, disks: dict[str, Disk], fleet: FakeFleet
) -> None:
    fleet.servers["witten-db"] = FakeServer(refuses=TimedOut(server="witten-db", seconds=10, phase="connect"))
    change(disks, GATEWAY, "port: 80", "port: 81")
    status, out, _err = run("config", "diff", "witten")
    assert status == 3
    assert " ? witten-db\n   not compared: no answer within 10 s while waiting for: connect\n     →"[:60] in out
    assert "3 of 4 servers asked" in out
    assert "-  port: 81" in out


def test_a_windows_server_is_named_with_status_7(run: Run, fleet: FakeFleet) -> None:
    status, out, err = run("config", "diff", "gevelsberg")
    assert status == 7
    assert out.count("comparing configuration on Windows servers is not supported yet") == 2
    assert "0 of 2 servers asked" in out
    assert "Tried: not on the real product; written from public documents." in err
    _status, _out, err = run("config", "diff", "gevelsberg", "--language", "de")
    assert "Erprobt: nicht am echten Produkt erprobt" in err
    status, out, _err = run("config", "diff", "gevelsberg", "--json")
    assert json.loads(out)["tried"]["en"].startswith("not on the real product")
    assert fleet.asked == []


def test_without_the_identity_secrets_are_not_compared_and_the_rest_is(
    run: Run, disks: dict[str, Disk], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("EAKTE_OPS_IDENTITY")
    status, out, err = run("config", "diff", "witten")
    assert status == 7
    assert "not compared: the secret database-password can not be opened here" in out
    assert "?  password: ‹secret database-password› not compared" in out
    assert "there is no identity to open this file with" in err
    assert "4 not compared" in out
    change(disks, GATEWAY, "port: 80", "port: 81")
    status, out, _err = run("config", "diff", "witten")
    assert status == 7
    assert "-  port: 81" in out


def test_a_secret_without_a_value_is_named(run: Run, folder: Path) -> None:
    (folder / "inventories/witten.secrets/osrest-password.age").unlink()
    status, out, err = run("config", "diff", "witten")
    assert status == 2
    assert "not compared: the secret osrest-password can not be opened here" in out
    assert "eakte-ops secret set witten osrest-password" in err


def test_what_the_account_can_not_read_or_did_not_get_is_status_3(run: Run, disks: dict[str, Disk]) -> None:
    disks["witten-app"].closed.add(PROD)
    status, out, _err = run("config", "diff", "witten")
    assert status == 3
    assert "its content can not be read by the account of people at work" in out
    disks["witten-gw"].said = Reply(b"\x1b]0;x\x07 garbage \xff\n", 1, b"no \x1b[31mshell\n")
    status, out, _err = run("config", "diff", "witten", "--server", "witten-gw")
    assert status == 3
    assert "its content could not be read (no shell)" in out
    assert "not all names in /etc/eakte could be seen" in out
    disks["witten-gw"].said = Reply(b"", None)
    status, out, _err = run("config", "diff", "witten", "--server", "witten-gw")
    assert status == 3
    assert "killed at its limit of 15 s" in out


def test_one_file_asks_for_that_file_alone(run: Run, disks: dict[str, Disk], fleet: FakeFleet) -> None:
    disks["witten-gw"].more.append("/etc/eakte/gateway/config/old.yml")
    status, out, _err = run("config", "diff", "witten", "--file", "gateway/application-prod.yml")
    assert (status, "old.yml" in out) == (0, False)
    assert "1 of 1 servers asked" in out
    assert fleet.asked == [("witten-gw", "config.files")]


def test_for_programs(run: Run, disks: dict[str, Disk], fleet: FakeFleet) -> None:
    change(disks, PROD, VALUES["osrest-password"], "an-Old-Geheim-Wort")
    change(disks, PROD, "osrest:", "geheimes: Geheim-1\nosrest:")
    disks["witten-gw"].more.append("/etc/eakte/gateway/config/old.yml")
    fleet.servers["witten-db"] = FakeServer(refuses=TimedOut(server="witten-db", seconds=10, phase="connect"))
    status, out, _err = run("config", "diff", "witten", "--json")
    found = json.loads(out)
    assert (status, found["schema"], found["version"], found["asked"]) == (3, "eakte-ops/config-diff", 1, 3)
    assert [(each["server"], each["status"]) for each in found["failed"]] == [("witten-db", 3)]
    assert found["strays"] == [
        {"server": "witten-gw", "path": "/etc/eakte/gateway/config/old.yml", "kind": "taken", "component": "gateway"}
    ]
    first = found["files"][0]
    assert (first["path"], first["state"], first["changed"], first["since"]) == (
        PROD,
        "different",
        ["osrest-password"],
        "edited",
    )
    assert first["placed"] == {"at": "2025-11-24T08:00:00+00:00", "by": "run-7"}
    (held,) = (line for line in first["lines"] if line["withheld"])
    assert (held["side"], held["server_line"], held["text"], held["withheld"]) == ("server", 9, None, "unknown")
    assert {each["state"] for each in found["files"][1:]} == {"same"}


def test_colours_on_a_terminal_alone(run: Run, disks: dict[str, Disk], monkeypatch: pytest.MonkeyPatch) -> None:
    change(disks, GATEWAY, "port: 80", "port: 81")
    assert "\x1b" not in run("config", "diff", "witten")[1]
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    out = run("config", "diff", "witten")[1]
    assert "\x1b[31m-  port: 81\x1b[0m" in out
    assert "\x1b[32m+  port: 80\x1b[0m" in out
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in run("config", "diff", "witten")[1]


def test_our_sentences_are_no_wider_than_the_terminal(
    run: Run, disks: dict[str, Disk], monkeypatch: pytest.MonkeyPatch
) -> None:
    change(disks, GATEWAY, "port: 80", "port: 81")
    disks["witten-app"].files[PROD].mode = "666"
    disks["witten-gw"].more.append("/etc/eakte/gateway/config/old.yml")
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("NO_COLOR", "1")
    for columns in (60, 80):
        monkeypatch.setenv("COLUMNS", str(columns))
        for language in ("de", "en"):
            out = run("config", "diff", "witten", "--language", language)[1]
            ours = [line for line in out.splitlines() if line.startswith("   ") and not line.startswith("    ")]
            assert ours
            assert max(map(len, ours)) <= columns


def test_in_german(run: Run, disks: dict[str, Disk]) -> None:
    change(disks, PROD, VALUES["osrest-password"], "an-Old-Geheim-Wort")
    change(disks, PROD, "osrest:", "geheimes: Geheim-1\nosrest:")
    del disks["witten-gw"].files[GATEWAY]
    out = run("config", "diff", "witten", "--language", "de")[1]
    for said in (
        "fehlt auf dem Server · Zentrum · wirkt durch: Neustart von gateway",
        "‹secret osrest-password› geändert",
        "‹Zeile 9 steht nicht in der Vorlage und wird nicht gezeigt: diese Datei enthält Geheimnisse›",
        "4 von 4 Servern gefragt",
    ):
        assert said in out


def test_a_hostile_server_is_told_safely(run: Run, disks: dict[str, Disk]) -> None:
    file = disks["witten-gw"].files[GATEWAY]
    file.data = b"\xef\xbb\xbf" + file.data.replace(b"\n", b"\r\n") + b"\x00\x1b]0;x\x07\xe2\x80\xae\xff" + b"x" * 5000
    file.owner = "ro\x1b[31mot"
    status, out, _err = run("config", "diff", "witten")
    assert status == 1
    assert all(char.isprintable() or char == "\n" for char in out)
    for said in ("begins with a byte order mark", "lines end as on Windows (CR LF)", "the last line has no end"):
        assert said in out
    assert "is not shown: it is longer than is looked through" in out
