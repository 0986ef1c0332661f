"""Sentences of the sources: each rests on rows that exist, and its verdict on their numbers."""

from __future__ import annotations

import csv
import dataclasses
import math
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from optiviz.studies.published import reproduce as runs
from optiviz.studies.published.arithmetic import ARITHMETIC
from optiviz.studies.published.checks import CURVES, RELATIONS, Check
from optiviz.studies.published.claims import Claim, Judged, _judge, claims, judge, needed
from optiviz.studies.published.further import grow, search
from optiviz.studies.published.paths import PATH, path
from optiviz.studies.published.tables import SOURCES, Row, tables
from optiviz.studies.published.verdicts import section, summary, write_claims
from optiviz.views.charts.claims import curves_of, plot_claims

NAMES = [claim.name for claim in claims()]
ROWS = {row.name: (table, row) for table in tables().values() for row in table.rows}
HOME = Path(__file__).parents[2] / "gallery/published"
TINY = {"dataset": "mnist", "shuffle": False, "sizes": [784, 9, 10], "biases": False}


@pytest.mark.parametrize("claim", claims(), ids=NAMES)
def test_a_claim_has_what_it_needs(claim: Claim) -> None:
    assert claim.source in SOURCES
    assert claim.name.startswith(f"{claim.source}-")
    assert claim.runs
    assert claim.checks
    assert set(claim.rows) <= set(ROWS)
    assert claim.says
    assert claim.place
    for check in claim.checks:
        assert check.relation in RELATIONS
        compares = check.relation in ("more", "less", "alike", "share")
        assert bool(claim.against) or not compares
        if check.relation in ("above", "below", "alike", "share"):
            assert math.isfinite(check.limit)
        if check.of not in CURVES:  # a figure of every row that it is asked of
            for name in claim.rows:
                table, row = ROWS[name]
                known = {"accuracy", "loss", "seconds", *table.columns, *row.published}
                assert check.of in known, name


def test_claims_are_of_every_source_and_differ() -> None:
    assert len(NAMES) == len(set(NAMES)) >= 60
    assert {claim.source for claim in claims()} == {"zeng", "yotkov", "frameworks", "lecture"}
    assert len([claim for claim in claims() if claim.picture]) >= 5
    used = {row for claim in claims() for row in claim.rows}
    ours = {name for name in ROWS if name.startswith("further-")}
    assert ours <= used


def test_only_rows_that_claims_rest_on_are_needed() -> None:
    rows = [row.name for table in needed() for row in table.rows]
    assert len(rows) == len(set(rows))
    assert set(rows) == {row for claim in claims() for row in claim.rows}


# --- checks ---


def result(seed: int = 0, accuracies: Any = (), losses: Any = (), **figures: Any) -> dict[str, Any]:
    """A run evaluated twice an epoch."""
    epochs = [(1 + i) / 2 for i in range(len(accuracies))]
    history = {"epoch": epochs, "test_accuracy": [*accuracies], "train_loss": [*losses]}
    return {"figures": figures, "verdict": "", "history": history, "seed": seed}


RISING = result(
    accuracies=(0.8, 0.9, 0.92, 0.93, 0.94, 0.95), losses=(0.6, 0.5, 0.4, 0.3, 0.2, 0.1)
)
WILD = result(accuracies=(0.8, 0.9, 0.95, 0.9, 0.95, 0.9), losses=(0.6, 0.5, 0.7, 0.5, 0.4, 0.1))


@pytest.mark.parametrize(
    ("check", "rising", "wild"),
    [
        (Check("accuracy at", "more", at=1), 0.9, 0.9),
        (Check("accuracy at", "more", at=9), math.nan, math.nan),
        (Check("loss at", "more", at=1.5), 0.4, 0.7),
        (Check("least accuracy", "more", since=1.5), 0.92, 0.9),
        (Check("greatest accuracy", "more", until=1), 0.9, 0.9),
        (Check("rises of the loss", "more"), 0, 1),
        (Check("falls of the accuracy", "more"), 0, 0),
        (Check("gain after", "more", at=1), 0.05, 0.0),
        (Check("swing", "more", since=1), 0.0, 0.05),
        (Check("swing", "more", since=2.5), math.nan, math.nan),
        (Check("growth of the swing after", "more", at=1.5), 0.0, 0.1 / 3),
    ],
)
def test_quantities_of_curves(check: Check, rising: float, wild: float) -> None:
    found = check.value(RISING), check.value(WILD)
    assert found == pytest.approx((rising, wild), abs=1e-9, nan_ok=True)


def test_accuracy_falls_are_counted_over_whole_epochs() -> None:
    curve = (0.5, 0.9, 0.95, 0.8, 0.9, 0.85)  # 0.9, 0.8, 0.85 at the ends
    assert Check("falls of the accuracy", "below", 0).value(result(accuracies=curve)) == 1


@pytest.mark.parametrize(
    ("relation", "how", "values", "against", "holds"),
    [
        ("above", {"limit": 0.9}, (0.9, 0.95), (), True),
        ("above", {"limit": 0.9}, (0.9, 0.89), (), False),
        ("below", {"limit": 0.9}, (0.9, 0.1), (), True),
        ("below", {"limit": 0.9}, (0.91,), (), False),
        ("more", {}, (0.9,), (0.8, 0.85), True),
        ("more", {}, (0.9,), (0.8, 0.9), False),
        ("more", {}, (0.9, 0.5), (0.8, 0.4), True),
        ("less", {}, (0.4, 0.5), (0.5, 0.4), False),
        ("less", {}, (0.4,), (0.5,), True),
        ("alike", {"limit": 0.005}, (0.975,), (0.98,), True),
        ("alike", {"limit": 0.005}, (0.974,), (0.98,), False),
        ("share", {"limit": 0.667}, (96,), (120,), True),
        ("share", {"limit": 0.667}, (110,), (120,), False),
        ("prints", {"printed": Decimal("0.98")}, (0.9769,), (), True),
        ("prints", {"printed": Decimal("0.98")}, (0.974,), (), False),
        ("prints", {"printed": Decimal("0.3")}, (0.349,), (), True),
        ("prints", {"printed": Decimal("0")}, (-0.4,), (), True),
    ],
)
def test_relations(relation: str, how: dict, values: tuple, against: tuple, holds: bool) -> None:
    assert Check("x", relation, **how).holds(values, against) is holds


@pytest.mark.parametrize("relation", RELATIONS)
def test_what_is_no_number_bears_nothing_out(relation: str) -> None:
    check = Check("x", relation, limit=0.5, printed=Decimal("0.5"))
    assert not check.holds([math.nan], [0.5])
    if relation in ("more", "less", "alike", "share"):
        assert not check.holds([0.5], [math.nan])


# --- verdicts ---


def judged(*seeds: dict[int, float], against: dict[int, float] | None = None, **how: Any) -> Judged:
    """A claim that some runs, each with an accuracy by seed, reach 0.9, or more than another."""
    sides = [*seeds, *([against] if against is not None else [])]
    rows = [Row(f"t-1.{n}", {"lr": 0.1}, {"optim": "sgd"}, {}) for n in range(len(sides))]
    outcomes = {
        row.name: runs.Outcome(
            row,
            tuple(result(seed, (0.5, a, a), (1, 1, 1), accuracy=a) for seed, a in side.items()),
            "" if side else "No time.",
        )
        for row, side in zip(rows, sides, strict=True)
    }
    names = tuple(outcomes)
    split = len(seeds)
    check = Check("accuracy", "more" if against is not None else "above", limit=0.9)
    facts = {"name": "t-a", "source": "t", "place": "1", "says": "It is so", "note": "N."} | how
    return _judge(
        Claim(**facts, runs=names[:split], against=names[split:], checks=(check,)), outcomes
    )


def test_a_verdict_is_that_of_every_seed_by_itself() -> None:
    assert judged({0: 0.95, 1: 0.9}).verdict == "borne out"
    assert judged({0: 0.5, 1: 0.6}).verdict == "not borne out"
    some = judged({0: 0.95, 1: 0.5, 2: 0.91})
    assert (some.verdict, some.holds) == (
        "borne out with 2 of 3 seeds",
        {0: True, 1: False, 2: True},
    )
    both = judged({0: 0.95}, {0: 0.5})
    assert both.verdict == "not borne out"
    assert both.found == "accuracy: 0.95, 0.5"


def test_seeds_are_compared_with_themselves() -> None:
    one = judged({0: 0.5, 1: 0.9, 2: 0.1}, against={1: 0.8, 0: 0.6})
    assert one.holds == {0: False, 1: True}
    assert one.found == "accuracy: 0.7 against 0.7"


def test_what_was_not_run_is_not_judged() -> None:
    one = judged({0: 0.95}, {})
    assert (one.verdict, one.reason, one.found) == ("not run", "No time.", "")
    apart = judged({0: 0.95}, against={1: 0.5})
    assert apart.verdict == "not run"


def test_a_page_and_a_table_say_the_same(tmp_path: Path) -> None:
    all_of = [judged({0: 0.95}), judged({0: 0.5}), judged({0: 0.95, 1: 0.1}), judged({})]
    words = "1 of 4 claims are borne out with every seed, 1 with some, 1 with none, 1 not run."
    assert summary(all_of) == words
    page = "\n".join(section(all_of, ["a.png"]))
    assert words in page
    assert "![a](a.png)" in page
    assert "| a | “It is so” (1) | t-1.0 (η 0.1) | accuracy: 0.95 N. | 1 | borne out |" in page
    assert "| No time. N. |  | **not run** |" in page
    write_claims(all_of, tmp_path)
    with (tmp_path / "claims.csv").open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    assert [line["verdict"] for line in lines] == [one.verdict for one in all_of]
    assert [(line["seed_0"], line["seed_1"]) for line in lines][2:] == [("True", "False"), ("", "")]
    assert lines[0]["held_to"] == "accuracy: above 0.9"
    assert lines[0]["command"] == "optiviz reproduce --table t-1"
    assert section([], []) == []


def test_pictures_of_claims_are_of_those_that_were_run(tmp_path: Path) -> None:
    shown = judged({0: 0.95, 1: 0.92}, against={0: 0.5, 1: 0.6}, picture="A title")
    waiting = judged({}, name="t-b", picture="Another")
    for theme in ("light", "slides"):
        assert plot_claims([shown, waiting, judged({0: 1.0})], tmp_path, theme=theme) == ["t-a.png"]
    with Image.open(tmp_path / "t-a.png") as picture:
        assert picture.size == (960, 540)
    epoch, every = curves_of(shown.outcomes["t-1.0"])
    assert epoch.tolist() == [0.5, 1.0, 1.5]
    assert every.tolist() == [[0.5, 0.95, 0.95], [0.5, 0.92, 0.92]]


def test_claims_on_planes_are_judged() -> None:
    """The descents that the lecture speaks of, from its words to the verdict."""
    table = tables()["further-paths"]
    assert table.kind == PATH
    outcomes = []
    for row in table.rows:
        tasks = runs.tasks_of(table, row, 2)
        done = [runs.run(task, quiet, lambda: False) or {} for task in tasks]
        found = (one | {"seed": task.seed} for one, task in zip(done, tasks, strict=True))
        outcomes.append(runs.Outcome(row, tuple(found)))
    told = {one.claim.name: one for one in judge([(table, outcomes)])}
    assert len(told) >= 9
    assert told["lecture-very-high"].verdict == "borne out"
    assert told["lecture-line"].verdict == "not borne out"  # its samples are not published
    assert set(told["lecture-twenty"].holds) == {0}  # no random number is drawn
    assert set(told["lecture-straighter"].holds) == {0, 1}


@pytest.mark.parametrize(
    ("optim", "steps", "known"),
    [
        ("sgd:lr=1", 3, {"arrived": 1, "back": 0, "straight": 1, "loss_at": 0, "loss": 0}),
        ("sgd:lr=1.5", 3, {"back": 1, "straight": 1 / 3, "loss_at": 0.25 * 2.34, "arrived": 4}),
        ("sgd:lr=3", 200, {"diverged": 21}),
    ],
)
def test_figures_of_paths(optim: str, steps: int, known: dict[str, float]) -> None:
    found = path({"problem": "bowl", "optim": optim, "steps": steps + 1, "at": 1})
    for name, value in known.items():
        assert found[name] == pytest.approx(value), found
    assert math.isnan(found["arrived"]) is ("diverged" in known)


# --- trainings that the texts call for ---


def quiet(percent: int) -> None:
    assert 0 <= percent <= 100


@pytest.mark.slow
def test_a_batch_that_grows_goes_on_from_its_last_weights() -> None:
    settings = TINY | {"optim": "sgd", "lr": 0.1, "epochs": 1, "loss_of_last": 30_000}
    once = grow(settings | {"batch_sizes": [1000]}, 0, quiet, lambda: False)
    both = grow(settings | {"batch_sizes": [1000, 3000]}, 0, quiet, lambda: False)
    assert once
    assert both
    assert both["history"]["epoch"] == [0.5, 1.0, 1.5, 2.0]
    assert both["history"]["train_loss"][:2] == once["history"]["train_loss"]
    assert both["history"]["train_loss"][2] < once["history"]["train_loss"][1]
    assert both["figures"]["updates"] == 60 + 20
    assert both["figures"]["accuracy"] == both["history"]["test_accuracy"][-1]
    assert grow(settings | {"batch_sizes": [1000]}, 0, quiet, lambda: True) is None


def test_a_search_without_its_extra_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("optuna")
    table = tables()["further-search"]
    assert runs.reason(table, table.rows[0], None) == ""
    monkeypatch.setattr(runs, "find_spec", lambda _: None)
    assert "pip install" in runs.reason(table, table.rows[0], None)


@pytest.mark.slow
def test_a_search_trains_with_what_it_found() -> None:
    pytest.importorskip("optuna")
    settings = TINY | {"optim": "momentum", "lr_end": 1e-4, "epochs": 1, "batch_size": 1000}
    found = search(settings | {"trials": 3}, 0, quiet, lambda: False)
    assert found
    figures = found["figures"]
    again = runs.train_row(
        runs.recipe_of(settings | {"lr": figures["lr"], "beta": figures["beta"]}, 0),
        quiet,
        lambda: False,
    )
    assert again
    assert again["figures"]["loss"] == figures["loss"]


# --- the report in the gallery ---


def test_verdicts_in_the_gallery_follow_from_its_columns() -> None:
    with (HOME / "claims.csv").open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    report = (HOME / "report.md").read_text(encoding="utf-8")
    assert [line["claim"] for line in lines] == NAMES
    for claim, line in zip(claims(), lines, strict=True):
        seeds = [v for k, v in line.items() if k.startswith("seed_") and v]
        held, n = seeds.count("True"), len(seeds)
        every = {0: "not borne out", n: "borne out"}.get(
            held, f"borne out with {held} of {n} seeds"
        )
        assert line["verdict"] == (every if n else "not run")
        assert line["says"] == claim.says
        assert claim.says in report
        if claim.picture and n:
            assert (HOME / f"{claim.name}.png").is_file()


def test_arithmetic_and_paths_draw_no_seed() -> None:
    table = tables()["further-paths"]
    noisy = [row for row in table.rows if "batch_size" in row.settings]
    assert len(noisy) == 4
    assert all(len(runs.tasks_of(table, row, 3)) == 3 for row in noisy)
    still = dataclasses.replace(table, rows=tuple(r for r in table.rows if r not in noisy))
    assert all(len(runs.tasks_of(still, row, 3)) == 1 for row in still.rows)
    assert PATH not in ARITHMETIC
