"""Texts about components that have to hear of other files: a reload, and the way back to the old files. Pure.

$ran is what posix.note_unit noted before the files came: `down`, or `up-` with the invocation id.
"""

from __future__ import annotations

from eakte_ops.playbook import posix
from eakte_ops.product.model import Layout


def back(unit: str, layout: Layout) -> str:
    """What ran before runs with its old files again: restarted if it was started since, whoever did that.

    What did not run before is stopped. Without a note nothing was put in place yet, and nothing is done.
    """
    return (
        'if [ -z "$ran" ]; then echo "no file had come yet: left as it is" && exit 0; fi\n'
        f"now=$(\n{posix.note_unit('ran', unit)}) || exit 1\n"
        'if [ "$now" = "ran=$ran" ]; then echo "not started since: left as it is" && exit 0; fi\n'
        f'if [ "$ran" = down ]; then sudo -n {posix.SYSTEMCTL} stop {posix.word(unit)}; exit; fi\n'
        f"{posix.restart_unit(unit, layout)}"
    )


def where_it_runs(unit: str, commands: str) -> str:
    """Commands for a running component alone: one that does not run reads its files when it starts."""
    return (
        "set -eu\n"
        f"if ! {posix.SYSTEMCTL} is-active --quiet -- {posix.word(unit)}; then\n"
        f"    echo {posix.word(unit)} does not run: it reads its files when it starts\n"
        "    exit 0\n"
        "fi\n"
        f"{commands}\n"
    )
