"""Options and arguments that need no conversion are not converted: typer makes a pydantic adapter for each of them.

That costs a tenth of a second per command, for which whoever is on the telephone waits. Whatever is more than plain
text goes typer's own way.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from typer import core
from typer._coercion import RuntimeParam, TypeDescriptor, build_runtime_param


@dataclass(frozen=True)
class Quick(RuntimeParam):
    """In the place of typer's own conversion of one parameter."""

    descriptor: TypeDescriptor

    def coerce(self, value: Any, param: Any, ctx: Any) -> Any:
        """The value as the command gets it."""
        if value is None:
            return () if param.multiple or param.nargs == -1 else None
        return value if _plain(value, self.annotation) else self._typers().coerce(value, param=param, ctx=ctx)

    def _coerce_value(self, value: Any, param: Any, ctx: Any) -> Any:
        return self._typers()._coerce_value(value, param=param, ctx=ctx)

    def _typers(self) -> RuntimeParam:
        return build_runtime_param(self.descriptor)


def _plain(value: Any, annotation: Any) -> bool:
    if annotation is str or annotation is bool:
        return isinstance(value, annotation)
    return annotation == list[str] and isinstance(value, list | tuple) and all(isinstance(each, str) for each in value)


def _quick(descriptor: TypeDescriptor) -> RuntimeParam:
    return Quick(descriptor.parameter_info, descriptor.annotation, descriptor)


def install() -> None:
    """From now on typer asks here first, once for each parameter."""
    core.build_runtime_param = _quick  # type: ignore[attr-defined]
