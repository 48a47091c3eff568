"""The first installation of a town's software, as the centre does it: over SSH, as the account of people at work."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass

from eakte_ops.config import place
from eakte_ops.config.rendered import Rendered
from eakte_ops.inventory.model import Server, Town
from eakte_ops.lab.centre import Centre
from eakte_ops.lab.musterakte import release_files
from eakte_ops.lab.payload import release_script
from eakte_ops.lab.session import Session, session
from eakte_ops.lab.told import Tell
from eakte_ops.remote.types import Connect
from eakte_ops.secret.value import Secret

DOCUMENTS = 300
_ADMIN = "/opt/eakte/current/bin/musterakte-admin"
_HANDED_OVER = "/etc/eakte/database/handed-over"
# What an earlier lab called the gateway's files: the gateway would go on taking them.
EARLIER = """\
set -eu
cd "$1"
shift
for name; do
  [ ! -e "$name" ] || { rm -f "$name" && echo replaced; }
done
"""
EARLIER_NAMES = ("application.yml", "routes.yml")
_CERTIFICATE = """\
set -eu
umask 027
cd /etc/eakte/gateway
[ ! -s tls.crt ] || exit 0
openssl req -batch -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 397 \\
  -subj "/CN=$1" -addext "subjectAltName=DNS:$1" -keyout tls.key -out tls.part
chmod 0640 tls.key
chmod 0644 tls.part
mv tls.part tls.crt
echo replaced
"""


# curl ends with 7 where nothing listens. $1: seconds; then ports, and after -- the pages that must say UP.
_WAIT = """
end=$(($(date +%s) + $1))
shift
wait_for() {
  until "$@"; do
    [ "$(date +%s)" -lt "$end" ] || { echo "still not: $*" >&2; exit 1; }
    sleep 0.2
  done
}
listens() { curl -s -o /dev/null --max-time 1 "http://127.0.0.1:$1/"; [ $? -ne 7 ]; }
is_up() { curl -s --max-time 2 "http://127.0.0.1:$1" | head -c 20 | grep -q '^{"status": *"UP"'; }
while [ "$1" != -- ]; do wait_for listens "$1"; shift; done
shift
for page; do wait_for is_up "$page"; done
"""
_WAIT_S = 60


@dataclass(frozen=True, slots=True)
class Installation:
    """One town. `files`: all that was rendered for it; `secrets`: by name."""

    centre: Centre
    connect: Connect
    town: Town
    files: Sequence[Rendered]
    secrets: Mapping[str, Secret]
    tell: Tell

    def carry_out(self) -> None:
        """Release and configuration on every server, then the components one after the other. May be repeated.

        Raises: CommandFailed, SudoRefused, Unreachable.
        """
        with ExitStack() as stack, ThreadPoolExecutor(len(self.town.said.servers)) as pool:
            servers = self.town.said.servers
            targets = [self.centre.target(self.town, server, "work") for server in servers]
            opened = pool.map(lambda target: stack.enter_context(session(self.connect, target)), targets)
            sessions = tuple(opened)
            replaced = any(list(pool.map(self._prepare, servers, sessions)))
            for component, there in self._in_start_order(sessions):
                self._start(component, there, "restart" if replaced else "start")
            list(pool.map(self._wait, servers, sessions))

    def _in_start_order(self, sessions: Sequence[Session]) -> Iterator[tuple[str, Session]]:
        """Components over all servers of the town, as its profile orders them."""
        for component in self.town.profile.components_of(self.town.said.release):
            for server, there in zip(self.town.said.servers, sessions, strict=True):
                if component in server.components:
                    yield component, there

    def _prepare(self, server: Server, there: Session) -> bool:
        """Give whether programs or configuration are others than before."""
        release = self.town.said.release
        said = there.run(release_script(release, release_files(release)))
        said += there.run(self._configuration(server))
        for part in self.town.installed(server):
            if part.component.merged is not None:
                said += there.run(EARLIER, part.places[part.component.merged.place], *EARLIER_NAMES)
        if "gateway" in server.components:
            said += there.run(_CERTIFICATE, f"eakte.{self.town.id}.example")
        self.tell(server.name, f"has release {release} and its configuration")
        return not {"replaced", "placed"}.isdisjoint(said.split())

    def _configuration(self, server: Server) -> str:
        """The text that puts the server's files in place; what is proposed to local IT is left to it."""
        own = (each for each in self.files if each.server == server.name and not each.proposal)
        contents = [each.content(self.secrets.__getitem__) for each in own]
        return place.script(contents, self.town.profile.layout[server.platform], "lab")

    def _start(self, component: str, there: Session, verb: str) -> None:
        if component == "database":
            self._make_database(there)
        unit = self.town.profile.components_of(self.town.said.release)[component].unit["linux"]
        there.run('sudo -n systemctl "$1" "$2"', verb, unit)
        if component == "application-server":
            there.job(f"exec {_ADMIN} load-samples {DOCUMENTS}")
            self.tell(there.server, f"has {DOCUMENTS} documents")
        self.tell(there.server, f"runs {component}")

    def _wait(self, server: Server, there: Session) -> None:
        """Until everything on the server listens, and all that say how they are say that they are well."""
        parts = self.town.installed(server)
        ports = {port for part in parts for port in part.ports.values()}
        probes = [(part, probe) for part in parts for probe in part.component.probes if probe.kind == "health"]
        pages = {f"{part.ports[probe.port]}{probe.path}" for part, probe in probes}
        services = {service.port for part in parts for service in part.services.values() if service.port}
        pages |= {f"{port}/manage/health" for port in services}
        there.run(_WAIT, str(_WAIT_S), *map(str, sorted(ports)), "--", *sorted(pages), limit=_WAIT_S + 10.0)

    def _make_database(self, there: Session) -> None:
        """The password travels in a file that the job reads: a job's own record is kept and must hold no secret."""
        there.run(f"umask 027; cat >{_HANDED_OVER} <<'END'\n{self.secrets['database-password'].reveal()}\nEND")
        try:
            there.job(f"exec {_ADMIN} init-database <{_HANDED_OVER}")
        finally:
            there.run(f"rm -f {_HANDED_OVER}")
