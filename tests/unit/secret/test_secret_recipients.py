"""The file that says who may open a town's secrets."""

import pytest

from eakte_ops.errors import InvalidFile, UsageError
from eakte_ops.secret import recipients
from eakte_ops.secret.files import TownFolder
from tests.unit.secret.town import Town, ssh_public_key

HEAD = "recovery:\n  - {who: safe, key: KEY-SAFE, since: 2026-11-24}\n"


def written(town: Town, text: str) -> TownFolder:
    folder = town.vault(None).folder
    for who, key in town.keys.items():
        text = text.replace(f"KEY-{who.upper()}", key)
    folder.recipients.write_text(text)
    return folder


def test_recovery_comes_first_and_the_comment_of_an_ssh_key_is_dropped(town: Town) -> None:
    ssh = ssh_public_key()
    text = HEAD + f"recipients:\n  - {{who: admin-1, key: {ssh} somebody@desk, since: 2026-11-24}}\n"
    assert recipients.read(written(town, text)).keys == (town.keys["safe"], ssh)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("recipients:\n  - {who: a, key: KEY-ADMIN-1, since: 2026-11-24}\n", "1:1  recovery: missing"),
        (f"{HEAD}", "1:1  recipients: missing"),
        ("recovery: []\nrecipients: []\n", "1:11  recovery: at least 1 entry expected, found 0"),
        (
            HEAD + "recipients:\n  - {who: a, key: age1canary, since: 2026-11-24}\n",
            "0.key: no valid public key",
        ),
        (HEAD + "recipients:\n  - {who: a, key: ssh-rsa AAAA, since: 2026-11-24}\n", 'a public key begins with "age1"'),
        (
            HEAD + "recipients:\n  - {who: A. Person, key: KEY-ADMIN-1, since: 2026-11-24}\n",
            "0.who: a role of",
        ),
        (HEAD + "recipients:\n  - {who: a, key: KEY-ADMIN-1}\n", "4:5  recipients.0.since: missing"),
        (HEAD + "recipients:\n  - {who: a, key: KEY-ADMIN-1, since: yesterday}\n", "a date such as 2026-11-24"),
        (HEAD + "recipients:\n  - {who: safe, key: KEY-ADMIN-1, since: 2026-11-24}\n", "stands in recovery.0 already"),
        (HEAD + "recipients:\n  - {who: a, key: KEY-SAFE, since: 2026-11-24}\n", "stands in recovery.0 already"),
        (HEAD + "recipients:\n  - {who: a, kay: KEY-SAFE, since: 2026-11-24}\n", 'unknown key; did you mean "key"?'),
        ("", "the file is empty"),
    ],
)
def test_what_is_wrong_in_it_is_said_with_its_place(town: Town, text: str, says: str) -> None:
    with pytest.raises(InvalidFile) as caught:
        recipients.read(written(town, text))
    told = [str(mistake) for mistake in caught.value.mistakes]
    assert any(says in line and line.startswith("inventories/witten.secrets/recipients.yml:") for line in told), told


def test_without_the_file_the_way_out_is_told(town: Town) -> None:
    with pytest.raises(UsageError, match="nobody is named yet") as caught:
        recipients.read(TownFolder(town.root / "inventories", "herdecke"))
    assert "docs/how-to/secrets.md" in caught.value.way_out


COMMENTED = """\
# who may open
recovery:
  - {who: safe, key: KEY-SAFE, since: 2026-11-24} # in the safe
recipients:
  # the first
  - who: admin-1
    key: KEY-ADMIN-1
    since: 2026-11-24 # a note

  # the second
  - {who: admin-2, key: KEY-ADMIN-2, since: 2026-11-24}
  # the host
  - who: machine
    # unattended
    key: KEY-MACHINE
    since: 2026-11-24
# the end
"""


@pytest.mark.parametrize(
    ("who", "gone"),
    [
        ("admin-1", ["  - who: admin-1", "    key: KEY-ADMIN-1", "    since: 2026-11-24 # a note"]),
        ("admin-2", ["  - {who: admin-2, key: KEY-ADMIN-2, since: 2026-11-24}"]),
        ("machine", ["  - who: machine", "    # unattended", "    key: KEY-MACHINE", "    since: 2026-11-24"]),
    ],
)
def test_an_entry_is_taken_out_and_every_other_line_stays(town: Town, who: str, gone: list[str]) -> None:
    folder = written(town, COMMENTED)
    before = folder.recipients.read_text().splitlines()
    after = recipients.without(folder, who).decode().splitlines()
    taken = [line.replace(f"KEY-{who.upper()}", town.keys[who]) for line in gone]
    start = before.index(taken[0])
    assert before[:start] + before[start + len(taken) :] == after
    assert folder.recipients.read_text().splitlines() == before  # only said, not yet written


@pytest.mark.parametrize(
    ("who", "says"), [("safe", "last entry of `recovery`"), ("admin-9", 'no recipient "admin-9"; did you mean "admin-')]
)
def test_the_last_one_stays_and_an_unknown_one_is_said(town: Town, who: str, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        recipients.without(town.vault(None).folder, who)


def test_an_entry_that_shares_its_line_is_left_to_a_person(town: Town) -> None:
    both = "{who: a, key: KEY-ADMIN-1, since: 2026-11-24}, {who: b, key: KEY-ADMIN-2, since: 2026-11-24}"
    with pytest.raises(UsageError, match="can not be taken out by itself"):
        recipients.without(written(town, HEAD + f"recipients: [{both}]\n"), "a")
