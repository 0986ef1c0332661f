"""The claims as a page and a table: the sentence, what was run, what came out, borne out or not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from optiviz.files import write_csv
from optiviz.studies.published.claims import Claim, Judged
from optiviz.studies.published.report import settings_of
from optiviz.studies.table import markdown

COLUMNS = (
    *("claim", "source", "place", "says", "runs", "against", "held_to", "found", "verdict"),
    *("command", "note", "reason"),
)
HEADS = ("", "says", "what was run", "what came out", "seeds", "verdict")
FEW = 4  # runs: more are told by their names alone


def summary(judged: Sequence[Judged]) -> str:
    """How many sentences are borne out, in one.

    >>> summary([])
    ''
    """
    if not judged:
        return ""
    counts = Counter(one.verdict for one in judged)
    some = sum(n for verdict, n in counts.items() if verdict.startswith("borne out with"))
    words = f"{counts['borne out']} of {len(judged)} claims are borne out with every seed"
    told = {"with some": some, "with none": counts["not borne out"], "not run": counts["not run"]}
    return ", ".join([words, *(f"{n} {how}" for how, n in told.items() if n)]) + "."


def section(judged: Sequence[Judged], pictures: Sequence[str]) -> list[str]:
    """The lines of the report on claims, a table for each source."""
    if not judged:
        return []
    lines = ["## What the texts say", "", summary(judged), ""]
    lines += [
        "Every verdict is computed from the runs, for each seed by itself; numbers are means over "
        "the seeds. `swing` is how far an accuracy goes back and forth from one evaluation to the "
        "next, of which there are two an epoch. `claims.csv` has the same with every seed.",
        "",
    ]
    lines += [line for name in pictures for line in (f"![{Path(name).stem}]({name})", "")]
    for source in dict.fromkeys(one.claim.source for one in judged):
        lines += [f"### {source}: claims", ""]
        rows = [_cells(one) for one in judged if one.claim.source == source]
        lines += [*markdown([HEADS, *rows], padded=False), ""]
    return lines


def _cells(one: Judged) -> tuple[str, ...]:
    claim = one.claim
    says = f"“{claim.says}” ({claim.place})"
    verdict = one.verdict if one.verdict == "borne out" else f"**{one.verdict}**"
    notes = " ".join(filter(None, (one.found or one.reason, claim.note)))
    seeds = str(len(one.holds) or "")
    return claim.name.partition("-")[2], says, _run(one), notes, seeds, verdict


def _run(one: Judged) -> str:
    """The rows of a claim, with their settings where they are few."""
    claim = one.claim
    if len(claim.rows) > FEW:
        return " against ".join(_span(names) for names in (claim.runs, claim.against) if names)
    sides = (
        ", ".join(f"{name} ({settings_of(one.outcomes[name])})" for name in names)
        for names in (claim.runs, claim.against)
        if names
    )
    return " against ".join(sides)


def _span(names: Sequence[str]) -> str:
    """Names of rows, those of one table together.

    >>> _span(["zeng-2.1", "zeng-2.3", "zeng-4.1"])
    'zeng-2.1 .3, zeng-4.1'
    """
    rows: dict[str, list[str]] = {}
    for name in names:
        table, _, number = name.rpartition(".")
        rows.setdefault(table, []).append(f".{number}")
    return ", ".join(table + " ".join(numbers) for table, numbers in rows.items())


def write_claims(judged: Sequence[Judged], out: Path) -> None:
    """Write `claims.csv`: a line a claim, and a column for each seed that says whether it holds.

    Raises:
        UserError: the directory cannot be written to.
    """
    seeds = sorted({seed for one in judged for seed in one.holds})
    columns = (*COLUMNS[:-3], *(f"seed_{seed}" for seed in seeds), *COLUMNS[-3:])
    write_csv(out / "claims.csv", columns, [_line(one) for one in judged])


def _line(one: Judged) -> dict[str, Any]:
    claim = one.claim
    words = {"claim": claim.name, "source": claim.source, "place": claim.place}
    words |= {"says": claim.says, "runs": " ".join(claim.runs), "against": " ".join(claim.against)}
    words |= {"held_to": "; ".join(map(str, claim.checks)), "found": one.found}
    words |= {f"seed_{seed}": str(holds) for seed, holds in one.holds.items()}
    words |= {"verdict": one.verdict}
    return words | {"command": command(claim), "note": claim.note, "reason": one.reason}


def command(claim: Claim) -> str:
    """The command that runs the tables of a claim, and judges it.

    >>> from optiviz.studies.published.claims import claims
    >>> command(claims()[0])
    'optiviz reproduce --table zeng-1'
    """
    homes = dict.fromkeys(name.rpartition(".")[0] for name in claim.rows)
    return " ".join(["optiviz reproduce", *(f"--table {name}" for name in homes)])
