"""Which text of a server must not be shown, because it holds a secret of the town or looks as if it held one."""

from __future__ import annotations

import base64
import binascii
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from urllib.parse import unquote_to_bytes

from eakte_ops.config.forms import FORMS
from eakte_ops.config.keys import Path
from eakte_ops.errors import UsageError
from eakte_ops.secret.scrub import forms

_SHORTEST = 4
"""Characters of a line of a longer secret, such as a key, and of a value in another writing, to be known by."""
_TOKEN = re.compile(r"[A-Za-z0-9+/=_-]{4,}")
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|x([0-9A-Fa-f]{2})|U([0-9A-Fa-f]{8})|(.))")

_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+|[0-9]+")
_SECRET_WORDS = frozenset(
    {"key", "keys", "pass", "pwd", "pw", "pin", "psk", "otp", "auth", "salt", "cookie", "cred", "creds", "credentials"}
)
_SECRET_PARTS = re.compile(
    r"passw|passphrase|passcode|passwd|kennw|secret|geheim|token|credential|apikey|privatekey|accesskey|authorization|"
    r"requirepass|masterauth|zugangsdaten|schlu?e?ssel|pwd?$"
)
_SPOKEN = re.compile(
    r"(?i)passwor[dt]|passphrase|passcode|passwd|kennw(?:o|ö|oe)rt|geheim|secret|credential|token|authorization|bearer|"
    r"zugangsdaten|requirepass|masterauth|schl(?:ü|ue)ssel|(?:api|private|access)[-_. ]?key"
)
_ASSIGNED = re.compile(
    r"(?i)(?:(?:pass|pwd|(?<![a-z])(?:pin|psk|creds?))[A-Za-z0-9_.-]{0,40}|pw)[\"'\]]{0,3}\s{0,9}"
    r"(?:[:=]|\bis\b|\bist\b)"
)
_APART_BYTES = b"\0\n\0"
_APART = re.compile(r"\s*(?:-\s+)*[?:](?:\s|$)")
"""A key or a value of YAML in a line of its own."""
_ARMOUR = re.compile(r"-----BEGIN |AGE-SECRET-KEY-|\bssh-(?:rsa|ed25519) ")
_RANDOM = re.compile(r"(?<![A-Za-z0-9])(?:[0-9a-fA-F]{32,}|[A-Za-z0-9+=_]{20,})(?![A-Za-z0-9])")
_KINDS = (re.compile("[a-z]"), re.compile("[A-Z]"), re.compile("[0-9]"))


class Values:
    """The secrets of a town that could be opened, to be looked for in text. In memory only."""

    __slots__ = ("__forms", "__raw")

    def __init__(self, values: Mapping[str, str]) -> None:
        """`values`: name of a secret -> its value."""
        self.__forms = {form: name for name, value in values.items() for form in _written(value) if form}
        parts = [(part.encode("utf-8", "surrogatepass"), name) for name, v in values.items() for part in _parts(v)]
        self.__raw = {raw: name for raw, name in parts if len(raw) >= _SHORTEST}

    def __repr__(self) -> str:
        return f"<{len(set(self.__forms.values()))} secrets>"

    def found_in(self, text: str) -> str:
        """The name of a secret that stands in `text`, in plain or encoded; "" if none does."""
        for form, name in self.__forms.items():
            if form in text:
                return name
        raw = _APART_BYTES.join(_decoded(text))  # one look for each value: a server decides how many pieces there are
        return next((name for value, name in self.__raw.items() if value in raw), "")


def _parts(value: str) -> Iterator[str]:
    """The value, and of one of several lines each that is long enough to be known by."""
    if value:
        yield value
    if "\n" in value:
        yield from (line for each in value.splitlines() if len(line := each.strip()) >= _SHORTEST)


def _written(value: str) -> Iterator[str]:
    for part in _parts(value):
        yield from forms(part)
        for form in FORMS.values():
            with suppress(UsageError):
                yield form(part, "").strip("\"'")


def _decoded(text: str) -> Iterator[bytes]:
    """What may be written in a text in another way: escapes, percent signs, base64, hexadecimal digits."""
    if "%" in text:
        yield unquote_to_bytes(text.encode("utf-8", "surrogateescape"))
    if "\\" in text:
        yield _ESCAPE.sub(_unescaped, text).encode("utf-8", "surrogatepass")
    for token in _TOKEN.findall(text):
        word = token.replace("-", "+").replace("_", "/").rstrip("=")
        for start in range(min(4, len(word))):  # what stands before it may belong to the same run of letters
            piece = word[start:]
            with suppress(binascii.Error):
                yield base64.b64decode(piece[: len(piece) - (len(piece) % 4 == 1)] + "==")
        for start in range(2):
            digits = re.match("(?:[0-9a-fA-F]{2})*", token[start:])
            if digits and digits[0]:
                yield bytes.fromhex(digits[0])


def _unescaped(found: re.Match[str]) -> str:
    digits = found[1] or found[2] or found[3]
    if not digits:
        return str(found[4])
    code = int(digits, 16)
    return chr(code) if code <= 0x10FFFF else ""


def secret_key(path: Iterable[str]) -> bool:
    """Whether a key, or one above it, is called as secrets are."""
    return any(_secret_name(name) for name in path)


def _secret_name(name: str) -> bool:
    words = {word.lower() for word in _WORD.findall(name)}
    return bool(words & _SECRET_WORDS) or _SECRET_PARTS.search(re.sub("[^a-z]", "", name.lower())) is not None


def looks_secret(text: str, path: Path = ()) -> bool:
    """Whether a line looks as if it held a secret: by its keys, by words in it, by letters without any sense, or by
    letters that could hide such a word.
    """
    plain = text if text.isascii() else "".join(filter(str.isprintable, unicodedata.normalize("NFKC", text)))
    if secret_key(path) or _SPOKEN.search(plain) or _ASSIGNED.search(plain) or _ARMOUR.search(plain):
        return True
    if _APART.match(plain) or _has_userinfo(plain) or not (plain.isascii() or all(map(_latin, plain))):
        return True
    return any(_senseless(found[0]) for found in _RANDOM.finditer(plain))


def _has_userinfo(text: str) -> bool:
    """Whether something like user:password@host, user/password@host or https://token@host is in it."""
    for before in text.split("@")[:-1]:
        if before and not before[-1].isspace() and re.search("[:/]", before[-400:].split()[-1]):
            return True
    return False


def _latin(char: str) -> bool:
    """Letters of other alphabets look like ours, and no word is known in them."""
    return not char.isalpha() or char.isascii() or unicodedata.name(char, "").startswith("LATIN ")


def _senseless(word: str) -> bool:
    return re.fullmatch("[0-9a-fA-F]+", word) is not None or all(kind.search(word) for kind in _KINDS)
