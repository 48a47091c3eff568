"""The store without any room: transactions, steps of tables, sentences for what goes wrong, copies."""

from __future__ import annotations

import os
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from eakte_ops.errors import Busy, Fault, MachineFailed, ProgramFault, UsageError
from eakte_ops.store import Migration, Rows, Store, migrations_of
from eakte_ops.store import store as store_module
from eakte_ops.store.lock import held
from eakte_ops.store.steps import statements

FIRST = Migration("health", 1, "first", "CREATE TABLE thing (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);")
SECOND = Migration(
    "health",
    2,
    "second",
    """-- the first comment; with a semicolon
    CREATE TABLE part (thing INTEGER NOT NULL REFERENCES thing (id), said TEXT);
    INSERT INTO thing (name) VALUES ('a; b');
    CREATE TRIGGER watch AFTER INSERT ON part BEGIN UPDATE thing SET name = 'x;y' WHERE id = 0; SELECT 1; END;
    """,
)
BROKEN = Migration("health", 2, "broken", "CREATE TABLE part (a); INSERT INTO thing (name) VALUES ('half'); NONSENSE;")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "state" / "store.db"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    with closing(Store.open(path, [FIRST])) as opened:
        yield opened


def names(store: Store) -> list[str]:
    with store.reading() as rows:
        return [row["name"] for row in rows.all("SELECT name FROM thing ORDER BY id")]


def put(rows: Rows, name: str) -> int:
    return rows.insert("INSERT INTO thing (name) VALUES (?)", (name,))


def test_what_is_written_is_there_for_the_next_one(store: Store, path: Path) -> None:
    with store.writing() as rows:
        assert put(rows, "one") == 1
        rows.many("INSERT INTO thing (name) VALUES (:name)", [{"name": "two"}, {"name": "three"}])
        assert rows.run("UPDATE thing SET name = name || '!'") == 3
    store.close()
    with closing(Store.open(path, [FIRST])) as again, again.reading() as rows:
        found = rows.one("SELECT * FROM thing WHERE id = ?", (2,))
        assert found is not None
        assert (found["id"], found["name"]) == (2, "two!")
        assert rows.one("SELECT * FROM thing WHERE id = 9") is None


def test_nothing_of_a_transaction_stays_that_fails(store: Store) -> None:
    def fails(problem: type[BaseException]) -> None:
        with store.writing() as rows:
            put(rows, "one")
            raise problem

    for problem in (ZeroDivisionError, KeyboardInterrupt):
        with pytest.raises(problem):
            fails(problem)
    assert names(store) == []


def test_a_reader_sees_one_state_while_another_writes(store: Store, path: Path) -> None:
    with closing(Store.open(path, [FIRST])) as other, store.reading() as rows:
        assert rows.all("SELECT * FROM thing") == []
        with other.writing() as writing:
            put(writing, "new")
        assert rows.all("SELECT * FROM thing") == []
    assert names(store) == ["new"]


def test_reading_changes_nothing(store: Store) -> None:
    with store.reading() as rows:
        put(rows, "one")
    assert names(store) == []


def test_a_transaction_that_has_ended_can_not_be_used_any_more(store: Store) -> None:
    with store.writing() as rows:
        put(rows, "one")
    with pytest.raises(AttributeError):
        put(rows, "two")
    with store.reading() as rows:
        pass
    with pytest.raises(AttributeError):
        rows.all("SELECT * FROM thing")
    assert names(store) == ["one"]


def test_only_we_may_read_it(store: Store, path: Path) -> None:
    with store.writing() as rows:
        put(rows, "one")
    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir() if "store.db" in file.name}
    assert modes == {"store.db": 0o600, "store.db-wal": 0o600, "store.db-shm": 0o600}
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_it_is_set_so_that_kill_9_and_a_second_writer_do_no_harm(store: Store) -> None:
    with store.reading() as rows:
        said = {
            name: rows.all(f"PRAGMA {name}")[0][0]
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout", "auto_vacuum")
        }
    assert said == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 10000, "auto_vacuum": 2}


@pytest.mark.parametrize("wrong", ["INSERT INTO thing (name) VALUES (NULL)", "SELECT nothing", "BEGIN"])
def test_a_mistake_of_the_program_is_told_as_one(store: Store, wrong: str) -> None:
    def stumbles() -> None:
        with store.writing() as rows:
            put(rows, "one")
            rows.run(wrong)

    with pytest.raises(ProgramFault):
        stumbles()
    assert names(store) == []


def test_a_closed_store_says_so(store: Store) -> None:
    store.close()
    store.close()
    with pytest.raises(ProgramFault), store.reading():
        pass


def test_a_writer_that_holds_it_too_long(store: Store, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_module, "_PATIENCE_S", 0.05)
    with closing(Store.open(path, [FIRST])) as second, store.writing() as rows:
        put(rows, "one")
        with pytest.raises(Busy, match="another command is writing") as told, second.writing():
            pass
        assert told.value.place == str(path)
        assert names(second) == []
    assert names(store) == ["one"]


def test_steps_are_applied_in_order_and_only_once(path: Path) -> None:
    with closing(Store.open(path, [FIRST, SECOND])) as store:
        assert names(store) == ["a; b"]
    with closing(Store.open(path, [FIRST, SECOND])) as store:
        assert names(store) == ["a; b"]
        assert store.check() == ()
        with store.reading() as rows:
            kept = [tuple(row)[:4] for row in rows.all("SELECT * FROM migration ORDER BY number")]
    assert kept == [("health", 1, "first", FIRST.sha256), ("health", 2, "second", SECOND.sha256)]
    assert list(path.parent.glob("*.before-*")) == []


def test_a_copy_is_made_before_a_store_is_changed(store: Store, path: Path) -> None:
    with store.writing() as rows:
        put(rows, "before")
    other = Migration("report", 1, "mails", "CREATE TABLE mail (id INTEGER)")
    with closing(Store.open(path, [FIRST, SECOND, other])) as newer:
        assert names(newer) == ["before", "a; b"]
    copy = path.with_name("store.db.before-health-002")
    assert [file.name for file in path.parent.glob("*.before-*")] == [copy.name]
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    with closing(Store.open(copy, [FIRST])) as old:
        assert names(old) == ["before"]


def test_a_step_that_fails_leaves_the_store_as_it_was(store: Store, path: Path) -> None:
    with store.writing() as rows:
        put(rows, "one")
    for _ in range(2):
        with pytest.raises(ProgramFault):
            Store.open(path, [FIRST, BROKEN])
    with closing(Store.open(path, [FIRST])) as again:
        assert names(again) == ["one"]
        assert again.check() == ()


def test_a_step_that_leaves_rows_without_what_they_refer_to_is_undone(path: Path) -> None:
    with closing(Store.open(path, [FIRST, SECOND])) as store, store.writing() as rows:
        rows.run("INSERT INTO part VALUES (1, 'a')")
    wrong = Migration("health", 3, "wrong", "PRAGMA defer_foreign_keys = ON; DELETE FROM thing;")
    with pytest.raises(Fault, match="step health-003 leaves rows"):
        Store.open(path, [FIRST, SECOND, wrong])
    with closing(Store.open(path, [FIRST, SECOND])) as store:
        assert names(store) == ["a; b"]


@pytest.mark.parametrize("read_only", [False, True])
def test_a_store_of_a_newer_version_is_refused_and_not_touched(path: Path, read_only: bool) -> None:
    Store.open(path, [FIRST, SECOND]).close()
    before = path.read_bytes()
    with pytest.raises(UsageError, match=r"made by a newer version .* health-002 ") as told:
        Store.open(path, [FIRST], read_only=read_only)
    assert told.value.place == str(path)
    assert "before-" in told.value.way_out
    assert path.read_bytes() == before


def test_a_released_step_that_was_changed_is_refused(path: Path) -> None:
    Store.open(path, [FIRST]).close()
    changed = Migration("health", 1, "first", FIRST.sql + " ")
    with pytest.raises(Fault, match=r"step health-001 \(first\) was another one"):
        Store.open(path, [changed])


def test_a_file_of_another_program_is_left_alone(path: Path) -> None:
    path.parent.mkdir(parents=True)
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE theirs (id INTEGER)")
    with pytest.raises(UsageError, match="it is no store of eakte-ops"):
        Store.open(path, [FIRST])


def test_a_file_that_is_no_database(path: Path) -> None:
    content = b"no database at all, but long enough to be one" * 50
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    with pytest.raises(MachineFailed, match="the store is damaged") as told:
        Store.open(path, [FIRST])
    assert "store check" in told.value.way_out
    assert "backup" in told.value.way_out
    assert path.read_bytes() == content


def test_a_damaged_file_is_told_by_check_and_by_whoever_reads_it(path: Path) -> None:
    with closing(Store.open(path, [FIRST])) as store:
        with store.writing() as rows:
            rows.many("INSERT INTO thing (name) VALUES (?)", [(f"{number:0500d}",) for number in range(500)])
        assert store.check() == ()
    content = bytearray(path.read_bytes())
    content[20 * 4096 : 60 * 4096] = b"\xff" * (40 * 4096)
    path.write_bytes(content)
    with closing(Store.open(path, [FIRST])) as store:
        assert any(said.startswith("damaged: ") for said in store.check())
        with pytest.raises(MachineFailed, match="the store is damaged"):
            names(store)


def test_damage_that_is_no_text_any_more_is_told_as_damage(path: Path) -> None:
    """SQLite quotes a damaged table in its complaint, and a damaged text is handed out: neither can be decoded."""
    with closing(Store.open(path, [FIRST])) as store, store.writing() as rows:
        put(rows, "a name to be found again")
    whole = path.read_bytes()
    path.write_bytes(whole.replace(b"TABLE thing", b"TABLE \xdf\xff\xfe(("))
    for read_only in (True, False):
        with pytest.raises(MachineFailed, match="the store is damaged"):
            Store.open(path, [FIRST], read_only=read_only)
    path.write_bytes(whole.replace(b"a name to be", b"a \xdf\xffme to be"))
    with closing(Store.open(path, [FIRST], read_only=True)) as store, pytest.raises(MachineFailed, match="is damaged"):
        names(store)


def test_check_names_what_is_missing_unknown_and_open_to_others(path: Path) -> None:
    Store.open(path, [FIRST, SECOND]).close()
    with closing(sqlite3.connect(path)) as raw:
        raw.execute("INSERT INTO part VALUES (99, 'nothing')")
        raw.execute("UPDATE migration SET sha256 = 'x' WHERE number = 1")
        raw.execute("INSERT INTO migration VALUES ('report', 1, 'mails', 'y', 0)")
        raw.commit()
        third = Migration("health", 3, "third", "")
        path.chmod(0o644)
        said = Store(path, raw, [FIRST, SECOND, third]).check()
    assert said == (
        "table part: 1 rows refer to what is not there",
        "made by a newer version of eakte-ops: its steps report-001 are not known here",
        "step health-001 (first) was another one when it was applied: a released step was changed",
        "step health-003 (third) is missing",
        f"others on this machine can use the file (mode 0644); chmod 600 {path}",
    )


def test_a_backup_is_whole_alone_and_ours(store: Store, tmp_path: Path) -> None:
    with store.writing() as rows:
        put(rows, "one")
    to = tmp_path / "backup.db"
    store.backup(to)
    assert stat.S_IMODE(to.stat().st_mode) == 0o600
    assert sorted(file.name for file in tmp_path.iterdir()) == ["backup.db", "deep"]
    with closing(Store.open(to, [FIRST])) as copy:
        assert names(copy) == ["one"]
        assert copy.check() == ()


def test_a_backup_never_overwrites(store: Store, tmp_path: Path) -> None:
    to = tmp_path / "backup.db"
    to.write_text("dear to somebody")
    with pytest.raises(UsageError, match="overwrites none"):
        store.backup(to)
    assert to.read_text() == "dear to somebody"


def test_a_backup_leaves_files_beside_it_alone(store: Store, tmp_path: Path) -> None:
    (tmp_path / "backup.db.part").write_text("dear to somebody")
    store.backup(tmp_path / "backup.db")
    assert sorted(file.name for file in tmp_path.iterdir()) == ["backup.db", "backup.db.part", "deep"]
    assert (tmp_path / "backup.db.part").read_text() == "dear to somebody"


def test_a_backup_to_nowhere_is_a_sentence(store: Store, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no folder"):
        store.backup(tmp_path / "nowhere" / "backup.db")
    for folder in (tmp_path, Path()):
        with pytest.raises(UsageError, match="a backup is a file"):
            store.backup(folder)


def test_a_backup_that_can_not_be_verified_is_taken_away(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("eakte_ops.store.copies._write", lambda _path, part: part.write_bytes(b"rubbish" * 1000))
    with pytest.raises(MachineFailed):
        store.backup(tmp_path / "backup.db")
    assert [file.name for file in tmp_path.iterdir()] == ["deep"]


def test_read_only_it_can_not_be_written(store: Store, path: Path) -> None:
    with store.writing() as rows:
        put(rows, "one")
    with closing(Store.open(path, [FIRST], read_only=True)) as reader:
        assert names(reader) == ["one"]
        with pytest.raises(MachineFailed, match="nothing stored before is lost"), reader.writing() as rows:
            put(rows, "two")
        with store.writing() as rows:
            put(rows, "two")
        assert names(reader) == ["one", "two"]


def test_read_only_an_old_store_is_brought_up_to_date_first(store: Store, path: Path) -> None:
    with closing(Store.open(path, [FIRST, SECOND], read_only=True)) as reader:
        assert reader.check() == ()


def test_read_only_there_must_be_one(path: Path) -> None:
    with pytest.raises(MachineFailed, match="can not be opened"):
        Store.open(path, [FIRST], read_only=True)
    assert not path.exists()


def test_a_folder_that_can_not_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(MachineFailed, match="nothing stored before is lost"):
        Store.open(tmp_path / "file" / "store.db", [FIRST])


def test_statements_are_split_where_they_end() -> None:
    assert [each.split()[0] for each in statements(SECOND.sql)] == ["--", "INSERT", "CREATE"]
    assert list(statements("-- nothing\n")) == []
    assert list(statements("SELECT 1")) == ["SELECT 1"]


def test_steps_are_read_from_a_room_and_must_have_no_gap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    room = tmp_path / "a_room_of_tables"
    (room / "schema").mkdir(parents=True)
    (room / "__init__.py").write_text("")
    (room / "schema" / "001_one.sql").write_text("SELECT 1")
    (room / "schema" / "README.sql").write_text("no step")
    monkeypatch.syspath_prepend(tmp_path)
    assert migrations_of("room", "a_room_of_tables") == (Migration("room", 1, "one", "SELECT 1"),)
    (room / "schema" / "003_three.sql").write_text("SELECT 3")
    with pytest.raises(Fault, match="without a gap"):
        migrations_of("room", "a_room_of_tables")


def test_the_steps_of_the_program_itself_fit_together(tmp_path: Path) -> None:
    from eakte_ops.cli.context import migrations

    with closing(Store.open(tmp_path / "store.db", migrations())) as store:
        assert store.check() == ()


def test_a_folder_in_which_others_may_write_is_said_also_behind_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir(mode=0o700)
    (tmp_path / "state").symlink_to("real")
    with closing(Store.open(tmp_path / "state/store.db", ())) as store:
        assert store.check() == ()
        (tmp_path / "real").chmod(0o770)
        said = f"others on this machine can put another file in its place; chmod go-w {(tmp_path / 'real').resolve()}"
        assert store.check() == (said,)


def test_a_folder_of_a_group_is_shared_by_its_people_and_by_nobody_else(path: Path) -> None:
    path.parent.mkdir(parents=True)
    path.parent.chmod(0o2770)
    before = os.umask(0o077)
    try:
        with closing(Store.open(path, [FIRST])) as store:
            with store.writing() as rows:
                rows.run("INSERT INTO thing (name) VALUES ('a')")
            assert {stat.S_IMODE(each.stat().st_mode) for each in path.parent.iterdir()} == {0o660}
            assert store.check() == ()
            path.chmod(0o664)
            assert store.check() == (f"others on this machine can use the file (mode 0664); chmod 660 {path}",)
        with held(path.with_name("a.lock"), "it", "a test"):
            assert stat.S_IMODE(path.with_name("a.lock").stat().st_mode) == 0o660
    finally:
        os.umask(before)
