"""What a mistyped command line is answered: one sentence that says what to type instead."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import typer

from optiviz.errors import UserError, unknown
from optiviz.words import join, listed, split

# What Click raises for words that it cannot read, which Typer gives no name of its own.
MISTYPED: type[Exception] = typer.BadParameter.__bases__[0]


def sentence(error: Any, words: Sequence[str]) -> str:
    """What to type instead.

    Args:
        error: what Click raised, one of `MISTYPED`.
        words: the command line without the program.
    """
    parameter = getattr(error, "param", None)
    if parameter is not None and not error.message:
        about = parameter.help[0].lower() + parameter.help[1:]
        return f"{error.ctx.command.name} needs {parameter.name.upper()}: {about}"
    if parameter is not None:
        return f"{max(parameter.opts, key=len)} {error.message}"
    if error.ctx is None:
        return str(error.message)
    meant = _setting(error.ctx, words)
    if meant is None and hasattr(error, "option_name"):
        options = [max(one.opts, key=len) for one in error.ctx.command.params]
        return str(unknown("option", error.option_name, [o for o in options if o[0] == "-"]))
    ended = error.message if error.message[-1:] in ".?" else f"{error.message}."
    return meant or f"{ended} Try {error.ctx.command_path} --help."


def _setting(context: Any, words: Sequence[str]) -> str | None:
    """How a rule is given the setting that was typed as an option, or beside the rule."""
    command = context.command
    usual = {parameter.name: parameter.default for parameter in command.params}
    if "optim" not in usual:
        return None
    typed = list(words[words.index(context.info_name) + 1 :])
    how = {"allow_extra_args": True, "ignore_unknown_options": True, "resilient_parsing": True}
    read = command.make_context(context.info_name, typed, **how)
    chosen = read.params["optim"] or usual["optim"]
    rules = listed(chosen) if isinstance(chosen, str) else [r for c in chosen for r in listed(c)]
    said = (_instead(rules, *pair) for pair in _pairs(read.args))
    return next(filter(None, said), None)


def _pairs(left: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    """What no option took: each as it was typed, as a setting's name, and the value."""
    for word, after in zip(left, [*left[1:], ""], strict=False):
        key, equals, value = word.partition("=")
        name = key.lstrip("-").replace("-", "_").lower()
        value = value if equals else after
        yield key if key[:1] == "-" else word, name, "" if value[:2] == "--" else value


def _instead(rules: Sequence[str], typed: str, name: str, value: str) -> str | None:
    """What gives a rule the setting of that name; None if no rule has it."""
    from optiviz.optim import OPTIMIZERS, parse

    if name in OPTIMIZERS:
        return f"{typed} names a rule: say --optim {name}."
    name = "lr" if name == "learning_rate" else name
    try:
        rule = next((rule for rule in rules if name in parse(rule).known()), None)
        if rule is not None:
            rule, given = split(rule)
            words = join(rule, given | {name: value or "…"})
            return f"{typed} is a setting of the rule: say --optim {words}."
        other = next(key for key, kind in OPTIMIZERS.items() if name in kind().known())
        words = join(other, {name: value or "…"})
    except (UserError, StopIteration):
        return None
    return f"{split(rules[0])[0]} has no {name}, but {other} has: say --optim {words}."
