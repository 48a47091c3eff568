"""Text fields that say in their own words what they want."""

from __future__ import annotations

import re
from typing import Any

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from eakte_ops.yamltext.sentences import quoted


class Form:
    """Annotation for `str`: the whole text fits `pattern`, else the mistake says `wanted`."""

    def __init__(self, pattern: str, wanted: str) -> None:
        self.pattern = re.compile(pattern, re.ASCII)
        self.wanted = wanted

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self._check, handler(source))

    def __get_pydantic_json_schema__(self, core: Any, handler: Any) -> dict[str, Any]:
        return {**handler(core), "pattern": f"^(?:{self.pattern.pattern})$"}

    def _check(self, text: str) -> str:
        if self.pattern.fullmatch(text):
            return text
        raise PydanticCustomError("form", "{said}", {"said": f"{self.wanted} expected, found {quoted(text)}"})


class Digits(Form):
    """Annotation for `str`: digits only, in one of the given lengths. A number written without quotes is told how."""

    def __init__(self, *lengths: int) -> None:
        either = " or ".join(str(length) for length in lengths)
        super().__init__("|".join(f"[0-9]{{{length}}}" for length in lengths), f"text of {either} digits")
        self.lengths = lengths

    def padded(self, word: str) -> str:
        """`word` with the leading zeros that a number loses."""
        longer = [length for length in self.lengths if length >= len(word)]
        return word.zfill(min(longer)) if longer and word.isdigit() else word

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        checked = super().__get_pydantic_core_schema__(source, handler)
        return core_schema.no_info_before_validator_function(self._no_number, checked)

    def _no_number(self, value: Any) -> Any:
        if isinstance(value, int) and not isinstance(value, bool):
            said = f'text expected, found the number {value}; write "{self.padded(str(value))}"'
            raise PydanticCustomError("digits", "{said}", {"said": said})
        return value


def digits(*lengths: int) -> Digits:
    """`Annotated[str, digits(5, 8)]`: an official key; 5954036 without quotes is answered with "05954036"."""
    return Digits(*lengths)


def form(pattern: str, wanted: str) -> Form:
    """`Annotated[str, form(r"[a-z][a-z0-9-]*", "a name of small letters, digits and hyphens")]`."""
    return Form(pattern, wanted)
