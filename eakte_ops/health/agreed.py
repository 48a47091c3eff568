"""Which configuration files the centre places on a server, as far as health has to know: nothing of what they hold."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from eakte_ops.config.library import Library
    from eakte_ops.config.template import Template
    from eakte_ops.errors import Mistake
    from eakte_ops.inventory.model import Server, Town

_TAKEN_AT_START = ("restart", "reload")


@dataclass(frozen=True, slots=True)
class AgreedFile:
    """One file. `template`: its id, COMPONENT/FILE, as all commands name it. `secret`: others may not read it, so the
    night sees no more of it than what stat says. `component`: which one takes it at its start, "" where none does.
    """

    path: str
    template: str
    secret: bool = False
    component: str = ""


@dataclass(frozen=True, slots=True)
class Agreed:
    """The files of one server. `wrong`: why some of them may not be known, sentences with their place."""

    files: tuple[AgreedFile, ...]
    wrong: tuple[str, ...] = ()


def nothing_agreed() -> Agreed | None:
    """For a product of which no template can become a file yet."""
    return None


def agreed(town: Town, server: Server, library: Callable[[], Library]) -> Agreed | None:
    """The files that are placed on `server`; proposals to local IT are none of them.

    None: no template of the product can become a file yet. Never raises: what is wrong is in `wrong`.
    """
    from eakte_ops.errors import EakteError

    try:
        return _agreed(town, server, library())
    except (EakteError, OSError) as problem:
        return Agreed((), (f"{problem}",))
    except Exception as stumbled:  # one server's files must not end the look at all others
        return Agreed((), (f"a mistake in eakte-ops ({type(stumbled).__name__})",))


def _agreed(town: Town, server: Server, known: Library) -> Agreed | None:
    from eakte_ops.config.render import places
    from eakte_ops.errors import Mistake

    wrong = [f"{mistake}" for mistake in _mistakes(town, server, known)]
    if not wrong and not any(map(_is_placed, _of_product(town, known))):
        return None
    if not known.mistakes and not known.of(town.said.product, town.said.release, town.id):
        wrong.append(f"templates/{town.said.product}: none holds for release {town.said.release}")
    files: list[AgreedFile] = []
    for template, path in places(town, server, known):
        if isinstance(path, Mistake):
            wrong.append(f"{path}")
        elif _is_placed(template):
            files.append(_file(template, path))
    return Agreed(tuple(files), tuple(wrong))


def _file(template: Template, path: str) -> AgreedFile:
    head = template.head
    component = head.effect.of if head.effect.how in _TAKEN_AT_START else ""
    return AgreedFile(path, template.id, not int(head.mode, 8) & 0o004, component)


def _is_placed(template: Template) -> bool:
    return template.head.owner == "work" and not template.head.partial


def _of_product(town: Town, library: Library) -> Iterator[Template]:
    yield from (template for template in library.centre if template.product == town.said.product)
    yield from (template for template in library.own if template.town == town.id)


def _mistakes(town: Town, server: Server, library: Library) -> Iterator[Mistake]:
    """Those in templates that may hold for this server.

    Not those of a later release, nor in the folder of a component that is not here: a broken template is one finding
    in a town, if that can be.
    """
    order = list(town.profile.releases)
    later = order[order.index(town.said.release) + 1 :]
    tops = (f"templates/{town.said.product}", f"inventories/{town.id}.templates")
    elsewhere = town.profile.components.keys() - server.components.keys()
    for mistake in library.mistakes:
        folder, name, release, component = (*mistake.file.split("/"), "", "", "", "")[:4]
        if f"{folder}/{name}" in tops and release not in later and component not in elsewhere:
            yield mistake
