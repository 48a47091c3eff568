from __future__ import annotations

import pytest

from eakte_ops.errors import SudoNeedsTty, SudoPasswordAsked, SudoRefused, SudoRuleMissing
from eakte_ops.remote import sudo

WHAT = "/usr/bin/systemctl start --no-block eakte-job.service"


@pytest.mark.parametrize(
    ("err", "kind"),
    [
        ("sudo: a password is required\n", SudoPasswordAsked),
        ("sudo: interactive authentication is required\n", SudoPasswordAsked),
        ("sudo: Ein Passwort ist notwendig\n", SudoPasswordAsked),
        ("sudo: ein Passwort ist erforderlich\n", SudoPasswordAsked),
        (
            "sudo: a terminal is required to read the password; use the -S option\nsudo: a password is required\n",
            SudoPasswordAsked,
        ),
        ("sudo: sorry, you must have a tty to run sudo\n", SudoNeedsTty),
        ("sudo: Entschuldigung, Sie müssen ein TTY haben, um sudo auszuführen\n", SudoNeedsTty),
        ("Sorry, user eakte-ops is not allowed to execute '/bin/sh' as root on witten-db.\n", SudoRuleMissing),
        ("Sorry, user eakte-ops may not run sudo on witten-db.\n", SudoRuleMissing),
        ("eakte-ops is not in the sudoers file.\n", SudoRuleMissing),
        ("Leider darf der Benutzer eakte-ops »/bin/sh« als root auf witten-db nicht ausführen.\n", SudoRuleMissing),
        ("Leider darf Benutzer eakte-ops sudo auf witten-db nicht ausführen.\n", SudoRuleMissing),
        ("eakte-ops ist nicht in der sudoers-Datei.\n", SudoRuleMissing),
        ("sudo: no valid sudoers sources found, quitting\n", SudoRefused),
        ("sudo: /etc/sudoers.d/x: syntax error near line 3 of sudoers\n", SudoRefused),
        ("\x1b[31msudo: a password is required\x1b[0m", SudoPasswordAsked),
    ],
)
def test_the_refusals_of_sudo_are_told_apart(err: str, kind: type[SudoRefused]) -> None:
    found = sudo.refusal("witten-db", WHAT, 1, err.encode())
    assert type(found) is kind
    assert "witten-db" in str(found)
    assert WHAT in str(found)
    assert "\x1b" not in str(found)


@pytest.mark.parametrize(
    "err",
    [
        "",
        "Failed to start eakte-job.service: Unit eakte-job.service not found.\n",
        "a password is required by the application\n",
        "Job for eakte-gateway.service failed. See journalctl.\n",
    ],
)
def test_a_command_that_failed_by_itself_is_no_refusal(err: str) -> None:
    assert sudo.refusal("witten-db", WHAT, 1, err.encode()) is None


def test_success_is_no_refusal_whatever_is_said() -> None:
    assert sudo.refusal("witten-db", WHAT, 0, b"sudo: a password is required") is None


def test_the_command_never_asks_and_is_quoted() -> None:
    words = ("/usr/bin/systemctl", "start", "a b;c")
    assert sudo.command(words) == "LC_ALL=C sudo -n -- '/usr/bin/systemctl' 'start' 'a b;c'"
