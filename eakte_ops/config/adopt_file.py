"""One file of a town as it should be and as it is, with the sentences that may be said of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import groupby

from eakte_ops.config.align import align
from eakte_ops.config.forms import FORMS
from eakte_ops.config.rendered import Rendered, Slot
from eakte_ops.config.solve import Held, held_at
from eakte_ops.config.source import fits, head_and_body, lines_of, with_ends
from eakte_ops.config.template import MOST_BYTES, Template
from eakte_ops.config.withhold import Values
from eakte_ops.errors import Refused, UsageError
from eakte_ops.inventory.model import Town
from eakte_ops.secret.value import Secret

MOST_LINES = 5_000
"""Lines of a server's file that are looked at."""

_MOST_RUNS = 12
_SECRET = re.compile(r"\bsecret\s*[\[.]")


@dataclass(frozen=True, slots=True)
class Secrets:
    """Names of secrets of a file: `differ` on a server, or are written otherwise there; `closed`: not opened here."""

    differ: tuple[str, ...] = ()
    closed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Present:
    """A file on a server as it should be and as it is."""

    rendered: Rendered
    data: bytes = field(repr=False)

    def lines(self) -> list[str]:
        """The server's lines, each with its end. Raises Refused for what can be no template."""
        text, said = "", ""
        with suppress(UnicodeDecodeError):
            text = self.data.decode()
        if len(self.data) > MOST_BYTES or self.data.count(b"\n") > MOST_LINES:
            said = "is too long for a template"
        elif "\0" in text or (self.data and not text):
            said = "is no text in UTF-8"
        if said:
            raise Refused(
                f"the file on {self.rendered.server} {said}; nothing was written",
                place=self.rendered.path,
                way_out="look on the server at what it is",
            )
        return with_ends(text)


@dataclass(frozen=True, slots=True)
class Asked:
    """One file of a town. `rendered`: for the servers that are asked for; `texts`: what these have, line by line.

    `others`: for the other servers of the town; `secrets`: those of the town that could be opened.
    """

    town: Town
    rendered: tuple[Rendered, ...]
    others: tuple[Rendered, ...]
    texts: Mapping[str, Sequence[str]] = field(repr=False)
    secrets: Mapping[str, Secret] = field(repr=False)

    @property
    def template(self) -> Template:
        """What the file is made from now."""
        return self.rendered[0].template

    @property
    def names(self) -> tuple[str, ...]:
        """The secrets that the file holds."""
        return tuple(sorted({name for one in self.rendered for name in one.secrets}))

    @property
    def strict(self) -> bool:
        """Whether the file holds secrets, or would under another condition of its template."""
        return bool(self.names) or _SECRET.search(head_and_body(self.template.text)[1]) is not None

    def known(self) -> Values:
        """The secrets that could be opened, to be looked for."""
        return Values({name: secret.reveal() for name, secret in self.secrets.items()})

    def unopened(self) -> Refused | None:
        """The refusal to write down any text of a server while a secret of the town is closed: it may stand in it."""
        closed = sorted({*self.names, *self.town.said.secrets} - self.secrets.keys())
        if not closed:
            return None
        return Refused(
            f"the secrets {', '.join(closed)} of {self.town.id} could not be opened, so nobody can be sure that the"
            " text of the server holds none of them; nothing was written",
            way_out="name an identity that opens them: EAKTE_OPS_IDENTITY=FILE",
        )

    def compared(self, held: Iterable[Held]) -> Secrets:
        """How what stands at the places of secrets goes with their values."""
        places = [place for each in held for place in each]
        closed = {slot.secret for slot, _ in places if slot.secret not in self.secrets}
        differ = {slot.secret for slot, raw in places if slot.secret not in closed and not self._is_value(slot, raw)}
        return Secrets(tuple(sorted(differ)), tuple(sorted(closed)))

    def _is_value(self, slot: Slot, raw: str) -> bool:
        with suppress(UsageError):
            return FORMS[slot.form](self.secrets[slot.secret].reveal(), slot.secret) == raw
        return False

    def refused(self, why: str, lines: Sequence[int] | None = None, more: str = "") -> Refused:
        """The refusal, with numbers of lines of the first server and without a word of them.

        `lines`: from 0; None: all those that are not in the template.
        """
        one = self.rendered[0]
        text = self.texts[one.server]
        if lines is None:
            same = matched(one, text)
            lines = [at for at in range(len(text)) if at not in same]
        where = _numbers(lines) if lines else "lines are missing"
        return Refused(
            f"{why} ({where} on {one.server}){more}; nothing was written, nothing is shown",
            place=one.path,
            way_out=f"add a value to {self.template.file}, or set the file right on the server",
        )

    def different(self) -> UsageError:
        """That one of the servers has to be chosen."""
        other = next((one for one in self.rendered if self._differs(one)), self.rendered[0])
        return UsageError(
            f"the servers hold different texts of {self.template.id}: {', '.join(self.texts)}",
            way_out=f"say from which one, for example --server {other.server}",
        )

    def _differs(self, one: Rendered) -> bool:
        """Whether a server has other lines than the template, secrets aside: there is something to take over."""
        text = self.texts[one.server]
        return len(matched(one, text)) != len(text) or len(text) != len(lines_of(one.pieces))


def held_on(rendered: Rendered, text: Sequence[str]) -> Held | None:
    """What a text has at the places of secrets; None where it is not the rendered one but for them."""
    return held_at(lines_of(rendered.pieces), text)


def matched(rendered: Rendered, text: Sequence[str]) -> dict[int, int]:
    """Number of a line of a server -> the rendered line that it is, but for secrets; in the order of both."""
    lines = lines_of(rendered.pieces)

    def same(a: int, b: int) -> bool:
        return fits(lines[a], text[b]) is not None

    pairs = align(len(lines), len(text), same, same)
    return {b: a for a, b in pairs if a is not None and b is not None and same(a, b)}


def _numbers(lines: Sequence[int]) -> str:
    """`line 3`, `lines 1, 4-6`; counted from 1."""
    runs = [[at for _, at in run] for _, run in groupby(enumerate(sorted(lines)), lambda pair: pair[1] - pair[0])]
    words = [f"{run[0] + 1}-{run[-1] + 1}" if len(run) > 1 else f"{run[0] + 1}" for run in runs]
    shown = ", ".join(words[:_MOST_RUNS]) + (" and more" if len(words) > _MOST_RUNS else "")
    return f"line{'s' * (len(lines) > 1)} {shown}"
