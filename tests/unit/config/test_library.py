"""Which templates a release gets, and that no file below the templates is passed over."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eakte_ops.config.library import Library, load_library
from eakte_ops.config.template import Template, template_of
from eakte_ops.config.walk import walk
from eakte_ops.errors import InvalidFile
from eakte_ops.product.load import profile
from tests.unit.config.made import library

HEAD = """\
title: {de: Datei, en: file}
components: [gateway]
destination: /etc/eakte/gateway/a.yml
effect: {how: restart, of: gateway}
"""
ENAIO = list(profile("enaio").releases)


def made(release: str, name: str = "gateway/a.yml", until: str = "", product: str = "musterakte") -> Template:
    more = f'until: "{until}"\n' if until else ""
    return template_of(
        f"{{#\n{HEAD}{more}#}}\nof: {release}\n",
        f"templates/{product}/{release}/{name}.j2",
        template=name,
        product=product,
        release=release,
    )


def write(folder: Path, name: str, head: str = HEAD, body: str = "a: 1\n") -> Path:
    file = folder / "templates" / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"{{#\n{head}#}}\n{body}", "utf-8")
    return file


def said(folder: Path) -> list[str]:
    return [str(each).removeprefix("templates/") for each in load_library(folder).mistakes]


def test_a_release_gets_the_newest_that_is_not_newer_than_itself() -> None:
    found = library(made("12.0"), made("11.0"))
    assert [each.release for release in ("11.0", "11.10", "12.0") for each in found.of("musterakte", release)] == [
        "11.0",
        "11.0",
        "12.0",
    ]


def test_the_order_of_releases_is_that_of_the_profile_and_not_of_letters() -> None:
    found = library(made("9.10", product="enaio"), made("10.0", product="enaio"))
    assert [each.release for each in found.of("enaio", "11.0")] == ["10.0"]
    assert [each.release for each in found.of("enaio", "9.10")] == ["9.10"]


def test_a_file_can_end_with_a_release() -> None:
    found = library(made("11.0", until="11.10"))
    assert [len(found.of("musterakte", release)) for release in ("11.0", "11.10", "12.0")] == [1, 1, 0]


def test_what_ended_can_begin_again() -> None:
    found = library(made("11.0", until="11.0"), made("12.0"))
    assert [[each.release for each in found.of("musterakte", release)] for release in ("11.0", "11.10", "12.0")] == [
        ["11.0"],
        [],
        ["12.0"],
    ]


def test_products_do_not_mix_and_unknown_ones_have_nothing() -> None:
    found = library(made("11.0"), made("11.0", product="enaio"))
    assert [each.product for each in found.of("musterakte", "11.0")] == ["musterakte"]
    assert found.of("nix", "11.0") == found.of("musterakte", "99") == ()


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(ENAIO), st.sampled_from(["gateway/a.yml", "gateway/b.yml"]), st.sampled_from(["", *ENAIO])
        ),
        max_size=10,
        unique_by=lambda each: each[:2],
    ).flatmap(st.permutations)
)
def test_no_release_ever_gets_what_was_written_for_a_later_one(files: list[tuple[str, str, str]]) -> None:
    rank = ENAIO.index
    right = [each for each in files if not each[2] or rank(each[2]) >= rank(each[0])]
    found = library(*(made(release, name, until, "enaio") for release, name, until in right))
    for release in ENAIO:
        chosen = found.of("enaio", release)
        assert [each.id for each in chosen] == sorted({each.id for each in chosen})
        for each in chosen:
            assert rank(each.release) <= rank(release)
            assert not each.head.until or rank(release) <= rank(each.head.until)
        for name in ("gateway/a.yml", "gateway/b.yml"):
            before = [each for each in right if each[1] == name and rank(each[0]) <= rank(release)]
            newest = max(before, key=lambda each: rank(each[0]), default=None)
            there = newest is not None and (not newest[2] or rank(release) <= rank(newest[2]))
            assert [each.release for each in chosen if each.id == name] == ([newest[0]] if there and newest else [])


def test_files_that_are_no_templates_are_said(tmp_path: Path) -> None:
    for name in (
        "musterakte/11.0/gateway/a.yml", "musterakte/11.0/gateway/a.yml.j2~", "musterakte/11.0/gateway/a.J2",
        "musterakt/11.0/gateway/a.yml.j2", "musterakte/11.1/gateway/a.yml.j2", "musterakte/11.0/a.yml.j2",
        "musterakte/11.0/gateway/more/a.yml.j2", "musterakte/a.yml.j2", "a.yml.j2", "musterakte/README.md",
        "musterakte/11.0/gateway/ä b.yml.j2", "musterakte/11.0/gateway/a\x1b.yml.j2",
    ):  # fmt: skip
        write(tmp_path, name)
    write(tmp_path, "README.md")
    write(tmp_path, ".git/config")
    write(tmp_path, "musterakte/11.0/gateway/.a.yml.j2.swp")
    odd = "a name here has letters, digits, dots, hyphens and underscores alone"
    ending = "not read, because it does not end in .j2"
    where = "a template lies in PRODUCT/RELEASE/COMPONENT/FILE.j2"
    assert sorted(said(tmp_path)) == sorted(
        [
            f"musterakte/11.0/gateway/a.yml:1:1  {ending}",
            f"musterakte/11.0/gateway/a.yml.j2~:1:1  {ending}",
            f"musterakte/11.0/gateway/a.J2:1:1  {ending}",
            "musterakt/11.0/gateway/a.yml.j2:1:1  there is no product 'musterakt'; did you mean \"musterakte\"?",
            "musterakte/11.1/gateway/a.yml.j2:1:1  musterakte has no release '11.1'; did you mean \"11.10\"?",
            f"musterakte/11.0/a.yml.j2:1:1  {where}",
            f"musterakte/11.0/gateway/more/a.yml.j2:1:1  {where}",
            "musterakte/a.yml.j2:1:1  musterakte has no release 'a.yml.j2'",
            "a.yml.j2:1:1  there is no product 'a.yml.j2'",
            f"musterakte/README.md:1:1  {ending}",
            f"musterakte/11.0/gateway/ä b.yml.j2:1:1  {odd}",
            f"musterakte/11.0/gateway/a?.yml.j2:1:1  {odd}",
        ]
    )


def test_folders_links_and_pipes_are_said(tmp_path: Path) -> None:
    write(tmp_path, "musterakte/11.0/gateway/a.yml.j2")
    gateway = tmp_path / "templates/musterakte/11.0/gateway"
    (gateway / "folder.yml.j2").mkdir()
    write(tmp_path, "musterakte/11.0/gateway/full.yml.j2/a.j2")
    (gateway / "link.yml.j2").symlink_to("a.yml.j2")
    (gateway / "dangling.yml.j2").symlink_to("nowhere")
    os.mkfifo(gateway / "pipe.yml.j2")
    (tmp_path / "templates/musterakte/12.0").symlink_to("11.0")
    link = "this is a link; only files that lie here themselves are read"
    pipe = "this is no regular file; only files that lie here themselves are read"
    assert said(tmp_path) == [
        f"musterakte/11.0/gateway/dangling.yml.j2:1:1  {link}",
        "musterakte/11.0/gateway/folder.yml.j2:1:1  this is a folder, no template",
        "musterakte/11.0/gateway/full.yml.j2:1:1  this is a folder, no template",
        f"musterakte/11.0/gateway/link.yml.j2:1:1  {link}",
        f"musterakte/11.0/gateway/pipe.yml.j2:1:1  {pipe}",
        f"musterakte/12.0:1:1  {link}",
    ]
    assert [each.id for each in load_library(tmp_path).centre] == ["gateway/a.yml"]


def test_a_folder_that_can_not_be_read_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, "musterakte/11.0/gateway/a.yml.j2")
    write(tmp_path, "musterakte/11.0/index/a.yml.j2")
    real = os.scandir

    def locked(path: Path) -> object:
        if Path(path).name == "gateway":
            raise PermissionError(13, "Permission denied")
        return real(path)

    monkeypatch.setattr(os, "scandir", locked)
    assert said(tmp_path) == ["musterakte/11.0/gateway:1:1  can not be read: Permission denied"]


def test_a_file_that_goes_while_it_is_looked_at_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = write(tmp_path, "musterakte/11.0/gateway/a.yml.j2")
    real = Path.lstat

    def gone(path: Path) -> os.stat_result:
        if path.name == "a.yml.j2":
            file.unlink(missing_ok=True)
        return real(path)

    monkeypatch.setattr(Path, "lstat", gone)
    assert said(tmp_path) == ["musterakte/11.0/gateway/a.yml.j2:1:1  can not be read: No such file or directory"]


def test_folders_within_folders_end(tmp_path: Path) -> None:
    (tmp_path / "templates" / "/".join("x" * 40)).mkdir(parents=True)
    (found,) = walk(tmp_path / "templates")
    assert found.objection == "this is a folder, no template"


def test_without_templates_there_are_none(tmp_path: Path) -> None:
    assert load_library(tmp_path) == Library(())
    (tmp_path / "templates").write_text("a file")
    assert said(tmp_path) == ["templates:1:1  can not be read: Not a directory"]


@pytest.mark.parametrize(
    ("old", "new", "mistake"),
    [
        ("[gateway]", "[gatewax]", "3:14  components.0: there is no component 'gatewax'; did you mean \"gateway\"?"),
        ("of: gateway", "of: gatewax", "5:28  effect.of: there is no component 'gatewax'; did you mean \"gateway\"?"),
        ("how: restart, of: gateway", "how: restart", "5:9  effect: `of` is missing: what is restarted or reloaded?"),
        ("title:", 'until: "11.1"\ntitle:', "2:8  until: there is no release '11.1'; did you mean \"11.10\"?"),
        ("title:", 'until: "9.10"\ntitle:', "2:8  until: there is no release '9.10'"),
        (
            "title:",
            'secret: true\nmode: "0644"\ntitle:',
            "3:7  mode: a secret file that everybody on the server may use",
        ),
    ],
)
def test_a_head_that_does_not_fit_the_product_is_said(old: str, new: str, mistake: str, tmp_path: Path) -> None:
    write(tmp_path, "musterakte/11.0/gateway/a.yml.j2", HEAD.replace(old, new))
    (found,) = said(tmp_path)
    assert found.removeprefix("musterakte/11.0/gateway/a.yml.j2:").startswith(mistake)


def test_a_file_does_not_end_before_it_began(tmp_path: Path) -> None:
    write(tmp_path, "musterakte/12.0/gateway/a.yml.j2", HEAD + 'until: "11.0"\n')
    assert said(tmp_path) == ["musterakte/12.0/gateway/a.yml.j2:6:8  until: 11.0 came out before 12.0"]


def test_mistakes_stop_and_are_all_said(tmp_path: Path) -> None:
    write(tmp_path, "musterakte/11.0/gateway/a.yml.j2", body="{{ nix }}\n")
    write(tmp_path, "musterakte/11.0/gateway/b.yml.j2", "title: 1\n")
    write(tmp_path, "musterakte/11.0/gateway/c.yml.j2")
    with pytest.raises(InvalidFile) as wrong:
        load_library(tmp_path).right()
    assert str(wrong.value) == "5 errors in 2 of 3 files."
    assert load_library(tmp_path / "nowhere").right().centre == ()


def test_files_by_the_thousand(tmp_path: Path) -> None:
    folder = tmp_path / "templates/musterakte/11.0/gateway"
    folder.mkdir(parents=True)
    text = f"{{#\n{HEAD}#}}\na: 1\n"
    for at in range(2_000):
        (folder / f"a{at}.yml.j2").write_text(text)
    found = load_library(tmp_path)
    assert (len(found.centre), found.files, found.mistakes) == (2_000, 2_000, ())
    assert len(found.of("musterakte", "12.0")) == 2_000
