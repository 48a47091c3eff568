"""All mistakes of all files at once, and which of them keep which town from being worked with."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from eakte_ops.errors import InvalidFile, UsageError
from eakte_ops.inventory.load import load
from tests.unit.inventory.conftest import VOCABULARY, Change, Look, told


def test_one_bad_file_hides_nothing_in_another(change: Change, look: Look) -> None:
    change("witten", "ring: 0", "ring: zero")
    change("witten", "{gateway: {}}", "{gatway: {}}")
    change("hattingen", "    jump: hattingen-jump\n    components: {database", "    jump: x\n    components: {database")
    change("herdecke", '"05954020"', "&a 5954020")
    change("_defaults", "language: de", "language: fr")
    assert told(look().mistakes()) == [
        '_defaults.yml:6:11  language: one of de, en expected, found the text "fr"',
        'hattingen.yml:23:11  servers.0.jump: no jump host "x"; there is hattingen-jump',
        "herdecke.yml:5:21  municipality.key: anchors (&name) are not used here; write the value out each time it is"
        " needed",
        'witten.yml:10:7  ring: a whole number expected, found the text "zero"',
        'witten.yml:34:18  servers.3.components.gatway: unknown component; did you mean "gateway"?',
    ]


def test_a_mistake_in_the_defaults_is_told_once_and_there(change: Change, look: Look) -> None:
    change("_defaults", "betrieb@centre.example", "betrieb")
    change("_defaults", 'release: "11.0"', 'release: "11.9"')
    said = told(look().mistakes())
    assert [line.split("  ")[0] for line in said] == ["_defaults.yml:8:10", "_defaults.yml:15:18"]


def test_a_default_that_is_wrong_for_one_town_only_is_that_towns_mistake(change: Change, look: Look) -> None:
    change("gevelsberg", 'release: "11.0"\n', "")
    change("_defaults", "product: musterakte", "product: enaio")
    change("_defaults", 'release: "11.0"', 'release: "9.10"')
    change("gevelsberg", "product: enaio\n", "product: musterakte\n")
    said = (
        'gevelsberg.yml:8:1  release: musterakte has no release "9.10"; there are 11.0, 11.10, 12.0'
        " (comes from inventories/_defaults.yml:8)"
    )
    assert said in told(look().mistakes(["gevelsberg"]))


def test_what_nobody_says_is_missing_in_the_town(change: Change, look: Look) -> None:
    change("_defaults", "language: de\n", "")
    said = told(look().mistakes())
    assert said[0] == "breckerfeld.yml:5:1  language: missing here and in _defaults.yml"
    assert len(said) == 10


@pytest.mark.parametrize("text", ["windows: [", "\t", "- a\n"])
def test_defaults_that_can_not_be_read_are_the_only_mistake(text: str, folder: Path, look: Look) -> None:
    (folder / "inventories" / "_defaults.yml").write_text(text, "utf-8")
    assert {mistake.file for mistake in look().mistakes()} == {"inventories/_defaults.yml"}


def test_without_defaults_a_town_says_everything_itself(folder: Path, look: Look) -> None:
    defaults = folder / "inventories" / "_defaults.yml"
    town = folder / "inventories" / "herdecke.yml"
    contacts = "contacts:\n  centre: {mail: betrieb@centre.example}\n"
    both = (
        defaults.read_text("utf-8").partition("contacts:")[0] + defaults.read_text("utf-8").partition("windows:\n")[2]
    )
    text = defaults.read_text("utf-8")
    alone = text.replace('contacts:\n  centre: {mail: betrieb@centre.example, phone: "+49 221 4710 100"}\n', "")
    assert both != text != alone
    town.write_text(alone + town.read_text("utf-8").replace("contacts:\n", contacts), "utf-8")
    for other in folder.glob("inventories/*.yml"):
        if other != town:
            other.unlink()
    assert told(look().mistakes()) == []


def test_a_contact_that_nobody_says_is_missing_in_the_town(folder: Path, look: Look) -> None:
    file = folder / "inventories" / "sprockhoevel.yml"
    text = file.read_text("utf-8")
    start, end = text.index("contacts:"), text.index("secrets:")
    file.write_text(text[:start] + text[end:], "utf-8")
    assert told(look().mistakes()) == [
        "sprockhoevel.yml:6:1  contacts.local-it: missing: whoever owns a finding must be reachable"
    ]


@pytest.mark.parametrize(("text", "found"), [("x\n", 'the text "x"'), ("- a\n", "a list"), ("3\n", "the number 3")])
def test_a_file_that_is_no_mapping_has_one_mistake(text: str, found: str, folder: Path, look: Look) -> None:
    (folder / "inventories" / "sprockhoevel.yml").write_text(text, "utf-8")
    assert told(look().mistakes()) == [f'sprockhoevel.yml:1:1  a mapping ("key: value") expected, found {found}']


def test_what_two_towns_must_not_share(folder: Path, look: Look) -> None:
    shutil.copyfile(folder / "inventories" / "herdecke.yml", folder / "inventories" / "zwilling.yml")
    assert told(look().mistakes()) == [
        "zwilling.yml:5:21  municipality.key: 05954020 is already the key of herdecke",
        'zwilling.yml:14:17  storage.name: "herdecke-store" is already a host of herdecke; a name means one host in all'
        " towns",
        'zwilling.yml:17:11  servers.0.name: "herdecke-box" is already a host of herdecke; a name means one host in all'
        " towns",
        "zwilling.yml:18:14  servers.0.address: 192.0.2.42 is already an address of herdecke; only behind jump hosts"
        " may towns number their hosts alike",
    ]


def test_behind_jump_hosts_towns_may_number_their_hosts_alike(change: Change, look: Look) -> None:
    change("sprockhoevel", "address: 203.0.113.42", "address: 198.51.100.42")
    assert look().mistakes() == ()


def test_the_same_address_directly_and_behind_a_jump_host_is_two_machines(change: Change, look: Look) -> None:
    change("sprockhoevel", "address: 203.0.113.42", "address: 192.0.2.42")
    assert look().mistakes() == ()


def test_another_port_of_the_same_address_is_another_server_of_the_same_town(change: Change, look: Look) -> None:
    change("witten", "address: 192.0.2.13", "address: 192.0.2.12\n    port: 2222")
    assert look().mistakes() == ()


class TestOneTownIsAskedFor:
    def test_the_broken_file_of_another_town_does_not_keep_it_from_work(self, change: Change, look: Look) -> None:
        change("herdecke", "ring: 1", "ring: x")
        found = look().inventory(["witten"])
        assert "witten" in found.towns
        assert "herdecke" not in found.towns
        assert list(look().left_out(["witten"])) == [("inventories/herdecke.yml", 1)]

    def test_a_file_with_an_odd_name_does_not_keep_it_from_work(self, folder: Path, look: Look) -> None:
        (folder / "inventories" / "schwerte.yaml").write_text("a: 1\n", "utf-8")
        assert look().mistakes(["witten"]) == ()
        assert list(look().left_out(["witten"])) == [("inventories/schwerte.yaml", 1)]
        assert len(look().mistakes()) == 1

    def test_its_own_broken_file_does(self, change: Change, look: Look) -> None:
        change("witten", "ring: 0", "ring: x")
        change("herdecke", "ring: 1", "ring: x")
        with pytest.raises(InvalidFile) as raised:
            look().inventory(["witten"])
        assert [mistake.file for mistake in raised.value.mistakes] == ["inventories/witten.yml"]

    @pytest.mark.parametrize("name", ["eakte-ops.yml", "inventories/_defaults.yml"])
    def test_a_broken_shared_file_does(self, name: str, folder: Path, look: Look) -> None:
        (folder / name).write_text("a: [\n", "utf-8")
        with pytest.raises(InvalidFile):
            look().inventory(["witten"])

    def test_what_only_two_towns_make_wrong_matters_when_both_are_asked_for(self, change: Change, look: Look) -> None:
        change("herdecke", "address: 192.0.2.42", "address: 192.0.2.13")
        assert look().mistakes(["witten"]) == look().mistakes(["herdecke"]) == ()
        assert [mistake.file for mistake in look().mistakes(["herdecke", "witten"])] == ["inventories/witten.yml"]
        assert list(look().left_out(["witten"])) == [("inventories/witten.yml", 1)]

    def test_a_town_that_does_not_exist_is_answered_with_the_one_that_was_meant(self, look: Look) -> None:
        with pytest.raises(UsageError, match='there is no town "witen"; did you mean "witten"'):
            look().inventory(["witen"])


class TestFiles:
    def test_a_link_is_not_followed(self, folder: Path, look: Look) -> None:
        (folder / "inventories" / "evil.yml").symlink_to("/etc/passwd")
        assert told(look().mistakes()) == ["evil.yml:1:1  this is a link; only files that lie here themselves are read"]

    def test_links_and_pipes_and_folders_are_no_files(self, folder: Path, look: Look) -> None:
        os.mkfifo(folder / "inventories" / "pipe.yml")
        (folder / "inventories" / "folder.yml").mkdir()
        assert told(look().mistakes()) == [
            "folder.yml:1:1  this is no regular file",
            "pipe.yml:1:1  this is no regular file",
        ]

    def test_a_file_of_another_program_and_an_empty_one(self, folder: Path, look: Look) -> None:
        (folder / "inventories" / "empty.yml").write_text("# nothing yet\n", "utf-8")
        (folder / "inventories" / "latin.yml").write_bytes("name: Sprockhövel\n".encode("latin-1"))
        assert told(look().mistakes()) == [
            "empty.yml:1:1  the file is empty",
            "latin.yml:1:14  the byte 0xF6 is no UTF-8; save the file as UTF-8",
        ]

    def test_a_huge_file_is_refused_in_one_sentence(self, folder: Path, look: Look) -> None:
        (folder / "inventories" / "huge.yml").write_text("a: " + "x" * 3_000_000, "utf-8")
        (said,) = told(look().mistakes())
        assert said.startswith("huge.yml:1:1  more than 2,000,000 bytes")

    def test_names_that_would_silently_not_be_read(self, folder: Path, look: Look) -> None:
        for name in ("schwerte.yaml", "Schwerte.YML", "_default.yml"):
            (folder / "inventories" / name).write_text("a: 1\n", "utf-8")
        for name in (".schwerte.yml.swp", "schwerte.yml~", "schwerte.known_hosts", "README.md", ".hidden.yml"):
            (folder / "inventories" / name).write_text("a: 1\n", "utf-8")
        assert told(look().mistakes()) == [
            "Schwerte.YML:1:1  not read, because it does not end in .yml; rename it to schwerte.yml",
            '_default.yml:1:1  not read; the only shared file here is _defaults.yml; did you mean "_defaults.yml"?',
            "schwerte.yaml:1:1  not read, because it does not end in .yml; rename it to schwerte.yml",
        ]

    @pytest.mark.parametrize("name", ["Witten", "wit_ten", "-witten", "wit ten", "ümlaut"])
    def test_the_name_of_a_file_is_an_id(self, name: str, folder: Path, look: Look) -> None:
        (folder / "inventories" / "herdecke.yml").rename(folder / "inventories" / f"{name}.yml")
        assert told(look().mistakes()) == [
            f"{name}.yml:1:1  the name of the file is the town's id: small letters, digits and hyphens, for example"
            " witten.yml"
        ]

    def test_a_town_can_not_be_named_like_a_command(self, folder: Path, look: Look) -> None:
        (folder / "inventories" / "herdecke.yml").rename(folder / "inventories" / "health.yml")
        assert told(look().mistakes()) == [
            "health.yml:1:1  a town can not be named health: that is a word of the commands of eakte-ops"
        ]

    def test_a_folder_without_inventories(self, folder: Path, look: Look) -> None:
        shutil.rmtree(folder / "inventories")
        (said,) = told(look().mistakes())
        assert (
            said
            == "eakte-ops.yml:1:1  the folder inventories beside this file can not be read: No such file or directory"
        )

    def test_a_folder_without_towns_is_right(self, folder: Path) -> None:
        for file in folder.glob("inventories/*.yml"):
            file.unlink()
        assert load(folder, thresholds=VOCABULARY).towns == {}

    def test_settings(self, folder: Path, look: Look) -> None:
        (folder / "eakte-ops.yml").write_text(
            "centre: {name: X, contact: {mail: a@b.example}}\nlimits: {threads: 0}\nnigth: {}\n"
        )
        assert told(look().mistakes()) == [
            "eakte-ops.yml:2:19  limits.threads: at least 1 expected, found the number 0",
            'eakte-ops.yml:3:1  nigth: unknown key; did you mean "night"?',
        ]
        (folder / "eakte-ops.yml").write_text("")
        assert told(look().mistakes()) == ["eakte-ops.yml:1:1  the file is empty"]
