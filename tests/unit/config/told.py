"""What becomes of a text in a template: the text of the file, or the mistakes with their lines."""

from __future__ import annotations

from eakte_ops.config.render import render
from eakte_ops.config.template import InvalidTemplate
from eakte_ops.errors import InvalidFile, Mistake
from eakte_ops.inventory.model import Town
from tests.unit.config.made import library, template, whole_town

HEAD = """\
title: {de: Datei, en: file}
components: [gateway]
destination: /etc/eakte/gateway/a.yml
effect: {how: none}
values:
  title: {default: "Anna & Co", means: {de: Titel, en: title}}
  sessions: {default: 7, means: {de: Sitzungen, en: sessions}}
  banner: {default: true, means: {de: Banner, en: banner}}
"""
BEGIN = HEAD.count("\n") + 3
"""The line on which the text begins."""

TOWN = whole_town("musterakte", "11.0", secrets=("a-key", "b-key"))


def told(body: str, head: str = HEAD, town: Town = TOWN) -> str | list[str]:
    """The text with secrets by their names, or `LINE: SENTENCE` for each mistake, counted in the text."""
    wrong = mistakes(body, head, town)
    if wrong:
        begin = head.rstrip().count("\n") + 4
        return [f"{each.line - begin + 1}: {each.sentence}" for each in wrong]
    (rendered,) = render([town], library(template(head, body)))
    return rendered.masked()


def mistakes(body: str, head: str = HEAD, town: Town = TOWN) -> tuple[Mistake, ...]:
    """All that is wrong with a template of this text, read and rendered."""
    try:
        render([town], library(template(head, body)))
    except InvalidTemplate as wrong:
        return tuple(wrong.mistakes)
    except InvalidFile as wrong:
        return wrong.mistakes
    return ()
