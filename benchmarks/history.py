"""Three years of daily figures of 400 towns with six servers each in the store: status, findings and a sweep with it.

Usage: history.py [TOWNS]. The store is made with the program's own tables, beside a folder of operations in a temporary
place (several GB), and deleted afterwards. Every command is a whole process; the sweep is that of one town on loopback
servers that replay answers by which all is well, into this store and into a fresh one.
"""

from __future__ import annotations

import json
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import swept
from loopback import sshd
from many import Myself, operations
from replay import program, record_well
from turns import medians, turn

TOWNS = 400
SERVERS = 6
NIGHTS = 3 * 365
SINGLE_NIGHTS = 90
LIGHT_S = 300
OPEN_PER_TOWN = 4
ROUNDS = 9
DAY_S = 86400.0

_NAMES = "WITH RECURSIVE n(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM n WHERE n < ?1 - 1)"
_SENTENCE = json.dumps({"de": "belegt sind 61,4 %", "en": "61.4 % are used"})
_WORDS = {
    "title": "Genug freier Platz",
    "said": "/ ist zu 91 % belegt",
    "todo": "aufräumen oder vergrößern",
    "clerks": "",
}
_WORDING = json.dumps({"de": _WORDS, "en": {**_WORDS, "clerks": "nothing yet"}})


def child(side: str, folder: str) -> None:
    swept.prepare(lambda: Myself(handshakes=16))
    if side == "well":
        record_well(Path(folder).parent, swept.asked(["witten"]))
        measured: dict[str, float] = {}
    elif side == "fill":
        measured = fill(Path(folder))
    else:
        if side == "fresh":
            (Path(folder) / "state").rename(Path(folder) / "state.full")
            (Path(folder) / "state").mkdir(mode=0o700)
        measured = {"past": past(), **swept.measured(Path(folder) / "report", ["witten"])}
        if side == "fresh":
            with tempfile.TemporaryDirectory(dir=folder) as over:
                (Path(folder) / "state").rename(Path(over) / "state")
            (Path(folder) / "state.full").rename(Path(folder) / "state")
    print(json.dumps(measured))


def past() -> float:
    """Milliseconds for what is remembered of one server, as the sweep reads it before judging."""
    from eakte_ops.cli.context import CONTEXT
    from eakte_ops.health.memory import figures

    with closing(CONTEXT.store()) as store:
        began = time.perf_counter()
        for at in range(SERVERS):
            with store.reading() as rows:
                figures.past(rows, "witten", f"witten-server-{at}")
        return (time.perf_counter() - began) / SERVERS * 1000


def fill(folder: Path) -> dict[str, float]:
    """Make the store: towns, sweeps, states, open findings, figures."""
    from eakte_ops.cli.context import CONTEXT
    from eakte_ops.health.memory import towns

    now = time.time()
    inventory = CONTEXT.inventory()
    with closing(CONTEXT.store()) as store, store.writing() as rows:
        for town in inventory.towns.values():
            towns.remember(rows, now, town)
            towns.looked(rows, now - 3600, town.id)
    path = folder / "state" / "store.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("PRAGMA synchronous = OFF")
        db.execute("PRAGMA journal_mode = DELETE")
        db.execute("BEGIN")
        _sweeps(db, now)
        for number, town in enumerate(inventory.towns):
            _town(db, town, number, now)
        _figures(db, now)
        db.execute("COMMIT")
        counted = {
            table: float(db.execute(f"SELECT count(*) FROM {table}").fetchone()[0])
            for table in ("daily", "figure", "series", "state", "finding")
        }
    return {**counted, "bytes": float(path.stat().st_size), "took": time.time() - now}


def _sweeps(db: sqlite3.Connection, now: float) -> None:
    full = [("full", now - night * DAY_S - 3600, 1) for night in range(NIGHTS)]
    lights = [("light", now - step * LIGHT_S, 1) for step in range(int(SINGLE_NIGHTS * DAY_S / LIGHT_S))]
    db.executemany(
        "INSERT INTO sweep (kind, began, ended, whole, host, commit_, servers, looked) "
        f"VALUES (?1, ?2, ?2 + 100, ?3, 'ops-1', '', {TOWNS * SERVERS}, {TOWNS * SERVERS})",
        full + lights,
    )


def _town(db: sqlite3.Connection, town: str, number: int, now: float) -> None:
    from eakte_ops.health.catalogue import CHECKS

    servers = [f"{town}-server-{at}" for at in range(SERVERS)]
    of_servers = [check for check in CHECKS.values() if check.scope == "server"]
    series = [
        (town, server, check.name, subject, name)
        for server in servers
        for check in of_servers
        for name in check.trends
        for subject in (("/", "/srv") if check.name.startswith("disk.") else ("",))
    ]
    db.executemany("INSERT INTO series (town, server, check_, subject, name) VALUES (?, ?, ?, ?, ?)", series)
    began = now - SINGLE_NIGHTS * DAY_S
    states = [
        (town, server, check.name, check.owner, _SENTENCE, began, now - 3600)
        for server in servers
        for check in of_servers
    ]
    db.executemany(
        "INSERT INTO state (town, server, check_, subject, verdict, waits, owner, said, text, since, until, looks, "
        "ongoing) VALUES (?, ?, ?, '', 'ok', 0, ?, 'used/', ?, ?, ?, 90, 1)",
        states,
    )
    findings = [
        (town, servers[(number + at) % SERVERS], of_servers[(number + at) % len(of_servers)].name, now - at * DAY_S)
        for at in range(OPEN_PER_TOWN)
    ]
    db.executemany(
        "INSERT INTO finding (town, server, check_, subject, owner, verdict, began, opened, seen, bad, good, unclear, "
        f"told, text, figures) VALUES (?1, ?2, ?3, '/', 'centre', 'warning', ?4, ?4, {now - 3600}, 3, 0, 0, 'warning', "
        f"'{_WORDING}', '{{}}')",
        findings,
    )


def _figures(db: sqlite3.Connection, now: float) -> None:
    today = int(now / DAY_S) + 719163
    days = [(today - NIGHTS + 1 + at, now - (NIGHTS - 1 - at) * DAY_S - 3600) for at in range(NIGHTS)]
    db.execute("CREATE TEMP TABLE night (day INTEGER PRIMARY KEY, at REAL)")
    db.executemany("INSERT INTO night VALUES (?, ?)", days)
    db.execute(
        "INSERT INTO daily (series, day, low, high, total, looks, last) "
        "SELECT id, day, 40.5 + (id * 7 + day) % 31, 41.25 + (id * 7 + day) % 31, 40.875 + (id * 7 + day) % 31, 1, "
        "40.875 + (id * 7 + day) % 31 FROM series CROSS JOIN night"
    )
    db.execute(
        "INSERT INTO figure (series, at, value) SELECT id, at, 40.875 + (id * 7 + day) % 31 FROM series "
        "CROSS JOIN (SELECT * FROM night ORDER BY at DESC LIMIT ?)",
        (SINGLE_NIGHTS,),
    )


def command(folder: Path, *words: str) -> tuple[float, float]:
    """Median wall of a whole process in seconds, and the longest."""
    program_ = str(Path(sys.executable).parent / "eakte-ops")
    walls = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        done = subprocess.run([program_, "--project", str(folder), *words], check=False, capture_output=True)
        walls.append(time.perf_counter() - began)
        if done.returncode not in (0, 1):
            raise SystemExit(done.stderr.decode())
    return statistics.median(walls), max(walls)


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else TOWNS
    with tempfile.TemporaryDirectory() as made, sshd(Path(made), f"ForceCommand {program(Path(made))}\n") as daemon:
        folder = Path(made) / "operations"
        operations(folder, daemon, ["witten", *(f"town-{n}" for n in range(count - 1))], SERVERS, 64)
        environment = {"EAKTE_OPS_PROJECT": str(folder)}
        turn(__file__, "well", str(folder), environment=environment)
        said = turn(__file__, "fill", str(folder), environment=environment)
        print(
            f"{said['daily'] / 1e6:.1f} million daily figures of {said['series']:.0f} series, "
            f"{said['figure'] / 1e6:.1f} million single ones, {said['state']:.0f} states, "
            f"{said['finding']:.0f} findings: store of {said['bytes'] / 1e9:.2f} GB (made in {said['took']:.0f} s)",
            flush=True,
        )
        for words in (["status", "witten"], ["status"], ["findings", "list"], ["history", "witten", "disk.space"]):
            middle, longest = command(folder, *words)
            goal = " (under 0.3 s)" if words == ["status", "witten"] else ""
            print(f"{' '.join(words)}: {middle:.3f} s{goal}, longest {longest:.3f} s", flush=True)
        middle_of = medians(__file__, ("full", "fresh"), 3, str(folder), environment=environment)
        for side, each in middle_of.items():
            print(
                f"sweep witten ({SERVERS} servers), {side} store: wall {each['wall']:.2f} s · "
                f"client CPU {each['cpu']:.2f} s · past {each['past']:.1f} ms per server"
            )


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        child(*sys.argv[2:])
    else:
        main()
