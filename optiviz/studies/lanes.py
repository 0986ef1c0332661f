"""Trained networks in order: by their rule, their settings and their seeds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from optiviz.errors import UserError, at_most
from optiviz.problems.base import Array
from optiviz.studies.sweep.plan import OF_RECIPE, Settings, word
from optiviz.studies.table import Row, each_once, spread
from optiviz.words import join, split

MOST_AXES = 6


@dataclass(frozen=True, eq=False)
class Net:
    """One trained network.

    Attributes:
        seed: of its training.
        history: the columns of a `Training`, `(evaluations,)` each.
        verdict: what became of it; diverged: whether it left the finite numbers.
        predicted: `(images,)`, the class of every test image; where it diverged, the right ones.
    """

    seed: int
    history: dict[str, Array]
    verdict: str
    diverged: bool
    predicted: Array


@dataclass(frozen=True, eq=False)
class Node:
    """The networks of one rule with the same settings, one for each seed."""

    settings: Settings
    nets: tuple[Net, ...]

    @property
    def kept(self) -> list[Net]:
        """Those that did not diverge."""
        return [net for net in self.nets if not net.diverged]

    def row(self) -> Row:
        """What a table says of it: means of those that did not diverge, and their deviations."""
        columns = ("test_accuracy", "test_loss")
        last = {name: [float(net.history[name][-1]) for net in self.kept] for name in columns}
        row: Row = {"settings": self.settings, "seeds": len(self.nets)}
        row |= {"diverged": len(self.nets) - len(self.kept)} | spread(last)
        return row | {"verdict": each_once(net.verdict for net in self.nets)}


@dataclass(frozen=True, eq=False)
class Lane:
    """A rule, what was varied for it, and a node for every combination that was trained.

    Attributes:
        text: the rule in words, with the settings that all its nodes share.
        fixed: what else they share of the grid, such as the batch size.
        axes: the values of every setting that was varied, in ascending order.
    """

    text: str
    fixed: Settings
    axes: dict[str, tuple[Any, ...]]
    nodes: tuple[Node, ...]

    def at(self, node: Node) -> tuple[int, ...]:
        """Where a node stands on the axes."""
        return tuple(values.index(node.settings[name]) for name, values in self.axes.items())


def lanes_of(found: Iterable[tuple[str, Settings, Net]]) -> Iterator[Lane]:
    """The rules with their nodes; what all nodes of a rule share stands in its text."""
    rules: dict[str, dict[str, tuple[Settings, list[Net]]]] = {}
    for text, settings, net in found:
        words = str({name: word(settings[name]) for name in sorted(settings)})
        rules.setdefault(text, {}).setdefault(words, (settings, []))[1].append(net)
    for text, nodes in rules.items():
        every = [settings for settings, _ in nodes.values()]
        if any(len({net.seed for net in nets}) < len(nets) for _, nets in nodes.values()):
            raise UserError(f"Two trainings of {text} have the same settings and seed.")
        names = dict.fromkeys(name for settings in every for name in settings)
        at_most(MOST_AXES, **{"The number of settings": len(names)})
        axes = {name: _ascending(one.get(name) for one in every) for name in names}
        shared = {name: values[0] for name, values in axes.items() if len(values) == 1}
        axes = {name: values for name, values in axes.items() if len(values) > 1}
        rule, given = split(text)
        own = {k: v for k, v in shared.items() if k not in OF_RECIPE and v is not None}
        yield Lane(
            join(rule, given | own),
            {k: v for k, v in shared.items() if k in OF_RECIPE},
            axes,
            tuple(
                Node({name: settings.get(name) for name in axes}, tuple(nets))
                for settings, nets in nodes.values()
            ),
        )


def _ascending(values: Iterable[Any]) -> tuple[Any, ...]:
    """Each value once, numbers by their size, before words by their letters."""
    once = {word(value): value for value in values}

    def place(value: Any) -> tuple[bool, float, str]:
        number = isinstance(value, int | float) and not isinstance(value, bool)
        return (False, float(value), "") if number else (True, 0.0, word(value))

    return tuple(sorted(once.values(), key=place))
