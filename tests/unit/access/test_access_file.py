"""access.yml: everything that is wrong is said at once, each with its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from eakte_ops.access.load import load_access, read_access
from eakte_ops.errors import InvalidFile, UsageError
from tests.unit.access.town import ACCESS, TOWNS, access, key

ROOT = Path(__file__).parents[3]
RSA = "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAgQC7"
CUT = key(1)[:-8]


def test_the_sample_of_the_repository_is_right() -> None:
    towns = [file.stem for file in (ROOT / "inventories").glob("[!_]*.yml")]
    found = load_access(ROOT, towns)
    assert {host.role for host in found.said.operations_hosts} == {"norm", "emergency"}
    assert {held.key.account for held in found.all()} == {"work", "look"}


def test_no_file_is_said_with_the_way_out(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no access\.yml") as caught:
        load_access(tmp_path, TOWNS)
    assert "docs/how-to/access.md" in caught.value.way_out


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("issue: 3", "issue: 0", 2, "issue"),
        ("issue: 3", 'issue: "3"', 2, "number"),
        (key(1), RSA, 11, "ssh-rsa are not granted"),
        (key(1), CUT, 11, "cut or altered"),
        (key(1), key(1).replace("ssh-ed25519", "ecdsa-sha2-nistp256", 1), 11, "not that of a ecdsa-sha2-nistp256"),
        (key(1), key(1) + " somebody@desk", 11, "nothing may follow the key"),
        (key(1), "ssh-ed25519", 11, "a public key is expected"),
        (key(1), "ssh-ed25519 !!!!", 11, "no base64"),
        (key(1), "ssh-magic " + key(1)[12:], 11, 'unknown type of key "ssh-magic"'),
        (key(1), '"-----BEGIN OPENSSH PRIVATE KEY-----"', 11, "PRIVATE key"),
        (key(2), key(1), 14, "the same key as that of admin-1 at desk-1"),
        (key(9), key(9)[:-5] + "=====", 28, "base64"),
        ("account: work\n", "account: root\n", 10, "work"),
        ("machine: ops-2, account", "machine: desk-1, account", 14, "admin-1 has two keys for work at desk-1"),
        ("id: admin-2", "id: admin-1", 15, 'two holders "admin-1"'),
        ('"2027-05-31"', '"2027-02-30"', 17, "there is no day 2027-02-30"),
        ("[herdecke]", "[herdeke]", 17, 'no town "herdeke"; did you mean "herdecke"?'),
        ("towns: all", "towns: every", 13, "towns"),
        ('["192.0.2.30"]', '["192.0.2.300"]', 4, "an IP address or network is expected"),
        ('["192.0.2.30"]', '["192.0.2.1/24"]', 4, "an IP address or network is expected"),
        ('["192.0.2.30"]', '["10.0.0.0/8"]', 4, "too wide"),
        ('["192.0.2.30"]', '["*"]', 4, "an IP address or network is expected"),
        ("203.0.113.20", "192.0.2.30", 5, "is there twice"),
        ("role: emergency", "role: norm", 4, "no operations host has the role emergency"),
        ("name: ops-2, role", "name: ops-1, role", 5, 'two operations hosts "ops-1"'),
        ("signers:", "singers:", 27, 'did you mean "signers"?'),
        ('"2027-12-31"', '"2027-12-31"\n        revoked: "2026-11-22"', 20, "needs a `why`"),
        ('"2027-12-31"', '"2027-12-31"\n        revoked: "2026-13-01"\n        why: lost', 27, "no day 2026-13-01"),
    ],
)
def test_every_mistake_has_its_line_and_its_sentence(old: str, new: str, line: int, said: str) -> None:
    assert old in ACCESS
    with pytest.raises(InvalidFile) as caught:
        access(ACCESS.replace(old, new, 1))
    assert any(mistake.line == line and said in str(mistake) for mistake in caught.value.mistakes), [
        str(mistake) for mistake in caught.value.mistakes
    ]


def test_all_mistakes_are_said_at_once() -> None:
    text = ACCESS.replace("[herdecke]", "[bochum]").replace(key(1), RSA).replace('"2028-11-30"', '"2028-11-31"')
    with pytest.raises(InvalidFile) as caught:
        read_access(text, TOWNS)
    assert len(caught.value.mistakes) == 3


def test_a_machine_may_have_a_new_key_once_the_old_one_is_revoked() -> None:
    both = ACCESS.replace(
        "machine: ops-2, account: work,",
        'machine: desk-1, account: work, revoked: "2026-11-22", why: stolen,',
    )
    found = access(both)
    assert [held.key.machine for held in found.granted("witten", "work")] == ["desk-1"]
    assert [str(held.key.public) for held in found.revoked("witten")] == [key(2)]


def test_keys_are_granted_town_by_town_and_expired_ones_stay_in() -> None:
    found = access(ACCESS.replace("2027-05-31", "2020-05-31"))
    assert {held.holder for held in found.granted("witten")} == {"admin-1", "night"}
    assert {held.holder for held in found.granted("herdecke")} == {"admin-1", "admin-2", "night"}
    assert [held.holder for held in found.granted("herdecke", "look")] == ["night"]


def test_no_key_shows_in_a_message_whole() -> None:
    with pytest.raises(InvalidFile) as caught:
        access(ACCESS.replace(key(2), key(1)))
    assert key(1) not in str(caught.value) + "".join(map(str, caught.value.mistakes))
