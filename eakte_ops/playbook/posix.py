"""The sh texts with which components are started, stopped and restarted on servers with systemd. Pure.

Each text is what stands in the plan, on paper, and in the record of the job. Changing is done by the exact sudo lines
of the access pack and nothing else; looking needs no rights. What `systemctl show` says is waited for and not guessed:
a unit on its way up or down, or with a job of systemd still open, is neither.

Why each way back holds, from wherever its step was left:

- A note (`note_unit`) is made before: how the unit ran, by systemd's invocation id, which is another one after every
  start. It is a value of the run, so it is known after a crash of the centre as well as of the server.
- *stop* can be repeated. Verified by: is it down? A server that was booted meanwhile may have started it again; then
  it is "not begun", and is stopped once more. Way back: start it, unless the note says that it did not run; so nothing
  runs afterwards that was switched off before. The hold of this very run would keep it down and is lifted for it. The
  hold of another run is a wall: the way back ends there, says so, and a person decides. It is met only where somebody
  set it in between, because a stop under the hold of another run is refused before it begins.
- *start* can be repeated. Verified by: does it run? Way back: stop it, unless the note says that it ran before.
- *restart*: systemd's own restart, so that a lost line can not leave the second half undone. Verified by: does it run
  under another invocation than the note says? Then a fresh process is there, by us or by a boot: done. The same one:
  not begun. Down, although it ran before: half done; that can not be told apart from a crash, but it can be repeated: a
  restart starts what is down. Way back: start it if it ran before. It never stops anything: what was restarted because
  it hung is not worth being taken away again.
"""

from __future__ import annotations

import re

from eakte_ops.errors import NotSupported
from eakte_ops.inventory.model import Server
from eakte_ops.product.model import Layout
from eakte_ops.remote.posix import quote

SYSTEMCTL = "/usr/bin/systemctl"
"""As the sudo list of the access pack names it."""

_PLAIN = re.compile(r"[A-Za-z0-9@_./:-]+")

_STATE = """\
# How $1 is: active, inactive or failed, after waiting for what is on its way; nothing if that lasts for {seconds} s.
state_of() {{
    waited=0
    while [ "$waited" -le {seconds} ]; do
        shown=$({systemctl} show --property=ActiveState,Job -- "$1") || return 1
        case $shown in
        *Job=[1-9]*) ;;
        *ActiveState=active*) echo active && return ;;
        *ActiveState=inactive*) echo inactive && return ;;
        *ActiveState=failed*) echo failed && return ;;
        esac
        sleep 1
        waited=$((waited + 1))
    done
}}
"""
_PATIENCE_S = 30
_LEFT_DOWN = 'if [ "$ran" = down ]; then\n    echo "it did not run before: left as it is"\n    exit 0\nfi\n'


def only_here(server: Server, what: str) -> None:
    """Raises NotSupported where the texts of this file are not understood. `what`: as in "restarting eakte-x"."""
    if server.platform != "linux":
        raise NotSupported(f"{server.name}: {what} on {server.platform}")


def hold_file(layout: Layout) -> str:
    """The file that keeps the software of a server from starting; its line begins with `run=RUN`."""
    return f"{layout.state}/hold"


def word(text: str) -> str:
    """`text` as one word of a shell, without quotes where it needs none: these texts are read by people."""
    return text if _PLAIN.fullmatch(text) else quote(text)


def loaded(unit: str) -> str:
    """Asks whether there is such a unit: `loaded`."""
    return f"{SYSTEMCTL} show --property=LoadState --value -- {word(unit)}\n"


def held(layout: Layout) -> str:
    """Asks whether the hold is set: `free` or `set`."""
    return f"if [ -e {word(hold_file(layout))} ]; then echo set; else echo free; fi\n"


def note_unit(value: str, unit: str) -> str:
    """Gives the value: `down`, or `up-` with the invocation id under which the unit runs."""
    return (
        f"state=$({SYSTEMCTL} show --property=ActiveState --value -- {word(unit)}) || exit 1\n"
        "case $state in\n"
        f"inactive | failed) echo {word(value)}=down ;;\n"
        f'?*) echo "{word(value)}=up-$({SYSTEMCTL} show --property=InvocationID --value -- {word(unit)})" ;;\n'
        "*) exit 1 ;;\n"
        "esac\n"
    )


def start_unit(unit: str, layout: Layout) -> str:
    """Starts it; refused while the hold is set, whoever set it. Status 0: it runs."""
    return _unless_held(layout, "started") + _sudo("start", unit) + _has_to_be("active", unit)


def verify_started(unit: str) -> str:
    """0: it runs; 10: it does not; 1: it can not be told."""
    return _state() + (
        f"case $(state_of {word(unit)}) in\nactive) exit 0 ;;\ninactive | failed) exit 10 ;;\n*) exit 1 ;;\nesac\n"
    )


def undo_start(unit: str) -> str:
    """Stops it, unless it ran before ($ran of the note)."""
    return (
        'if [ "$ran" != down ]; then\n    echo "it ran before: left as it is"\n    exit 0\nfi\n'
        + _sudo("stop", unit)
        + _has_to_be("inactive | failed", unit)
    )


def stop_unit(unit: str, layout: Layout) -> str:
    """Stops it and waits until it is down; refused under the hold of another run. Status 0: it is down."""
    hold = word(hold_file(layout))
    return (
        f'if [ -e {hold} ] && ! grep -q "^run=$run\\( \\|\\$\\)" {hold}; then\n'
        f'    echo "not stopped, another run holds the software here: $(head -n 1 {hold})" >&2\n'
        "    exit 1\n"
        "fi\n" + _sudo("stop", unit) + _has_to_be("inactive | failed", unit)
    )


def verify_stopped(unit: str) -> str:
    """0: it is down; 10: it runs; 1: it can not be told."""
    return _state() + (
        f"case $(state_of {word(unit)}) in\ninactive | failed) exit 0 ;;\nactive) exit 10 ;;\n*) exit 1 ;;\nesac\n"
    )


def undo_stop(unit: str, layout: Layout) -> str:
    """Starts it again if it ran before ($ran of the note); the hold of this run is lifted for it."""
    hold = word(hold_file(layout))
    return (
        f"{_LEFT_DOWN}"
        "# The hold of this run is lifted: what was stopped has to run again.\n"
        f'if grep -q "^run=$run\\( \\|\\$\\)" {hold} 2>/dev/null; then rm -f {hold} || exit 1; fi\n'
        + start_unit(unit, layout)
    )


def restart_unit(unit: str, layout: Layout) -> str:
    """Restarts it, or starts it if it is down; refused while the hold is set. Status 0: it runs."""
    return _unless_held(layout, "restarted") + _sudo("restart", unit) + _has_to_be("active", unit)


def verify_restarted(unit: str) -> str:
    """0: it runs under another invocation than the note ($ran) says; 10: as the note says; 1: it can not be told."""
    return _state() + (
        f"state=$(state_of {word(unit)})\n"
        f"now=up-$({SYSTEMCTL} show --property=InvocationID --value -- {word(unit)})\n"
        'case $state:$ran in\n*:) exit 1 ;;\n"active:$now") exit 10 ;;\nactive:*) exit 0 ;;\n'
        "inactive:down | failed:down) exit 10 ;;\n*) exit 1 ;;\nesac\n"
    )


def undo_restart(unit: str, layout: Layout) -> str:
    """Starts it if it ran before ($ran of the note) and is down now; stops nothing."""
    return f'{_LEFT_DOWN}if [ "$({SYSTEMCTL} is-active -- {word(unit)})" = active ]; then exit 0; fi\n' + start_unit(
        unit, layout
    )


def _sudo(verb: str, unit: str) -> str:
    return f"sudo -n {SYSTEMCTL} {verb} {word(unit)} || exit 1\n"


def _unless_held(layout: Layout, done: str) -> str:
    hold = word(hold_file(layout))
    return f'if [ -e {hold} ]; then\n    echo "not {done}, the hold is set: $(head -n 1 {hold})" >&2\n    exit 1\nfi\n'


def _has_to_be(state: str, unit: str) -> str:
    return (
        f"state=$({SYSTEMCTL} is-active -- {word(unit)})\n"
        f'case $state in\n{state}) exit 0 ;;\n*) echo "{unit} is $state" >&2 ;;\nesac\nexit 1\n'
    )


def _state() -> str:
    return _STATE.format(systemctl=SYSTEMCTL, seconds=_PATIENCE_S)
