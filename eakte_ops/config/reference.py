"""The reference of the templates, made from their heads and from what templates can see and use."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from inspect import getdoc
from typing import Any

from jinja2 import nodes

from eakte_ops.config.filters import FILTERS
from eakte_ops.config.forms import FORMS
from eakte_ops.config.head import Effect, Head, Value
from eakte_ops.config.known import Part
from eakte_ops.config.library import Library, load_library
from eakte_ops.config.sandbox import Stumbled, sandbox
from eakte_ops.config.syntax import TESTS
from eakte_ops.config.template import Template
from eakte_ops.config.values import limit_of
from eakte_ops.inventory.samples import samples_folder
from eakte_ops.product.load import known, profile
from eakte_ops.product.model import Layout, Profile

_HEAD = "<!-- made by scripts/generate; change the source, not this file -->"

SEEN: Mapping[str, str] = {
    "town.id": "id of the town: the name of its inventory file",
    "town.name": "its name, as people say it",
    "town.key": "its official key",
    "town.language": "`de` or `en`",
    "town.product": "its product",
    "town.release": "its release",
    "town.database_operator": "`centre` or `local-it`",
    "here.name": "name of the server that the file is for",
    "here.address": "its address, as the operations host reaches it",
    "here.components": "names of the components on it, in the order in which they start",
    "parts.COMPONENT.here": "whether the component is on this server",
    "parts.COMPONENT.address": "127.0.0.1 where it is on this server, else the address of the first server that has it",
    "parts.COMPONENT.addresses": "of all servers that have it; 127.0.0.1 for this one",
    "parts.COMPONENT.port.NAME": "its ports, what the town changed included",
    "parts.COMPONENT.place.NAME": "its places, what the town changed included",
    "parts.COMPONENT.service.NAME.name": "its microservices, those switched off included",
    "parts.COMPONENT.service.NAME.instances": "how many run; 0: it is switched off",
    "parts.COMPONENT.service.NAME.port": "only of a service that has one",
    "own": "the same as `parts.COMPONENT`, where the head names one component alone",
    "layout.NAME": f"accounts and folders on a server: {', '.join(f'`{name}`' for name in Layout.model_fields)}",
    "values.NAME": "what the head declares: as the server says it, else the town, else the defaults, else the head",
    "secret.NAME": "a secret of the town, by its name in the inventory; it stands alone, with a form: "
    '`{{ secret["NAME"] | yaml }}`',
}
"""All that a template can see. NAME and COMPONENT stand for names."""

GIVES: Mapping[str, str] = {
    "first": "the first of a list",
    "items": 'name and value of each part: `{% for name, port in parts["gateway"].port | items %}`',
    "join": "the values of a list as one text, with what stands between them",
    "last": "the last of a list",
    "length": "how long a text or a list is",
    "list": "the names in a part, as a list",
    "lower": "in small letters",
    "network": "an address as a network of one host, for access files: `192.0.2.11/32`",
    "replace": "one text for another",
    "sort": "a list in order",
    "unique": "a list without what stands in it twice",
    "upper": "in capital letters",
    "url_host": "an address as it stands in a URL: IPv6 in brackets",
}
"""What the filters give that write no value into the syntax of a file; those that do say so (forms.FORMS)."""


def documents() -> dict[str, str]:
    """Path from the top of the repository -> whole text of the file."""
    library = load_library(samples_folder()).right()
    return {"docs/reference/templates.md": "\n".join(_lines(library)) + "\n"}


def _lines(library: Library) -> Iterator[str]:
    yield from ("# Templates", _HEAD, "")
    yield from (
        "`templates/PRODUCT/RELEASE/COMPONENT/FILE.j2` says what a configuration file on a server should hold. It is",
        "used from its release on, until a later release has one of the same name or its head says `until`; an older",
        "release never gets a newer one. In its place a town may have one of its own:",
        "`inventories/TOWN.templates/RELEASE/COMPONENT/FILE.j2`.",
        "How to work with them: [configuration](../how-to/configuration.md).",
        "",
    )
    yield from _heads()
    yield from _sight()
    for name in known():
        yield from _product(profile(name), library)


def _heads() -> Iterator[str]:
    yield from ("## The head", "")
    yield "A template begins with a line `{#`, then YAML, then a line `#}`. Unknown keys are errors."
    for model, of in ((Head, "the head"), (Effect, "`effect`"), (Value, "one of `values`")):
        yield from ("", f"Keys of {of}:", "", "| key | else | meaning |", "| --- | --- | --- |")
        for key, field in model.model_fields.items():
            otherwise = "needed" if field.is_required() else _written(field.default)
            yield f"| `{key}` | {otherwise} | {_cell(field.description or '')} |"
    yield ""


def _sight() -> Iterator[str]:
    yield from ("## What a template sees", "")
    yield "Texts, numbers, yes and no, lists of them, and nothing else. What is not there is an error that names it."
    yield from ("", "| value | what it is |", "| --- | --- |")
    yield from (f"| `{name}` | {_cell(means)} |" for name, means in SEEN.items())
    yield from (
        "",
        'NAME and COMPONENT stand for names. One with a hyphen: `parts["application-server"].port.rpc`.',
        "",
    )
    yield "A value is written into a file with the filter for its syntax. A secret can only stand behind one of these:"
    yield from ("", "| filter | writes |", "| --- | --- |")
    yield from (f"| `{name}` | {_cell(_said(form))} |" for name, form in FORMS.items())
    yield from ("", "Other filters:", "", "| filter | gives |", "| --- | --- |")
    yield from (f"| `{name}` | {_cell(GIVES[name])} |" for name in filter_names())
    yield ""
    yield f"Tests: {', '.join(f'`is {name}`' for name in TESTS)}; besides, `==`, `!=`, `<`, `in`, `not`, `and`, `or`."
    yield "There is `if`, `for` and `set`, `~` joins texts, `+` adds lists. Nothing can be called, included, imported"
    yield from ("or inherited, and there are no macros. What a template makes is counted, so that each one ends.", "")


def filter_names() -> tuple[str, ...]:
    """The filters that a template can name, without the forms."""
    return tuple(sorted(name for name in FILTERS if name.isidentifier() and name not in FORMS))


def _said(form: Any) -> str:
    """The docstring of a form, without what it raises."""
    said = " ".join((getdoc(form) or "").split()).removesuffix(" Raises UsageError.").removesuffix(".")
    return said[:1].lower() + said[1:]


def _product(product: Profile, library: Library) -> Iterator[str]:
    centre = [each for each in library.centre if each.product == product.name]
    names = sorted({each.id for each in centre})
    yield from (f"## {product.name}", "", f"{product.title.en}. **Tried:** {product.tried.en}.", "")
    yield f"| file | {' | '.join(product.releases)} |"
    yield "| --- |" + " --- |" * len(product.releases)
    sets = {release: {each.id: each for each in library.of(product.name, release)} for release in product.releases}
    for name in names:
        cells = [_cell_of(found.get(name), release) for release, found in sets.items()]
        yield f"| [{name}](#{_anchor(product.name, name)}) | {' | '.join(cells)} |"
    yield from (
        "",
        "*new*: a template of that release; a number: that release's still holds. Paths are those of a town",
    )
    yield from ("that changed none.", "")
    for name in names:
        yield from (f'<a id="{_anchor(product.name, name)}"></a>', "", f"### {name}", "")
        for template in sorted((each for each in centre if each.id == name), key=lambda each: _order(product, each)):
            yield from _template(product, template)


def _order(product: Profile, template: Template) -> int:
    return list(product.releases).index(template.release)


def _cell_of(template: Template | None, release: str) -> str:
    if template is None:
        return ""
    return "*new*" if template.release == release else template.release


def _anchor(product: str, name: str) -> str:
    return f"{product}-{name}".replace("/", "-").replace(".", "-").lower()


def _template(product: Profile, template: Template) -> Iterator[str]:
    head = template.head
    until = f" to {head.until}" if head.until else ""
    yield from (
        f"**From {template.release} on{until}:** {head.title.en} / {head.title.de}",
        "",
        "| | |",
        "| --- | --- |",
    )
    yield from (f"| {name} | {_cell(said)} |" for name, said in _facts(product, template))
    yield ""
    if head.values:
        yield from ("| value | kind | default | limits | meaning |", "| --- | --- | --- | --- | --- |")
        yield from (_value(name, value) for name, value in head.values.items())
        yield ""


def _facts(product: Profile, template: Template) -> Iterator[tuple[str, str]]:
    head = template.head
    yield "goes to", f"`{_words(product, template, head.destination)[0]}`"
    where = f"servers with {_or(head.components)}"
    if head.service:
        where += f", if its service {head.service} is switched on"
    if head.database:
        where += f", if the database is operated by {head.database}"
    yield "on", where
    yield "belongs to", _owner(product, head)
    yield "a change", _effect(product, template)
    if head.validation:
        command = " ".join(_words(product, template, *head.validation))
        yield "tried before", f"`{command}` as {_account(product, head.validated_as)}"
    if head.partial:
        yield "holds", "only what is documented of the file: it is shown, and never becomes the file"
    if head.secret:
        yield "shown", "never, nothing of it"
    if names := sorted(_secrets(template)):
        yield "secrets", ", ".join(f"`{name}`" for name in names)
    if head.source:
        yield "source", head.source


def _effect(product: Profile, template: Template) -> str:
    """How a change of the file takes effect."""
    effect = template.head.effect
    if effect.how == "restart":
        return f"{effect.of} is restarted"
    if effect.how == "reload" and effect.by:
        return f"{effect.of} is reloaded: `{' '.join(_words(product, template, *effect.by))}`"
    if effect.how == "reload":
        return f"a person reloads the service {template.head.service} in the software's own administration"
    return {"hand": "local IT makes it take effect", "none": "it is read each time, nothing has to be done"}[effect.how]


def _words(product: Profile, template: Template, *words: str) -> tuple[str, ...]:
    """Words of the head as they are in a town that changed no place; as they stand there where that is not enough."""
    layout = next(iter(product.layout.values()))
    own = product.components[template.head.components[0]]
    seen = {
        "layout": Part("layout", layout.model_dump()),
        "own": Part("own", {"place": Part("own.place", own.places)}),
    }
    try:
        return template.words(words, seen)
    except Stumbled:
        return words


def _owner(product: Profile, head: Head) -> str:
    if head.owner == "root":
        return f"root, mode {head.mode}: a proposal to local IT, never put there by us"
    layout = next(iter(product.layout.values()))
    return f"{layout.work_account}, group {layout.software_account}, mode {head.mode}"


def _account(product: Profile, who: str) -> str:
    layout = next(iter(product.layout.values()))
    return layout.work_account if who == "work" else layout.software_account


def _secrets(template: Template) -> set[str]:
    """Names of the secrets that the text may ask for."""
    tree = sandbox().parse(template.text)
    found = (node for node in tree.find_all(nodes.Getitem) if isinstance(node.node, nodes.Name))
    return {
        node.arg.value
        for node in found
        if isinstance(node.node, nodes.Name) and node.node.name == "secret" and isinstance(node.arg, nodes.Const)
    }


def _value(name: str, value: Value) -> str:
    limit = limit_of(value)
    bounds = [
        f"from {limit.least:g}" if limit.least is not None else "",
        f"to {limit.most:g}" if limit.most is not None else "",
    ]
    limits = ", ".join(limit.choices) or " ".join(each for each in bounds if each)
    means = _cell(f"{value.means.en} / {value.means.de}")
    return f"| `{name}` | {limit.kind} | {_written(value.default)} | {limits} | {means} |"


def _written(value: object) -> str:
    if isinstance(value, bool):
        return "`true`" if value else "`false`"
    if value is None or value in ("", (), {}):
        return "nothing"
    return f"`{value}`"


def _or(names: Iterable[str]) -> str:
    *others, last = names
    return f"{', '.join(others)} or {last}" if others else last


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
