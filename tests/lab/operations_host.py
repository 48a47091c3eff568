"""A host of its own that plays the operations host: the real program, an operations folder, an account for the timers.

The second host of the small town plays a server with a night account and nothing of the software on it.
"""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

import yaml

import eakte_ops
from eakte_ops.lab.lab import Lab
from eakte_ops.lab.local_it import LocalIT
from eakte_ops.store.lock import held
from tests.lab.small_town import BACK, FRONT, small_lab

FOLDER = "/srv/ops"
STATE = f"{FOLDER}/state"
# What the program needs to run, out of the packages of this machine; the host's own Python is of the same version.
_NEEDED = [
    *("annotated_doc", "annotated_types", "bcrypt", "cffi", "click", "cryptography", "decorator", "deprecated"),
    *(
        "fabric",
        "invoke",
        "jinja2",
        "markdown_it",
        "markupsafe",
        "mdurl",
        "nacl",
        "paramiko",
        "pydantic",
        "pydantic_core",
        "pygments",
        "pyrage",
    ),
    *("rich", "shellingham", "typer", "typing_extensions.py", "typing_inspection", "wrapt", "yaml"),
]
_PROGRAM = """\
#!/bin/sh
PYTHONPATH=/opt/eakte-ops/lib exec /usr/bin/python3 -c 'from eakte_ops.cli.main import run; run()' "$@"
"""
_SETTINGS = """\
centre:
  name: Centre
  contact: {mail: a@centre.example}
night: {identity: key}
limits: {server_seconds: 20}
"""
_TOWN = f"""\
municipality: {{key: "05954000", name: Labtest}}
ring: 0
language: en
product: musterakte
release: "11.0"
database_operator: centre
contacts:
  centre: {{mail: a@centre.example}}
  local-it: {{mail: it@town.example}}
windows: {{zone: Europe/Berlin, open: [{{days: [tue], from: "18:00", until: "22:00"}}]}}
availability: {{percent: 98.5, hours: [{{days: [mon], from: "07:00", until: "18:00"}}]}}
servers:
  - name: labtest-back
    address: {BACK.address}
    components: {{database: {{}}, application-server: {{}}, index: {{}}, service-manager: {{}}, gateway: {{}}}}
"""
_PREPARE = f"""
useradd --system --create-home --home-dir /var/lib/ops ops
mkdir -p {FOLDER}/inventories
chown -R ops:ops {FOLDER}
setpriv --reuid=ops --regid=ops --init-groups ssh-keygen -q -t ed25519 -N '' -C '' -f {FOLDER}/key
cat {FOLDER}/key.pub
"""
_SERVER = """
useradd --system --create-home --shell /bin/sh eakte-look && usermod --password '*' eakte-look
mkdir -m 0755 -p /home/eakte-look/.ssh && printf '%s\\n' "$1" >/home/eakte-look/.ssh/authorized_keys
sed "s/^/$2 /" /etc/ssh/ssh_host_ed25519_key.pub
"""


@dataclass(frozen=True)
class Said:
    """How a program ended, and everything it said."""

    status: int
    out: str


@dataclass(frozen=True)
class OperationsHost:
    """The booted host."""

    lab: Lab

    @property
    def root(self) -> LocalIT:
        """Root at its console."""
        return self.lab.local_it(FRONT)

    def run(self, text: str) -> Said:
        """A script as root; its status is no error here."""
        said = self.root.script(f'( {text}\n) 2>&1; echo "=$?"')
        body, _, status = said.rstrip("\n").rpartition("=")
        return Said(int(status), body)

    def ours(self, words: str) -> Said:
        """`eakte-ops WORDS` as root."""
        return self.run(f"eakte-ops --project {FOLDER} {words}")

    def drop_in(self, unit: str, text: str) -> None:
        """What the administrator of the machine adds to a unit."""
        self.root.put(f"/etc/systemd/system/{unit}.d/test.conf", text)
        self.run("systemctl daemon-reload")

    def no_drop_ins(self) -> None:
        """Take them away again."""
        self.run("rm -rf /etc/systemd/system/eakte-ops-*.d; systemctl daemon-reload; systemctl reset-failed")

    def shown(self, unit: str, name: str) -> str:
        """A property of a unit."""
        return self.run(f"systemctl show -p {name} --value {unit}").out.strip()


def raise_host(folder: Path) -> OperationsHost:
    """Boot both hosts and put the program, the operations folder and the keys in place."""
    lab = small_lab(folder)
    with held(lab.places.lock, "the lab", "tests of the schedule"):
        lab.boot()
    host = OperationsHost(lab)
    program, site = (Path(each.__file__).parent.parent for each in (eakte_ops, yaml))
    more = [path.name for pattern in ("_cffi_backend*.so", "*.dist-info") for path in site.glob(pattern)]
    _send(host.root, site, [*_NEEDED, *more])
    _send(host.root, program, ["eakte_ops"])
    host.root.put("/usr/local/bin/eakte-ops", _PROGRAM, "0755")
    key = host.root.script(_PREPARE).strip()
    trusted = lab.local_it(BACK).script(_SERVER, key, str(BACK.address))
    host.root.put(f"{FOLDER}/eakte-ops.yml", _SETTINGS)
    host.root.put(f"{FOLDER}/inventories/labtest.yml", _TOWN)
    host.root.put(f"{FOLDER}/inventories/labtest.known_hosts", trusted)
    return host


def _send(root: LocalIT, base: Path, names: list[str]) -> None:
    with subprocess.Popen(
        ["tar", "-C", str(base), "--exclude=__pycache__", "-cf", "-", *names], stdout=subprocess.PIPE
    ) as packed:
        unpack = "mkdir -p /opt/eakte-ops/lib && tar -C /opt/eakte-ops/lib -xf -"
        subprocess.run(root.argv("sh", "-c", unpack), stdin=packed.stdout, check=True)
