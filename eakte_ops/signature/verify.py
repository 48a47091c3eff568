"""Says who made a signature, or that nobody who counts did."""

from __future__ import annotations

import re
import subprocess
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from eakte_ops.errors import MachineFailed, Refused
from eakte_ops.signature.program import MOST_S, program

_LONGEST = 20_000
_GOOD = re.compile(
    r'Good "(?P<namespace>[^"]*)" signature for (?P<who>\S+) with (?P<kind>\S+) key (?P<print>SHA256:\S+)'
)


@dataclass(frozen=True, slots=True)
class Signed:
    """Whose signature it is: the name in the list of signers, and the key's fingerprint (SHA256:...)."""

    who: str
    fingerprint: str


def verify(data: bytes, signature: str, namespace: str, signers: str, when: datetime) -> Signed:
    """Who of `signers` (OpenSSH's allowed_signers, with ends of validity) signed exactly `data` for `namespace`.

    `when`: the moment at which the key has to be valid. Raises Refused with the reason; MachineFailed.
    """
    if len(signature) > _LONGEST:
        raise Refused("this is no signature: it is far too long")
    with tempfile.TemporaryDirectory(prefix="eakte-ops-") as folder:
        list_, sig = Path(folder, "signers"), Path(folder, "signature")
        list_.write_text(signers)
        sig.write_text(signature)
        found = _run(["find-principals"], list_, sig, when)
        for who in dict.fromkeys(found.stdout.decode("utf-8", "replace").split("\n")[0].split(",")):
            if not who:
                continue
            done = _run(["verify", "-n", namespace, "-I", who], list_, sig, when, data)
            good = _GOOD.search(done.stdout.decode("utf-8", "replace"))
            if done.returncode == 0 and good and good["who"] == who and good["namespace"] == namespace:
                return Signed(who, good["print"])
    raise Refused(
        "no valid signature of anybody who may sign this",
        way_out="was it made over exactly this text, with a key that is in the list and not expired?",
    )


def _run(
    act: list[str], signers: Path, signature: Path, when: datetime, data: bytes = b""
) -> subprocess.CompletedProcess[bytes]:
    moment = f"-Overify-time={when.astimezone(UTC):%Y%m%d%H%M%S}Z"
    words = [program(), "-Y", *act, "-f", str(signers), "-s", str(signature), moment]
    try:
        return subprocess.run(words, input=data, capture_output=True, timeout=MOST_S, check=False)
    except subprocess.TimeoutExpired as slow:
        raise MachineFailed(f"ssh-keygen did not judge a signature within {MOST_S} s") from slow
