"""Taking keys back: access.yml changes in the marked places and nowhere else."""

from __future__ import annotations

import difflib

import pytest

from eakte_ops.access.revoke import keys_to_revoke, revoked_text, still_let_in, towns_of
from eakte_ops.errors import UsageError
from tests.unit.access.town import ACCESS, TOWNS, access, key


def changed_lines(before: str, after: str) -> list[str]:
    return [line for line in difflib.ndiff(before.splitlines(), after.splitlines()) if line[0] in "+-"]


def revoke(holder: str, machine: str | None = None, text: str = ACCESS, why: str = "lost") -> str:
    return revoked_text(text, keys_to_revoke(access(text), holder, machine), "2026-11-22", why)


def test_block_and_flow_entries_are_marked_and_comments_stay() -> None:
    after = revoke("admin-1", why='said "gone", by \\ mail')
    assert changed_lines(ACCESS, after) == [
        "- issue: 3",
        "+ issue: 4",
        '+         revoked: "2026-11-22"',
        '+         why: "said \\"gone\\", by \\\\ mail"',
        f'-       - {{machine: ops-2, account: work, key: {key(2)}, expires: "2027-11-30"}}',
        f'+       - {{machine: ops-2, account: work, key: {key(2)}, expires: "2027-11-30", revoked: "2026-11-22", '
        'why: "said \\"gone\\", by \\\\ mail"}',
    ]
    found = access(after)
    assert [held.key.machine for held in found.revoked("witten")] == ["desk-1", "ops-2"]
    assert {held.key.why for held in found.revoked("witten")} == {'said "gone", by \\ mail'}
    assert found.version == 4


@pytest.mark.parametrize("holder", ["admin-1", "admin-2", "night"])
def test_whoever_is_revoked_is_in_no_grant_and_everybody_else_still_is(holder: str) -> None:
    found = access(revoke(holder))
    for town in TOWNS:
        before = {held.key.key for held in access().granted(town) if held.holder != holder}
        assert {held.key.key for held in found.granted(town)} == before


def test_one_machine_alone() -> None:
    found = access(revoke("admin-1", "ops-2"))
    assert [held.key.machine for held in found.granted("witten", "work")] == ["desk-1"]


def test_a_file_without_an_end_of_line_and_with_expires_last() -> None:
    text = ACCESS.partition("signers:")[0].rstrip("\n")
    found = access(revoke("night", text=text))
    assert [held.holder for held in found.revoked("witten")] == ["night"]


def test_revoking_twice_is_said() -> None:
    after = revoke("admin-2")
    with pytest.raises(UsageError, match="are revoked already"):
        revoke("admin-2", text=after)


@pytest.mark.parametrize(
    ("holder", "machine", "said"),
    [("admin-3", None, 'nobody is called "admin-3".*did you mean'), ("admin-1", "desk-9", "has no key at desk-9")],
)
def test_unknown_people_and_machines_are_said(holder: str, machine: str | None, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        keys_to_revoke(access(), holder, machine)


def test_only_towns_whose_packs_held_a_key_need_a_new_pack() -> None:
    assert towns_of(keys_to_revoke(access(), "admin-2", None), TOWNS) == ("herdecke",)
    assert towns_of(keys_to_revoke(access(), "admin-1", None), TOWNS) == TOWNS


def test_it_stays_a_finding_until_the_server_itself_refuses() -> None:
    (held,) = access(revoke("admin-2")).revoked("herdecke")
    (still,) = still_let_in([(held, True)])
    assert "still lets in the key of admin-2 at desk-2, revoked on 2026-11-22" in still.said
    (unknown,) = still_let_in([(held, None)])
    assert "could not be asked" in unknown.said
    assert still.subject == unknown.subject
    assert list(still_let_in([(held, False)])) == []
