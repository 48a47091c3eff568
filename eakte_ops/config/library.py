"""All templates of an operations folder: templates/PRODUCT/RELEASE/ID.j2, and a town's own beside its file.

A template holds from its release on, until a later release has one of the same id or its head says `until`. So a
release never gets a file that was written for a later one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePath

from eakte_ops.config.template import SUFFIX, InvalidTemplate, Template, read_template
from eakte_ops.config.values import limit_of
from eakte_ops.errors import InvalidFile, Mistake
from eakte_ops.inventory.vocabulary import Vocabulary
from eakte_ops.product.load import known, profile
from eakte_ops.product.model import Profile
from eakte_ops.yamltext import did_you_mean

FOLDER = "templates"
_NOT_TEMPLATES = ("README.md",)


@dataclass(frozen=True)
class Library:
    """The templates of all products. `mistakes`: of files that could not be read; `files`: how many were looked at."""

    centre: tuple[Template, ...]
    own: tuple[Template, ...] = ()
    mistakes: tuple[Mistake, ...] = ()
    files: int = 0
    _found: dict[tuple[str, str, str], tuple[Template, ...]] = field(default_factory=dict, repr=False, compare=False)

    def right(self) -> Library:
        """The same, if nothing is wrong with it. Raises InvalidFile with all mistakes."""
        if self.mistakes:
            raise InvalidFile(self.mistakes, self.files)
        return self

    def of(self, product: str, release: str, town: str = "") -> tuple[Template, ...]:
        """The templates of one release, by id; a town's own instead of the centre's."""
        key = (product, release, town)
        if key not in self._found:
            self._found[key] = tuple(self._chosen(product, release, town))
        return self._found[key]

    def _chosen(self, product: str, release: str, town: str) -> Iterator[Template]:
        if product not in known() or release not in profile(product).releases:
            return
        order = list(profile(product).releases)
        own = {each.id: each for each in self.own if each.town == town and each.release == release}
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

    def vocabulary(self, product: str, release: str, town: str = "") -> Vocabulary:
        """What may be said differently: id of a template -> name -> limit. Templates without values are there, too."""
        return {
            each.id: {name: limit_of(value) for name, value in each.head.values.items()}
            for each in self.of(product, release, town)
        }


def load_library(folder: Path, towns: Mapping[str, str] = {}) -> Library:
    """The templates of the operations folder `folder`; of `towns` (id -> product) their own, too. Never raises."""
    centre, mistakes, files = _read(list(_centre_files(folder)))
    own, more, further = _read(
        [place for town, product in towns.items() for place in _own_files(folder, town, product)]
    )
    return Library(tuple(centre), tuple(own), tuple(sorted([*mistakes, *more])), files + further)


@dataclass(frozen=True, slots=True)
class _Place:
    path: Path
    shown: str
    product: str
    release: str
    id: str
    town: str = ""


def own_folder(folder: Path, town: str) -> Path:
    """Where a town's own templates lie: RELEASE/ID.j2 below it."""
    return folder / "inventories" / f"{town}.{FOLDER}"


def _centre_files(folder: Path) -> Iterator[_Place]:
    top = folder / FOLDER
    for path in sorted(top.rglob("*")):
        inside = path.relative_to(top).parts
        if path.is_dir() or (len(inside) == 1 and path.name in _NOT_TEMPLATES):
            continue
        product, release, rest = (*inside, "", "")[0], (*inside, "", "")[1], "/".join(inside[2:])
        yield _Place(path, f"{FOLDER}/{'/'.join(inside)}", product, release, rest)


def _own_files(folder: Path, town: str, product: str) -> Iterator[_Place]:
    top = own_folder(folder, town)
    for path in sorted(top.rglob("*")) if top.is_dir() else ():
        inside = path.relative_to(top).parts
        if not path.is_dir():
            shown = f"inventories/{top.name}/{'/'.join(inside)}"
            yield _Place(path, shown, product, inside[0], "/".join(inside[1:]), town)


def _read(places: Iterable[_Place]) -> tuple[list[Template], list[Mistake], int]:
    found: list[Template] = []
    mistakes: list[Mistake] = []
    files = 0
    for place in places:
        files += 1
        if said := _astray(place):
            mistakes.append(Mistake(place.shown, 1, 1, "", said))
            continue
        try:
            template = read_template(
                place.path, place.shown, template=place.id.removesuffix(SUFFIX), product=place.product,
                release=place.release, town=place.town,
            )  # fmt: skip
        except InvalidTemplate as wrong:
            mistakes += wrong.mistakes
            continue
        against = list(_against_profile(template, profile(place.product)))
        mistakes += against
        if not against:
            found.append(template)
    return found, mistakes, files


def _astray(place: _Place) -> str:
    """Why a file would never be rendered; "" if it is where a template belongs."""
    if place.path.suffix != SUFFIX:
        return f"not read, because it does not end in {SUFFIX}"
    if place.product not in known():
        return f"there is no product {place.product!r}{did_you_mean(place.product, known())}"
    if place.release not in (releases := profile(place.product).releases):
        return f"{place.product} has no release {place.release!r}{did_you_mean(place.release, releases)}"
    if len(PurePath(place.id).parts) != 2:
        return f"a template lies in PRODUCT/RELEASE/COMPONENT/FILE{SUFFIX}"
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
    if head.secret and int(head.mode, 8) & 0o007:
        yield document.mistake(("mode",), "a secret file that everybody on the server may use is none")
