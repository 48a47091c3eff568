"""The actions that playbooks can name: one file each, and one line here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from eakte_ops.playbook.actions import (
    ask,
    bring_configuration,
    clean_configuration,
    command,
    compare,
    decide,
    drain,
    gate,
    hand_over,
    hold,
    lay_down,
    notice,
    place_configuration,
    remember,
    remember_running,
    restart,
    start,
    stop,
    take_effect,
    validate_configuration,
)
from eakte_ops.playbook.draft import Action

ACTIONS: Mapping[str, Action[Any]] = {
    action.name: action
    for action in (
        ask.ACTION,
        bring_configuration.ACTION,
        clean_configuration.ACTION,
        command.ACTION,
        compare.ACTION,
        decide.ACTION,
        drain.ACTION,
        gate.ACTION,
        hand_over.ACTION,
        hand_over.TAKE_BACK,
        hold.ACTION,
        hold.RELEASE,
        lay_down.ACTION,
        lay_down.STAND_UP,
        notice.ACTION,
        notice.AWAY,
        place_configuration.ACTION,
        remember.ACTION,
        remember_running.ACTION,
        restart.ACTION,
        start.ACTION,
        stop.ACTION,
        take_effect.ACTION,
        validate_configuration.ACTION,
    )
}
"""Name -> action. Its file says what may stand below `with`."""
