"""A town's own templates: read like the centre's, compared with those they were made from, whose mistakes they are."""

from __future__ import annotations

from pathlib import Path

import pytest

from eakte_ops.config.library import Library, load_library
from eakte_ops.config.own import left_behind, of_no_town
from eakte_ops.errors import InvalidFile
from eakte_ops.inventory.model import Town
from tests.unit.config.made import town_of

HEAD = """\
title: {de: Datei, en: file}
components: [gateway]
destination: /etc/eakte/gateway/a.yml
effect: {how: restart, of: gateway}
"""
VALUE = """\
values: {name: {default: x, means: {de: Name, en: name}}}
"""
TOWN = """\
product: musterakte
release: "RELEASE"
servers: [{name: one, address: 192.0.2.77, components: {gateway: {}}}]
"""
OWN = "inventories/teststadt.templates"


def write(folder: Path, name: str, head: str = HEAD, body: str = "a: 1\n") -> None:
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"{{#\n{head}#}}\n{body}", "utf-8")


def town(release: str = "11.0") -> Town:
    return town_of(TOWN.replace("RELEASE", release))


def load(folder: Path, **towns: str) -> Library:
    return load_library(folder, {"teststadt": "musterakte", **towns})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The centre's template gateway/a.yml of 11.0."""
    (tmp_path / "inventories").mkdir()
    write(tmp_path, "templates/musterakte/11.0/gateway/a.yml.j2")
    return tmp_path


def centre_sum(folder: Path) -> str:
    return load_library(folder).centre[0].sum


def said(library: Library) -> list[str]:
    return [str(each.mistake) for each in library.outdated(town())]


class TestWhichHolds:
    def test_a_towns_own_holds_for_that_town_and_release_alone(self, folder: Path) -> None:
        write(folder, f"{OWN}/11.0/gateway/a.yml.j2", body="a: 2\n")
        library = load(folder)
        assert library.right() is library
        assert [each.town for each in library.of("musterakte", "11.0", "teststadt")] == ["teststadt"]
        assert [each.town for each in library.of("musterakte", "11.0", "witten")] == [""]
        assert [each.town for each in library.of("musterakte", "11.10", "teststadt")] == [""]

    def test_a_new_file_is_there_for_that_town_alone_with_its_values(self, folder: Path) -> None:
        write(folder, f"{OWN}/11.0/gateway/new.yml.j2", HEAD + VALUE)
        library = load(folder)
        assert said(library) == []
        assert sorted(library.adjustable("musterakte", "11.0", "teststadt")) == ["gateway/a.yml", "gateway/new.yml"]
        assert sorted(library.adjustable("musterakte", "11.0", "witten")) == ["gateway/a.yml"]

    def test_towns_without_any_share_what_was_found(self, folder: Path) -> None:
        library = load_library(folder)
        assert library.with_own(folder, {"teststadt": "musterakte"}) is library
        assert library.of("musterakte", "11.0", "witten") is library.of("musterakte", "11.0", "herdecke")


class TestOutdated:
    def test_made_from_the_template_as_it_is(self, folder: Path) -> None:
        write(folder, f"{OWN}/11.0/gateway/a.yml.j2", f"{HEAD}replaces: {centre_sum(folder)}\n")
        assert said(load(folder)) == []

    def test_the_centres_has_changed(self, folder: Path) -> None:
        write(folder, f"{OWN}/11.0/gateway/a.yml.j2", f"{HEAD}replaces: {centre_sum(folder)}\n")
        write(folder, "templates/musterakte/11.0/gateway/a.yml.j2", body="a: 1 # new\n")
        assert said(load(folder)) == [
            f"{OWN}/11.0/gateway/a.yml.j2:6:11  replaces: templates/musterakte/11.0/gateway/a.yml.j2 has changed since"
            f" the town's own, which holds, was made from it; take over what is new, then write replaces:"
            f" {centre_sum(folder)}"
        ]
        ((own, centre),) = load(folder).outdated(town())
        assert (own.town, centre and centre.town) == ("teststadt", "")

    def test_the_centres_is_new(self, folder: Path) -> None:
        write(folder, f"{OWN}/11.0/gateway/a.yml.j2")
        (line,) = said(load(folder))
        assert "is a template of this name; the town's own, which holds, was not made from it" in line

    def test_the_centres_is_gone(self, folder: Path) -> None:
        write(folder, f"{OWN}/11.0/gateway/b.yml.j2", f"{HEAD}replaces: {centre_sum(folder)}\n")
        (line,) = said(load(folder))
        assert "the centre has no template of this name; write the right name, or leave out `replaces`" in line

    def test_it_is_compared_with_what_the_release_inherits(self, folder: Path) -> None:
        write(folder, f"{OWN}/11.10/gateway/a.yml.j2", f"{HEAD}replaces: {centre_sum(folder)}\n")
        assert load(folder).outdated(town("11.10")) == ()
        write(folder, "templates/musterakte/11.10/gateway/a.yml.j2", body="a: 3\n")
        assert len(load(folder).outdated(town("11.10"))) == 1

    def test_a_release_that_the_town_does_not_have_is_not_compared(self, folder: Path) -> None:
        write(folder, f"{OWN}/11.10/gateway/a.yml.j2", f"{HEAD}replaces: {'0' * 64}\n")
        assert load(folder).outdated(town()) == ()


class TestMistakes:
    def test_one_town_is_not_kept_from_work_by_anothers(self, folder: Path) -> None:
        write(folder, "inventories/witten.templates/11.0/gateway/a.yml.j2", "title: x\n")
        library = load(folder, witten="musterakte")
        assert library.right(["teststadt"]) is library
        with pytest.raises(InvalidFile):
            library.right(["witten"])
        with pytest.raises(InvalidFile):
            library.right()

    def test_the_centres_keep_everybody(self, folder: Path) -> None:
        write(folder, "templates/musterakte/11.0/gateway/b.yml.j2", "title: x\n")
        with pytest.raises(InvalidFile):
            load(folder).right(["teststadt"])

    @pytest.mark.parametrize(
        ("name", "line"),
        [
            ("11.9/gateway/a.yml.j2", "musterakte has no release '11.9'; did you mean \"11.0\"?"),
            ("11.0/a.yml.j2", "a template lies in RELEASE/COMPONENT/FILE.j2"),
            ("11.0/gateway/a.yml", "not read, because it does not end in .j2"),
        ],
    )
    def test_what_would_never_be_read(self, name: str, line: str, folder: Path) -> None:
        write(folder, f"{OWN}/{name}")
        assert [str(each) for each in load(folder).mistakes] == [f"{OWN}/{name}:1:1  {line}"]

    def test_the_centres_replaces_nothing(self, folder: Path) -> None:
        write(folder, "templates/musterakte/11.0/gateway/b.yml.j2", f"{HEAD}replaces: {'0' * 64}\n")
        (mistake,) = load(folder).mistakes
        assert str(mistake).endswith("b.yml.j2:6:11  replaces: only a town's own template takes the place of another")

    def test_what_can_be_set_in_a_wrong_template_is_not_known(self, folder: Path) -> None:
        write(folder, "templates/musterakte/11.0/gateway/b.yml.j2", "title: x\n")
        write(folder, f"{OWN}/11.0/gateway/a.yml.j2", "title: x\n")
        library = load(folder)
        assert library.adjustable("musterakte", "11.0", "teststadt") == {"gateway/a.yml": None, "gateway/b.yml": None}
        assert library.adjustable("musterakte", "11.0", "witten")["gateway/a.yml"] is not None


class TestFoldersThatNothingUses:
    def test_of_no_town(self, folder: Path) -> None:
        write(folder, "inventories/testsadt.templates/11.0/gateway/a.yml.j2")
        write(folder, f"{OWN}/11.0/gateway/a.yml.j2")
        assert [str(each) for each in of_no_town(folder, ["teststadt"])] == [
            "inventories/testsadt.templates:1:1  there is no town 'testsadt'; did you mean \"teststadt\"?"
        ]

    def test_of_a_release_before_and_not_of_one_to_come(self, folder: Path) -> None:
        for release in ("11.0", "11.10", "12.0"):
            write(folder, f"{OWN}/{release}/gateway/a.yml.j2")
        library = load(folder)
        assert [str(each) for each in left_behind(folder, library, town("11.10"))] == [
            f"{OWN}/11.0:1:1  teststadt has 11.10 now, so nothing in this folder is used; take over what is still"
            " wanted into 11.10"
        ]
        assert list(left_behind(folder, library, town("11.0"))) == []


@pytest.mark.parametrize("mode", ["0777", "0660", "0646", "0755", "0750"])
def test_a_mode_that_lets_others_write_or_run_it_is_refused_when_it_is_read(folder: Path, mode: str) -> None:
    write(folder, f"{OWN}/11.0/gateway/a.yml.j2", f'{HEAD}mode: "{mode}"\n')
    (mistake,) = load(folder).mistakes
    assert str(mistake).startswith(f"{OWN}/11.0/gateway/a.yml.j2:6:7  mode: ")


def test_a_link_in_place_of_the_folder_is_not_followed(folder: Path) -> None:
    write(folder, "elsewhere/11.0/gateway/a.yml.j2", body="a: 2\n")
    (folder / OWN).symlink_to("../elsewhere")
    found = load(folder)
    assert [str(each) for each in found.mistakes] == [
        f"{OWN}:1:1  this is a link; only files that lie here themselves are read"
    ]
    assert found.own == ()
    with pytest.raises(InvalidFile):
        found.right(("teststadt",))
