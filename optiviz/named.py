"""Things that are found by name, imported when they are first asked for."""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any


def named(place: str) -> Any:
    """A module, or what stands in it at `module:attribute`.

    >>> named("optiviz.errors:UserError").__name__
    'UserError'
    """
    module, _, attribute = place.partition(":")
    home = import_module(module)
    return getattr(home, attribute) if attribute else home


def lazily(module: str, homes: Mapping[str, str]) -> Callable[[str], Any]:
    """The `__getattr__` of a module whose names are imported when they are first used.

    >>> lazily("errors", {"UserError": "optiviz.errors:UserError"})("UserError").__name__
    'UserError'
    """

    def find(name: str) -> Any:
        if name not in homes:
            raise AttributeError(f"module {module!r} has no attribute {name!r}")
        return named(homes[name])

    return find
