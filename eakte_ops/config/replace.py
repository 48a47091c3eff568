"""The texts by which a run replaces configuration files on a Linux server, and puts back what was there. Pure.

Every text belongs to the account of people at work and uses $run, the id of its run. What was brought lies in
`incoming/RUN`, what was there before in `previous/RUN`, both in the folder of our own state, which no component reads.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from posixpath import dirname

from eakte_ops.config import place
from eakte_ops.config.fetch import Lying
from eakte_ops.config.rendered import Rendered
from eakte_ops.product.model import Layout
from eakte_ops.remote.numbers import LATEST_S
from eakte_ops.remote.posix import quote

KEPT_RUNS = 5
"""Of so many runs what was there before stays on a server."""

DONE, NOT_BEGUN, CANNOT_TELL = 0, 10, 1
"""What `verify` ends with."""


@dataclass(frozen=True, slots=True)
class Replacement:
    """A file that is put in place of what lies there. `name`: the id of its template; `seen`: see `seen_of`.

    `shared`: the software's own account has to read it before it is in its place.
    """

    name: str
    path: str
    mode: int
    group: str
    seen: str
    shared: bool = False


def replacement(file: Rendered, seen: str) -> Replacement:
    """The file, and what was seen in its place. Raises ValueError for a path that would break the lines of the note."""
    if not file.path.isprintable():
        raise ValueError(f"no path: {file.path!r}")
    head = file.template.head
    shared = bool(head.validation) and head.validated_as == "software"
    return Replacement(file.template.id, file.path, file.mode, file.group, seen, shared)


def seen_of(lying: Lying) -> str:
    """What a file is known again by: time of its last change and inode, as `stat` says them; "" where nothing lies.

    The time moves with whatever is done to the file, and says nothing of what is in it: so it may stand in a plan, as
    the hash of a file with secrets may not.
    """
    if lying.identity is None:
        return ""
    seconds, _, parts = lying.identity.changed.partition(".")
    # A time that no clock shows is no plan's: what is assumed of that file does not hold then, which is said.
    changed = datetime.fromtimestamp(min(int(seconds), int(LATEST_S)), UTC)
    return f"{changed:%Y-%m-%d %H:%M:%S}.{parts:0<9} +0000 inode {lying.identity.inode}"


def question(path: str) -> str:
    """A text whose output is what `seen_of` says of a file."""
    word = quote(path)
    return f"if [ -e {word} ] || [ -L {word} ]; then TZ=UTC0 stat -c '%z inode %i' {word}; else echo; fi\n"


def brought(name: str, layout: Layout) -> str:
    """Where a file is brought to, with $run in it."""
    return f"{layout.state}/incoming/$run/{name}"


def prepare(changed: Sequence[Replacement], layout: Layout) -> str:
    """Make the folders that files are brought to, and the one for what is there now."""
    lines = [_head(layout), "umask 077"]
    tops = sorted({dirname(f"/{each.name}") for each in changed})
    lines.append('mkdir -p "$state/incoming/$run" "$state/previous/$run"')
    lines += [f'mkdir -p "$state/incoming/$run"{quote(top)}' for top in tops if top != "/"]
    if any(each.shared for each in changed):
        lines += [
            "# The software's account looks at files here before they are in their places.",
            'chmod 0711 "$state/incoming"',
            f'find "$state/incoming/$run" -type d -exec chgrp {quote(layout.software_account)} {{}} + '
            "-exec chmod 2750 {} +",
        ]
    return _text(lines)


def unprepare(layout: Layout) -> str:
    """Take the folders away, whatever is in them; what somebody put there while the run was at work stays."""
    lines = [_head(layout), 'rm -rf "$state/incoming/$run"']
    return _text([*lines, 'if [ ! -e "$state/previous/$run/found" ]; then rm -rf "$state/previous/$run"; fi'])


def unbring(name: str, layout: Layout) -> str:
    """Take away what was brought."""
    return _text([_head(layout), f'rm -f "$state/incoming/$run/"{quote(name)}'])


def validate(commands: Iterable[tuple[str, Sequence[str]]], layout: Layout) -> str:
    """Try files where they were brought to. `commands`: name and words, `{file}` in them for the file.

    Ends with 1 where one of them can not be used; all of them are tried.
    """
    lines = [_head(layout), "fault=0"]
    for name, words in commands:
        lines.append(f'file="$state/incoming/$run/"{quote(name)}')
        lines.append(f"{' '.join(_word(word) for word in words)} || fault=1")
    return _text([*lines, "exit $fault"])


def _word(word: str) -> str:
    return '"$file"'.join(quote(part) if part else "" for part in word.split("{file}")) or "''"


def put(changed: Iterable[Replacement], layout: Layout) -> str:
    """Put them in their places, one after the other: whatever happens, each is the old or the new one.

    May be repeated. Ends with another status where somebody changed one since it was seen.
    """
    return _text([_head(layout), _functions(layout), *(f"replace {_words(each)}" for each in changed)])


def verify(changed: Iterable[Replacement], layout: Layout) -> str:
    """What became of `put`: DONE, NOT_BEGUN or CANNOT_TELL."""
    lines = [_head(layout), _functions(layout), "all=$("]
    lines += [f"state_of {_words(each)}" for each in changed]
    return _text(
        [
            *lines,
            ")",
            f"case $all in *neither* | *old*new* | *new*old*) exit {CANNOT_TELL} ;; *old*) exit {NOT_BEGUN} ;; esac",
        ]
    )


def restore(changed: Iterable[Replacement], layout: Layout) -> str:
    """Put back what `put` found, from wherever that ended. All are tried, also where one fails."""
    lines = [_head(layout), _functions(layout), "fault=0"]
    lines += [f"back {quote(each.name)} {quote(each.path)} {quote(each.seen)} || fault=1" for each in changed]
    return _text([*lines, "exit $fault"])


def clean(layout: Layout) -> str:
    """Take away what was brought; keep what was there before for the newest runs.

    Never a reason to go back: what can not be taken away is said.
    """
    return _text(
        [
            _head(layout),
            'rm -rf "$state/incoming/$run" || echo "left behind: $state/incoming/$run"',
            f'ls -1t "$state/previous" | tail -n +{KEPT_RUNS + 1} | while read -r old; do',
            '  rm -rf "$state/previous/$old" || echo "left behind: $state/previous/$old"',
            "done",
        ]
    )


@cache
def _shell() -> str:
    return files(__package__).joinpath("replace.sh").read_text("utf-8")


def _functions(layout: Layout) -> str:
    return f"look={quote(layout.look_account)} by=$run\n{place.functions()}{_shell()}"


def _head(layout: Layout) -> str:
    return f"set -eu\nexport LC_ALL=C\nstate={quote(layout.state)}"


def _words(each: Replacement) -> str:
    return f"{quote(each.name)} {quote(each.path)} {each.mode:04o} {quote(each.group)} {quote(each.seen)}"


def _text(lines: Iterable[str]) -> str:
    return "\n".join([*lines, ""])
