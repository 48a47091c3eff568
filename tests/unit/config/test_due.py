"""What has to be done about a file: said once for each way in which it can lie on a server."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest

from eakte_ops.config.compare import compare
from eakte_ops.config.due import Due, due
from eakte_ops.config.fetch import MOST, Lying
from eakte_ops.config.record import Identity, Placed
from eakte_ops.config.render import render
from eakte_ops.config.rendered import Rendered
from eakte_ops.config.withhold import Values
from eakte_ops.secret.value import Secret
from tests.unit.config.made import library, template, whole_town

HEAD = """\
title: {de: a, en: a}
components: [gateway]
destination: /etc/eakte/gateway/a.conf
mode: "0640"
effect: {how: restart, of: gateway}
"""
SECRETS = {"database-password": Secret("database-password", "Hunter2-Hunter2")}
IDENTITY = Identity("640", "eakte-ops", "eakte", 12, 4711, "1.000000000", "2.000000000")
GOOD = b"port: 80\npassword: Hunter2-Hunter2\n"


def rendered(
    head: str = HEAD, body: str = 'port: 80\npassword: {{ secret["database-password"] | properties }}\n'
) -> Rendered:
    town = whole_town("musterakte", "11.0", secrets=("database-password",))
    (file,) = render([town], library(template(head, body, name="gateway/a.conf")))
    return file


def lies(data: bytes | None = GOOD, **more: object) -> Lying:
    keyed = hashlib.sha256(b"key" + data).hexdigest() if data is not None else ""
    return replace(Lying("/etc/eakte/gateway/a.conf", "file", IDENTITY, data, keyed), **more)  # type: ignore[arg-type]


def noted(data: bytes = GOOD, identity: Identity = IDENTITY) -> Placed:
    return Placed("/etc/eakte/gateway/a.conf", "keyed", hashlib.sha256(b"key" + data).hexdigest(), identity, 5, "lab")


def found(lying: Lying, placed: Placed | None = None, file: Rendered | None = None, **secrets: Secret) -> Due:
    known = secrets or SECRETS
    values = Values({name: each.reveal() for name, each in known.items()})
    return due(compare(file or rendered(), lying, known, values, placed), lying)


def test_what_is_as_it_should_be_and_as_it_was_noted_is_left() -> None:
    assert found(lies(), noted()).what == "nothing"


@pytest.mark.parametrize(
    "placed",
    [
        None,
        noted(b"other"),
        noted(identity=replace(IDENTITY, changed="1.5")),
        noted(identity=replace(IDENTITY, inode=1)),
    ],
    ids=["never", "another", "touched", "moved"],
)
def test_what_is_the_same_and_not_as_it_was_noted_is_noted_again(placed: Placed | None) -> None:
    assert found(lies(), placed).what == "frame"


@pytest.mark.parametrize("field", [{"mode": "644"}, {"owner": "root"}, {"group": "root"}])
def test_of_another_owner_or_mode_the_text_is_the_same(field: dict[str, str]) -> None:
    assert found(lies(identity=replace(IDENTITY, **field)), noted()).what == "frame"


@pytest.mark.parametrize(
    "data",
    [b"", b"port: 81\npassword: Hunter2-Hunter2\n", b"port: 80\npassword: other\n", GOOD[:-1], b"\xef\xbb\xbf" + GOOD,
     GOOD.replace(b"\n", b"\r\n"), b"x" * (MOST + 1), b"x\n" * 6000, b"\0\xff"],
)  # fmt: skip
def test_another_text_is_put_in_place(data: bytes) -> None:
    assert found(lies(data), noted()).what == "text"
    hidden = rendered(HEAD + "secret: true\n")
    assert found(lies(data), noted(), hidden).what == "text"


def test_what_is_missing_is_put_in_place() -> None:
    for placed in (None, noted()):
        assert found(Lying("/etc/eakte/gateway/a.conf", "absent"), placed).what == "text"


@pytest.mark.parametrize(
    ("lying", "why"),
    [
        (Lying("/a", "other", IDENTITY, what="symbolic link"), "a symbolic link is in the place of the file"),
        (Lying("/a", "closed"), "can not be read, so it could not be kept"),
        (Lying("/a", "unread", why="line lost"), "line lost"),
        (lies(None, why="too much"), "too much"),
    ],
)
def test_where_somebody_has_to_look_it_is_refused(lying: Lying, why: str) -> None:
    said = found(lying, noted())
    assert (said.what, why in said.why) == ("refused", True)


@pytest.mark.parametrize("data", [GOOD, b"port: 81\n"])
def test_without_its_secret_a_file_can_not_be_made(data: bytes) -> None:
    said = found(lies(data), noted(), other=Secret("other", "other-other"))
    assert (said.what, said.why) == ("refused", "the secret database-password can not be opened here")


def test_what_local_it_puts_there_is_theirs() -> None:
    proposal = rendered(HEAD.replace("{how: restart, of: gateway}", "{how: hand}") + "owner: root\n", "a: 1\n")
    by_hand = rendered(HEAD.replace("{how: restart, of: gateway}", "{how: hand}"), "a: 1\n")
    for file in (proposal, by_hand):
        assert found(Lying("/a", "absent"), None, file).what == "theirs"
        same = replace(IDENTITY, owner=file.account, group=file.group)
        assert found(lies(b"a: 1\n", identity=same), None, file).what == "nothing"


def test_a_part_of_a_file_never_becomes_it() -> None:
    assert found(lies(b"a: 2\n"), None, rendered(HEAD + "partial: true\n", "a: 1\n")).what == "partial"
