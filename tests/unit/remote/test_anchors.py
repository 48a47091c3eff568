from __future__ import annotations

import json
from pathlib import Path

import pytest

from eakte_ops.errors import CommandFailed, SudoRuleMissing
from eakte_ops.remote import anchors
from eakte_ops.remote.anchors import Anchor
from eakte_ops.remote.fake import FakeConnection, FakeFleet, FakeServer, Reply
from eakte_ops.remote.types import Target


def line(reply: Reply) -> FakeConnection:
    fleet = FakeFleet({"witten-app": FakeServer(answers={"anchors": reply})})
    return fleet(Target("witten-app", "192.0.2.11", "eakte-ops", Path("kh")), 0)


def entry(message: object, **more: object) -> str:
    return json.dumps({"__REALTIME_TIMESTAMP": "1795536017803706", "_UID": "997", "MESSAGE": message, **more})


def test_the_command_is_the_one_that_the_access_pack_allows() -> None:
    sent = anchors.question().script.text["posix"]
    assert (
        "sudo -n -- '/usr/bin/journalctl' '--quiet' '--no-pager' '--output' 'json' '--identifier' 'eakte-ops'" in sent
    )


def test_entries_are_read_and_what_is_none_is_left_out() -> None:
    lines = [
        'f","_UID":"997"}',
        entry("begin r1 account=work"),
        entry([98, 27, 91, 50, 74, 195, 188, 999, "x"], _UID="0"),
        entry("x\x1b[2J\u202ey\n z"),
        entry(None),
        entry("no user", _UID=None),
        entry("no time", __REALTIME_TIMESTAMP="soon"),
        entry("too long a time", __REALTIME_TIMESTAMP="9" * 400),
        entry("no end", __REALTIME_TIMESTAMP=float("inf")),
        entry("no clock shows it", __REALTIME_TIMESTAMP="9" * 30),
        entry("no account", _UID="-1"),
        entry({"deep": "text"}),
        "[" * 5000,
        "7",
    ]
    reply = Reply("\n".join([*lines, "", "status 0", ""]).encode())
    at = 1795536017.803706
    assert anchors.read(line(reply)) == (
        Anchor(at, 997, "begin r1 account=work"),
        Anchor(at, 0, "bü"),
        Anchor(at, 997, "xy z"),
    )


def test_no_entries_are_no_error_but_a_failure_is() -> None:
    assert anchors.read(line(Reply(b"\nstatus 0\n"))) == ()
    for reply in (Reply(b"\nstatus 1\n", 0, b"No journal files were found"), Reply(b""), Reply(b"", None)):
        with pytest.raises(CommandFailed):
            anchors.read(line(reply))


def test_a_missing_rule_is_said_as_such() -> None:
    err = b"Sorry, user eakte-ops is not allowed to execute '/usr/bin/journalctl' as root on witten-app.\n"
    with pytest.raises(SudoRuleMissing, match="--identifier eakte-ops"):
        anchors.read(line(Reply(b"\nstatus 1\n", 0, err)), server="witten-app")
