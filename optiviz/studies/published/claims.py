"""Sentences of the sources, each held to runs: what it says, what was run, what came out."""

from __future__ import annotations

import dataclasses
import math
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any

from optiviz.studies.published.checks import Check, Result, paired
from optiviz.studies.published.reproduce import Outcome
from optiviz.studies.published.score import Collected
from optiviz.studies.published.tables import HOME, Table, tables


@dataclass(frozen=True)
class Claim:
    """A sentence that can be tested.

    Attributes:
        name: what it is called; source, place: where it stands; says: the sentence, or its sense.
        runs: names of rows whose figures it speaks of; against: of those it compares them with.
        checks: what it is held to, all of it.
        picture: what to call a picture of its curves, nothing for none.
        note: how it was read, where that is not plain.
    """

    name: str
    source: str
    place: str
    says: str
    runs: tuple[str, ...]
    against: tuple[str, ...]
    checks: tuple[Check, ...]
    picture: str = ""
    note: str = ""

    @property
    def rows(self) -> tuple[str, ...]:
        """Every row that it rests on, once."""
        return tuple(dict.fromkeys((*self.runs, *self.against)))


@dataclass(frozen=True)
class Judged:
    """A claim and what came out.

    Attributes:
        claim: the claim; outcomes: of its rows, by name.
        holds: for every seed with which all its rows were run, whether it is borne out.
        found: the quantities, the mean over these seeds, in words.
        reason: why there is nothing, if there is.
    """

    claim: Claim
    outcomes: dict[str, Outcome]
    holds: dict[int, bool]
    found: str = ""
    reason: str = ""

    @property
    def verdict(self) -> str:
        """What became of the claim: of its checks alone, with every seed."""
        held, seeds = sum(self.holds.values()), len(self.holds)
        if not seeds:
            return "not run"
        if held in (0, seeds):
            return "borne out" if held else "not borne out"
        return f"borne out with {held} of {seeds} seeds"


@cache
def claims() -> tuple[Claim, ...]:
    """Every claim, in the order of the sources.

    >>> claim = claims()[0]
    >>> claim.source, claim.rows
    ('zeng', ('zeng-1.1', 'zeng-1.2', 'zeng-1.3'))
    """
    text = (HOME / "claims.toml").read_text(encoding="utf-8")
    return tuple(_claim(words) for words in tomllib.loads(text, parse_float=Decimal)["claim"])


def _claim(words: dict[str, Any]) -> Claim:
    lists: dict[str, Any] = {k: tuple(words.get(k, ())) for k in ("runs", "against")}
    lists["checks"] = tuple(_check(check) for check in words["checks"])
    return Claim(**words | lists)


def _check(words: dict[str, Any]) -> Check:
    numbers = {k: float(words[k]) for k in ("limit", "since", "until", "at") if k in words}
    printed = Decimal(words.get("printed", "nan"))
    return Check(words["of"], words["is"], printed=printed, **numbers)


def needed() -> list[Table]:
    """The tables with those of their rows that claims rest on."""
    wanted = {name for claim in claims() for name in claim.rows}
    cut = [
        dataclasses.replace(table, rows=tuple(row for row in table.rows if row.name in wanted))
        for table in tables().values()
    ]
    return [table for table in cut if table.rows]


def judge(collected: Collected) -> list[Judged]:
    """Every claim all of whose rows were asked for, held to what came out."""
    known = {outcome.row.name: outcome for _, outcomes in collected for outcome in outcomes}
    asked = (claim for claim in claims() if set(claim.rows) <= set(known))
    return [_judge(claim, {name: known[name] for name in claim.rows}) for claim in asked]


def _judge(claim: Claim, outcomes: dict[str, Outcome]) -> Judged:
    results = {name: {r["seed"]: r for r in one.results} for name, one in outcomes.items()}
    if missing := next((one for one in outcomes.values() if not one.results), None):
        return Judged(claim, outcomes, {}, reason=missing.reason)
    seeds = sorted(set.intersection(*(set(found) for found in results.values())))
    runs, against = (
        {seed: [results[name][seed] for name in names] for seed in seeds}
        for names in (claim.runs, claim.against)
    )
    holds = {s: all(_holds(check, runs[s], against[s]) for check in claim.checks) for s in seeds}
    found = "; ".join(
        _found(check, list(runs.values()), list(against.values())) for check in claim.checks
    )
    return Judged(claim, outcomes, holds, found if seeds else "")


def _holds(check: Check, runs: Sequence[Result], against: Sequence[Result]) -> bool:
    return check.holds([check.value(r) for r in runs], [check.value(r) for r in against])


def _found(check: Check, runs: Sequence[Any], against: Sequence[Any]) -> str:
    """The quantities of a check in words: the mean over the seeds for every run."""
    ours, others = _means(check, runs), _means(check, against)
    if not others:
        return f"{check.label}: {', '.join(map(_number, ours))}"
    held = [check.holds([a], [b]) for a, b in paired(ours, others)]
    share = f" ({sum(held)} of {len(held)})" if len(held) > 1 else ""
    sides = (", ".join(map(_number, side)) for side in (ours, others))
    return f"{check.label}: {' against '.join(sides)}{share}"


def _means(check: Check, seeds: Sequence[Sequence[Result]]) -> list[float]:
    runs: Iterable[Sequence[Result]] = zip(*seeds, strict=True)
    return [sum(values) / len(values) for values in ([check.value(r) for r in run] for run in runs)]


def _number(value: float) -> str:
    return "none" if math.isnan(value) else f"{value:.4g}"
