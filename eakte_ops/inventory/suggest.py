"""The way out of a word that does not exist."""

from __future__ import annotations

from collections.abc import Collection

from eakte_ops.yamltext import did_you_mean

LONGEST = 60  # characters of a word that are shown
_SHORT = 8  # so many words are listed when none of them is close


def suggestion(word: str, known: Collection[str]) -> str:
    """The end of a sentence about `word`: `; did you mean "..."?`, or what there is, or nothing."""
    if meant := did_you_mean(word, sorted(known)):
        return meant
    if 0 < len(known) <= _SHORT:
        return f"; there {'is' if len(known) == 1 else 'are'} {', '.join(map(_plain, sorted(known)))}"
    return ""


def shown(word: str) -> str:
    """A word in quotes, cut, on one line and without characters that a terminal obeys."""
    cut = word if len(word) <= LONGEST else f"{word[: LONGEST - 3]}..."
    return f'"{_plain(cut)}"'


def _plain(word: str) -> str:
    return "".join(char if char.isprintable() else "?" for char in word)
