"""How a rendered file is described to people: whose it is, what it holds, how a change of it takes effect."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from eakte_ops.config.render import sight
from eakte_ops.config.rendered import Rendered
from eakte_ops.inventory.model import Town
from eakte_ops.product.model import Language

_WORDS: Mapping[Language, Mapping[str, str]] = {
    "en": {
        "restart": "restart of {of}",
        "reload": "reload of {of}",
        "service": "reload of the service {service} by hand",
        "none": "read anew each time",
        "hand": "local IT makes it take effect",
        "owner": "local IT",
    },
    "de": {
        "restart": "Neustart von {of}",
        "reload": "Neuladen von {of}",
        "service": "Dienst {service} von Hand neu laden",
        "none": "wird jedes Mal neu gelesen",
        "hand": "die örtliche IT lässt es wirken",
        "owner": "örtliche IT",
    },
}


def title(rendered: Rendered, language: Language) -> str:
    """What the file is for."""
    said = rendered.template.head.title
    return said.de if language == "de" else said.en


def effect(rendered: Rendered, language: Language) -> str:
    """How a change of the file takes effect."""
    head = rendered.template.head
    how = "service" if head.effect.how == "reload" and not head.effect.by else head.effect.how
    return _WORDS[language][how].format(of=head.effect.of, service=head.service)


def commands(rendered: Rendered, town: Town) -> tuple[Sequence[str], Sequence[str]]:
    """The words of the commands that reload and that validate the file on its server, () where there is none."""
    head, server = rendered.template.head, town.server(rendered.server)
    seen = sight(town, server, rendered.template)
    return rendered.template.words(head.effect.by, seen), rendered.template.words(head.validation, seen)


def rights(rendered: Rendered, town: Town, language: Language) -> str:
    """`eakte-ops:eakte 0640`; on Windows, where there are no modes, the account alone."""
    if town.server(rendered.server).platform == "linux":
        return f"{rendered.account}:{rendered.group} {rendered.mode:04o}"
    return _WORDS[language]["owner"] if rendered.proposal else rendered.account
