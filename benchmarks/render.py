"""Rendering every file of 400 towns with Musterakte's own templates, beside bare Jinja2 with the same text and values.

python benchmarks/render.py [TOWNS]     (default 400)

Also: what reading all templates costs, and what it costs a command that renders one town, from its start to its end.
"""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from jinja2 import Environment

from eakte_ops.config.filters import plain
from eakte_ops.config.forms import FORMS
from eakte_ops.config.known import Held, network, url_host
from eakte_ops.config.library import Library, load_library
from eakte_ops.config.render import placed_on, render, sight
from eakte_ops.config.rendered import Rendered, Slot
from eakte_ops.inventory.load import load
from eakte_ops.inventory.model import Town
from eakte_ops.inventory.samples import samples_folder

PROGRAM = str(Path(sys.executable).parent / "eakte-ops")
PARTS = (("database",), ("application-server", "index"), ("service-manager", "gateway"))
"""What stands on the three servers of a town."""


def town(number: int) -> str:
    lines = [
        f'municipality: {{key: "{10_000_000 + number}", name: Town {number}, full_name: Stadt Town {number}}}',
        f"ring: {number % 10}",
        f"contacts: {{local-it: {{mail: it@town-{number}.example}}}}",
        "secrets: [database-password, elastic-password, osrest-password]",
        f"configuration: {{gateway/application-prod.yml: {{title: Town {number}}}}}",
        "servers:",
    ]
    for at, parts in enumerate(PARTS):
        lines += [
            f"  - name: town-{number}-server-{at}",
            f"    address: server-{at}.town-{number}.example",
            f"    components: {{{', '.join(f'{part}: {{}}' for part in parts)}}}",
        ]
    return "\n".join(lines) + "\n"


def made(folder: Path, towns: int) -> tuple[list[Town], Library]:
    (folder / "inventories").mkdir()
    (folder / "templates").symlink_to(samples_folder() / "templates")
    (folder / "eakte-ops.yml").write_text((samples_folder() / "eakte-ops.yml").read_text("utf-8"), "utf-8")
    defaults = (samples_folder() / "inventories" / "_defaults.yml").read_text("utf-8").partition("\n# Thresholds")[0]
    (folder / "inventories" / "_defaults.yml").write_text(defaults + "\n", "utf-8")
    for number in range(towns):
        (folder / "inventories" / f"town-{number}.yml").write_text(town(number), "utf-8")
    library = load_library(samples_folder()).right()
    return list(load(folder, thresholds={}).towns.values()), library


def bare(towns: list[Town], library: Library) -> list[Callable[[], str]]:
    """The same texts with the same values: Jinja2 as it comes, compiled once, the values at hand."""
    environment = Environment(
        trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True, finalize=plain, autoescape=False
    )
    for name, form in FORMS.items():
        environment.filters[name] = lambda value, form=form: form(value if isinstance(value, str) else plain(value), "")
    environment.filters |= {"network": network, "url_host": url_host}
    compiled = {each: environment.from_string(each.text) for each in library.centre if each.product == "musterakte"}
    work = []
    for each in towns:
        for server in each.said.servers:
            for template in placed_on(each, server, library):
                values = {name: _plain(value) for name, value in sight(each, server, template).items()}
                work.append(lambda template=template, values=values: compiled[template].render(values))
    return work


def _opened(file: Rendered) -> str:
    """The text with a word for each secret, as the bare rendering has it."""
    return "".join(FORMS[piece.form]("secret", "") if isinstance(piece, Slot) else piece for piece in file.pieces)


def _plain(value: Any) -> Any:
    """Parts as dictionaries, secrets as texts."""
    if hasattr(value, "items"):
        return {name: _plain(each) for name, each in value.items()}
    return "secret" if isinstance(value, Held) else value


def main() -> None:
    towns = int(sys.argv[1]) if len(sys.argv) > 1 else 400
    with tempfile.TemporaryDirectory() as folder:
        inventory, library = made(Path(folder), towns)
        files = render(inventory, library)
        work = bare(inventory, library)
        assert [call() for call in work] == [_opened(file) for file in files]
        ours, theirs = [], []
        for _ in range(5):
            ours.append(seconds(lambda: render(inventory, library)))
            theirs.append(seconds(lambda: [call() for call in work]))
    a, b = statistics.median(ours), statistics.median(theirs)
    size = sum(len(file.masked()) for file in files) / 1e6
    print(
        f"{towns} towns, {len(files)} files, {size:.1f} MB: {a:.2f} s of processor time ({a / len(files) * 1e6:.0f} µs"
        f" a file, at most 3 s in all) · bare Jinja2 {b:.2f} s · ratio {a / b:.2f}"
    )
    reading = statistics.median(seconds(lambda: load_library(samples_folder())) for _ in range(5))
    count = load_library(samples_folder()).files
    print(f"all {count} templates read: {reading * 1000:.0f} ms, {reading / count * 1000:.1f} ms each")
    commands = ("config render witten", "inventory check", "--help")
    ran = [[started(*command.split()) for command in commands] for _ in range(9)]
    for name, times in zip(commands, zip(*ran, strict=True), strict=True):
        print(f"eakte-ops {name}: {statistics.median(times):.2f} s of processor time from start to end")


def seconds(work: Callable[[], object]) -> float:
    """Processor time: other work on the machine does not count."""
    began = time.process_time()
    work()
    return time.process_time() - began


def started(*words: str) -> float:
    """Processor time of a whole process."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([PROGRAM, "--project", str(samples_folder()), *words], check=False, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


if __name__ == "__main__":
    main()
