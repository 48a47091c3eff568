"""All kinds of files that a plan can send, by the word before the first colon of Send.artefact."""

from __future__ import annotations

from collections.abc import Mapping

from eakte_ops.playbook import config_artefact
from eakte_ops.playbook.sources import Making

KINDS: Mapping[str, Making] = {config_artefact.KIND: config_artefact.made}
