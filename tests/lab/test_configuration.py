"""What the first installation leaves on real hosts: every file in its place, noted, and taken by the server itself."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from eakte_ops.cli.context import Context
from eakte_ops.config.place import script
from eakte_ops.config.record import HEAD, Placed, placed_of
from eakte_ops.config.render import render, sight
from eakte_ops.config.rendered import Content, Rendered
from eakte_ops.lab.lab import Lab
from eakte_ops.lab.secrets import town_secrets
from eakte_ops.lab.session import Session, session
from eakte_ops.lab.towns import TOWNS, host_named
from eakte_ops.remote.connection import Connector
from eakte_ops.remote.posix import quote
from tests.integration.config.killing import killable

pytestmark = pytest.mark.timeout(600)

SERVERS = [host.name for town in TOWNS for host in town.hosts if host.role == "server"]
GATEWAYS = ("witten-gw", "herdecke-box", "hattingen-app")
NOTE = "/var/lib/eakte-ops/placed"


class Centre:
    """A person of the centre who places files."""

    def __init__(self, lab: Lab, folder: Path, server: str) -> None:
        self.lab, self.host = lab, host_named(server)
        self.context, self.folder = Context(project=folder), folder
        self.town = self.context.inventory(self.host.town).towns[self.host.town]
        self.server = self.town.server(server)
        self.layout = self.town.profile.layout["linux"]

    def files(self) -> list[Rendered]:
        """What the centre itself puts on the server."""
        library = self.context.library().right([self.town.id])
        return [each for each in render([self.town], library) if each.server == self.server.name and not each.proposal]

    def contents(self) -> list[Content]:
        secrets = town_secrets(self.folder, self.town.id)
        return [each.content(secrets.__getitem__) for each in self.files()]

    @contextmanager
    def at_work(self) -> Iterator[Session]:
        with session(Connector(), self.context.target(self.town, self.server, "work")) as opened:
            yield opened

    def root(self, text: str, *args: str) -> str:
        return self.lab.local_it(self.host).script(f"set -eu\n{text}", *args)

    def note(self) -> dict[str, Placed]:
        """What is noted, each line as the program reads it back."""
        lines = self.root(f"cat {NOTE}").splitlines()
        assert lines[0] == HEAD
        found = [placed_of(line.split("\t")) for line in lines[1:]]
        assert all(found)
        return {each.path: each for each in found if each}


@pytest.fixture(params=SERVERS)
def centre(lab: Lab, operations: Path, request: pytest.FixtureRequest) -> Centre:
    return Centre(lab, operations, request.param)


def test_every_file_is_noted_with_what_it_holds_and_nothing_else_is(centre: Centre) -> None:
    key = base64.b64decode(centre.root("base64 -w 0 /var/lib/eakte-ops/placed.key 2>/dev/null || true"))
    noted = centre.note()
    assert set(noted) == {content.path for content in centre.contents()}
    for content in centre.contents():
        said = noted[content.path]
        before = b"" if content.open else key
        assert (said.kind, said.by) == ("plain" if content.open else "keyed", "lab")
        assert said.hash == hashlib.sha256(before + content.data).hexdigest()
        assert (said.identity.owner, said.identity.group) == ("eakte-ops", "eakte")
        assert (said.identity.mode, said.identity.size) == (f"{content.mode:o}", len(content.data))
        assert base64.b64decode(centre.root('base64 -w 0 "$1"', content.path)) == content.data


def test_nothing_that_the_software_would_take_lies_beside_the_files(centre: Centre) -> None:
    known = {each.path for each in centre.files()}
    found = set(centre.root("find /etc/eakte -type f").split()) - {"/etc/eakte/gateway/tls.crt"}
    assert found - {"/etc/eakte/gateway/tls.key"} == known
    if centre.server.name in GATEWAYS:
        assert centre.root("find /etc/eakte/gateway -name '*.yml'").split() == [
            "/etc/eakte/gateway/config/application-prod.yml"
        ]


def test_placing_again_says_same_and_touches_nothing(centre: Centre) -> None:
    look = f"for path in {NOTE} $(find /etc/eakte -type f); do stat -c '%n %i %a %U %s %.9Y %.9Z' \"$path\"; done"
    text = script(centre.contents(), centre.layout, "lab")
    with centre.at_work() as there:
        there.run(text)  # faults that were mended leave the same files with other times, and the note takes these over
        before = centre.root(look)
        said = there.run(text)
    assert said == "".join(f"same\t{content.path}\n" for content in centre.contents())
    assert centre.root(look) == before


def test_the_server_itself_takes_every_file_and_the_check_touches_nothing(centre: Centre) -> None:
    """As the account of people at work, with the command that the template's head names."""
    look = "find /etc/eakte /var/lib/eakte-ops /var/lib/eakte/faults -printf '%p %i %m %T@\\n' | grep -v /jobs | sort"
    before = centre.root(look)
    with centre.at_work() as there:
        for each in centre.files():
            seen = sight(centre.town, centre.server, each.template)
            words = each.template.words(each.template.head.validation, seen)
            said = there.run(" ".join(quote(word.replace("{file}", each.path)) for word in words))
            assert said == f'{{"usable": "{each.template.id}"}}\n'
    assert centre.root(look) == before


def test_the_night_account_can_hash_what_holds_no_secret_and_read_nothing_that_does(centre: Centre) -> None:
    for content in centre.contents():
        said = centre.root('runuser -u eakte-look -- sha256sum "$1" 2>/dev/null | cut -c -64', content.path).strip()
        assert said == (hashlib.sha256(content.data).hexdigest() if content.open else "")


@pytest.fixture
def gateway(lab: Lab, operations: Path) -> Iterator[Centre]:
    """Afterwards everything is in its place again."""
    centre = Centre(lab, operations, "witten-gw")
    yield centre
    with centre.at_work() as there:
        there.run(script(centre.contents(), centre.layout, "lab"))
    centre.root("rm -f /tmp/killable /tmp/whole /tmp/old /tmp/count")


# Per point of interruption: its number, the status, hash of the file, hash in the note, the names in the folder.
_EVERY_POINT = f"""
run() {{ AT=$2 COUNT=/tmp/count runuser -u eakte-ops -- setsid --wait sh "$1" >/dev/null 2>&1; }}
at=0
while [ "$at" -lt 200 ]; do
  at=$((at + 1))
  run /tmp/old 0
  runuser -u eakte-ops -- sh -c ': >/tmp/count'
  status=0
  run /tmp/killable "$at" || status=$?
  printf '%s %s %s %s %s\\n' "$at" "$status" "$(sha256sum <"$1" | cut -c -64)" \\
    "$(grep -F "$1" {NOTE} | cut -f 3)" "$(find "${{1%/*}}" -type f -name '*.yml' | sort | tr '\\n' :)"
  run /tmp/whole 0
  printf 'healed %s %s %s %s\\n' "$(sha256sum <"$1" | cut -c -64)" "$(grep -F "$1" {NOTE} | cut -f 3)" \\
    "$(find "${{1%/*}}" -mindepth 1 | sort | tr '\\n' :)" "$(find {NOTE}* | sort | tr '\\n' :)"
  [ "$status" != 0 ] || break
done
"""


def test_killed_anywhere_the_file_is_the_old_or_the_new_one_and_no_yml_is_left(gateway: Centre) -> None:
    (old,) = [each for each in gateway.contents() if each.path.endswith("/application-prod.yml")]
    new = Content(old.path, old.mode, old.data + b"# a line more\n")
    texts = {"old": script([old], gateway.layout, "lab"), "whole": script([new], gateway.layout, "lab")}
    texts["killable"] = killable(texts["whole"])
    for name, text in texts.items():
        gateway.lab.local_it(gateway.host).put(f"/tmp/{name}", text)
    hashes = [hashlib.sha256(each.data).hexdigest() for each in (old, new)]
    lines = gateway.root(_EVERY_POINT, old.path).splitlines()
    points, healed = lines[::2], lines[1::2]
    for line in points[:-1]:
        _at, status, file, noted, names = line.split()
        assert status == "137"  # killed
        assert {file, noted} <= set(hashes)
        assert names == f"{old.path}:"
    assert points[-1].split()[1] == "0"
    assert len(points) > 15
    assert set(healed) == {f"healed {hashes[1]} {hashes[1]} {old.path}: {NOTE}:{NOTE}.key:"} or set(healed) == {
        f"healed {hashes[1]} {hashes[1]} {old.path}: {NOTE}:"
    }


def test_the_rules_of_the_rotation_do_what_they_say(gateway: Centre) -> None:
    """As the software's account and nobody else; what was put aside can be read by the night like the log itself."""
    said = gateway.root(
        """
        log=/var/log/eakte/gateway/gateway.log
        ls "$log"* 2>/dev/null && exit 3
        runuser -u eakte -- sh -c "umask 027; echo a line >$log"
        runuser -u eakte -- /usr/sbin/logrotate --force --state /tmp/rotated /etc/eakte/logs/logrotate.conf 2>&1
        stat -c '%n %a %U %G' "$log"*
        runuser -u eakte-look -- zcat "$log.1.gz"
        rm -f "$log"* /tmp/rotated
        """
    )
    assert said == "/var/log/eakte/gateway/gateway.log.1.gz 640 eakte eakte-look\na line\n"
