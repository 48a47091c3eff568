"""All templates of an operations folder: templates/PRODUCT/RELEASE/ID.j2, and a town's own beside its file.

A template holds from its release on, until a later release has one of the same id or its head says `until`. So a
release never gets a file that was written for a later one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePath
from typing import NamedTuple

from eakte_ops.config.head import Head
from eakte_ops.config.template import SUFFIX, InvalidTemplate, Template, read_template
from eakte_ops.config.values import limit_of
from eakte_ops.config.walk import walk
from eakte_ops.errors import InvalidFile, Mistake
from eakte_ops.inventory.model import Town
from eakte_ops.inventory.vocabulary import Adjustable
from eakte_ops.product.load import known, profile
from eakte_ops.product.model import Profile
from eakte_ops.yamltext import did_you_mean

FOLDER = "templates"
_NOT_TEMPLATES = (("README.md",),)


@dataclass(frozen=True)
class Library:
    """The templates of all products. `mistakes`: of files that could not be read; `files`: how many were looked at.

    `of_towns`: those of the mistakes that stand in a town's own templates. `unread`: product, id and town of what is
    no template because of a mistake.
    """

    centre: tuple[Template, ...]
    own: tuple[Template, ...] = ()
    mistakes: tuple[Mistake, ...] = ()
    files: int = 0
    of_towns: Mapping[str, tuple[Mistake, ...]] = field(default_factory=dict)
    unread: frozenset[tuple[str, str, str]] = frozenset()
    _found: dict[tuple[str, str, str], tuple[Template, ...]] = field(default_factory=dict, repr=False, compare=False)
    _known: dict[tuple[str, str, str], Mapping[str, Adjustable | None]] = field(
        default_factory=dict, repr=False, compare=False
    )

    def right(self, towns: Collection[str] = ()) -> Library:
        """The same, if nothing is wrong with it. Raises InvalidFile with all mistakes.

        With `towns` the own templates of other towns may be wrong: these are not worked with.
        """
        if wrong := self.wrong(towns):
            raise InvalidFile(wrong, self.files)
        return self

    def wrong(self, towns: Collection[str] = ()) -> tuple[Mistake, ...]:
        """The mistakes that matter for `towns`, () means all of them."""
        others = {each for town, own in self.of_towns.items() if towns and town not in towns for each in own}
        return tuple(each for each in self.mistakes if each not in others)

    def of(self, product: str, release: str, town: str = "") -> tuple[Template, ...]:
        """The templates of one release, by id; a town's own instead of the centre's."""
        key = (product, release, self._with_own(town))
        if key not in self._found:
            self._found[key] = tuple(self._chosen(*key))
        return self._found[key]

    def _with_own(self, town: str) -> str:
        """The town if it has templates of its own or mistakes in them, else "": towns without are all alike."""
        return town if town in self.of_towns or any(each.town == town for each in self.own) else ""

    def _chosen(self, product: str, release: str, town: str) -> Iterator[Template]:
        if product not in known() or release not in profile(product).releases:
            return
        order = list(profile(product).releases)
        own = {each.id: each for each in self.own if town and each.town == town and each.release == release}
        by_id: dict[str, Template] = {}
        for each in sorted(self.centre, key=lambda each: order.index(each.release) if each.release in order else -1):
            if each.product == product and order.index(each.release) <= order.index(release):
                by_id[each.id] = each
        for name in sorted({**by_id, **own}):
            chosen = own.get(name) or by_id[name]
            if not chosen.head.until or order.index(release) <= order.index(chosen.head.until):
                yield chosen

    def under(self, template: Template) -> Template | None:
        """The centre's template that a town's own takes the place of."""
        return next((each for each in self.of(template.product, template.release) if each.id == template.id), None)

    def outdated(self, town: Town) -> tuple[Outdated, ...]:
        """The town's own templates whose centre's is not the one that they were made from; of its present release."""
        own = (each for each in self.own if each.town == town.id and each.release == town.said.release)
        pairs = (Outdated(each, self.under(each)) for each in own)
        return tuple(pair for pair in pairs if pair.own.head.replaces != (pair.centre.sum if pair.centre else ""))

    def adjustable(self, product: str, release: str, town: str = "") -> Mapping[str, Adjustable | None]:
        """What may be said differently, by ids of templates, as the inventory knows it (vocabulary.Templates)."""
        key = (product, release, self._with_own(town))
        if key not in self._known:
            unread = {name: None for of, name, whose in self.unread if of == product and whose in ("", key[2])}
            self._known[key] = {**{each.id: _adjustable(each) for each in self.of(*key)}, **unread}
        return self._known[key]

    def with_own(self, folder: Path, towns: Mapping[str, str]) -> Library:
        """The same with the own templates of `towns` (id -> product), which lie in the operations folder `folder`."""
        read = {town: _read(_own_files(folder, town, product)) for town, product in towns.items()}
        if not any(one.files for one in read.values()):
            return self
        own = {town: tuple(sorted(one.mistakes)) for town, one in read.items() if one.mistakes}
        return replace(
            self,
            own=(*self.own, *(each for one in read.values() for each in one.templates)),
            mistakes=tuple(sorted([*self.mistakes, *(each for some in own.values() for each in some)])),
            files=self.files + sum(one.files for one in read.values()),
            of_towns={**self.of_towns, **own},
            unread=self.unread.union(*(one.unread for one in read.values())),
            _found={},
            _known={},
        )


class Outdated(NamedTuple):
    """A town's own template, and the centre's of that id as it is now; None where the centre has none (any more)."""

    own: Template
    centre: Template | None

    @property
    def mistake(self) -> Mistake:
        """What has to be looked at, in the town's file. It keeps nobody from work: the town's own still holds."""
        own, centre = self.own, self.centre
        if centre is None:
            said = "the centre has no template of this name"
        elif not own.head.replaces:
            said = f"{centre.file} is a template of this name; the town's own, which holds, was not made from it"
        else:
            said = f"{centre.file} has changed since the town's own, which holds, was made from it"
        if centre is None:
            todo = "write the right name, or leave out `replaces`"
        else:
            todo = f"take over what is new, then write replaces: {centre.sum}"
        return own.document.mistake(("replaces",), f"{said}; {todo}")


def _adjustable(template: Template) -> Adjustable:
    head = template.head
    values = {name: limit_of(value) for name, value in head.values.items()}
    return Adjustable(head.components, values, head.database or "", head.service)


def load_library(folder: Path, towns: Mapping[str, str] = {}) -> Library:
    """The templates of the operations folder `folder`; of `towns` (id -> product) their own, too. Never raises."""
    read = _read(_centre_files(folder))
    centre = Library(tuple(read.templates), (), tuple(sorted(read.mistakes)), read.files, {}, frozenset(read.unread))
    return centre.with_own(folder, towns)


@dataclass(frozen=True, slots=True)
class _Place:
    path: Path
    shown: str
    product: str
    release: str
    id: str
    objection: str
    town: str = ""


def own_folder(folder: Path, town: str) -> Path:
    """Where a town's own templates lie: RELEASE/ID.j2 below it."""
    return folder / "inventories" / f"{town}.{FOLDER}"


def own_file(town: str, release: str, template: str) -> str:
    """The file of a town's own template, from the operations folder on."""
    return f"inventories/{town}.{FOLDER}/{release}/{template}{SUFFIX}"


def _centre_files(folder: Path) -> Iterator[_Place]:
    for found in walk(folder / FOLDER):
        if found.inside not in _NOT_TEMPLATES:
            product, release, *rest = (*found.inside, "", "")
            yield _Place(
                found.path,
                "/".join((FOLDER, *found.inside)),
                product,
                release,
                "/".join(filter(None, rest)),
                found.objection,
            )


def _own_files(folder: Path, town: str, product: str) -> Iterator[_Place]:
    top = own_folder(folder, town)
    if top.is_symlink():
        said = "this is a link; only files that lie here themselves are read"
        yield _Place(top, f"inventories/{top.name}", product, "", "", said, town)
        return
    for found in walk(top) if top.is_dir() else ():
        release, *rest = (*found.inside, "")
        shown = "/".join(("inventories", top.name, *found.inside))
        yield _Place(found.path, shown, product, release, "/".join(filter(None, rest)), found.objection, town)


@dataclass
class _Read:
    templates: list[Template] = field(default_factory=list)
    mistakes: list[Mistake] = field(default_factory=list)
    unread: set[tuple[str, str, str]] = field(default_factory=set)
    files: int = 0


def _read(places: Iterable[_Place]) -> _Read:
    found = _Read()
    for place in places:
        found.files += 1
        if said := _astray(place):
            found.mistakes.append(Mistake(place.shown, 1, 1, "", said))
            continue
        name = place.id.removesuffix(SUFFIX)
        try:
            template = read_template(
                place.path, place.shown, template=name, product=place.product, release=place.release, town=place.town
            )
            against = list(_against_profile(template, profile(place.product)))
        except InvalidTemplate as wrong:
            against = wrong.mistakes
        if against:
            found.mistakes += against
            found.unread.add((place.product, name, place.town))
        else:
            found.templates.append(template)
    return found


def _astray(place: _Place) -> str:
    """Why a file would never be rendered; "" if it is where a template belongs."""
    if place.objection:
        return place.objection
    if place.product not in known():
        return f"there is no product {place.product!r}{did_you_mean(place.product, known())}"
    if place.release not in (releases := profile(place.product).releases):
        return f"{place.product} has no release {place.release!r}{did_you_mean(place.release, releases)}"
    if len(PurePath(place.id).parts) != 2:
        return f"a template lies in {'RELEASE' if place.town else 'PRODUCT/RELEASE'}/COMPONENT/FILE{SUFFIX}"
    return ""


def _against_profile(template: Template, product: Profile) -> Iterator[Mistake]:
    head, document = template.head, template.document
    parts = product.components
    for at, name in enumerate(head.components):
        if name not in parts:
            yield document.mistake(("components", at), f"there is no component {name!r}{did_you_mean(name, parts)}")
    if head.effect.of and head.effect.of not in parts:
        said = f"there is no component {head.effect.of!r}{did_you_mean(head.effect.of, parts)}"
        yield document.mistake(("effect", "of"), said)
    if head.effect.how in ("restart", "reload") and not head.effect.of:
        yield document.mistake(("effect",), "`of` is missing: what is restarted or reloaded?")
    if head.effect.how == "reload" and not (head.effect.by or head.service):
        yield document.mistake(("effect",), "`by` is missing: with which command is it reloaded?")
    if head.effect.by and head.effect.how != "reload":
        yield document.mistake(("effect", "by"), "a command belongs to `reload` alone")
    services = {each for name in head.components if name in parts for each in parts[name].services}
    if head.service and head.service not in services:
        said = f"there is no service {head.service!r}{did_you_mean(head.service, services)}"
        yield document.mistake(("service",), said)
    if head.until:
        order = list(product.releases)
        if head.until not in order:
            yield document.mistake(("until",), f"there is no release {head.until!r}{did_you_mean(head.until, order)}")
        elif order.index(head.until) < order.index(template.release):
            yield document.mistake(("until",), f"{head.until} came out before {template.release}")
    if head.replaces and not template.town:
        yield document.mistake(("replaces",), "only a town's own template takes the place of another")
    if said := _of_mode(head):
        yield document.mistake(("mode",), said)


def _of_mode(head: Head) -> str:
    """What is wrong with the mode of a head."""
    mode = int(head.mode, 8)
    if mode & 0o022:
        return "others than its owner could change the file"
    if mode & 0o111 and head.owner == "work":
        return "a file of configuration is no program"
    return "a secret file that everybody on the server may use is none" if head.secret and mode & 0o007 else ""
