"""Which published figures ours agree with, and which of them count: each setting once.

A figure counts where it says something of its own. It does not where it repeats what the same
author printed of the same settings, where it belongs to a check of ours, where settings that the
source leaves out were chosen by us, where no number was printed, or where there is none of ours.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from optiviz.studies.published.arithmetic import ARITHMETIC
from optiviz.studies.published.reproduce import Outcome, tasks_of
from optiviz.studies.published.rows import TRAINING
from optiviz.studies.published.tables import Row, Table

Collected = Sequence[tuple[Table, Sequence[Outcome]]]
TOLERANCE = 0.5  # points of accuracy
OF_LOSS = 0.1  # of a printed loss, or half of its last digit where that is more
COLLAPSE = 0.1  # a printed accuracy below which the network says the same of every image
ACCURACIES = ("accuracy", "val_accuracy")
LOSSES = ("loss", "val_loss")
CLOSE = {
    "accuracy": f"accuracies are within {TOLERANCE} points of the published",
    "loss": "losses are within a tenth of the published or half of its last digit",
    "arithmetic": "figures of arithmetic round to the printed",
}
DIGITS = 9  # 0.5 is 0.5, not a bit more


@dataclass(frozen=True)
class Figure:
    """One published figure beside ours.

    Attributes:
        table, outcome: where it stands.
        name: such as "accuracy".
        uncounted: why it does not count, nothing if it does.
    """

    table: Table
    outcome: Outcome
    name: str
    uncounted: str = ""

    @property
    def published(self) -> Decimal:
        """The printed number; NaN where none was printed."""
        return self.outcome.row.published.get(self.name, Decimal("nan"))

    @property
    def family(self) -> str:
        """What it is counted among: accuracies, losses, arithmetic, or nothing."""
        if self.table.kind in ARITHMETIC:
            return "arithmetic"
        if self.table.kind != TRAINING:
            return ""
        names = {"accuracy": ACCURACIES, "loss": LOSSES}
        return next((family for family, known in names.items() if self.name in known), "")

    @property
    def tolerance(self) -> float:
        """By how much ours may be off and still agree."""
        return tolerance(self.family, self.published)

    @property
    def difference(self) -> float:
        """Ours, the mean over the seeds, less the published one; NaN where either is missing."""
        return _less(self.outcome.mean(self.name), self.published)

    @property
    def differences(self) -> list[float]:
        """The same for every seed."""
        return [_less(ours, self.published) for ours in self.outcome.figures(self.name)]

    @property
    def collapse(self) -> bool:
        """Whether what was printed is a network that says the same of every image."""
        accuracy = self.outcome.row.published.get("accuracy", Decimal(1))
        return self.table.kind == TRAINING and float(accuracy) < COLLAPSE

    @property
    def near(self) -> bool:
        """Whether ours agree in the mean over the seeds."""
        return abs(self.difference) <= self.tolerance

    @property
    def reached(self) -> bool:
        """Whether ours agree with at least one seed."""
        return any(abs(gap) <= self.tolerance for gap in self.differences)


def tolerance(family: str, published: Decimal) -> float:
    """By how much a figure of a family may be off and still agree; NaN for what is not compared.

    >>> tolerance("accuracy", Decimal("0.98")), tolerance("loss", Decimal("0.0016"))
    (0.005, 0.00016)
    >>> tolerance("loss", Decimal("0.001")), tolerance("arithmetic", Decimal("0.35"))
    (0.0005, 0.005)
    """
    if not family or published.is_nan():
        return math.nan
    half = 0.5 * 10.0 ** int(published.as_tuple().exponent)
    wide = {"accuracy": TOLERANCE / 100, "loss": max(OF_LOSS * float(published), half)}
    return round(wide.get(family, half), DIGITS)


def _less(ours: float, published: Decimal) -> float:
    return round(ours - float(published), DIGITS) + 0.0  # no -0


def figures(collected: Collected) -> Iterator[Figure]:
    """Every figure that was printed, and every one of ours in a printed figure's column."""
    told: dict[tuple[str, str], str] = {}
    for table, outcomes in collected:
        for outcome in outcomes:
            key = (table.source.author, training(table, outcome.row))
            again = told.setdefault(key, outcome.row.name)
            repeats = "" if again == outcome.row.name else f"repeats {again}"
            for name in table.columns:
                figure = Figure(table, outcome, name)
                if name in outcome.row.published or not math.isnan(outcome.mean(name)):
                    yield Figure(table, outcome, name, _uncounted(figure, repeats))


def _uncounted(figure: Figure, repeats: str) -> str:
    """Why a figure does not count; nothing if it does."""
    reasons = {
        "not compared": not figure.family,
        "a check of ours": figure.table.check,
        "not run": not figure.outcome.results,
        "no number printed": figure.published.is_nan(),
        figure.table.chosen: bool(figure.table.chosen),
        repeats: bool(repeats) and figure.table.kind == TRAINING,
    }
    return next((why for why, holds in reasons.items() if holds), "")


def training(table: Table, row: Row) -> str:
    """What rows with the same settings have in common, whatever their tables are called."""
    return tasks_of(table, row, 1)[0].file.rpartition("-seed")[0]


def scored(collected: Collected, family: str = "accuracy") -> list[Figure]:
    """The figures of a family that count."""
    return [f for f in figures(collected) if f.family == family and not f.uncounted]


def headline(collected: Collected) -> str:
    """How much agrees, in a few sentences."""
    families = ("accuracy", "loss", "arithmetic")
    words = [told for family in families if (told := agreement(collected, family))]
    rows = [outcome for _, outcomes in collected for outcome in outcomes]
    missing = sum(not outcome.results for outcome in rows)
    if missing:
        words.append(f"{missing} of {len(rows)} rows were not run, and say why.")
    else:
        words.append("Every row was run.")
    return " ".join([*words, *_behind(collected)])


def _behind(collected: Collected) -> Iterator[str]:
    """A sentence for trainings that have fewer seeds than others, as in a run under way."""
    seeds = [
        len(outcome.results)
        for table, outcomes in collected
        for outcome in outcomes
        if table.kind == TRAINING and outcome.results
    ]
    if fewer := sum(n < max(seeds) for n in seeds):
        yield f"{fewer} of the {len(seeds)} trained rows have fewer than {max(seeds)} seeds so far."


def agreement(collected: Collected, family: str = "accuracy") -> str:
    """How many figures of a family agree; without those that are printed collapses, too."""
    found = scored(collected, family)
    if not found:
        return ""
    alive = [figure for figure in found if not figure.collapse]
    near, *once = _near(found)
    words = f"{near} of {len(found)} {CLOSE[family]}"
    if once:
        words += f" in the mean over the seeds, {once[0]} with at least one seed"
    if len(alive) < len(found):
        counts = " and ".join(map(str, _near(alive)))
        words += f"; where no collapse was published, {counts} of {len(alive)}"
    return f"{words}."


def _near(found: Sequence[Figure]) -> list[int]:
    """How many agree, and where there are several seeds, how many with at least one."""
    near = [sum(figure.near for figure in found)]
    if any(len(figure.outcome.results) > 1 for figure in found):
        near.append(sum(figure.reached for figure in found))
    return near
