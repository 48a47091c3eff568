"""What sudo says when it does not run a command (sudo 1.8 to 1.9, English and German), as errors.

`sudo -n` always: without a terminal a password prompt would hang for ever. Scripts run with LC_ALL=C (posix.sh), but
sudoers may force another language, so the German sentences are known, too.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from eakte_ops.errors import SudoNeedsTty, SudoPasswordAsked, SudoRefused, SudoRuleMissing
from eakte_ops.remote import cleaning
from eakte_ops.remote.posix import quote

_SENTENCES: tuple[tuple[type[SudoRefused], str], ...] = (
    (SudoPasswordAsked, r"a password is required|interactive authentication is required"),
    (SudoPasswordAsked, r"[Pp]asswort.{0,20}(?:notwendig|benötigt|erforderlich)"),
    (SudoNeedsTty, r"you must have a tty to run sudo|(?:TTY|Terminal).{0,40}(?:sudo|auszuführen)"),
    (SudoRuleMissing, r"is not allowed to (?:execute|run)|may not run sudo|is not in the sudoers file"),
    (SudoRuleMissing, r"darf.{0,200}nicht.{0,20}ausführen|nicht in der sudoers-Datei"),
    (SudoRefused, r"no valid sudoers sources|(?:parse|syntax) error|effective uid is not 0"),
)
_SENTENCE = tuple((kind, re.compile(pattern)) for kind, pattern in _SENTENCES)
_SAID_BY_SUDO = re.compile(r"^(?:sudo: |Sorry, |Leider |.* is not in the sudoers|.*nicht in der)", re.MULTILINE)


def command(words: Sequence[str]) -> str:
    """`sudo -n` with an exact command, quoted: rules of the access pack name programs by their full path."""
    return " ".join(["LC_ALL=C", "sudo", "-n", "--", *(quote(word) for word in words)])


def refusal(server: str, what: str, status: int | None, err: bytes) -> SudoRefused | None:
    """The error, if `err` shows that sudo itself refused; None where sudo ran the command, well or not."""
    said = cleaning.text(err)
    if status == 0 or not _SAID_BY_SUDO.search(said):
        return None
    for kind, pattern in _SENTENCE:
        if pattern.search(said):
            return kind(cleaning.line(said), server=server, command=what)
    return None
