"""An operations folder whose secrets are canaries: a town's, the centre's own, and the keys that open and log in."""

from __future__ import annotations

import secrets
import subprocess
from collections.abc import Mapping
from pathlib import Path

from eakte_ops.clock import SYSTEM
from eakte_ops.lab.keys import NIGHT, PERSON, age_identity
from eakte_ops.secret.identity import load
from tests.canary.values import Canary, age_key, canary, ssh_key

TOWN, SERVER = "herdecke", "herdecke-box"
USER = "eakte"
_SETTINGS = """\
lab: true
centre: {{name: Kompetenzzentrum, contact: {{mail: betrieb@centre.example}}}}
night: {{identity: keys/night}}
work: {{identity: keys/centre-admin}}
secrets: {{identity: keys/age-identity, names: [smtp-password, hook-key]}}
findings: {{open_after: 1, close_after: 1}}
limits: {{server_seconds: 30}}
mail: {{host: 127.0.0.1, port: {port}, tls: none, user: {user}, secret: smtp-password, sender: eakte@centre.example}}
alarm: {{hook: hook}}
"""
_HOOK = """\
#!/bin/sh
# Writes down all that it gets, for whoever looks for secrets in it.
{{ env; printf '%s\\n' "$0" "$@"; cat; }} >>"{out}/hook.heard"
"""
_WAIT = """\
#!/bin/sh
# An editor that nobody closes, as long as the program is there.
while kill -0 $PPID 2>/dev/null; do sleep 0.1; done
"""
_RECIPIENTS = """\
recovery:
  - {{who: recovery, key: {recovery}, since: {today}}}
recipients:
  - {{who: operations-host, key: {own}, since: {today}}}
"""


def town_canaries() -> dict[str, Canary]:
    """What the secrets of the town will be. The password of the index stands alone in a line of a file."""
    made = (canary(f"{TOWN}/{name}") for name in ("database-password", "elastic-password", "osrest-password"))
    return {each.name: each for each in made}


def canaries(folder: Path) -> dict[str, Canary]:
    """The centre's own, and the private keys in the folder."""
    keys = folder / "keys"
    made = (
        canary("centre/smtp-password"),
        canary("new"),  # is typed, and never stored
        canary("changed by hand", "-"),  # the server alone knows these two
        canary("put there", "-"),
        canary("centre/hook-key", "\nzweite Zeile: \"'\\\n"),
        age_key(keys / "age-identity"),
        age_key(keys / "recovery-identity"),
        ssh_key(keys / NIGHT),
        ssh_key(keys / PERSON),
    )
    return {each.name: each for each in made}


def furnish(folder: Path, out: Path, mail_port: int) -> None:
    """Give the folder all that can need a secret: a mail server with login, a hook, recipients of the centre, a second
    recipient who can leave, and the round trip of a document."""
    (folder / "eakte-ops.yml").write_text(_SETTINGS.format(port=mail_port, user=USER), "utf-8")
    for name, text in (("hook", _HOOK.format(out=out)), ("wait", _WAIT)):
        (folder / name).write_text(text)
        (folder / name).chmod(0o755)
    for holder in (TOWN, "centre"):
        recipients = folder / f"inventories/{holder}.secrets/recipients.yml"
        recipients.parent.mkdir(exist_ok=True)
        recipients.write_text(_recipients(folder / "keys", colleague=holder == TOWN))
    town = folder / f"inventories/{TOWN}.yml"
    town.write_text(f"{town.read_text('utf-8')}\nround_trip: true\n", "utf-8")


def _recipients(keys: Path, *, colleague: bool) -> str:
    public: Mapping[str, str] = {name: age_identity(keys, f"{name}-identity")[1] for name in ("recovery", "age")}
    today = SYSTEM.now().date().isoformat()
    text = _RECIPIENTS.format(recovery=public["recovery"], own=public["age"], today=today)
    if not colleague:
        return text
    other = keys / "colleague-identity"
    age_identity(keys, other.name)
    return f"{text}  - {{who: colleague, key: {load(other).public[0]}, since: {today}}}\n"


def mangled(file: Path, into: Path) -> Path:
    """A private key with a typing mistake, as a file of its own."""
    lines = file.read_text().splitlines()
    at = next(number for number, line in enumerate(lines) if line.isalnum() or line.startswith("AGE-SECRET"))
    lines[at] = f"{lines[at]}{secrets.token_hex(1)}!"
    into.write_text("\n".join([*lines, ""]))
    into.chmod(0o600)
    return into


def ssh_pair(file: Path) -> Path:
    """A new SSH key that no server knows."""
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", str(file)], check=True)
    return file
