"""The page of docs/reference about playbooks, made from the models and the actions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from eakte_ops.inventory.samples import samples_folder
from eakte_ops.inventory.tables import page, table
from eakte_ops.playbook import schema
from eakte_ops.playbook.actions import ACTIONS
from eakte_ops.playbook.model import PlaybookFile

_HEAD = "<!-- made by scripts/generate; change the source, not this file -->"
SAMPLE = "playbooks/restart.yml"


def documents() -> dict[str, str]:
    """Path from the top of the repository -> whole text of the file."""
    return {
        f"docs/reference/{schema.FILE}": schema.text(),
        "docs/reference/playbooks.md": "\n".join(_lines()) + "\n",
    }


def _lines() -> Iterator[str]:
    yield from ("# Playbooks", _HEAD, "")
    yield from (
        "`playbooks/NAME.yml` holds a procedure: named steps, which become a plan for one town. Unknown keys, actions,",
        "components, checks, arguments and values are mistakes; `eakte-ops inventory check` names them with file, line",
        "and column. How to write one: [playbooks](../how-to/playbooks.md).",
        "",
    )
    yield from page("playbooks/NAME.yml", PlaybookFile.model_json_schema(by_alias=True))
    yield from ("## Actions", "", "What a step may name as `action`, and what then stands below `with`.", "")
    for name in sorted(ACTIONS):
        yield from _action(name)
    yield from (f"## Sample: {SAMPLE}", "", "```yaml", (samples_folder() / SAMPLE).read_text("utf-8").rstrip(), "```")


def _action(name: str) -> Iterator[str]:
    action = ACTIONS[name]
    said: dict[str, Any] = schema.params_of(name)
    yield from (f"### {name}", "", action.text["en"], "", f"*{action.text['de']}*", "")
    if said.get("properties"):
        yield from (*table(_in_words(said), said.get("$defs", {})), "")
    else:
        yield from ("Nothing stands below `with`.", "")


def _in_words(said: dict[str, Any]) -> dict[str, Any]:
    """The same with titles as what they are, a text by language, instead of a table of their own."""
    by_language = {"type": "object", "additionalProperties": {"type": "string"}}
    rows = {
        key: {**value, **by_language} if value.pop("$ref", "").endswith("/Title") else value
        for key, value in said["properties"].items()
    }
    return {**said, "properties": rows}
