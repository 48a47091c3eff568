"""Files of kind `config:SERVER:TEMPLATE`: rendered again when they are sent, and only if they are what was planned."""

from __future__ import annotations

from eakte_ops.config.render import render
from eakte_ops.playbook.plan import Send
from eakte_ops.playbook.sources import NotAsPlanned, Sources

KIND = "config"


def made(send: Send, sources: Sources) -> bytes:
    """The file with its secrets. Raises NotAsPlanned where inventory or templates make another one now, or none.

    Raises InvalidFile for templates with mistakes, Refused for a secret that can not be opened.
    """
    kind, server, template = send.artefact.split(":", 2)
    assert kind == KIND
    library = sources.library().right((sources.town.id,))
    for file in render([sources.town], library):
        if (file.server, file.template.id) == (server, template) and file.fingerprint == send.sha256:
            return file.content(sources.reveal).data
    raise NotAsPlanned(artefact=send.artefact)
