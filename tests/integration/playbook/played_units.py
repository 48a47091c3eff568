"""A service manager on paper: `systemctl` and `sudo` as sh programs over a folder, for texts in a real dash."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

from eakte_ops.access.sudo import commands
from eakte_ops.playbook.posix import SYSTEMCTL
from eakte_ops.product.model import Layout
from eakte_ops.remote.posix import quote

UNIT = "eakte-gateway.service"
RUN = "2026-11-24-witten-a1b2"

# ActiveState and Job are on their way for `way` looks; then they are what `then` says.
_SYSTEMCTL = """\
#!/bin/sh
dir={dir}
look() {{
    if [ -e "$dir/way" ]; then
        left=$(cat "$dir/way")
        if [ "$left" -gt 0 ]; then echo $((left - 1)) >"$dir/way"; else become "$(cat "$dir/then")"; rm "$dir/way"; fi
    fi
}}
become() {{
    echo "$1" >"$dir/ActiveState"
    [ "$1" = active ] || return 0
    echo $(($(cat "$dir/count") + 1)) >"$dir/count"
    echo "id$(cat "$dir/count")" >"$dir/InvocationID"
}}
up() {{
    if [ -e {hold} ]; then become inactive; return 0; fi
    if [ -e "$dir/broken" ]; then become failed; return 1; fi
    become active
}}
verb=$1
shift
case $verb in
show)
    names=${{1#--property=}}
    shift
    value=
    [ "$1" = --value ] && value=yes && shift
    [ "$1" = -- ] && [ "$2" = {unit} ] || exit 1
    look
    for name in ActiveState Job InvocationID LoadState; do
        case ,$names, in
        *",$name,"*)
            [ "$value" ] || printf '%s=' "$name"
            cat "$dir/$name"
            ;;
        esac
    done
    ;;
is-active)
    look
    cat "$dir/ActiveState"
    grep -q '^active$' "$dir/ActiveState"
    ;;
start) [ "$(cat "$dir/ActiveState")" = active ] || up ;;
stop)
    if [ -e "$dir/stuck" ]; then become deactivating; exit 1; fi
    become inactive
    ;;
restart)
    become inactive
    [ ! -e "$dir/cut" ] || exit 1
    up
    ;;
*) exit 1 ;;
esac
"""
_SUDO = """\
#!/bin/sh
[ "$1" = -n ] || exit 1
shift
line="$*"
grep -qxF -- "$line" {rules} || {{ echo "sudo: a password is required" >&2; exit 1; }}
shift
exec {systemctl} "$@"
"""


@dataclass(frozen=True, slots=True)
class Ran:
    """How a text ended."""

    status: int
    out: str
    err: str


class Played:
    """A server with one unit. `layout`: its hold lies in the folder."""

    def __init__(self, folder: Path, layout: Layout) -> None:
        self.folder = folder
        self.layout = layout.model_copy(update={"state": str(folder)})
        self.hold = folder / "hold"
        programs = folder / "bin"
        programs.mkdir()
        self._systemctl = programs / "systemctl"
        rules = folder / "rules"
        rules.write_text("".join(f"{line}\n" for line in commands([UNIT])))
        texts = {
            "systemctl": _SYSTEMCTL.format(dir=quote(str(folder)), hold=quote(str(self.hold)), unit=UNIT),
            "sudo": _SUDO.format(rules=quote(str(rules)), systemctl=quote(str(self._systemctl))),
        }
        for name, text in texts.items():
            (programs / name).write_text(text)
            (programs / name).chmod(0o755)
        self.say(ActiveState="active", Job="", InvocationID="id1", LoadState="loaded", count="1")

    def say(self, **files: str) -> None:
        """Write what the service manager knows."""
        for name, text in files.items():
            (self.folder / name).write_text(f"{text}\n")

    def held_by(self, run: str) -> None:
        self.hold.write_text(f"run={run} until=2026-11-24T22:00:00+00:00 why=patches\n")

    @property
    def state(self) -> str:
        return (self.folder / "ActiveState").read_text().strip()

    @property
    def invocation(self) -> str:
        return (self.folder / "InvocationID").read_text().strip()

    def run(self, text: str, ran: str = "") -> Ran:
        """Carry a text out as a job does: with the variables of the run before it. Looks go to the played systemctl,
        and what goes through sudo has to be a line of the access pack, word by word."""
        played = text.replace(f"sudo -n {SYSTEMCTL}", "sudo -n @@").replace(SYSTEMCTL, quote(str(self._systemctl)))
        played = played.replace("sleep 1\n", "sleep 0.02\n")
        lead = f"run={quote(RUN)}\nran={quote(ran)}\nPATH={quote(str(self._systemctl.parent))}:$PATH\n"
        done = subprocess.run(
            ["dash", "-s"],
            input=(lead + played.replace("@@", SYSTEMCTL)).encode(),
            capture_output=True,
            timeout=60,
            check=False,
        )
        return Ran(done.returncode, done.stdout.decode(), done.stderr.decode())
