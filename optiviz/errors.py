"""The one error a user can cause, and the sentences that tell what to do about it."""

from collections.abc import Iterable
from difflib import get_close_matches


class UserError(ValueError):
    """Something the user asked for cannot be done; the message says what to do instead.

    The command line prints the message alone and exits with status 2.
    """


def at_least(least: int, **numbers: int | None) -> None:
    """Refuse numbers that are below the least; None is a number that was not given."""
    for name, value in numbers.items():
        if value is not None and value < least:
            raise UserError(f"{name} must be at least {least}, got {value}.")


def at_most(most: int, **numbers: int | None) -> None:
    """Refuse numbers that are above the most, before they cost all memory or a lifetime."""
    for name, value in numbers.items():
        if value is not None and value > most:
            raise UserError(f"{name} must be at most {most}, got {value}.")


class UnknownNameError(UserError, KeyError):
    """A name that is not among the choices."""

    __str__ = UserError.__str__  # a KeyError's own would put the sentence in quotes


def unknown(kind: str, name: str, choices: Iterable[str]) -> UnknownNameError:
    """The error for a wrong name: the nearest choice, then all of them."""
    known = list(choices)
    nearest = get_close_matches(name.lower(), known, n=1, cutoff=0.5)
    hint = f" Did you mean {nearest[0]!r}?" if nearest else ""
    return UnknownNameError(f"Unknown {kind} {name!r}.{hint} Choose from: {', '.join(known)}.")


def needs_extra(what: str, extra: str) -> UserError:
    """The error for a missing optional dependency, with the command that installs it."""
    return UserError(f"{what} needs an extra package: pip install 'optiviz-lab[{extra}]'")
