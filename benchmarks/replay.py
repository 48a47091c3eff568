"""Loopback servers that replay an answer instead of running the scripts of the questions.

The scripts take most of a second of this machine's processors; with a thousand servers on it, they would be all that
is measured. sshd, the login and the texts in both directions are real.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from eakte_ops.health.engine import Stop
from eakte_ops.remote.exchange import no_secrets
from eakte_ops.remote.posix import Posix
from eakte_ops.remote.types import Question
from tests.unit.health import well

_MARKER = "0" * 32
_CLOCK = "@clock@"
_PROGRAM = f"""\
#!/bin/sh
at=${{SSH_CONNECTION#* * }}
at=FOLDER/${{at% *}}
m=$(head -c 67 | tail -c 32)
cat >/dev/null
sed "s/{_MARKER}/$m/g" "$at.err" >&2
exec sed "s/{_MARKER}/$m/g; s/{_CLOCK}/$(date +%s.%N)/" "$at.out"
"""


def program(folder: Path) -> Path:
    """What sshd has to run instead of every command, once there are answers: `ForceCommand`."""
    file = folder / "replay.sh"
    file.write_text(_PROGRAM.replace("FOLDER", str(folder)), "utf-8")
    file.chmod(0o755)
    return file


def record_well(folder: Path, asked: Sequence[tuple[Stop, Sequence[Question]]]) -> None:
    """Every server answers that all is well."""
    for stop, questions in asked:
        assert stop.site is not None
        answers = {**well.outputs(stop.site), "clock": f"{_CLOCK}\n".encode()}
        out, err = "", ""
        for number, question in enumerate(questions):
            out += f"{_MARKER}<{number}\n{answers[question.name].decode()}{_MARKER}>{number} 0\n"
            err += f"{_MARKER}<{number}\n{_MARKER}>{number}\n"
        _put(folder / stop.server.address, out.encode(), err.encode())


def record_bad(folder: Path, asked: Sequence[tuple[Stop, Sequence[Question]]]) -> None:
    """Every server answers what this machine answers now, on which nothing of the product is found."""
    known: dict[bytes, tuple[bytes, bytes]] = {}
    for stop, questions in asked:
        text = Posix().ask(questions, _MARKER, 60.0, no_secrets)
        if text not in known:
            said = subprocess.run(["/bin/sh", "-s"], check=True, input=text, capture_output=True)
            known[text] = said.stdout, said.stderr
        _put(folder / stop.server.address, *known[text])


def _put(server: Path, out: bytes, err: bytes) -> None:
    server.with_name(f"{server.name}.out").write_bytes(out)
    server.with_name(f"{server.name}.err").write_bytes(err)
