"""Options and arguments that need no conversion are not converted: typer makes a pydantic adapter for each of them.

That costs a tenth of a second per command, which whoever is on the telephone waits for. Whatever is more than plain
text, or not given, goes typer's own way.
"""

from __future__ import annotations

from typing import Any

from typer._coercion import RuntimeParam, build_runtime_param


class Quick(RuntimeParam):
    """In the place of typer's own conversion of one parameter."""

    def coerce(self, value: Any, param: Any, ctx: Any) -> Any:
        """The value as the command gets it."""
        if value is None:
            return () if param.multiple or param.nargs == -1 else None
        if _plain(value, self.annotation):
            return value
        return build_runtime_param(param.type_descriptor).coerce(value, param=param, ctx=ctx)

    def _coerce_value(self, value: Any, param: Any, ctx: Any) -> Any:
        return build_runtime_param(param.type_descriptor)._coerce_value(value, param=param, ctx=ctx)


def _plain(value: Any, annotation: Any) -> bool:
    if annotation is str:
        return isinstance(value, str)
    return annotation == list[str] and isinstance(value, list | tuple) and all(isinstance(each, str) for each in value)


def quicken(command: Any) -> None:
    """Make `command`, and those below it, convert only what needs it."""
    for param in command.params:
        if getattr(param, "_runtime_param", param) is None:
            descriptor = param.type_descriptor
            param._runtime_param = Quick(descriptor.parameter_info, descriptor.annotation)
    for below in getattr(command, "commands", {}).values():
        quicken(below)
