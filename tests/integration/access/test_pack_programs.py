"""Programs that read what the pack holds: shellcheck, the shells, ssh-keygen. No root, no network (visudo: lab)."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from eakte_ops.access.keys import read_key
from eakte_ops.access.load import load_access
from eakte_ops.access.pack import Pack, packs, shell_text
from eakte_ops.cli.context import vocabulary
from eakte_ops.inventory.load import load
from tests.unit.access.test_pack_text import function, pack
from tests.unit.access.town import ACCESS, key, placed

ROOT = Path(__file__).parents[3]


def every_pack() -> Iterator[Pack]:
    """Those of all samples, and of towns at the edge: no component, no key, no signer, other places."""
    inventory = load(ROOT, thresholds=vocabulary())
    access = load_access(ROOT, inventory.towns)
    for town in inventory.towns.values():
        if all(server.platform == "linux" for server in town.said.servers):
            yield from packs(town, access)
    yield pack("witten-gw", ACCESS.partition("signers:")[0], servers=placed("index", data="/srv/index"))
    yield pack("witten-gw", servers=[{"name": "witten-gw", "address": "192.0.2.13"}])
    alone = [{"name": "witten-gw", "address": "192.0.2.13", "components": {"gateway": {}}}]
    yield pack("witten-jump", servers=alone)


def run(*argv: str, text: str | None = None) -> str:
    environment = {**os.environ, "PATH": os.environ["PATH"] + ":/usr/sbin:/sbin"}
    assert shutil.which(argv[0], path=environment["PATH"]), f"{argv[0]} is needed (scripts/test installs it)"
    done = subprocess.run(argv, input=text, capture_output=True, text=True, env=environment, timeout=120, check=False)
    return f"{done.returncode}\n{done.stdout}{done.stderr}" if done.returncode else ""


def test_shellcheck_and_the_shells_find_nothing_in_any_script(tmp_path: Path) -> None:
    files: list[str] = []
    for number, each in enumerate(every_pack()):
        file = tmp_path / f"{number}-{each.filename}"
        file.write_text(each.text)
        files.append(str(file))
    assert len(files) > 15
    assert run("shellcheck", "--severity=style", *files) == ""
    for written in files:
        assert run("dash", "-n", written) == ""
        assert run("bash", "--posix", "-n", written) == ""


@pytest.mark.parametrize("name", ["common", "server", "jump", "main", "eakte-claim", "eakte-run", "granted"])
def test_shellcheck_finds_nothing_in_the_parts(name: str) -> None:
    assert run("shellcheck", "--shell=sh", "-", text=shell_text(name)) == ""


def test_fingerprints_are_those_of_ssh_keygen(tmp_path: Path) -> None:
    (tmp_path / "key.pub").write_text(key(5) + "\n")
    done = subprocess.run(["ssh-keygen", "-l", "-f", tmp_path / "key.pub"], capture_output=True, text=True, check=True)
    assert read_key(key(5)).fingerprint in done.stdout


def test_ssh_keygen_takes_the_allowed_signers_for_releases_and_nothing_else(tmp_path: Path) -> None:
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", tmp_path / "signer"], check=True)
    public = " ".join((tmp_path / "signer.pub").read_text().split()[:2])
    signers = tmp_path / "allowed_signers"
    signers.write_text(function(pack("witten-gw", ACCESS.replace(key(9), public)).text, "signers"))
    release = tmp_path / "manifest.json"
    release.write_text("{}")
    for namespace, good in (("eakte-release", True), ("file", False)):
        sign = ["ssh-keygen", "-q", "-Y", "sign", "-f", str(tmp_path / "signer"), "-n", namespace, str(release)]
        (tmp_path / "manifest.json.sig").unlink(missing_ok=True)
        subprocess.run(sign, check=True, capture_output=True)
        verify = ["ssh-keygen", "-Y", "verify", "-f", str(signers), "-I", "releases", "-n", namespace]
        said = run(*verify, "-s", str(release) + ".sig", text="{}")
        assert (said == "") == good, said
