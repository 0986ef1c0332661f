"""The report of published tables run again: Markdown to read, CSV to compute with."""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from optiviz.files import write_csv, write_text
from optiviz.optim import SYMBOLS
from optiviz.studies.published.arithmetic import ARITHMETIC
from optiviz.studies.published.reproduce import Outcome
from optiviz.studies.published.tables import Source, Table
from optiviz.studies.table import markdown

Collected = Sequence[tuple[Table, Sequence[Outcome]]]
TOLERANCE = 0.5  # points of accuracy
ACCURACIES = ("accuracy", "val_accuracy")
OTHERS = {"lr_end": "η_N", "printed_lr": "printed η", "batch_size": "m", "optim": "rule"}
SPELT = SYMBOLS | OTHERS
COLUMNS = (
    *("table", "row", "settings", "figure", "published", "ours", "sd", "seeds", "difference"),
    *("verdict", "note", "reason"),
)


def difference(outcome: Outcome, name: str) -> float:
    """Ours, the mean over the seeds, less the published figure; an accuracy's in points.

    NaN where either is missing or no number.
    """
    published = outcome.row.published.get(name, Decimal("nan"))
    gap = outcome.mean(name) - float(published)
    gap = round(100 * gap if name in ACCURACIES else gap, 9)  # 0.5 is 0.5, not a bit more
    return gap + 0.0  # no -0


def gaps(outcome: Outcome, name: str) -> list[float]:
    """The difference of an accuracy for every seed, in points."""
    published = float(outcome.row.published[name])
    return [round(100 * (ours - published), 9) for ours in outcome.figures(name)]


def agrees(ours: float, published: Decimal) -> bool:
    """Whether a number rounds to the printed digits.

    >>> agrees(0.3487, Decimal("0.35")), agrees(1.0052, Decimal("1.00"))
    (True, False)
    """
    half = 0.5 * 10.0 ** int(published.as_tuple().exponent)
    return abs(ours - float(published)) <= half * (1 + 1e-9)


def scored(collected: Collected) -> list[tuple[Outcome, str]]:
    """Every published accuracy that has one of ours beside it: its row, and its name."""
    return [
        (outcome, name)
        for table, outcomes in collected
        if not table.check
        for outcome in outcomes
        for name in ACCURACIES
        if name in outcome.row.published and outcome.results
    ]


def score(collected: Collected) -> str:
    """How many accuracies agree, in a sentence."""
    pairs = scored(collected)
    near = sum(abs(difference(*pair)) <= TOLERANCE for pair in pairs)
    words = f"{near} of {len(pairs)} accuracies are within {TOLERANCE} points of the published"
    if all(len(outcome.results) < 2 for outcome, _ in pairs):
        return f"{words}."
    reached = sum(min(map(abs, gaps(*pair))) <= TOLERANCE for pair in pairs)
    return f"{words} in the mean over the seeds, {reached} with at least one seed."


def summary(collected: Collected) -> str:
    """How much agrees, in a few sentences."""
    words = [score(collected)] if scored(collected) else []
    exact = [
        agrees(outcome.mean(name), published)
        for table, outcomes in collected
        if table.kind in ARITHMETIC
        for outcome in outcomes
        for name, published in outcome.row.published.items()
        if outcome.results
    ]
    if exact:
        words.append(f"{sum(exact)} of {len(exact)} figures of arithmetic round to the printed.")
    rows = [outcome for _, outcomes in collected for outcome in outcomes]
    missing = sum(not outcome.results for outcome in rows)
    if missing:
        words.append(f"{missing} of {len(rows)} rows were not run, and say why.")
    else:
        words.append("Every row was run.")
    return " ".join(words)


def write_report(collected: Collected, out: Path, pictures: Sequence[str] = ()) -> None:
    """Write `report.md` and `report.csv`.

    Args:
        collected: see `optiviz.studies.published.reproduce.collect`.
        out: the directory.
        pictures: names of pictures in it to show at the top.

    Raises:
        UserError: the directory cannot be written to.
    """
    write_text(out / "report.md", page(collected, pictures))
    write_csv(out / "report.csv", COLUMNS, figures_of(collected))


def page(collected: Collected, pictures: Sequence[str] = ()) -> str:
    """The report as a page."""
    lines = ["# Published tables, run again", "", summary(collected), ""]
    lines += [
        "Published figures stand beside ours: the mean over the seeds, ± the standard deviation "
        "where there are several. A difference is ours less the published one, for accuracies in "
        "points (hundredths). Rows with the same settings share their trainings.",
        "",
    ]
    lines += [line for name in pictures for line in (f"![{Path(name).stem}]({name})", "")]
    source: Source | None = None
    for table, outcomes in collected:
        if table.source != source:
            source = table.source
            when = f", {source.date}" if source.date else ""
            lines += [f"## {source.name}", "", f"{source.author}, *{source.title}*{when}.", ""]
            lines += [*_bullets(source.remarks)]
        lines += [f"### {table.name}: {table.title}", "", *_table(table, outcomes), ""]
        lines += _bullets([*table.remarks, *_notes(table, outcomes)])
    return "\n".join(lines).rstrip() + "\n"


def _table(table: Table, outcomes: Sequence[Outcome]) -> list[str]:
    """The rows of one table."""
    given = list(dict.fromkeys(name for o in outcomes for name in o.row.given))
    heads = ["", *(SPELT.get(name, name) for name in given)]
    for name in table.columns:
        heads += [name.replace("_", " "), "ours"] + (["Δ"] if name != "seconds" else [])
    told = any(outcome.verdicts for outcome in outcomes)
    heads += ["what became of it"] if told else []
    lines = [heads]
    for outcome in outcomes:
        cells = [outcome.row.name.rpartition(".")[2]]
        cells += [_setting(outcome.row.given.get(name, "")) for name in given]
        for name in table.columns:
            cells += _cells(outcome, name)
        lines.append([*cells, *([outcome.verdicts] if told else [])])
    return markdown(lines, padded=False)


def _cells(outcome: Outcome, name: str) -> list[str]:
    """The printed figure, ours, and the difference; seconds of other machines have none."""
    published = outcome.row.published.get(name)
    cells = ["" if published is None else str(published).lower()]
    missing = published is None or not outcome.results
    cells.append("" if missing else _ours(outcome, name))
    if name == "seconds":
        return cells
    gap = difference(outcome, name)
    if missing or math.isnan(gap):
        return [*cells, ""]
    if name not in ACCURACIES:
        return [*cells, f"{gap:+.2g}"]
    return [*cells, f"{gap:+.2f}" if abs(gap) <= TOLERANCE else f"**{gap:+.2f}**"]


def _ours(outcome: Outcome, name: str) -> str:
    form = ".4f" if name in ACCURACIES else ".4g"
    spread = outcome.deviation(name)
    words = f"{outcome.mean(name):{form}}"
    return words if math.isnan(spread) else f"{words} ± {spread:.2g}"


def _notes(table: Table, outcomes: Sequence[Outcome]) -> list[str]:
    """A sentence for each row that differs or was not run; rows with the same one share it."""
    said: dict[str, list[str]] = {}
    for outcome in outcomes:
        words = outcome.reason or outcome.row.note
        if not words and not table.check and _far(outcome):
            words = "The cause of the difference has not been found yet."
        if words:
            said.setdefault(words, []).append(outcome.row.name.rpartition(".")[2])
    plural = {True: "Rows", False: "Row"}
    return [f"{plural[len(n) > 1]} {', '.join(n)}: {words}" for words, n in said.items()]


def _far(outcome: Outcome) -> bool:
    """Whether an accuracy is further off than the tolerance."""
    return any(abs(difference(outcome, name)) > TOLERANCE for name in ACCURACIES)


def figures_of(collected: Collected) -> list[dict[str, Any]]:
    """Every published figure beside ours, one each."""
    found = []
    for table, outcomes in collected:
        for outcome in outcomes:
            for name, published in outcome.row.published.items():
                values = {"ours": outcome.mean(name), "sd": outcome.deviation(name)}
                values["difference"] = difference(outcome, name)
                numbers = {k: "" if math.isnan(v) else f"{v:.6g}" for k, v in values.items()}
                words = {"table": table.name, "row": outcome.row.name, "figure": name}
                words |= {"settings": settings_of(outcome), "published": str(published).lower()}
                words |= {"seeds": str(len(outcome.results)), "verdict": outcome.verdicts}
                words |= {"note": outcome.row.note, "reason": outcome.reason}
                found.append(words | numbers)
    return found


def settings_of(outcome: Outcome) -> str:
    """What the table says of a row's settings, in a few words."""
    given = outcome.row.given.items()
    return ", ".join(
        _setting(v) if k in ("label", "optim", "method") else f"{SPELT.get(k, k)} {_setting(v)}"
        for k, v in given
    )


def _setting(value: Any) -> str:
    if isinstance(value, list):
        return "-".join(map(str, value))
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _bullets(remarks: Sequence[str]) -> list[str]:
    return [*(f"- {remark}" for remark in remarks), ""] if remarks else []
