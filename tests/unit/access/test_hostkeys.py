"""The town's known_hosts file: what accepting changes, and that an old key never stays in force unseen."""

from __future__ import annotations

from pathlib import Path

import pytest

from eakte_ops.access.hostkeys import changes, must_be_plain, rewritten, write_atomically
from eakte_ops.access.keys import PublicKey, read_host_key
from eakte_ops.errors import InvalidFile
from eakte_ops.remote.known_hosts import parse
from tests.unit.access.town import key, rsa_key

NAMES = {"db": "192.0.2.10", "app": "[192.0.2.11]:2222"}
OLD, NEW = read_host_key(key(1)), read_host_key(key(2))
RSA = read_host_key(rsa_key())
FILE = f"# confirmed by phone\n192.0.2.10 {OLD}\n[192.0.2.11]:2222 {OLD}\n@revoked * {read_host_key(key(9))}\n"


def states(text: str, **sent: tuple[PublicKey, ...]) -> list[tuple[str, str, str]]:
    return [(each.host, each.kind, each.state) for each in changes(text, NAMES, sent)]


def test_new_same_changed_gone_and_revoked_are_told_apart() -> None:
    assert states("", db=(NEW,)) == [("db", "ssh-ed25519", "new")]
    assert states(FILE, db=(OLD,)) == [("db", "ssh-ed25519", "same")]
    assert states(FILE, db=(NEW,)) == [("db", "ssh-ed25519", "CHANGED")]
    assert states(FILE, db=(RSA,)) == [("db", "ssh-rsa", "new"), ("db", "ssh-ed25519", "gone")]
    assert states(FILE, db=(read_host_key(key(9)),)) == [("db", "ssh-ed25519", "REVOKED")]


def test_a_changed_key_shows_old_and_new() -> None:
    (change,) = changes(FILE, NAMES, {"db": (NEW,)})
    assert (change.old, change.new) == ((OLD,), NEW)


def test_only_the_lines_of_these_hosts_are_replaced() -> None:
    text = rewritten(FILE, NAMES, {"db": (NEW,)})
    assert text == (
        f"# confirmed by phone\n[192.0.2.11]:2222 {OLD}\n@revoked * {read_host_key(key(9))}\n192.0.2.10 {NEW}\n"
    )
    known = parse(text)
    assert [blob for _, blob in known.keys("192.0.2.10")] == [NEW.blob]
    assert [blob for _, blob in known.keys("[192.0.2.11]:2222")] == [OLD.blob]


def test_writing_twice_changes_nothing() -> None:
    once = rewritten("", NAMES, {"db": (NEW, RSA), "app": (OLD,)})
    assert rewritten(once, NAMES, {"db": (NEW, RSA), "app": (OLD,)}) == once


@pytest.mark.parametrize(
    "line",
    [
        f"192.0.2.10,192.0.2.11 {OLD}",
        f"192.0.2.* {OLD}",
        f"|1|abc=|def= {OLD}",
        f"@cert-authority * {OLD}",
        "192.0.2.10 nonsense",
        "192.0.2.10",
    ],
)
def test_a_line_that_could_keep_an_old_key_in_force_is_refused(line: str) -> None:
    must_be_plain(FILE, "witten.known_hosts")
    with pytest.raises(InvalidFile) as caught:
        must_be_plain(FILE + line + "\n", "witten.known_hosts")
    assert "witten.known_hosts:5:1" in str(caught.value.mistakes[0])


def test_the_file_is_written_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "witten.known_hosts"
    write_atomically(file, "old\n")

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("eakte_ops.access.hostkeys.os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_atomically(file, "new\n")
    assert file.read_text() == "old\n"
    assert list(tmp_path.iterdir()) == [file]
