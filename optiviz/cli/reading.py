"""Texts, paths and our own kinds of numbers, read as they stand.

Typer from 0.29 on has pydantic read every value, even those that nobody gave; to import it and to
prepare it takes longer than NumPy does. What is read otherwise is still left to Typer.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args, get_origin

from typer.core import TyperCommand, TyperGroup


@dataclass(frozen=True)
class AsItStands:
    """What Typer asks for the value of one option or argument."""

    read: Callable[[Any], Any]
    many: bool

    def coerce(self, value: Any, **_: Any) -> Any:
        """The value of a word, or of several; None where there is none."""
        if value is None:
            return () if self.many else None
        return [self.read(one) for one in value] if self.many else self.read(value)


def directly(parameter: Any) -> Any:
    """The parameter, which reads its words itself if it is of a kind that needs nothing else."""
    kind = getattr(parameter, "type_descriptor", None)  # which an older Typer does not have
    if kind is not None and "get_runtime_param" not in vars(parameter):
        several = get_origin(kind.annotation) is list
        one = get_args(kind.annotation)[0] if several else kind.annotation
        read = kind.parameter_info.parser or (one if one in (str, Path, bool) else None)
        if read is not None:
            reader = AsItStands(read, several)
            parameter.get_runtime_param = lambda: reader
    return parameter


class _Direct:
    def get_params(self, context: Any) -> list[Any]:
        """The parameters, some of which read their words themselves."""
        return [directly(one) for one in super().get_params(context)]  # type: ignore[misc]


class Command(_Direct, TyperCommand):
    """A command that needs no pydantic."""


class Group(_Direct, TyperGroup):
    """All commands, and what is said before the name of one."""
