"""The tables of published comparisons, as data: what was run, and what was printed.

Each file beside this one is one source, whose first lines say where it is ambiguous; `further.toml`
has what was run for its sentences alone, `claims.toml` these.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

SOURCES = ("zeng", "yotkov", "yotkov-draft", "frameworks", "lecture", "further")
HOME = Path(__file__).parent
SHOWN = ("label", "printed_lr")  # what a table says that decides nothing


@dataclass(frozen=True)
class Source:
    """Where tables come from.

    Attributes:
        name, title, author, date: what it is called, and who wrote it when.
        remarks: its conventions, and what it leaves open.
    """

    name: str
    title: str
    author: str
    date: str = ""
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Row:
    """One row of a table.

    Attributes:
        name: the table's name and the number of the row, such as zeng-2.1.
        given: what the table itself says of the row's settings, in its order.
        settings: all that decides our figures.
        published: the printed figures, with the digits that they were printed with.
        note: why ours differ, where they do.
        cannot: why the row cannot be run, where the source leaves too much open.
    """

    name: str
    given: dict[str, Any]
    settings: dict[str, Any]
    published: dict[str, Decimal]
    note: str = ""
    cannot: str = ""


@dataclass(frozen=True)
class Table:
    """A table of a source.

    Attributes:
        name: the source's name and the number of the table, such as zeng-2.
        kind: how its figures come about; see `optiviz.studies.published.reproduce.KINDS`.
        columns: the names of the printed figures.
        remarks: where the source contradicts itself, and what it does not say.
        check: whether it repeats a table under other settings, to find out why figures differ.
        chosen: which settings the source leaves out, so that they were chosen by us.
    """

    name: str
    title: str
    kind: str
    source: Source
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    remarks: tuple[str, ...]
    check: bool
    chosen: str = ""


@cache
def tables() -> dict[str, Table]:
    """Every table by its name, in the order of the sources.

    >>> row = tables()["zeng-2"].rows[1]
    >>> row.name, row.settings["lr"], str(row.published["accuracy"])
    ('zeng-2.2', 0.1, '0.9774')
    """
    found = [table for source in SOURCES for table in _read(HOME / f"{source}.toml")]
    return {table.name: table for table in found}


def _read(path: Path) -> list[Table]:
    """The tables of one file; decimals keep their digits."""
    words = tomllib.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    facts = words["source"]
    source = Source(**facts | {"remarks": tuple(facts["remarks"])})
    return [_table(source, words["settings"], table) for table in words["table"]]


def _table(source: Source, settings: dict[str, Any], words: dict[str, Any]) -> Table:
    name = f"{source.name}-{words['name']}"
    settings = settings | words["settings"]
    rows = []
    for number, cells in enumerate(words["rows"], start=1):
        columns = (*words["given"], *words["published"])
        filled = {k: v for k, v in zip(columns, cells, strict=True) if v != ""}
        given = {k: _plain(v) for k, v in filled.items() if k in words["given"]}
        own = {k: _plain(v) for k, v in (settings | given).items() if k not in SHOWN}
        published = {k: Decimal(v) for k, v in filled.items() if k in words["published"]}
        why = (words.get(kind, {}).get(str(number), "") for kind in ("notes", "cannot"))
        rows.append(Row(f"{name}.{number}", given, own, published, *why))
    return Table(
        name=name,
        title=words["title"],
        kind=words["kind"],
        source=source,
        columns=tuple(words["published"]),
        rows=tuple(rows),
        remarks=tuple(words.get("remarks", ())),
        check=words.get("check", False),
        chosen=words.get("chosen", ""),
    )


def _plain(value: Any) -> Any:
    """Decimals as numbers to compute with."""
    return float(value) if isinstance(value, Decimal) else value
