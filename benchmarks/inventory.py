"""How long 2,500 servers in 400 towns take to load and check, beside a bare yaml.load of the same text.

python benchmarks/inventory.py [TOWNS]     (default 400)
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

import yaml

from eakte_ops.inventory.load import load
from eakte_ops.inventory.samples import samples_folder

SERVERS = 2500
PARTS = ("application-server", "index", "service-manager", "gateway")


def town(number: int, servers: int) -> str:
    """The file of a town: a database server, the components spread over the next ones, the rest without any."""
    lines = [
        f'municipality: {{key: "{10_000_000 + number}", name: Town {number}, full_name: Stadt Town {number}}}',
        f"ring: {number % 10}",
        "contacts:",
        f'  local-it: {{mail: it@town-{number}.example, phone: "+49 221 4710 100"}}',
        "secrets: [database-password]",
        "jump_hosts:",
        f"  - {{name: town-{number}-jump, address: jump.town-{number}.example}}",
        "servers:",
    ]
    for at in range(servers):
        parts = ["database"] if at == 0 else list(PARTS[at - 1 :: servers - 1])
        lines += [
            f"  - name: town-{number}-server-{at}",
            f"    address: 192.0.2.{at + 1}",
            f"    jump: town-{number}-jump",
            "    tags: [virtual, first-floor]",
            "    thresholds: {}",
            "    components:",
            *(f"      {part}: {{}}" for part in parts),
        ] + ([] if parts else ["      {}"])
    return "\n".join(lines) + "\n"


def main() -> None:
    towns = int(sys.argv[1]) if len(sys.argv) > 1 else 400
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        (folder / "inventories").mkdir()
        for name in ("eakte-ops.yml", "inventories/_defaults.yml"):
            (folder / name).write_text((samples_folder() / name).read_text("utf-8"), "utf-8")
        for number in range(towns):
            servers = SERVERS // towns + (number < SERVERS % towns)
            (folder / "inventories" / f"town-{number}.yml").write_text(town(number, servers), "utf-8")
        (folder / "inventories" / "_defaults.yml").write_text(without_thresholds(folder), "utf-8")
        texts = [path.read_text("utf-8") for path in (folder / "inventories").iterdir()]
        bare = best(lambda: [yaml.load(text, yaml.CSafeLoader) for text in texts])
        ours = best(lambda: load(folder, thresholds={}))
    size = sum(map(len, texts)) / 1e6
    said = f"{ours:.2f} s of processor time, bare yaml.load {bare:.2f} s, {ours / bare:.2f} times"
    print(f"{towns} towns, {SERVERS} servers, {size:.2f} MB: {said}")


def without_thresholds(folder: Path) -> str:
    """The sample defaults without thresholds, whose checks are not part of this measurement."""
    return (folder / "inventories" / "_defaults.yml").read_text("utf-8").partition("\n# Thresholds")[0] + "\n"


def best(work: object) -> float:
    """Seconds of processor time of the fastest of three turns: other work on the machine does not count."""
    assert callable(work)
    turns = []
    for _ in range(3):
        began = time.process_time()
        work()
        turns.append(time.process_time() - began)
    return min(turns)


if __name__ == "__main__":
    main()
