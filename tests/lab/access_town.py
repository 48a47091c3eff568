"""A town of three machines for the tests of access: a server with everything, a jump host, a server behind it.

Local IT installs the packs of a real inventory and access.yml; whoever logs in uses OpenSSH with keys of their own.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path
from typing import Any

from eakte_ops.access.facts import read_blocks
from eakte_ops.access.hostkeys import rewritten
from eakte_ops.access.load import read_access
from eakte_ops.access.pack import Pack, packs
from eakte_ops.access.rules import Access
from eakte_ops.inventory.model import Town, TownFile
from eakte_ops.lab.lab import Lab
from eakte_ops.lab.local_it import LocalIT
from eakte_ops.lab.places import Places
from eakte_ops.lab.towns import Host, LabTown, Leg, Network
from eakte_ops.product.load import profile
from eakte_ops.store.lock import held

KEY = "acctest"
US = "203.0.113.78"
OUTER = Network("acctest", IPv4Network("203.0.113.64/28"), IPv4Address(US))
INNER = Network("acctest-b", IPv4Network("203.0.113.96/28"))
BOX = Host("acctest-box", KEY, "server", (Leg(OUTER, IPv4Address("203.0.113.66")),))
FRONT = Host(
    "acctest-front", KEY, "jump", (Leg(OUTER, IPv4Address("203.0.113.67")), Leg(INNER, IPv4Address("203.0.113.97")))
)
BACK = Host("acctest-back", KEY, "server", (Leg(INNER, IPv4Address("203.0.113.98")),), FRONT.name)
HOSTS = {host.name: host for host in (BOX, FRONT, BACK)}
TOWN = LabTown(KEY, (OUTER, INNER), (BOX, FRONT, BACK))
PEOPLE = ("work", "look", "second", "expired", "stranger")

ALL = ("database", "application-server", "index", "service-manager", "gateway")


@dataclass(frozen=True)
class Said:
    """How a program ended, and everything it said."""

    status: int
    out: str


@dataclass(frozen=True)
class Ring:
    """The booted town with the packs installed."""

    lab: Lab
    folder: Path

    def key(self, who: str) -> Path:
        """The private key of one of PEOPLE."""
        return self.folder / who

    def public(self, who: str) -> str:
        """The public key without its comment."""
        return " ".join(self.key(who).with_suffix(".pub").read_text().split()[:2])

    def access(self, *, issue: int = 1, without: Sequence[str] = ()) -> Access:
        """The rules: one key per person, `expired` ended long ago, `stranger` is in no file."""
        entries = {
            "work": ("admin-1", "work", "2035-12-31"),
            "second": ("admin-2", "work", "2035-12-31"),
            "expired": ("admin-3", "work", "2020-12-31"),
            "look": ("night", "look", "2035-12-31"),
        }
        holders = "".join(
            f"  - id: {holder}\n    keys:\n"
            f'      - {{machine: ops-1, account: {account}, key: {self.public(who)}, expires: "{until}"}}\n'
            for who, (holder, account, until) in entries.items()
            if who not in without
        )
        return read_access(
            f"issue: {issue}\noperations_hosts:\n"
            f"  - {{name: ops-1, role: norm, addresses: [{US}]}}\n"
            f"  - {{name: ops-2, role: emergency, addresses: [203.0.113.200]}}\nholders:\n{holders}",
            (KEY,),
        )

    def pack(self, host: Host, **changed: Any) -> Pack:
        """The pack of one machine; `components` of the box, `issue` and `without` can be changed."""
        place = town(changed.pop("components", ALL))
        return next(each for each in packs(place, self.access(**changed)) if each.host == host.name)

    def local_it(self, host: Host) -> LocalIT:
        """Root at the console of a machine."""
        return self.lab.local_it(host)

    def as_root(self, host: Host, text: str) -> Said:
        """A script as root; its status is no error here."""
        said = self.local_it(host).script(f'( {text}\n) 2>&1; echo "=$?"')
        body, _, status = said.rstrip("\n").rpartition("=")
        return Said(int(status), body)

    def install(self, host: Host, *words: str, **changed: Any) -> Said:
        """Local IT runs the pack; `words` instead of `install`."""
        self.local_it(host).put("/root/pack.sh", self.pack(host, **changed).text, "0600")
        return self.as_root(host, f"sh /root/pack.sh {' '.join(words or ('install',))}")

    def accept(self) -> None:
        """Trust the host keys that the installed packs say."""
        blocks = "".join(self.as_root(host, "sh /etc/eakte-ops/pack.sh facts").out for host in TOWN.hosts)
        facts = read_blocks(blocks.encode(), "sent", KEY, HOSTS)
        names = {name: str(host.address) for name, host in HOSTS.items()}
        text = rewritten("", names, {block.host: block.keys for block in facts})
        (self.folder / "known_hosts").write_text(text)

    def argv(self, account: str, host: Host, who: str, *options: str, agent: str = "none") -> list[str]:
        """The OpenSSH client with one key and the confirmed host keys, up to the command."""
        strict = [
            *("-F", "none", "-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=yes", "-o", "LogLevel=ERROR"),
            *("-o", "ConnectTimeout=20", "-o", f"IdentityAgent={agent}", "-o", "IdentitiesOnly=yes"),
            *("-o", f"UserKnownHostsFile={self.folder / 'known_hosts'}", "-i", str(self.key(who))),
        ]
        jump: list[str] = []
        if host.jump is not None:
            way = ["ssh", *strict, "-W", "%h:%p", f"eakte-jump@{HOSTS[host.jump].address}"]
            jump = ["-o", f"ProxyCommand={' '.join(way)}"]
        return ["ssh", *strict, *jump, *options, f"{account}@{host.address}"]

    def ssh(self, account: str, host: Host, who: str, text: str = "", options: Sequence[str] = ()) -> Said:
        """Log in and run a script over stdin, as the program does."""
        argv = [*self.argv(account, host, who, *options), "exec /bin/sh -s"]
        done = subprocess.run(argv, input=text, capture_output=True, text=True, timeout=60, check=False)
        return Said(done.returncode, done.stdout + done.stderr)

    def plain(self, argv: Sequence[str]) -> Said:
        """Any program on this machine."""
        done = subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False)
        return Said(done.returncode, done.stdout + done.stderr)

    def lets_in(self, account: str, host: Host, who: str) -> bool:
        """Whether a login works."""
        return self.ssh(account, host, who, "echo inside-$(id -un)").out.strip() == f"inside-{account}"


def town(components: Sequence[str] = ALL) -> Town:
    """The town as its inventory says it."""
    said = {
        "municipality": {"key": "05954000", "name": "Acctest"},
        "ring": 0,
        "language": "en",
        "product": "musterakte",
        "release": "11.0",
        "database_operator": "centre",
        "contacts": {"centre": {"mail": "a@centre.example"}, "local-it": {"mail": "it@town.example"}},
        "windows": {"zone": "Europe/Berlin", "open": [{"days": ["tue"], "from": "18:00", "until": "22:00"}]},
        "availability": {"percent": 98.5, "hours": [{"days": ["mon"], "from": "07:00", "until": "18:00"}]},
        "jump_hosts": [{"name": FRONT.name, "address": str(FRONT.address), "inside": str(FRONT.legs[1].address)}],
        "servers": [
            {"name": BOX.name, "address": str(BOX.address), "components": {name: {} for name in components}},
            {"name": BACK.name, "address": str(BACK.address), "jump": FRONT.name, "components": {"database": {}}},
        ],
    }
    model = TownFile.model_validate_json(json.dumps(said), strict=True)
    return Town(KEY, Path(f"{KEY}.yml"), model, profile(model.product))


def lab_of(folder: Path) -> Lab:
    """The lab of this town alone, with its state in `folder`; it shares the image with the lab of this machine."""
    return Lab(Places(state=folder / "state", lock=folder / "lock"), towns=(TOWN,))


def raise_town(folder: Path) -> Ring:
    """Boot the machines, install the packs, trust the host keys."""
    lab = lab_of(folder)
    ring = Ring(lab, folder)
    for who in PEOPLE:
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", str(ring.key(who))], check=True)
    with held(lab.places.lock, "the lab", "tests of access"):
        lab.boot()
    for host in TOWN.hosts:
        said = ring.install(host)
        assert said.status == 0, said.out
    ring.accept()
    return ring
