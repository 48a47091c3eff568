"""The questions of a sweep asked by pyinfra and by Ansible, beside `eakte-ops sweep`: whole processes, wall and CPU.

Usage: peers.py VENV. The lab must be up (`eakte-ops lab up`). VENV has both of them: python -m venv VENV, then
VENV/bin/pip install pyinfra ansible-core. Each question is one operation (`server.shell`) or one task (`shell`), as
their users write them, with the settings that make them quick: pipelining, kept connections, no facts gathered, as
many forks as servers. Host keys are checked strictly, the account is that of the night. They only ask: nothing is
judged or remembered, and no question has a limit.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import swept

from eakte_ops.remote.fleet import Errand
from eakte_ops.remote.posix import Posix
from eakte_ops.remote.types import Target

ROUNDS = 5
_HOST = """\
Host {name}
  HostName {address}
  Port {port}
  User {user}
  IdentityFile {identity}
  IdentitiesOnly yes
  UserKnownHostsFile {known_hosts}
  StrictHostKeyChecking yes
"""
_DEPLOY = """\
from pyinfra import host
from pyinfra.operations import server

for name, text in host.data.questions.items():
    server.shell(name=name, commands=[text])
"""
_TASK = """\
    - name: {name}
      ansible.builtin.shell: "{{{{ questions['{name}'] }}}}"
      when: "'{name}' in questions"
      changed_when: false
      failed_when: false
"""


def ssh_config(errands: Sequence[Errand], known_hosts: Path) -> str:
    """An OpenSSH configuration for all servers and the jump hosts in front of some."""
    lines: dict[str, str] = {}
    for errand in errands:
        for target in (errand.target, errand.target.via):
            if target is not None:
                lines[target.name] = _host(target, known_hosts)
    return "\n".join(lines.values())


def _host(target: Target, known_hosts: Path) -> str:
    said = _HOST.format(
        name=target.name,
        address=target.address,
        port=target.port,
        user=target.user,
        identity=target.identity,
        known_hosts=known_hosts,
    )
    return said + (f"  ProxyJump {target.via.name}\n" if target.via else "")


def questions(errand: Errand) -> dict[str, str]:
    """Name -> shell text."""
    return {each.name: Posix().section(each.script, errand.reveal) for each in errand.questions}


def prepare(folder: Path) -> None:
    """Inventories, deploy and playbook."""
    swept.prepare()
    errands = swept.errands()
    known = folder / "known_hosts"
    files = dict.fromkeys(
        target.known_hosts for errand in errands for target in (errand.target, errand.target.via) if target
    )
    lines = [line for file in files for line in file.read_text().splitlines() if line and not line.startswith("#")]
    lines += [f"[{name}]:22 {key}" for name, _blank, key in (line.partition(" ") for line in lines)]  # as pyinfra asks
    known.write_text("\n".join([*lines, ""]))
    (folder / "ssh_config").write_text(ssh_config(errands, known))
    asked = {errand.target.name: questions(errand) for errand in errands}
    hosts = [
        (
            errand.target.name,
            {
                "questions": asked[errand.target.name],
                "ssh_user": errand.target.user,
                "ssh_key": str(errand.target.identity),
                "ssh_config_file": str(folder / "ssh_config"),
                "ssh_known_hosts_file": str(known),
                "ssh_strict_host_key_checking": "yes",
            },
        )
        for errand in errands
    ]
    (folder / "inventory.py").write_text(f"hosts = {hosts!r}\n")
    (folder / "deploy.py").write_text(_DEPLOY)
    (folder / "host_vars").mkdir()
    for name, texts in asked.items():
        lines = [f"  {question}: !unsafe {json.dumps(text)}\n" for question, text in texts.items()]
        (folder / "host_vars" / f"{name}.yml").write_text("questions:\n" + "".join(lines))
    (folder / "hosts").write_text("".join(f"{name} ansible_python_interpreter=/usr/bin/python3\n" for name in asked))
    names = dict.fromkeys(question for texts in asked.values() for question in texts)
    play = "- hosts: all\n  gather_facts: false\n  tasks:\n"
    (folder / "play.yml").write_text(play + "".join(_TASK.format(name=name) for name in names))


def measure(
    argv: Sequence[str], folder: Path, environment: Mapping[str, str], allowed: Sequence[int] = (0,)
) -> tuple[float, float]:
    """Wall and processor time of a whole process with all it started; it must end with a status that is `allowed`."""
    with (folder / "said").open("w") as said:
        began = time.perf_counter()
        process = subprocess.Popen(argv, cwd=folder, stdout=said, stderr=said, env={**os.environ, **environment})
        _pid, status, used = os.wait4(process.pid, 0)
        wall = time.perf_counter() - began
    if os.waitstatus_to_exitcode(status) not in allowed:
        raise SystemExit(f"{argv[0]}:\n{(folder / 'said').read_text()[-3000:]}")
    return wall, used.ru_utime + used.ru_stime


@contextmanager
def kept_connections(folder: Path) -> Iterator[list[float]]:
    """Ends the connections that Ansible's ssh leaves behind; gives the processor time that they took."""
    spent: list[float] = []
    yield spent
    for sock in folder.glob("cp/*"):
        argv = ["ssh", "-F", str(folder / "ssh_config"), "-S", str(sock)]
        said = subprocess.run([*argv, "-O", "check", "x"], check=False, capture_output=True, text=True).stderr
        number = said.partition("pid=")[2].partition(")")[0]
        if number.isdigit():
            fields = Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()
            spent.append((int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK"))
            subprocess.run([*argv, "-O", "exit", "x"], check=False, capture_output=True)


def ansible(venv: Path, folder: Path) -> tuple[float, float]:
    """One run of the play."""
    shutil.rmtree(folder / "cp", ignore_errors=True)
    environment = {
        "ANSIBLE_HOME": str(folder / "ansible"),
        "ANSIBLE_HOST_KEY_CHECKING": "True",
        "ANSIBLE_PIPELINING": "True",
        "ANSIBLE_FORKS": "64",
        "ANSIBLE_SSH_ARGS": f"-F {folder / 'ssh_config'} -o ControlMaster=auto -o ControlPersist=60s",
        "ANSIBLE_SSH_CONTROL_PATH_DIR": str(folder / "cp"),
    }
    argv = [str(venv / "bin" / "ansible-playbook"), "-i", str(folder / "hosts"), str(folder / "play.yml")]
    with kept_connections(folder) as spent:
        wall, cpu = measure(argv, folder, environment)
        _all_answered(folder, "unreachable=0 ")
    return wall, cpu + sum(spent)


def pyinfra(venv: Path, folder: Path) -> tuple[float, float]:
    """One run of the deploy."""
    argv = [str(venv / "bin" / "pyinfra"), "-y", str(folder / "inventory.py"), str(folder / "deploy.py")]
    measured = measure(argv, folder, {})
    _all_answered(folder, "Connected")
    return measured


def _all_answered(folder: Path, mark: str) -> None:
    said = (folder / "said").read_text()
    hosts = len((folder / "hosts").read_text().splitlines())
    if said.count(mark) < hosts:
        raise SystemExit(f"not every server was asked:\n{said[-3000:]}")


def ours(_venv: Path, folder: Path) -> tuple[float, float]:
    """One sweep into a store that knows the towns."""
    return measure([str(Path(sys.executable).parent / "eakte-ops"), "sweep"], folder, {}, (0, 1))


def main() -> None:
    venv = Path(sys.argv[1]).absolute()
    program = str(Path(sys.executable).parent / "eakte-ops")
    said = subprocess.run([program, "lab", "status", "--json"], check=True, capture_output=True, text=True)
    sides = {"eakte-ops sweep": ours, "pyinfra": pyinfra, "Ansible": ansible}
    seen: dict[str, list[tuple[float, float]]] = {side: [] for side in sides}
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        lab = json.loads(said.stdout)["project"]
        shutil.copytree(lab, folder / "operations", ignore=shutil.ignore_patterns("state"))
        os.environ["EAKTE_OPS_PROJECT"] = str(folder / "operations")
        prepare(folder)
        ours(venv, folder)
        for _ in range(ROUNDS):
            for side, run in sides.items():
                seen[side].append(run(venv, folder))
    own = statistics.median(wall for wall, _cpu in seen["eakte-ops sweep"])
    for side, measured in seen.items():
        wall, cpu = (statistics.median(each[at] for each in measured) for at in (0, 1))
        print(f"{side}: wall {wall:.1f} s ({wall / own:.1f} times) · client CPU {cpu:.1f} s")


if __name__ == "__main__":
    main()
