"""Where the lab keeps its things. Addresses and bridges exist once per machine, so the lab does too."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Places:
    """`state`: everything that `lab down` removes. `cache`: images, kept for later runs. `runtime`: of systemd-nspawn.
    `lock`: held by `up`, `down`, `break` and `mend`; it names its holder.
    """

    state: Path = Path("/var/lib/eakte-lab")
    cache: Path = Path("/var/cache/eakte-lab")
    runtime: Path = Path("/run/systemd/nspawn")
    lock: Path = Path("/run/eakte-lab.lock")

    @property
    def operations(self) -> Path:
        """The operations folder that the lab writes."""
        return self.state / "operations"

    @property
    def broken(self) -> Path:
        """One empty file SCENARIO@HOST per fault in force."""
        return self.state / "broken"

    @property
    def hosts(self) -> Path:
        """One folder per host: disk.img, disk/ (its ext4), root/ (the overlay), console.log."""
        return self.state / "hosts"

    def host(self, name: str) -> Path:
        """The folder of one host."""
        return self.hosts / name

    def root(self, name: str) -> Path:
        """The root tree of one host as the machine sees it while it is mounted."""
        return self.host(name) / "root"
