"""Things that are found by name, imported when they are first asked for."""

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
