"""What the shell is offered for a half-typed word: names, a rule's settings, lists with commas."""

from __future__ import annotations

import inspect
import os
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import redirect_stdout
from io import StringIO
from typing import Any

from optiviz.cli.names import REGISTRIES
from optiviz.words import join, listed, split

Complete = Callable[[str], list[str]]


def one(*kinds: str) -> Complete:
    """What offers a name of some registries, then its settings."""

    def complete(incomplete: str) -> list[str]:
        return list(_words(kinds, incomplete))

    return complete


def several(*kinds: str) -> Complete:
    """What offers names with commas between, each with its settings."""

    def complete(incomplete: str) -> list[str]:
        done, comma, last = incomplete.rpartition(",")
        found = [done + comma + word for word in _words(kinds, last)]
        begun = listed(done)[-1:]
        if begun and ":" in begun[0]:  # then the comma may lead to another setting, too
            before = done[: -len(begun[0])]
            found += [before + word for word in _words(kinds, f"{begun[0]},{last}")]
        return found

    return complete


def _words(kinds: tuple[str, ...], text: str) -> Iterator[str]:
    """What may stand for a word: a name, or what names it with another setting at its default."""
    name, colon, rest = text.partition(":")
    if not colon:
        yield from (name for kind in kinds for name in REGISTRIES[kind]())
        return
    done = rest.rpartition(",")[0]
    begun = f"{name}:{done}," if done else f"{name}:"
    given = {pair.partition("=")[0] for pair in done.split(",")}
    for key, value in _settings(kinds, name).items():
        if key not in given:
            yield f"{begun}{key}={value}"


def _settings(kinds: tuple[str, ...], name: str) -> dict[str, str]:
    """The settings of what has that name, each with its default as it is typed."""
    from optiviz.optim import OPTIMIZERS, SCHEDULES
    from optiviz.problems.registry import FAMILIES

    makers: dict[str, Mapping[str, Callable[..., Any]]] = {
        "optimizers": OPTIMIZERS,
        "schedules": SCHEDULES,
        "surfaces": FAMILIES,
    }
    found: dict[str, str] = {}
    for maker in (makers[kind][name] for kind in kinds if name in makers.get(kind, ())):
        for key, parameter in inspect.signature(maker).parameters.items():
            if key != "base" and isinstance(parameter.default, bool | int | float | str | None):
                found |= split(join("a", {key: parameter.default}))[1]
    return found


def in_bash(run: Callable[[], object]) -> None:
    """Let `run` complete what bash sends, which takes : and = for words of their own.

    They are put together again, and what is offered loses what bash will not replace.
    """
    words, at = _joined(os.environ["COMP_WORDS"], int(os.environ["COMP_CWORD"]))
    os.environ |= {"COMP_WORDS": "\n".join(words), "COMP_CWORD": str(at)}
    current = "".join(words[at : at + 1])
    value = current.partition("=")[2] if current.startswith("--") else current
    kept = re.match(r".*[:=]|", value)
    told = StringIO()
    try:
        with redirect_stdout(told):
            run()
    finally:
        before = kept[0] if kept else ""
        print(*(line.removeprefix(before) for line in told.getvalue().splitlines()), sep="\n")


def _joined(text: str, at: int) -> tuple[list[str], int]:
    """The words with : and = inside, and where among them the `at`-th of bash's is.

    >>> _joined("optiviz\\nplot\\n--optim\\nmomentum\\n:\\nbe", 5)
    (['optiviz', 'plot', '--optim', 'momentum:be'], 3)
    """
    words = text.split("\n" if "\n" in text else " ")
    joined, glued, found = [""], True, 0
    for index, word in enumerate(words):
        between = bool(re.fullmatch("[:=]+", word))
        if index and not between and (not glued or not word):
            joined.append("")
        joined[-1] += word
        glued = between
        if index == at:
            found = len(joined) - 1
    return joined, found
