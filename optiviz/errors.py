"""The one error a user can cause, and the sentences that tell what to do about it."""

import re
import sys
from collections.abc import Iterable, Sequence
from contextlib import suppress
from difflib import get_close_matches
from os.path import commonprefix
from pathlib import Path

DISTRIBUTION = "optiviz-lab"  # what pip calls it


class UserError(ValueError):
    """Something the user asked for cannot be done; the message says what to do instead.

    The command line prints the message alone and exits with status 2.
    """


def at_least(least: int, **numbers: float | None) -> None:
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
    hint = did_you_mean(name, known)
    return UnknownNameError(f"Unknown {kind} {name!r}.{hint} Choose from: {', '.join(known)}.")


def did_you_mean(name: str, known: Sequence[str]) -> str:
    """The nearest of some names as a question, if one is near.

    What all of them begin with makes none nearer than another.

    >>> [did_you_mean(name, ["--samples", "--seed"]) for name in ("--sampels", "--surface")]
    [" Did you mean '--samples'?", '']
    """
    start = commonprefix(known) if len(known) > 1 else ""  # noqa: RUF071  # letters, not folders
    ends = [one.removeprefix(start) for one in known]
    nearest = get_close_matches(name.lower().removeprefix(start), ends, n=1, cutoff=0.5)
    return f" Did you mean {start + nearest[0]!r}?" if nearest else ""


def needs_extra(what: str, extra: str) -> UserError:
    """The error for a missing optional dependency, with the command that installs it here."""
    wanted = " ".join(f'"{package}"' for package in packages(extra))
    return UserError(f"{what} needs an extra package: {pip()} install {wanted}")


def pip() -> str:
    """The pip of this Python, in the fewest words that call it."""
    from shutil import which  # noqa: PLC0415  # rarely needed

    python, found = Path(sys.executable), which("pip")
    if found and Path(found).parent == python.parent:
        return "pip"
    return f'"{python}" -m pip' if " " in str(python) else f"{python} -m pip"


def packages(extra: str) -> list[str]:
    """What pip has to install for an extra, as it is known where optiviz is installed.

    The extra's own name would do only where pip finds this distribution, which a clone is not.
    """
    from importlib.metadata import PackageNotFoundError, requires  # noqa: PLC0415  # rarely needed

    named = rf"""extra == ["']{re.escape(extra)}["']"""
    with suppress(PackageNotFoundError):
        known = [line.partition(";") for line in requires(DISTRIBUTION) or ()]
        if found := [package.strip() for package, _, when in known if re.search(named, when)]:
            return found
    return [f"{Path(__file__).parent.parent}[{extra}]"]  # a folder on the path, not installed
