"""A value that prints as its name, whatever is done to it."""

from __future__ import annotations

from typing import Any, NoReturn, final

from eakte_ops.secret.scrub import SCRUBBER


@final
class Secret:
    """The value of a secret. Everything that shows, copies or stores objects gets the name; `reveal` gives the value.

    `name`: `town/name`. What was revealed once is scrubbed from all output of this process (scrub.py).
    """

    __slots__ = ("__value", "name")

    name: str
    __value: str

    def __init__(self, name: str, value: str) -> None:
        object.__setattr__(self, "name", name)
        object.__setattr__(self, "_Secret__value", value)

    def reveal(self) -> str:
        """The value itself. For the exchange with a server, for a person who asked, and for nothing else."""
        SCRUBBER.add(self.name, self.__value)
        return self.__value

    def __repr__(self) -> str:
        return f"<secret {self.name}>"

    def __format__(self, form: str) -> str:
        return format(repr(self), form)

    def __setattr__(self, _name: str, _value: object) -> NoReturn:
        raise AttributeError(f"{self!r} can not be changed")

    def __reduce_ex__(self, _protocol: Any) -> NoReturn:
        raise TypeError(f"{self!r} can not be stored or sent to another process")

    def __copy__(self) -> Secret:
        return self

    def __deepcopy__(self, _memo: object) -> Secret:
        return self
