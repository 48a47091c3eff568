"""`eakte-ops inventory` as a person types it, and how a server of the inventory is reached."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from eakte_ops.cli import main as frame
from eakte_ops.cli.context import CONTEXT
from eakte_ops.errors import Status
from eakte_ops.inventory.samples import samples_folder
from eakte_ops.inventory.schema import schema

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the sample operations folder."""
    (tmp_path / "inventories").mkdir()
    shutil.copyfile(samples_folder() / "eakte-ops.yml", tmp_path / "eakte-ops.yml")
    for file in (samples_folder() / "inventories").glob("*.yml"):
        shutil.copyfile(file, tmp_path / "inventories" / file.name)
    return tmp_path


@pytest.fixture
def run(folder: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command line on the folder: status, stdout, stderr."""

    def _run(*words: str) -> tuple[int, str, str]:
        status = frame.main(["--project", str(folder), *words])
        seen = capsys.readouterr()
        return status, seen.out, seen.err

    return _run


def spoil(folder: Path, town: str) -> None:
    file = folder / "inventories" / f"{town}.yml"
    file.write_text(file.read_text("utf-8").replace("servers:", "sevrers:"), "utf-8")


class TestCheck:
    def test_all_well(self, run: Run) -> None:
        assert run("inventory", "check") == (Status.OK, "10 towns, 21 servers: no errors.\n", "")
        assert run("inventory", "check", "witten", "herdecke")[1] == "2 towns, 5 servers: no errors.\n"

    def test_what_keeps_other_commands_from_working_is_told_here_too(self, run: Run, folder: Path) -> None:
        (folder / "access.yml").write_text("issue: 0\n", "utf-8")
        (folder / "inventories" / "witten.known_hosts").write_text("# x\ngarbage\n", "utf-8")
        status, out, err = run("inventory", "check")
        assert (status, out) == (Status.USAGE, "")
        assert "access.yml:1:8  issue: at least 1 expected, found the number 0" in err
        assert "inventories/witten.known_hosts:2:1  this is no line of a known_hosts file" in err
        assert err.splitlines()[-1] == "4 errors in 2 of 14 files."
        assert "known_hosts" not in run("inventory", "check", "herdecke")[2]
        assert len(json.loads(run("inventory", "check", "--json")[1])["errors"]) == 4

    def test_mistakes_are_told_with_file_line_and_column_and_end_with_2(self, run: Run, folder: Path) -> None:
        spoil(folder, "herdecke")
        status, out, err = run("inventory", "check")
        assert (status, out) == (Status.USAGE, "")
        assert err.splitlines() == [
            "inventories/herdecke.yml:5:1  servers: missing: The servers of the town",
            'inventories/herdecke.yml:16:1  sevrers: unknown key; did you mean "servers"?',
            "2 errors in 1 of 12 files.",
        ]

    def test_another_town_is_right_all_the_same_and_what_is_left_out_is_said(self, run: Run, folder: Path) -> None:
        spoil(folder, "herdecke")
        status, out, err = run("inventory", "check", "witten")
        assert (status, out) == (Status.OK, "1 town, 4 servers: no errors.\n")
        assert err == "inventories/herdecke.yml has 2 errors and is left out (eakte-ops inventory check)\n"

    def test_for_programs(self, run: Run, folder: Path) -> None:
        status, out, _ = run("inventory", "check", "--json")
        assert (status, json.loads(out)["errors"]) == (Status.OK, [])
        spoil(folder, "herdecke")
        status, out, _ = run("inventory", "check", "--json")
        data = json.loads(out)
        assert status == Status.USAGE
        assert data["schema"] == "eakte-ops/inventory-check"
        assert data["errors"][0]["file"] == "inventories/herdecke.yml"
        assert data["errors"][0]["line"] == 5

    def test_a_town_that_does_not_exist(self, run: Run) -> None:
        status, _, err = run("inventory", "check", "witen")
        assert status == Status.USAGE
        assert err.startswith('There is no town "witen"; did you mean "witten"?\n')

    def test_a_folder_without_towns_says_what_to_do(self, run: Run, folder: Path) -> None:
        for file in (folder / "inventories").glob("[!_]*.yml"):
            file.unlink()
        status, out, err = run("inventory", "check")
        assert (status, out) == (Status.OK, "0 towns, 0 servers: no errors.\n")
        assert "No town yet" in err

    def test_a_threshold_of_a_check_that_does_not_exist(self, run: Run, folder: Path) -> None:
        file = folder / "inventories" / "_defaults.yml"
        file.write_text(file.read_text("utf-8").replace("certificate.end", "certificate.ende"), "utf-8")
        assert 'no check "certificate.ende"; did you mean "certificate.end"?' in run("inventory", "check")[2]

    @pytest.mark.parametrize("name", ["inventory", "health", "init", "lab"])
    def test_a_town_named_like_a_command(self, name: str, run: Run, folder: Path) -> None:
        (folder / "inventories" / "herdecke.yml").rename(folder / "inventories" / f"{name}.yml")
        assert f"a town can not be named {name}" in run("inventory", "check")[2]


HEAD = """\
{#
title: {de: Datei, en: file}
components: [gateway]
destination: "{{ layout.configuration }}/gateway/application-prod.yml"
effect: {how: restart, of: gateway}
values: {title: {default: eAkte, means: {de: Titel, en: title}}}
"""
TEMPLATE = "templates/musterakte/11.0/gateway/application-prod.yml.j2"
OWN = "inventories/witten.templates/11.0/gateway/application-prod.yml.j2"


def write(folder: Path, name: str, text: str) -> None:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text, "utf-8")


def say_in(folder: Path, town: str, words: str) -> None:
    file = folder / "inventories" / f"{town}.yml"
    file.write_text(f"{file.read_text('utf-8')}{words}\n", "utf-8")


class TestPlaybooks:
    def test_they_are_counted(self, run: Run, folder: Path) -> None:
        write(folder, "playbooks/restart.yml", (samples_folder() / "playbooks/restart.yml").read_text("utf-8"))
        write(folder, "playbooks/README.md", "What they are for.\n")
        assert run("inventory", "check")[1] == "10 towns, 21 servers, 1 playbook: no errors.\n"
        assert json.loads(run("inventory", "check", "--json")[1])["playbooks"] == 1

    def test_a_mistake_in_one_concerns_every_town(self, run: Run, folder: Path) -> None:
        write(folder, "playbooks/mine.yml", "title: {de: x, en: x}\nsteps:\n  - {name: a, acton: stop}\n")
        status, out, err = run("inventory", "check", "herdecke")
        assert (status, out) == (Status.USAGE, "")
        assert 'playbooks/mine.yml:3:15  steps.0.acton: unknown key; did you mean "action"?' in err
        assert json.loads(run("inventory", "check", "--json")[1])["errors"][0]["line"] == 3


class TestTemplates:
    def test_they_are_counted(self, run: Run, folder: Path) -> None:
        write(folder, TEMPLATE, f"{HEAD}#}}\n")
        assert run("inventory", "check") == (Status.OK, "10 towns, 21 servers, 1 template: no errors.\n", "")
        write(folder, OWN, f"{HEAD}#}}\n")
        status, out, _ = run("inventory", "check")
        assert (status, out.splitlines()[-1]) == (1, "10 towns, 21 servers, 2 templates: no errors, 1 warning.")

    def test_mistakes_of_the_centres_and_of_towns_are_told(self, run: Run, folder: Path) -> None:
        write(folder, TEMPLATE, f"{HEAD}mod: x\n#}}\n{{{{ values.titel\n")
        write(folder, OWN, "title\n")
        status, out, err = run("inventory", "check")
        assert (status, out) == (Status.USAGE, "")
        assert f'{TEMPLATE}:7:1  mod: unknown key; did you mean "mode"?' in err
        assert f"{OWN}:1:1  a template begins with its head" in err
        assert err.splitlines()[-1] == "3 errors in 2 of 14 files."
        assert OWN not in run("inventory", "check", "herdecke")[2]

    def test_a_misspelt_override_has_a_place_and_a_suggestion(self, run: Run, folder: Path) -> None:
        write(folder, TEMPLATE, f"{HEAD}#}}\n")
        say_in(folder, "witten", "configuration: {gateway/application-prod.yml: {titel: Witten}}")
        status, _, err = run("inventory", "check")
        assert status == Status.USAGE
        assert ".titel: unknown value; there is title" in err or 'unknown value; did you mean "title"?' in err
        assert "inventories/witten.yml:36:48  configuration.gateway/application-prod.yml.titel: " in err

    def test_a_template_that_has_changed_is_a_warning_and_keeps_nobody_from_work(self, run: Run, folder: Path) -> None:
        write(folder, TEMPLATE, f"{HEAD}#}}\n")
        write(folder, OWN, f"{HEAD}replaces: {'0' * 64}\n#}}\n")
        status, out, err = run("inventory", "check")
        assert (status, err) == (Status.FINDINGS, "")
        assert out.startswith(f"{OWN}:7:11  replaces: {TEMPLATE} has changed since the town's own")
        assert run("inventory", "show", "witten")[0] == Status.OK
        assert run("inventory", "check", "herdecke")[0] == Status.OK
        data = json.loads(run("inventory", "check", "--json")[1])
        assert (data["errors"], len(data["warnings"]), data["templates"]) == ([], 1, 2)

    def test_folders_that_nothing_uses(self, run: Run, folder: Path) -> None:
        write(folder, "inventories/witen.templates/11.0/gateway/a.yml.j2", f"{HEAD}#}}\n")
        status, _, err = run("inventory", "check")
        assert status == Status.USAGE
        assert "inventories/witen.templates:1:1  there is no town 'witen'; did you mean \"witten\"?" in err
        assert run("inventory", "check", "witten")[0] == Status.OK

    def test_a_folder_of_a_release_before_is_a_warning(self, run: Run, folder: Path) -> None:
        write(folder, TEMPLATE, f"{HEAD}#}}\n")
        write(folder, OWN, f"{HEAD}#}}\n")
        say_in(folder, "witten", 'release: "11.10"')
        status, out, _ = run("inventory", "check", "witten")
        assert status == Status.FINDINGS
        assert "inventories/witten.templates/11.0:1:1  witten has 11.10 now" in out

    def test_what_a_town_says_differently_is_shown_with_its_place(self, run: Run, folder: Path) -> None:
        write(folder, TEMPLATE, f"{HEAD}#}}\n")
        write(folder, OWN, f"{HEAD}#}}\n")
        say_in(folder, "witten", "    configuration: {gateway/application-prod.yml: {title: Here}}")
        say_in(folder, "witten", "configuration: {gateway/application-prod.yml: {title: Witten}}")
        _, out, _ = run("inventory", "show", "witten")
        assert "configuration    gateway/application-prod.yml title = Witten" in out
        assert "inventories/witten.yml:37" in out
        assert "    configuration  gateway/application-prod.yml title Here" in out
        assert f"own template     gateway/application-prod.yml  {OWN}" in out
        data = json.loads(run("inventory", "show", "witten", "--json")[1])
        assert data["configuration"] == {"gateway/application-prod.yml": {"title": "Witten"}}
        assert data["servers"][3]["configuration"] == {"gateway/application-prod.yml": {"title": "Here"}}
        assert data["templates"] == {"gateway/application-prod.yml": OWN}

    def test_nobody_reads_templates_for_a_town_that_says_nothing_of_them(
        self, run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        write(folder, TEMPLATE, "no template at all")

        def never(*_args: object) -> None:
            raise AssertionError("templates were read")

        monkeypatch.setattr("eakte_ops.config.library.load_library", never)
        assert run("inventory", "show", "witten")[0] == Status.OK


class TestShow:
    def test_list(self, run: Run, folder: Path) -> None:
        status, out, err = run("inventory", "list")
        assert status == Status.OK
        assert out.splitlines()[0].split() == [
            "TOWN",
            "NAME",
            "KEY",
            "RING",
            "PRODUCT",
            "DATABASE",
            "SERVERS",
            "WINDOWS",
        ]
        assert out.splitlines()[1].startswith("witten ")
        assert len(out.splitlines()) == 11
        folder_line, count_line = err.splitlines()
        assert folder_line.startswith(str(folder))
        assert count_line == "10 towns, 21 servers."

    def test_list_for_programs(self, run: Run) -> None:
        data = json.loads(run("inventory", "list", "--json")[1])
        assert (data["schema"], data["version"]) == ("eakte-ops/towns", 1)
        assert [town["id"] for town in data["towns"]] == sorted(town["id"] for town in data["towns"])

    def test_list_of_a_broken_folder_is_no_list(self, run: Run, folder: Path) -> None:
        spoil(folder, "herdecke")
        status, out, _ = run("inventory", "list")
        assert (status, out) == (Status.USAGE, "")

    def test_show(self, run: Run, folder: Path) -> None:
        spoil(folder, "herdecke")
        status, out, err = run("inventory", "show", "wetter")
        assert status == Status.OK
        assert out.startswith("Wetter (Ruhr) (Stadt Wetter (Ruhr)) · key 05954032 · ring 1")
        assert "herdecke.yml has 2 errors and is left out" in err
        data = json.loads(run("inventory", "show", "wetter", "--json")[1])
        assert data["id"] == "wetter"
        assert data["municipality"]["key"] == "05954032"

    def test_schema(self, run: Run) -> None:
        assert json.loads(run("inventory", "schema")[1]) == schema("town")
        assert json.loads(run("inventory", "schema", "settings")[1]) == schema("settings")
        assert run("inventory", "schema", "nothing")[0] == Status.USAGE


class TestTarget:
    def test_through_a_jump_host_with_the_towns_own_keys(self, run: Run, folder: Path) -> None:
        run("inventory", "check")
        town = CONTEXT.inventory().towns["hattingen"]
        target = CONTEXT.target(town, town.server("hattingen-db"), "look")
        assert (target.name, target.address, target.user) == ("hattingen-db", "198.51.100.42", "eakte-look")
        assert target.known_hosts == folder / "inventories" / "hattingen.known_hosts"
        assert target.identity is None
        assert target.via is not None
        assert (target.via.name, target.via.user) == ("hattingen-jump", "eakte-jump")
        assert target.via.known_hosts == target.known_hosts
        assert CONTEXT.target(town, town.said.jump_hosts[0], "look") == target.via

    def test_each_account_has_its_key_relative_to_the_folder(self, run: Run, folder: Path) -> None:
        settings = folder / "eakte-ops.yml"
        text = settings.read_text("utf-8").replace('night: {identity: ""}', "night: {identity: keys/night}")
        settings.write_text(text.replace('work: {identity: ""}', "work: {identity: /root/key}"), "utf-8")
        run("inventory", "check")
        town = CONTEXT.inventory("witten").towns["witten"]
        look = CONTEXT.target(town, town.server("witten-db"), "look")
        work = CONTEXT.target(town, town.server("witten-db"), "work")
        assert (look.user, look.identity) == ("eakte-look", folder / "keys" / "night")
        assert (work.user, work.identity) == ("eakte-ops", Path("/root/key"))

    def test_windows_speaks_another_dialect_and_ports_count(self, run: Run) -> None:
        run("inventory", "check")
        towns = CONTEXT.inventory().towns
        gevelsberg, kreis = towns["gevelsberg"], towns["ennepe-ruhr-kreis"]
        assert CONTEXT.target(gevelsberg, gevelsberg.server("gevelsberg-app"), "look").dialect == "powershell"
        assert CONTEXT.target(kreis, kreis.server("kreis-index"), "look").port == 2200
