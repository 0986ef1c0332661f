"""The published tables: whole, consistent, and arithmetic that our code repeats."""

from __future__ import annotations

import csv
import math
import re
from decimal import Decimal
from pathlib import Path

import pytest

from optiviz.problems import DATASETS
from optiviz.studies.published.arithmetic import ARITHMETIC
from optiviz.studies.published.reproduce import KINDS, Task, reason, tasks_of
from optiviz.studies.published.rows import TRAINING, recipe_of
from optiviz.studies.published.score import tolerance
from optiviz.studies.published.tables import HOME, SOURCES, Row, Table, tables

# What the headline says of a family, after what is within its bound.
SEEDS = r"[^;]*?(?:, (?P<once>\d+) with at least one seed)?"
ALIVE = (
    r"(?:; where no collapse was published, (?P<alive>\d+)(?: and (?P<both>\d+))? of (?P<all>\d+))?"
)

ROWS = [(table, row) for table in tables().values() for row in table.rows]
TRAININGS = [(table, row) for table, row in ROWS if table.kind == TRAINING]
COMPUTED = [(table, row) for table, row in ROWS if table.kind in ARITHMETIC]


def agrees(ours: float, published: Decimal) -> bool:
    """Whether a number rounds to the printed digits."""
    return round(abs(ours - float(published)), 9) <= tolerance("arithmetic", published)


def named(pairs: list[tuple[Table, Row]]) -> list[str]:
    return [row.name for _, row in pairs]


def test_every_source_is_read() -> None:
    assert {path.stem for path in HOME.glob("*.toml")} == {*SOURCES, "claims"}
    assert {table.source.name for table in tables().values()} == set(SOURCES)


@pytest.mark.parametrize(
    ("source", "counts"),
    [
        ("zeng", {"1": 3, "2": 9, "3": 3, "4": 9, "5": 3, "6": 3}),
        ("yotkov", {"1": 9, "2": 5, "3": 8, "4": 3, "5": 6, "6": 5}),
        ("yotkov-draft", {"1": 3, "2": 9}),
        ("frameworks", {"1": 6}),
    ],
)
def test_every_row_of_a_source_is_there(source: str, counts: dict[str, int]) -> None:
    found = {t.name: len(t.rows) for t in tables().values() if t.source.name == source}
    for table, n in counts.items():
        assert found.pop(f"{source}-{table}") == n
    assert all(tables()[name].check for name in found)


@pytest.mark.parametrize(("table", "row"), ROWS, ids=named(ROWS))
def test_a_row_has_what_it_needs(table: Table, row: Row) -> None:
    assert table.kind in KINDS
    assert bool(row.published) is (table.source.name != "further")
    assert set(row.published) <= set(table.columns)
    for name, value in row.published.items():
        assert isinstance(value, Decimal)
        if "accuracy" in name:
            assert 0 < value < 1
        elif "loss" in name:
            assert value.is_nan() or 0 < value < Decimal("2.31")
        else:
            assert value >= 0


@pytest.mark.parametrize(("table", "row"), TRAININGS, ids=named(TRAININGS))
def test_a_training_can_be_run_or_says_why_not(table: Table, row: Row) -> None:
    settings = row.settings
    assert settings["dataset"] in DATASETS
    why = reason(table, row, data_dir=None)
    if settings["optim"].startswith(("keras:", "torch:")):
        return  # with the framework it runs, without it the reason is the missing extra
    if settings["dataset"] == "cifar10":
        assert "--data-dir" in why or why == row.cannot
    else:
        assert why == ""
        recipe = recipe_of(settings)
        assert "lr=" in recipe.optim
        if table.source.name != "further":
            assert settings["epochs"] * 60_000 / settings["batch_size"] >= 6000


def test_settings_reach_the_job() -> None:
    row = tables()["zeng-5"].rows[1]
    recipe = recipe_of(row.settings, seed=3)
    assert (recipe.optim, recipe.schedule) == ("momentum:lr=0.1,beta=0.1", "linear:end=0.0001")
    assert (recipe.batch_size, recipe.epochs, recipe.seed, recipe.eval_every) == (10, 10, 3, 3000)
    assert (recipe.sizes, recipe.biases) == ("784,300,100,100,10", False)


# --- sources that repeat each other ---


@pytest.mark.parametrize(
    ("table", "others"),
    [
        ("yotkov-draft-1", [f"yotkov-2.{n}" for n in (1, 2, 3)]),
        ("yotkov-draft-2", [f"yotkov-1.{n}" for n in range(1, 10)]),
        ("yotkov-6", ["yotkov-5.5", "yotkov-1.5", "yotkov-2.4", "yotkov-3.5", "yotkov-4.3"]),
    ],
)
def test_repeated_rows_share_their_figures_and_trainings(table: str, others: list[str]) -> None:
    by_name = {row.name: (found, row) for found, row in ROWS}
    for row, other in zip(tables()[table].rows, others, strict=True):
        home, twin = by_name[other]
        assert [t.file for t in tasks_of(tables()[table], row, 2)] == [
            t.file for t in tasks_of(home, twin, 2)
        ]
        for name in ("loss", "accuracy"):
            ours, theirs = row.published[name], twin.published[name]
            if theirs.is_nan():
                assert ours.is_nan()
            else:  # one of them may be printed with fewer digits
                assert agrees(float(theirs), ours) or agrees(float(ours), theirs)


def test_a_program_s_rate_stands_beside_the_printed_one() -> None:
    printed = {}
    for row in tables()["yotkov-5"].rows:
        lr, m = row.given["printed_lr"], row.settings["batch_size"]
        assert row.settings["lr"] == pytest.approx(lr * math.sqrt(m), rel=1e-8)
        assert "printed_lr" not in row.settings
        printed[lr, m] = row
    for row in tables()["yotkov-5-algorithm"].rows:
        twin = printed[row.settings["lr"], row.settings["batch_size"]]
        assert str(twin.published) == str(row.published)


def test_files_are_as_many_as_settings() -> None:
    tasks = [task for table, row in ROWS for task in tasks_of(table, row, 2)]
    facts = {(task.file, repr(sorted(task.settings.items())), task.seed) for task in tasks}
    assert len({task.file for task in tasks}) == len(facts)
    again = Task("training", dict(reversed(TRAININGS[0][1].settings.items())), 0, "elsewhere")
    assert again.file == tasks_of(*TRAININGS[0], 1)[0].file


def test_the_report_in_the_gallery_is_of_these_tables() -> None:
    home = Path(__file__).parents[2]
    report = (home / "gallery/published/report.md").read_text(encoding="utf-8")
    with (home / "gallery/published/report.csv").open(encoding="utf-8", newline="") as lines:
        told = {(line["row"], line["figure"]): line for line in csv.DictReader(lines)}
    printed = {(row.name, name) for _, row in ROWS for name in row.published}
    assert {key for key, line in told.items() if line["published"]} == printed
    for table, row in ROWS:
        assert f"### {table.name}: {table.title}" in report
        assert all(f"- {remark}" in report for remark in (*table.source.remarks, *table.remarks))
        for name, value in row.published.items():
            line = told[row.name, name]
            assert (line["published"], line["note"]) == (str(value).lower(), row.note)
            assert not (line["ours"] and line["reason"])


def test_the_headline_in_the_gallery_is_counted_from_its_csv(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The five lines that the report itself shows, run where it stands."""
    pytest.importorskip("pandas")
    home = Path(__file__).parents[2]
    report = (home / "gallery/published/report.md").read_text(encoding="utf-8")
    (lines,) = re.findall(r"```python\n(.*?)```", report, re.DOTALL)
    monkeypatch.chdir(home / "gallery/published")
    exec(lines, {})
    counted: dict[str, list[list[int]]] = {}
    family = ""
    for line in capsys.readouterr().out.splitlines()[3:]:
        *heads, _, near, of, once, _ = line.split()
        family = heads[0] if heads else family  # said once for both of its lines
        counted.setdefault(family, []).append([int(near), int(of), int(once)])
    page = " ".join((home / "docs/network.md").read_text(encoding="utf-8").split())
    for family, noun in (("accuracy", "accuracies"), ("loss", "losses")):
        alive = counted[family][0]
        near, of, once = (sum(column) for column in zip(*counted[family], strict=True))
        assert f"{near} of {of} {noun} are within" in page
        told = re.search(rf"{near} of {of} {noun} are within {SEEDS}{ALIVE}\.\s", report)
        assert told
        assert told["once"] in (None, str(once))  # where there are several seeds
        assert told["alive"] in (None, str(alive[0]))
        assert told["both"] in (None, str(alive[2]))
        assert told["all"] in (None, str(alive[1]))
        assert bool(told["alive"]) is (alive[1] < of)


# --- arithmetic ---


@pytest.mark.parametrize(("table", "row"), COMPUTED, ids=named(COMPUTED))
def test_arithmetic_rounds_to_what_was_printed_unless_a_note_says_why(
    table: Table, row: Row
) -> None:
    ours = ARITHMETIC[table.kind](**row.settings)
    same = all(agrees(ours[name], value) for name, value in row.published.items())
    assert same is (row.note == ""), ours


def test_misprints_are_what_the_notes_say() -> None:
    factor = ARITHMETIC["correction"]
    assert f"{factor(0.999, 100)['factor']:.1f}" == "10.5"
    assert f"{factor(0.9, 50)['factor']:.4f}" == "1.0052"
    noted = {row.name: row.note for _, row in COMPUTED if row.note}
    assert set(noted) == {"lecture-correction2.4", "lecture-correction1.6"}
    assert "10.5" in noted["lecture-correction2.4"]
    assert "1.0052" in noted["lecture-correction1.6"]
