"""Texts the lab makes: the image's recipe, what servers are sent, command lines, the operations folder."""

from __future__ import annotations

import stat
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from eakte_ops import health
from eakte_ops.access.load import load_access
from eakte_ops.access.pack import packs
from eakte_ops.config.library import load_library
from eakte_ops.config.render import render
from eakte_ops.errors import Refused, Unreachable, UsageError
from eakte_ops.inventory.load import load
from eakte_ops.lab import image
from eakte_ops.lab.grant import facts_block
from eakte_ops.lab.install import EARLIER, EARLIER_NAMES
from eakte_ops.lab.lab import Lab
from eakte_ops.lab.operations import write_operations
from eakte_ops.lab.payload import release_script
from eakte_ops.lab.places import Places
from eakte_ops.lab.provision import ready_mark
from eakte_ops.lab.secrets import NAMES, town_secrets
from eakte_ops.lab.ssh import person_argv
from eakte_ops.lab.towns import TOWNS, host_named

RELEASE: Mapping[str, tuple[bytes, int]] = {
    "bin/gateway": (b"#!/bin/sh\n", 0o750),
    "lib/a/b.py": (b"\0\xff" * 5000, 0o640),
    "manifest.json": (b"{}\n", 0o640),
}


def test_the_image_is_known_by_everything_that_goes_into_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    places = Places(cache=tmp_path)
    before = image.image_path(places)
    assert not image.image_exists(places)
    before.mkdir()
    assert image.image_exists(places)
    monkeypatch.setattr(image, "PACKAGES", (*image.PACKAGES, "hello"))
    assert image.image_path(places) != before
    image.purge_images(places)
    assert not tmp_path.exists()


def test_the_image_names_no_mirror_and_leaves_out_what_delays_logins() -> None:
    argv = image.build_argv(Path("/new"), Path("/files"), Path("/image.sh"))
    assert argv[-2:] == ["bookworm", "/new"]
    assert not any("://" in word for word in argv)
    assert "libpam-systemd" not in image.PACKAGES


def _run(script: str, root: Path) -> str:
    """Run a script whose absolute places lie in `root`."""
    text = script.replace("cd /opt/eakte", f"cd {root}")
    return subprocess.run(["sh"], input=text, capture_output=True, text=True, check=True).stdout


def test_a_release_is_put_in_place_whole_and_only_once(tmp_path: Path) -> None:
    (tmp_path / "releases").mkdir()
    assert _run(release_script("11.0", RELEASE), tmp_path) == "replaced\n"
    there = tmp_path / "current"
    assert {path: (there / path).read_bytes() for path in RELEASE} == {
        path: what for path, (what, _) in RELEASE.items()
    }
    assert stat.S_IMODE((there / "bin/gateway").stat().st_mode) == 0o750
    assert stat.S_IMODE((there / "lib/a").stat().st_mode) == 0o2750
    assert _run(release_script("11.0", RELEASE), tmp_path) == ""

    # Remains of an interrupted run, and another content of the same release.
    (tmp_path / "releases/11.0.part/old").mkdir(parents=True)
    other = {**RELEASE, "manifest.json": (b'{"new": 1}\n', 0o640)}
    assert _run(release_script("11.0", other), tmp_path) == "replaced\n"
    assert (there / "manifest.json").read_bytes() == b'{"new": 1}\n'
    assert sorted(path.name for path in (tmp_path / "releases").iterdir()) == ["11.0"]


def test_what_an_earlier_lab_called_the_gateways_files_goes_and_nothing_else(tmp_path: Path) -> None:
    for name in (*EARLIER_NAMES, "application-prod.yml"):
        (tmp_path / name).touch()

    def run() -> str:
        words = ["sh", "-s", str(tmp_path), *EARLIER_NAMES]
        return subprocess.run(words, input=EARLIER, capture_output=True, text=True, check=True).stdout

    assert run() == "replaced\nreplaced\n"
    assert [path.name for path in tmp_path.iterdir()] == ["application-prod.yml"]
    assert run() == ""


def test_a_person_logs_in_strictly_and_through_the_jump_host() -> None:
    argv = person_argv(host_named("hattingen-db"), "eakte-ops", Path("/k"), Path("/h"), ["id"])
    assert argv[-3:] == ["eakte-ops@198.51.100.42", "--", "id"]
    assert "StrictHostKeyChecking=yes" in argv
    assert "UserKnownHostsFile=/h" in argv
    way = next(word for word in argv if word.startswith("ProxyCommand="))
    assert way.endswith("-W %h:%p eakte-jump@198.51.100.5")
    assert "StrictHostKeyChecking=yes" in way
    assert not any("Proxy" in word for word in person_argv(host_named("witten-db"), "x", Path("/k"), Path("/h"), []))


@pytest.mark.parametrize("name", ["witten-store", "hattingen-jump"])
def test_a_person_has_no_shell_on_storage_and_jump_hosts(name: str) -> None:
    with pytest.raises(Refused) as error:
        person_argv(host_named(name), "x", Path("/k"), Path("/h"), [])
    assert f"lab ssh {name} --root" in error.value.way_out


@pytest.mark.parametrize("root", [True, False])
def test_logging_in_on_a_host_that_is_not_up_is_said_before_ssh_is_tried(
    root: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("eakte_ops.lab.lab.refuse_unless_root", lambda _what: None)
    with pytest.raises(Unreachable, match="witten-app: is not running"):
        Lab(places=Places(state=tmp_path)).login("witten-app", (), root=root)


def test_the_facts_are_cut_out_of_what_the_pack_says() -> None:
    block = "-----BEGIN EAKTE-OPS FACTS-----\nformat 1\n-----END EAKTE-OPS FACTS-----\n"
    assert facts_block(f"wrote this\n{block}Please send it\n") == block


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return Places(state=tmp_path)


def test_the_operations_folder_is_right_at_once_and_keeps_what_people_change(places: Places) -> None:
    folder = write_operations(places, TOWNS, TOWNS[1:])
    inventory = load(folder, thresholds=health.vocabulary())
    assert inventory.settings.lab
    assert set(inventory.towns) == {"herdecke", "hattingen"}
    access = load_access(folder, inventory.towns)
    assert {"192.0.2.30", "192.0.2.62", "198.51.100.14"} < set(access.addresses)
    assert {held.key.account for held in access.all()} == {"work", "look"}
    keys = folder / "keys"
    assert stat.S_IMODE(keys.stat().st_mode) == 0o700
    assert all(stat.S_IMODE(file.stat().st_mode) == 0o600 for file in keys.iterdir() if file.suffix != ".pub")
    assert load_library(folder).right().of("musterakte", "11.0")

    said = (folder / "access.yml").read_text()
    town = folder / "inventories" / "herdecke.yml"
    town.write_text(town.read_text() + "# changed by a person\n")
    write_operations(places, TOWNS, TOWNS)
    assert (folder / "access.yml").read_text() == said
    assert town.read_text().endswith("# changed by a person\n")
    assert (folder / "inventories" / "witten.yml").is_file()


def test_what_is_ready_is_known_by_packs_inventory_and_templates(places: Places) -> None:
    folder = write_operations(places, TOWNS, TOWNS)
    inventory = load(folder, thresholds=health.vocabulary())
    town = inventory.towns["herdecke"]
    made = packs(town, load_access(folder, inventory.towns))
    files = render([town], load_library(folder).right())
    assert ready_mark(town, made, files) == ready_mark(town, made, render([town], load_library(folder).right()))
    assert ready_mark(town, made, files) != ready_mark(town, made[:0], files)
    assert ready_mark(town, made, files) != ready_mark(inventory.towns["witten"], made, files)
    template = folder / "templates/musterakte/11.0/gateway/application-prod.yml.j2"
    template.write_text(template.read_text().replace("osweb:", "osweb: # changed by a person"))
    assert ready_mark(town, made, files) != ready_mark(town, made, render([town], load_library(folder).right()))


def test_what_is_only_proposed_to_local_it_makes_nothing_ready(places: Places) -> None:
    folder = write_operations(places, TOWNS, TOWNS)
    town = load(folder, thresholds=health.vocabulary()).towns["herdecke"]
    files = render([town], load_library(folder).right())
    assert any(each.proposal for each in files)
    assert ready_mark(town, (), files) == ready_mark(town, (), [each for each in files if not each.proposal])


def test_secrets_of_a_town_are_made_once_and_lie_in_age_files(places: Places) -> None:
    folder = write_operations(places, TOWNS, TOWNS[:1])
    first = {name: secret.reveal() for name, secret in town_secrets(folder, "witten").items()}
    assert {name: secret.reveal() for name, secret in town_secrets(folder, "witten").items()} == first
    assert len(set(first.values())) == len(NAMES)
    files = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    assert not any(value.encode() in files for value in first.values())
    with pytest.raises(UsageError):
        town_secrets(folder, "../witten")
