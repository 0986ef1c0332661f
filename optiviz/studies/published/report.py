"""The report of published tables run again: Markdown to read, CSV to compute with."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from optiviz.files import write_csv, write_text
from optiviz.optim import SYMBOLS
from optiviz.studies.published.reproduce import Outcome
from optiviz.studies.published.score import (
    ACCURACIES,
    Collected,
    Figure,
    figures,
    headline,
    training,
)
from optiviz.studies.published.tables import Source, Table
from optiviz.studies.table import markdown

OTHERS = {"lr_end": "η_N", "printed_lr": "printed η", "batch_size": "m", "optim": "rule"}
SPELT = SYMBOLS | OTHERS
COLUMNS = (
    *("table", "row", "author", "settings", "training", "figure", "family", "published", "ours"),
    *("sd", "seeds", "difference", "tolerance", "collapse", "uncounted"),
)
WORDS = ("verdict", "note", "reason")
RECIPE = """\
import pandas as pd

rows = pd.read_csv("report.csv").query("uncounted.isna()")
rows["near"] = rows.difference.abs() <= rows.tolerance
rows["once"] = ((rows.filter(like="seed_").T - rows.published).abs() <= rows.tolerance + 1e-9).any()
print(rows.groupby(["family", "collapse"])[["near", "once"]].agg(["sum", "count"]))"""


def write_report(
    collected: Collected, out: Path, pictures: Sequence[str] = (), claims: Sequence[str] = ()
) -> None:
    """Write `report.md` and `report.csv`.

    Args:
        collected: see `optiviz.studies.published.reproduce.collect`.
        out: the directory.
        pictures: names of pictures in it to show at the top.
        claims: the lines on claims, to stand before the tables.

    Raises:
        UserError: the directory cannot be written to.
    """
    write_text(out / "report.md", page(collected, pictures, claims))
    lines = figures_of(collected)
    seeds = dict.fromkeys(name for line in lines for name in line if name.startswith("seed_"))
    write_csv(out / "report.csv", (*COLUMNS, *sorted(seeds), *WORDS), lines)


def page(collected: Collected, pictures: Sequence[str] = (), claims: Sequence[str] = ()) -> str:
    """The report as a page."""
    lines = ["# Published tables, run again", "", headline(collected), ""]
    lines += [
        "Published figures stand beside ours: the mean over the seeds, ± the standard deviation "
        "where there are several. A difference is ours less the published one, for accuracies in "
        "points (hundredths). Rows with the same settings share their trainings, and what one "
        "author prints of the same settings twice counts once; rows some of whose settings were "
        "chosen by us do not count. `report.csv` has every figure with every seed's, and says "
        "why a figure does not count. These lines count again:",
        "",
        *("```python", RECIPE, "```", ""),
    ]
    lines += [line for name in pictures for line in (f"![{Path(name).stem}]({name})", "")]
    lines += claims
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
    printed = {name for outcome in outcomes for name in outcome.row.published}
    for name in table.columns:
        beside = ["ours"] + (["Δ"] if name != "seconds" else [])
        heads += [name.replace("_", " "), *(beside if name in printed else [])]
    told = any(outcome.verdicts for outcome in outcomes)
    heads += ["what became of it"] if told else []
    lines = [heads]
    for outcome in outcomes:
        cells = [outcome.row.name.rpartition(".")[2]]
        cells += [_setting(outcome.row.given.get(name, "")) for name in given]
        for name in table.columns:
            found = _cells(Figure(table, outcome, name))
            cells += found if name in printed else found[1:2]  # of what nobody printed ours alone
        lines.append([*cells, *([outcome.verdicts] if told else [])])
    return markdown(lines, padded=False)


def _cells(figure: Figure) -> list[str]:
    """The printed figure, ours, and the difference; seconds of other machines have none."""
    outcome, name = figure.outcome, figure.name
    printed = outcome.row.published.get(name)
    cells = ["" if printed is None else str(printed).lower()]
    told = outcome.results and (printed is not None or not math.isnan(outcome.mean(name)))
    cells.append(_ours(outcome, name) if told else "")
    if name == "seconds":
        return cells
    if math.isnan(gap := figure.difference):
        return [*cells, ""]
    words = f"{100 * gap:+.2f}" if name in ACCURACIES else f"{gap:+.2g}"
    far = figure.family in ("accuracy", "loss") and not figure.near
    return [*cells, f"**{words}**" if far else words]


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
        if not words and not table.check and _far(table, outcome):
            words = "The cause of the difference has not been found yet."
        if words:
            said.setdefault(words, []).append(outcome.row.name.rpartition(".")[2])
    plural = {True: "Rows", False: "Row"}
    return [f"{plural[len(n) > 1]} {', '.join(n)}: {words}" for words, n in said.items()]


def _far(table: Table, outcome: Outcome) -> bool:
    """Whether an accuracy is further off than the tolerance."""
    found = [Figure(table, outcome, name) for name in ACCURACIES]
    return any(abs(figure.difference) > figure.tolerance for figure in found)


def figures_of(collected: Collected) -> list[dict[str, Any]]:
    """Every figure as a line of `report.csv`."""
    return [_line(figure) for figure in figures(collected)]


def _line(figure: Figure) -> dict[str, Any]:
    table, outcome, name = figure.table, figure.outcome, figure.name
    values = {"ours": outcome.mean(name), "sd": outcome.deviation(name)}
    values |= {"difference": figure.difference, "tolerance": figure.tolerance}
    values |= {f"seed_{seed}": ours for seed, ours in outcome.by_seed(name).items()}
    numbers = {k: "" if math.isnan(v) else f"{v:.8g}" for k, v in values.items()}
    printed = outcome.row.published.get(name, "")
    words = {"table": table.name, "row": outcome.row.name, "author": table.source.author}
    words |= {"settings": settings_of(outcome), "training": training(table, outcome.row)}
    words |= {"figure": name, "family": figure.family, "published": str(printed).lower()}
    words |= {"seeds": str(len(outcome.results)), "collapse": str(figure.collapse)}
    words |= {"uncounted": figure.uncounted, "verdict": outcome.verdicts}
    return words | {"note": outcome.row.note, "reason": outcome.reason} | numbers


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
