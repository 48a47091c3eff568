"""Storing, opening and re-encrypting a town's secrets; and what is left when it is interrupted anywhere."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from eakte_ops.clock import Clock
from eakte_ops.errors import Busy, InvalidFile, Refused, UsageError
from eakte_ops.secret import check, files, recipients, record, rekey
from eakte_ops.secret.vault import LONGEST
from tests.unit.secret.town import Town

LISTED = ("database-password", "index-password")


@pytest.fixture
def filled(town: Town) -> Town:
    for name in LISTED:
        town.vault().put(name, f"canary-{name}")
    return town


def told(town: Town, who: str | None = "admin-1") -> list[str]:
    return [f"{found.subject} {found.sentence}" for found in check.examine(town.vault(who), LISTED)]


def test_what_was_stored_is_opened_by_each_recipient_and_by_nobody_else(filled: Town) -> None:
    for who in ("admin-1", "admin-2", "safe"):
        secret = filled.vault(who).reveal("database-password")
        assert secret.reveal() == "canary-database-password"
        assert secret.name == "witten/database-password"
    with pytest.raises(Refused, match="your identity does not open this file"):
        filled.vault("machine").reveal("database-password")
    with pytest.raises(Refused, match="no identity") as caught:
        filled.vault(None).reveal("database-password")
    assert "EAKTE_OPS_IDENTITY" in caught.value.way_out


def test_the_value_is_nowhere_on_disk(filled: Town) -> None:
    for path in filled.root.rglob("*"):
        if path.is_file():
            assert b"canary" not in path.read_bytes()


def test_a_secret_belongs_to_its_town_only(filled: Town) -> None:
    with pytest.raises(UsageError, match='herdecke has no value for the secret "database-password"'):
        filled.vault(town="herdecke").reveal("database-password")


def test_a_missing_value_says_how_to_set_it_and_what_was_meant(filled: Town) -> None:
    with pytest.raises(UsageError, match='did you mean "database-password"') as caught:
        filled.vault().reveal("databse-password")
    assert caught.value.way_out == "eakte-ops secret set witten databse-password"


@pytest.mark.parametrize("name", ["../x", "a/b", ".x", "", "A", "x.", "a b", "x" * 64, "ä", "-x", "a\n"])
def test_no_name_leaves_the_folder(town: Town, name: str) -> None:
    with pytest.raises(UsageError):
        town.vault().reveal(name)
    with pytest.raises(UsageError):
        town.vault().put(name, "canary")
    with pytest.raises(UsageError):
        town.vault(town=name).names()


@pytest.mark.parametrize("value", ["", "x" * (LONGEST + 1), "canary\0canary"])
def test_what_can_not_be_a_value_is_refused_without_showing_it(town: Town, value: str) -> None:
    with pytest.raises(UsageError, match="nothing was stored") as caught:
        town.vault().put("database-password", value)
    assert "canary" not in str(caught.value)
    assert town.vault().names() == ()


def test_the_same_value_again_writes_nothing(filled: Town) -> None:
    before = filled.vault().fingerprint("database-password")
    assert not filled.vault().put("database-password", "canary-database-password")
    assert filled.vault().fingerprint("database-password") == before
    assert filled.vault().put("database-password", "canary-new")
    assert filled.vault().fingerprint("database-password") != before


def test_one_who_can_not_read_can_still_store(filled: Town) -> None:
    assert filled.vault(None).put("database-password", "canary-blind")
    assert filled.vault().reveal("database-password").reveal() == "canary-blind"


def test_everything_right_has_no_finding(filled: Town) -> None:
    assert told(filled) == []


def test_what_check_finds(filled: Town) -> None:
    folder = filled.vault().folder
    filled.vault().put("third", "canary-third")
    folder.sealed("index-password").unlink()
    (folder.path / ".new-abc").write_text("")
    found = told(filled)
    assert "index-password is listed in the inventory and has no value" in found
    assert "third has a value and is not listed in the inventory" in found
    assert "inventories/witten.secrets/.new-abc does not belong here" in found
    assert "inventories/witten.secrets/index-password.age.yml does not belong here" in found
    assert len(found) == 4


def test_check_sees_recipients_that_do_not_fit(filled: Town) -> None:
    filled.recipients("admin-1", "machine")
    assert told(filled) == [
        f"{name} can still be opened with the key of admin-2 and can not be opened yet by machine" for name in LISTED
    ]


def test_check_sees_a_file_exchanged_cut_or_without_record(filled: Town) -> None:
    folder = filled.vault().folder
    folder.sealed("database-password").write_bytes(folder.sealed("index-password").read_bytes())
    elsewhere = (
        "database-password does not open: this file was made for witten/index-password and not for "
        "witten/database-password: somebody put it here"
    )
    assert told(filled) == ["database-password was changed without its record", elsewhere]
    folder.record("database-password").write_bytes(folder.record("index-password").read_bytes())
    assert told(filled) == [elsewhere]
    folder.record("database-password").unlink()
    assert told(filled) == ["database-password has no record of whom it was made for"]


def without_binding(town: Town, name: str) -> None:
    """As it was made before files said for whom: with a record that fits."""
    from eakte_ops.secret import age

    folder = town.vault().folder
    made = record.read(folder, name)
    assert made is not None
    sealed = age.encrypt(f"canary-old-{name}\nof two lines", [opener.key for opener in made.recipients])
    folder.sealed(name).write_bytes(sealed)
    record.store(folder, name, made.model_copy(update={"sha256": record.fingerprint(sealed)}))


def copied(town: Town, name: str) -> None:
    """Somebody with git alone copies the secret of Herdecke, with its record, to where Witten's lies."""
    town.recipients("admin-1", "admin-2", town="herdecke")
    town.vault(town="herdecke").put(name, "canary-of-herdecke")
    there, here = town.vault(town="herdecke").folder, town.vault().folder
    here.sealed(name).write_bytes(there.sealed(name).read_bytes())
    here.record(name).write_bytes(there.record(name).read_bytes())


def test_a_file_of_another_town_is_not_opened_whatever_is_copied_with_it(filled: Town) -> None:
    copied(filled, "database-password")
    before = filled.vault().fingerprint("database-password")
    with pytest.raises(Refused, match="made for herdecke/database-password and not for witten/") as caught:
        filled.vault().reveal("database-password")
    assert "canary" not in str(caught.value) + caught.value.way_out
    assert told(filled) == [
        "database-password does not open: this file was made for herdecke/database-password and not for "
        "witten/database-password: somebody put it here"
    ]
    filled.recipients("admin-1", "machine")
    for bind in ((), ("database-password",)):
        with pytest.raises(Refused, match=r"nothing was changed: this file was made for herdecke"):
            rekey.rekey(filled.vault(), bind=bind)
    assert filled.vault().fingerprint("database-password") == before
    assert filled.vault().put("database-password", "canary-anew")
    assert filled.vault().reveal("database-password").reveal() == "canary-anew"


def test_a_file_that_does_not_say_for_whom_is_refused_until_somebody_vouches(filled: Town) -> None:
    without_binding(filled, "database-password")
    with pytest.raises(Refused, match="does not say inside for which town and name") as caught:
        filled.vault().reveal("database-password")
    assert "secret rekey witten --bind database-password" in caught.value.way_out
    (found,) = check.examine(filled.vault(), LISTED)
    assert "--bind database-password" in found.way_out
    assert rekey.rekey(filled.vault()).done == ()  # rekey alone never binds
    filled.recipients("admin-1", "machine")
    with pytest.raises(Refused, match="nothing was changed"):
        rekey.rekey(filled.vault())
    done = rekey.rekey(filled.vault(), bind=LISTED)
    assert done.done == LISTED
    assert filled.vault().reveal("database-password").reveal() == "canary-old-database-password\nof two lines"
    assert filled.vault().reveal("index-password").reveal() == "canary-index-password"


def test_binding_leaves_the_open_points_and_binds_once(filled: Town) -> None:
    rekey.rekey(filled.vault(), "admin-2")
    without_binding(filled, "database-password")
    assert rekey.rekey(filled.vault(), bind=LISTED).done == ("database-password",)
    assert rekey.rekey(filled.vault(), bind=LISTED).done == ()
    made = record.read(filled.vault().folder, "database-password")
    assert made is not None
    assert [leaver.known_to for leaver in made.must_change] == ["admin-2"]


def test_a_new_value_replaces_one_that_does_not_say_for_whom(filled: Town) -> None:
    without_binding(filled, "database-password")
    assert filled.vault().put("database-password", "canary-old-database-password\nof two lines")
    assert filled.vault().reveal("database-password").reveal().startswith("canary-old")


def test_check_counts_the_keys_in_the_file_itself(filled: Town) -> None:
    from eakte_ops.secret import age

    folder = filled.vault().folder
    value = "eakte-ops secret 1 witten/database-password\ncanary"
    forged = age.encrypt(value, [filled.keys[who] for who in ("safe", "admin-1", "admin-2", "machine")])
    folder.sealed("database-password").write_bytes(forged)
    made = record.read(folder, "database-password")
    assert made is not None
    record.store(folder, "database-password", made.model_copy(update={"sha256": record.fingerprint(forged)}))
    assert told(filled) == [
        "database-password is made for other keys than its record says (4 in the file, 3 on record)"
    ]
    for_others = age.encrypt("canary", [filled.keys[who] for who in ("safe", "machine", "admin-2")])
    folder.sealed("database-password").write_bytes(for_others)
    record.store(folder, "database-password", made.model_copy(update={"sha256": record.fingerprint(for_others)}))
    assert told(filled) == ["database-password does not open: your identity does not open this file"]
    folder.sealed("database-password").write_bytes(b"nothing")
    record.store(folder, "database-password", made.model_copy(update={"sha256": record.fingerprint(b"nothing")}))
    assert told(filled, None) == ["database-password can not be opened by anybody: no age file"]


def test_check_says_that_a_recovery_identity_is_not_for_work(filled: Town) -> None:
    assert told(filled, "safe") == ["safe the identity used here is a recovery identity, which belongs offline"]


def test_check_without_recipients_file_and_without_secrets(filled: Town) -> None:
    filled.vault().folder.recipients.unlink()
    (only,) = told(filled)
    assert "nobody is named yet" in only
    assert check.examine(filled.vault(town="herdecke"), ()) == []


def test_a_broken_record_is_an_error_with_place(filled: Town) -> None:
    file = filled.vault().folder.record("database-password")
    file.write_text(file.read_text().replace("sha256", "<<<<<<< HEAD\nsha256"))
    with pytest.raises(InvalidFile) as caught:
        told(filled)
    assert str(caught.value.mistakes[0]).startswith("inventories/witten.secrets/database-password.age.yml:")


def test_rekey_makes_them_for_those_on_record_and_names_what_the_others_know(filled: Town) -> None:
    filled.recipients("admin-1", "machine")
    done = rekey.rekey(filled.vault())
    assert done.done == LISTED
    assert done.leavers == {"admin-2": LISTED}
    assert filled.vault("machine").reveal("index-password").reveal() == "canary-index-password"
    with pytest.raises(Refused):
        filled.vault("admin-2").reveal("index-password")
    today = filled.vault().clock.now().date()
    assert told(filled) == [f"{n} is known to admin-2, removed on {today}, and must be changed" for n in LISTED]


def test_rekey_again_changes_nothing_and_forgets_nothing(filled: Town) -> None:
    rekey.rekey(filled.vault(), "admin-2")
    before = {path: path.read_bytes() for path in filled.vault().folder.path.iterdir()}
    again = rekey.rekey(filled.vault())
    assert (again.done, again.already, again.leavers) == ((), LISTED, {})
    assert {path: path.read_bytes() for path in filled.vault().folder.path.iterdir()} == before
    assert len(told(filled)) == 2


def test_only_a_new_value_settles_it(filled: Town) -> None:
    rekey.rekey(filled.vault(), "admin-2")
    assert not filled.vault().put("database-password", "canary-database-password")
    assert len(told(filled)) == 2
    filled.vault().put("database-password", "canary-new")
    assert [line.split()[0] for line in told(filled)] == ["index-password"]


def test_who_comes_back_need_not_be_feared(filled: Town) -> None:
    rekey.rekey(filled.vault(), "admin-2")
    filled.recipients("admin-1", "admin-2")
    rekey.rekey(filled.vault())
    assert told(filled) == []


def test_a_second_leaver_is_added_to_the_first(filled: Town) -> None:
    filled.recipients("admin-1", "admin-2", "machine")
    rekey.rekey(filled.vault())
    rekey.rekey(filled.vault(), "admin-2")
    assert rekey.rekey(filled.vault(), "machine").leavers == {"machine": LISTED}
    assert sorted({line.split(",")[0].split()[-1] for line in told(filled)}) == ["admin-2", "machine"]


def test_a_new_key_of_the_same_person_is_told_but_is_no_leaver(filled: Town) -> None:
    filled.keys["admin-2"] = filled.keys["machine"]
    filled.recipients("admin-1", "admin-2")
    done = rekey.rekey(filled.vault())
    assert done.replaced == {"admin-2": LISTED}
    assert done.leavers == {}
    assert told(filled) == []


def test_a_leaver_is_taken_to_know_what_has_no_record(filled: Town) -> None:
    filled.vault().folder.record("database-password").unlink()
    assert rekey.rekey(filled.vault(), "admin-2").leavers == {"admin-2": LISTED}


def test_rekey_repairs_a_record_that_was_torn_from_its_file(filled: Town) -> None:
    folder = filled.vault().folder
    folder.record("index-password").unlink()
    assert rekey.rekey(filled.vault()).done == ("index-password",)
    assert told(filled) == []


def test_if_one_can_not_be_opened_nothing_is_changed(filled: Town) -> None:
    from eakte_ops.secret import age

    folder = filled.vault().folder
    folder.sealed("index-password").write_bytes(age.encrypt("canary", [filled.keys["machine"]]))
    before = {path: path.read_bytes() for path in folder.path.iterdir()}
    with pytest.raises(Refused, match="nothing was changed: your identity does not open this file"):
        rekey.rekey(filled.vault(), "admin-2")
    assert {path: path.read_bytes() for path in folder.path.iterdir()} == before


def test_what_is_no_age_file_is_not_taken_for_right(filled: Town) -> None:
    folder = filled.vault().folder
    made = record.read(folder, "index-password")
    assert made is not None
    for garbage in (b"nothing", b"-----BEGIN AGE ENCRYPTED FILE-----\n%%%\n-----END AGE ENCRYPTED FILE-----\n"):
        folder.sealed("index-password").write_bytes(garbage)
        record.store(folder, "index-password", made.model_copy(update={"sha256": record.fingerprint(garbage)}))
        assert any("can not be opened by anybody" in line for line in told(filled))
        with pytest.raises(Refused, match="nothing was changed: the file is damaged"):
            rekey.rekey(filled.vault())


def test_whether_all_is_opened_here_is_answered_by_the_records(filled: Town) -> None:
    assert check.opened_here(filled.vault())
    assert not check.opened_here(filled.vault("machine"))
    assert not check.opened_here(filled.vault(None))
    filled.vault().folder.record("index-password").write_text("broken: [")
    assert not check.opened_here(filled.vault())


class Killed(BaseException):
    """Stands for a process that ends at this very point."""


def killing(monkeypatch: pytest.MonkeyPatch, at: int) -> Iterator[int]:
    """The `at`-th file to be put in its place is the last thing that does not happen."""
    count = 0
    real = Path.replace

    def replace(self: Path, target: Path) -> Path:
        nonlocal count
        count += 1
        if count == at:
            raise Killed
        return real(self, target)

    monkeypatch.setattr(Path, "replace", replace)
    yield count
    monkeypatch.setattr(Path, "replace", real)


# Removing one of three from two secrets writes: 2 open points, the recipients, then age file and record of each.
@pytest.mark.parametrize("at", range(1, 8))
def test_wherever_rekey_is_killed_the_leaver_is_not_forgotten_and_a_second_run_ends_it(
    filled: Town, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    for _ in killing(monkeypatch, at):
        with pytest.raises(Killed):
            rekey.rekey(filled.vault(), "admin-2")
    for name in LISTED:
        assert filled.vault().reveal(name).reveal() == f"canary-{name}"
    on_record = {one.who for one in recipients.read(filled.vault().folder).everyone}
    if "admin-2" not in on_record:
        for name in LISTED:
            assert any(line.startswith(f"{name} is known to admin-2") for line in told(filled))
    rekey.rekey(filled.vault(), "admin-2" if "admin-2" in on_record else "")
    assert [line.split(",")[0] for line in told(filled)] == [f"{name} is known to admin-2" for name in LISTED]
    assert filled.vault().folder.strays() == ()


@pytest.mark.parametrize("at", [1, 2])
def test_wherever_storing_is_killed_the_old_or_the_new_value_is_there_and_check_sees_a_torn_record(
    filled: Town, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    for _ in killing(monkeypatch, at):
        with pytest.raises(Killed):
            filled.vault().put("database-password", "canary-new")
    value = filled.vault().reveal("database-password").reveal()
    assert value == {1: "canary-database-password", 2: "canary-new"}[at]
    assert told(filled) == {1: [], 2: ["database-password was changed without its record"]}[at]


def test_a_full_disk_leaves_the_old_file(filled: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_space(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", no_space)
    with pytest.raises(OSError, match="No space"):
        filled.vault().put("database-password", "canary-new")
    assert filled.vault().reveal("database-password").reveal() == "canary-database-password"
    assert filled.vault().folder.strays() == ()


def test_two_writers_wait_for_each_other_but_not_for_ever(filled: Town) -> None:
    now = 0.0

    def wait(seconds: float) -> None:
        nonlocal now
        now += seconds

    folder = filled.vault().folder
    with (
        folder.writing(),
        pytest.raises(Busy, match="somebody else is writing"),
        folder.writing(Clock(monotonic=lambda: now, sleep=wait)),
    ):
        pass
    assert now > 9
    with folder.writing():
        pass


def test_files_are_readable_as_others_in_git_and_complete(filled: Town) -> None:
    for path in filled.vault().folder.path.iterdir():
        assert path.stat().st_mode & 0o777 & ~0o044 == 0o600
    assert files.NAME.fullmatch("database-password")
