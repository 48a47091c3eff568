"""The store and real processes: killed ones, two writers, a full disk, an older program, readers beside writers."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from eakte_ops.store import Migration, Store

REPO = Path(__file__).parents[3]
STEP = Migration(
    "t",
    1,
    "t",
    "CREATE TABLE batch (writer TEXT, number INTEGER, PRIMARY KEY (writer, number));"
    "CREATE TABLE part (writer TEXT, number INTEGER, said TEXT, FOREIGN KEY (writer, number) REFERENCES batch)",
)
SECOND = Migration("t", 2, "more", "CREATE TABLE more (a); INSERT INTO more SELECT number FROM part")
PARTS = 40

WRITER = """
import sys
from pathlib import Path
from eakte_ops.errors import EakteError
from eakte_ops.store import Store
from tests.integration.store.test_processes import PARTS, STEP

path, name, most = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
try:
    store = Store.open(path, [STEP])
    for number in range(most):
        with store.writing() as rows:
            rows.run("INSERT INTO batch VALUES (?, ?)", (name, number))
            rows.many("INSERT INTO part VALUES (?, ?, ?)", [(name, number, "x" * 300)] * PARTS)
        print(number, flush=True)
except EakteError as problem:
    print(problem, "|", problem.way_out, file=sys.stderr, flush=True)
    sys.exit(problem.status)
"""


def python(program: str, *words: object, **more: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", program, *(str(word) for word in words)],
        cwd=REPO,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **more,  # type: ignore[call-overload]
    )


def written(path: Path) -> dict[str, list[int]]:
    """Writer -> the numbers of its batches, each of which must be whole; the store must be whole, too."""
    found: dict[str, list[int]] = {}
    with closing(Store.open(path, [STEP])) as store:
        assert store.check() == ()
        with store.reading() as rows:
            for writer, number, parts in rows.all(
                "SELECT batch.writer, batch.number, count(*) FROM batch JOIN part USING (writer, number) GROUP BY 1, 2"
            ):
                assert parts == PARTS
                found.setdefault(writer, []).append(number)
            whole = rows.one("SELECT count(*) FROM batch")
            assert whole is not None
            assert whole[0] == sum(len(numbers) for numbers in found.values())
    return found


def test_a_writer_killed_at_any_moment_loses_nothing_it_was_told_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "state" / "store.db"
    for attempt in range(20):
        name = f"w{attempt}"
        with python(WRITER, path, name, 100000) as writer:
            assert writer.stdout is not None
            # some before anything was written
            lines = [writer.stdout.readline() for _ in range(random.randrange(1, 30) if attempt % 4 else 0)]
            writer.send_signal(signal.SIGKILL)
            lines += writer.stdout.read().splitlines()
            told = [int(line) for line in lines]
        kept = written(path).get(name, [])
        assert kept[: len(told)] == told
        assert len(kept) - len(told) in (0, 1)  # one may have been kept before it could be said


def test_a_store_being_made_can_be_killed_at_any_moment(tmp_path: Path) -> None:
    for attempt in range(8):
        path = tmp_path / str(attempt) / "store.db"
        with python(WRITER, path, "w", 1) as writer:
            while not path.exists() and writer.poll() is None:
                pass
            for _ in range(attempt * 500):
                path.stat()
            writer.send_signal(signal.SIGKILL)
        assert written(path).keys() <= {"w"}


def test_two_writers_at_once_both_come_to_their_end(tmp_path: Path) -> None:
    path = tmp_path / "state" / "store.db"  # which both of them make
    writers = [python(WRITER, path, name, 60) for name in ("a", "b", "c")]
    for writer in writers:
        said, complaint = writer.communicate(timeout=100)
        assert (writer.returncode, complaint) == (0, "")
        assert len(said.splitlines()) == 60
    assert written(path) == {name: list(range(60)) for name in ("a", "b", "c")}


def test_two_processes_that_bring_it_up_to_date_at_once_do_so_once(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    with python(WRITER, path, "a", 5) as writer:
        assert writer.wait() == 0
    program = """
import sys
from pathlib import Path
from eakte_ops.store import Store
from tests.integration.store.test_processes import SECOND, STEP
print(Store.open(Path(sys.argv[1]), [STEP, SECOND]).check())
"""
    for other in [python(program, path) for _ in range(4)]:
        assert other.communicate(timeout=100) == ("()\n", "")
    assert [file.name for file in tmp_path.glob("*.before-*")] == ["store.db.before-t-002"]
    assert written(tmp_path / "store.db.before-t-002") == {"a": list(range(5))}


@contextmanager
def small_disk(folder: Path) -> Iterator[Callable[[], None] | None]:
    """A disk of 600 kB in `folder`, or where we may not mount one what makes a child stop at files of that size."""
    if os.geteuid() == 0:
        mounted = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=600k", "tmpfs", str(folder)], capture_output=True, check=False
        )
        if mounted.returncode == 0:
            try:
                yield None
            finally:
                subprocess.run(["umount", str(folder)], check=True)
            return

    def limited() -> None:
        import resource

        resource.setrlimit(resource.RLIMIT_FSIZE, (600_000, 600_000))

    yield limited


def test_a_full_disk_is_said_and_nothing_kept_before_is_lost(tmp_path: Path) -> None:
    folder = tmp_path / "small"
    folder.mkdir()
    path = folder / "store.db"
    with small_disk(folder) as limited:
        with python(WRITER, path, "a", 100000, preexec_fn=limited) as writer:
            said, complaint = writer.communicate(timeout=100)
        assert writer.returncode == 70
        assert complaint.startswith(f"{path}: ")
        assert "nothing stored before is lost" in complaint
        told = [int(line) for line in said.splitlines()]
        assert told
        with closing(Store.open(path, [STEP], read_only=True)) as store, store.reading() as rows:
            assert [row[0] for row in rows.all("SELECT number FROM batch ORDER BY 1")] == told
        with python(WRITER, path, "b", 100000, preexec_fn=limited) as writer:
            writer.communicate(timeout=100)
        assert writer.returncode == 70
        for file in folder.glob("store.db*"):  # with the log: what is kept may lie there alone
            shutil.copy(file, tmp_path / file.name)
    assert written(tmp_path / "store.db")["a"] == told


def fill(folder: Path) -> None:
    """Leave nothing free on the disk of `folder`; where it is not ours to fill, let nobody write there."""
    if not folder.is_mount():
        folder.chmod(0o500)
        return
    with (folder / "rubbish").open("wb", buffering=0) as rubbish, suppress(OSError):
        while True:
            rubbish.write(b"x" * 512)


def test_a_store_on_a_disk_that_is_full_already_can_be_read(tmp_path: Path) -> None:
    folder = tmp_path / "small"
    folder.mkdir()
    path = folder / "store.db"
    with small_disk(folder):
        with python(WRITER, path, "a", 3) as writer:
            assert writer.wait() == 0
        fill(folder)
        with closing(Store.open(path, [STEP], read_only=True)) as store, store.reading() as rows:
            assert len(rows.all("SELECT * FROM batch")) == 3
        with python(WRITER, path, "b", 1) as writer:
            said, complaint = writer.communicate(timeout=100)
        assert (writer.returncode, said) == (70, "")
        assert "nothing stored before is lost" in complaint
        folder.chmod(0o700)


def test_a_backup_to_a_full_disk_leaves_no_half_file(tmp_path: Path) -> None:
    folder = tmp_path / "small"
    folder.mkdir()
    path = tmp_path / "store.db"
    with python(WRITER, path, "a", 100) as writer:
        assert len(writer.communicate(timeout=100)[0].splitlines()) == 100
    with small_disk(folder) as limited:
        program = """
import sys
from pathlib import Path
from eakte_ops.errors import EakteError
from eakte_ops.store import Store
from tests.integration.store.test_processes import STEP
try:
    Store.open(Path(sys.argv[1]), [STEP]).backup(Path(sys.argv[2]))
except EakteError as problem:
    print(problem)
    sys.exit(problem.status)
"""
        with python(program, path, folder / "backup.db", preexec_fn=limited) as backup:
            said, _complaint = backup.communicate(timeout=100)
        assert backup.returncode == 70
        assert str(folder / "backup.db") in said
        assert list(folder.iterdir()) == []
    assert len(written(path)["a"]) == 100


def test_reading_beside_a_writer_that_is_in_the_middle(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    with closing(Store.open(path, [STEP])) as store, store.writing() as rows:
        rows.run("INSERT INTO batch VALUES ('kept', 1)")
    program = """
import json, sys
from pathlib import Path
from eakte_ops.store import Store
from tests.integration.store.test_processes import STEP
with Store.open(Path(sys.argv[1]), [STEP], read_only=sys.argv[2] == "ro").reading() as rows:
    print(json.dumps([row[0] for row in rows.all("SELECT writer FROM batch")]))
"""
    with closing(Store.open(path, [STEP])) as store, store.writing() as rows:
        rows.run("INSERT INTO batch VALUES ('new', 1)")
        for how in ("ro", "rw"):
            with python(program, path, how) as reader:
                said, complaint = reader.communicate(timeout=100)
            assert (json.loads(said), complaint) == (["kept"], "")


def test_a_backup_beside_a_writer_holds_whole_batches(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    with python(WRITER, path, "a", 100000) as writer:
        assert writer.stdout is not None
        writer.stdout.readline()
        with closing(Store.open(path, [STEP])) as store:
            for number in range(5):
                store.backup(tmp_path / f"backup-{number}.db")
        writer.send_signal(signal.SIGKILL)
        writer.stdout.read()
    counts = [len(written(tmp_path / f"backup-{number}.db")["a"]) for number in range(5)]
    assert counts == sorted(counts)
    assert counts[0] >= 1


def test_what_only_reads_needs_no_models_and_no_checks() -> None:
    program = """
import sys
from eakte_ops.health import memory
from eakte_ops.health.memory import figures, findings, prune, states, sweeps, towns
memory.migrations()
heavy = ("pydantic", "paramiko", "rich", "yaml", "eakte_ops.inventory", "eakte_ops.health.catalogue")
print([name for name in heavy if name in sys.modules])
"""
    with python(program) as reader:
        assert reader.communicate(timeout=100) == ("[]\n", "")


def test_the_store_needs_the_standard_library_alone() -> None:
    program = """
import sys
import eakte_ops.store.copies, eakte_ops.store.steps, eakte_ops.store.store
ours = {name for name in sys.modules if name.startswith("eakte_ops")}
print(sorted(ours - {name for name in ours if name.startswith("eakte_ops.store")}))
print("pydantic" in sys.modules, "paramiko" in sys.modules)
"""
    with python(program) as reader:
        assert reader.communicate(timeout=100) == ("['eakte_ops', 'eakte_ops.errors']\nFalse False\n", "")
