"""The sh texts that set and lift a temporary state on a server: hold, notice page, mark of a handover. Pure.

Each is a small file in the folder of our own state with a line `run=RUN until=TIME why=WHY`, which health reads
(facts/product.sh, facts/handover.sh). It is there as a whole or not at all, readable for all, and on disk before the
text ends. Nobody takes away or writes over what another run has set.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from eakte_ops.playbook.posix import word
from eakte_ops.product.model import Layout
from eakte_ops.remote.cleaning import line
from eakte_ops.remote.posix import quote

Name: TypeAlias = Literal["hold", "notice", "handover"]
NOBODYS = "none"
"""What `whose_text` says of one that nobody has set."""
_WHY = 200
_UNTIL = '$(date -u -d "@$until" +%Y-%m-%dT%H:%M:%SZ)'
"""When the run itself is expected to end."""


@dataclass(frozen=True, slots=True)
class State:
    """A temporary state. `until`: ISO 8601, UTC, "" for the expected end of the run; `of`: the run whose it is, "" for
    the one that is under way; `above`: a line before its own, for those who read the file (the notice page)."""

    name: Name
    until: str = ""
    why: str = ""
    of: str = ""
    above: str = ""

    @property
    def run(self) -> str:
        """Whose it is, as it stands in a text."""
        return '"$run"' if not self.of else word(self.of)


def set_text(state: State, layout: Layout) -> str:
    """Sets it, or refreshes what the same run has set. Fails where another run has set it, changing nothing."""
    until = f'"{_UNTIL}"' if not state.until else word(state.until)
    above = f"{quote(line(state.above))} " if state.above else ""
    shape = "%s\\n" if state.above else ""
    return (
        _own(state, layout) + 'if [ -e "$file" ] && ! ours; then\n'
        '    echo "not set, another run has set it: $(grep -m 1 \'^run=\' "$file")" >&2\n'
        "    exit 1\n"
        "fi\n"
        'rm -f "$file.new" || exit 1\n'
        f"printf '{shape}run=%s until=%s why=%s\\n' {above}{state.run} {until} {quote(line(state.why, _WHY))}"
        ' >"$file.new" || exit 1\n'
        'chmod 0644 "$file.new" && sync "$file.new" && mv -fT "$file.new" "$file" && sync "${file%/*}" || exit 1\n'
    )


def lift_text(state: State, layout: Layout) -> str:
    """Takes it away; what is not there is well. Fails where another run has set it meanwhile, changing nothing."""
    return _taken_away(state, layout, 'echo "left as it is, another run has set it: $others" >&2', 1)


def leave_text(state: State, layout: Layout) -> str:
    """As lift_text, for the way back of setting it: what another run has set is left, and that is well."""
    return _taken_away(state, layout, 'echo "left as it is, it is of another run: $others"', 0)


def _taken_away(state: State, layout: Layout, told: str, status: int) -> str:
    """`told`, `status`: how it ends where it is of another run ($others: its line)."""
    return (
        _own(state, layout) + 'rm -f "$file.new"\n'
        'if [ ! -e "$file" ]; then exit 0; fi\n'
        "if ! ours; then\n"
        "    others=$(grep -m 1 '^run=' \"$file\")\n"
        f"    {told}\n"
        f"    exit {status}\n"
        "fi\n"
        'rm -f "$file" && sync "${file%/*}" || exit 1\n'
    )


def is_set_text(state: State, layout: Layout) -> str:
    """0: it is set by its run; 10: it is not there; 1: it is of another run."""
    return _own(state, layout) + 'if [ ! -e "$file" ]; then exit 10; fi\nif ours; then exit 0; fi\nexit 1\n'


def is_lifted_text(state: State, layout: Layout) -> str:
    """0: it is not there; 10: it is set by its run; 1: it is of another run."""
    return _own(state, layout) + 'if [ ! -e "$file" ]; then exit 0; fi\nif ours; then exit 10; fi\nexit 1\n'


def whose_text(name: Name, layout: Layout) -> str:
    """Asks whose it is: `none`, also where it is of the run that asks ($run), or the id of the run."""
    file = word(f"{layout.state}/{name}")
    return (
        f"if [ ! -e {file} ]; then echo {NOBODYS}; exit 0; fi\n"
        f"said=$(head -c 4000 {file} | sed -n 's/^run=\\([^ ]*\\).*/\\1/p' | head -n 1)\n"
        f'if [ "$said" = "${{run:-}}" ]; then said={NOBODYS}; fi\n'
        'echo "${said:-unknown}"\n'
    )


def _own(state: State, layout: Layout) -> str:
    """The file, and the question whether it is of our run."""
    return (
        f"file={word(f'{layout.state}/{state.name}')}\n"
        f"ours() {{ [ -f \"$file\" ] && head -c 4000 \"$file\" | grep -q -- '^run='{state.run}' '; }}\n"
    )
