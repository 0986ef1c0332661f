"""Published tables run again: kept, gone on with, and reported. Tiny tables on real MNIST."""

from __future__ import annotations

import dataclasses
import json
import math
import os
import signal
import subprocess
import sys
import time
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from PIL import Image

from optiviz.errors import UserError
from optiviz.files import OURS
from optiviz.problems import MLP, load
from optiviz.studies.published import reproduce as runs
from optiviz.studies.published.report import RECIPE, figures_of, page, write_report
from optiviz.studies.published.rows import _figures, check_gradients, recipe_of, train_row
from optiviz.studies.published.score import agreement, figures, headline, scored
from optiviz.studies.published.tables import Row, Source, Table, tables
from optiviz.views.charts.agreement import LIMIT, Line, _columns, lines_of, plot_agreement

TINY = {"dataset": "mnist", "shuffle": True, "sizes": [784, 9, 10], "biases": False, "epochs": 1}
SOURCE = Source("tiny", "Tiny tables", "nobody", "today", ("A remark.",))


def table(*rows: dict[str, Any], kind: str = "training", **how: Any) -> Table:
    """A table that prints 0.9 for every row of some settings."""
    made = []
    for number, own in enumerate(rows, start=1):
        settings = TINY | {"optim": "sgd", "lr": 0.1, "batch_size": 500} | own
        published = {"loss": Decimal("0.5"), "accuracy": Decimal("0.90")}
        made.append(Row(f"tiny-1.{number}", own, settings, published))
    columns = ("loss", "accuracy")
    facts = {"name": "tiny-1", "title": "T", "columns": columns, "remarks": (), "check": False}
    return Table(kind=kind, source=SOURCE, rows=tuple(made), **facts | how)


MANY = table(*({"lr": 0.1 + n / 1000, "epochs": 2, "batch_size": 100} for n in range(5)))
# What a user's program would do, in a process that can be killed.
PROGRAM = f"""
import sys
sys.path.insert(0, {str(Path(__file__).parent)!r})
from pathlib import Path
from test_reproduce import MANY
from optiviz.studies.published.reproduce import reproduce
if __name__ == "__main__":
    reproduce([MANY], Path("out"))
"""


def files(out: Path) -> dict[str, int]:
    """The kept results, each with the moment of its writing."""
    kept = (out / "rows").glob("*.json")
    return {path.name: path.stat().st_mtime_ns for path in kept if path.name[0] != "."}


@pytest.mark.slow
def test_a_killed_run_goes_on_where_it_was(tmp_path: Path) -> None:
    (tmp_path / "program.py").write_text(PROGRAM)
    out, how = tmp_path / "out", {"cwd": tmp_path, "stderr": subprocess.PIPE, "text": True}
    run = subprocess.Popen([sys.executable, "program.py"], **how)
    while run.poll() is None and not files(out):
        time.sleep(0.01)
    os.kill(run.pid, signal.SIGKILL)
    run.communicate()
    before = files(out)
    assert 0 < len(before) < 5
    (out / "rows" / f"{OURS}0123abcd.json").write_text("what a killed run leaves")
    done = subprocess.run([sys.executable, "program.py"], check=False, **how)
    assert done.returncode == 0, done.stderr
    after = files(out)
    assert len(after) == 5
    assert {name: after[name] for name in before} == before
    assert len(list((out / "rows").iterdir())) == 5
    ((_, outcomes),) = runs.collect([MANY], out, seeds=1)
    assert all(outcome.mean("accuracy") > 0.8 for outcome in outcomes)
    seen: list[float] = []
    runs.reproduce([MANY], out, on_progress=lambda done, total: seen.append(done / total))
    assert files(out) == after
    assert seen == []


def test_rows_with_equal_settings_share_a_training(tmp_path: Path) -> None:
    twins = table({"lr": 0.1}, {"lr": 0.1}, {"lr": 0.2})
    seen: list[tuple[float, float]] = []
    runs.reproduce([twins], tmp_path, seeds=2, on_progress=lambda *a: seen.append(a))
    assert len(files(tmp_path)) == 4
    assert seen[-1][0] == pytest.approx(seen[-1][1])
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)
    ((_, outcomes),) = runs.collect([twins], tmp_path, seeds=2)
    first, second, third = outcomes
    assert first.figures("accuracy") == second.figures("accuracy") != third.figures("accuracy")
    assert len(set(first.figures("accuracy"))) == 2
    assert first.deviation("accuracy") > 0
    ((_, (alone, *_)),) = runs.collect([twins], tmp_path, seeds=1)
    assert math.isnan(alone.deviation("accuracy"))


def test_a_row_that_cannot_run_says_why(tmp_path: Path) -> None:
    mixed = table({"dataset": "cifar10"}, {"optim": "nonsense"}, {"optim": "sgd:beta=1"})
    runs.reproduce([mixed], tmp_path)
    assert files(tmp_path) == {}
    ((_, outcomes),) = runs.collect([mixed], tmp_path, seeds=1)
    cifar, unknown, setting = (outcome.reason for outcome in outcomes)
    assert "cifar10 is not in the package: say where it is with --data-dir" in cifar
    assert "Unknown optimizer 'nonsense'" in unknown
    assert "'beta'" in setting
    ((_, (waiting,)),) = runs.collect([table({})], tmp_path, seeds=1)
    assert waiting.reason == "It has not been run yet."


@pytest.mark.parametrize("how", [{"seeds": 0}, {"jobs": 0}])
def test_numbers_out_of_range(tmp_path: Path, how: dict[str, int]) -> None:
    with pytest.raises(UserError, match="must be at least 1, got 0"):
        runs.reproduce([table({})], tmp_path / "out", **how)
    assert not (tmp_path / "out").exists()


def test_a_damaged_result_is_named(tmp_path: Path) -> None:
    tiny = table({})
    (task,) = runs.tasks_of(tiny, tiny.rows[0], 1)
    (tmp_path / "rows").mkdir()
    (tmp_path / "rows" / task.file).write_text('{"figures": 3}')
    with pytest.raises(UserError, match=r"is not what optiviz wrote: .* Delete it\."):
        runs.reproduce([tiny], tmp_path)


def never() -> bool:
    return False


def quiet(percent: int) -> None:
    assert 0 <= percent <= 100


def test_a_divergence_has_the_figures_of_weights_that_are_no_numbers() -> None:
    result = train_row(recipe_of(TINY | {"optim": "sgd:lr=1e9", "batch_size": 500}), quiet, never)
    assert result is not None
    assert result["verdict"].startswith("diverged at update")
    assert math.isnan(result["figures"]["loss"])
    zeros = (load("mnist").y_test == 0).mean()
    assert result["figures"]["accuracy"] == pytest.approx(zeros) == pytest.approx(0.098)


def test_patience_reports_the_best_epoch() -> None:
    settings = {"optim": "sgd:lr=0.5", "batch_size": 10, "validation": 59_500, "patience": 2}
    result = train_row(recipe_of(TINY | settings | {"epochs": 60}), quiet, never)
    assert result is not None
    losses = result["history"]["val_loss"]
    figures = result["figures"]
    assert len(losses) < 60
    assert figures["val_loss"] == min(losses)
    assert figures["best_epoch"] == 1 + losses.index(min(losses)) == len(losses) - 2
    assert figures["val_accuracy"] == result["history"]["val_accuracy"][-3]


def test_the_figures_are_those_of_the_weights_that_are_kept() -> None:
    """Of the least validation loss, where another evaluation was more accurate."""
    columns = ("train_loss", "test_loss", "test_accuracy", "val_loss", "val_accuracy")
    history = {name: np.array([0.1, 0.2, 0.3]) for name in columns}
    history |= {"val_loss": np.array([0.5, 0.4, 0.6]), "epoch": np.array([1.0, 2.0, 3.0])}
    history["seconds"] = np.array([4.0, 8.0, 12.0])
    done: Any = SimpleNamespace(outcome=SimpleNamespace(lost=False), history=history)
    known = {"loss": 0.2, "accuracy": 0.2, "test_loss": 0.2, "val_loss": 0.4}
    known |= {"val_accuracy": 0.2, "best_epoch": 2.0, "seconds": 12.0}
    assert _figures(done, done) == known


def test_the_order_of_samples_is_the_source_s() -> None:
    results = []
    for shuffle in (True, False):
        settings = {"optim": "sgd:lr=0.1", "batch_size": 1000, "shuffle": shuffle}
        result = train_row(recipe_of(TINY | settings), quiet, never)
        assert result is not None
        results.append(result["figures"]["loss"])
    data = load("mnist")
    network = MLP(data.x_train, data.y_train, (784, 9, 10))
    w, losses = network.start(0), []
    for first in range(0, 60_000, 1000):
        loss, gradient = network.value_and_grad(w, slice(first, first + 1000))
        losses.append(loss)
        w -= np.float32(0.1) * gradient
    assert results[1] == pytest.approx(np.mean(losses), rel=1e-5)
    assert results[0] != pytest.approx(results[1], rel=1e-5)


def test_a_stopped_training_keeps_nothing() -> None:
    settings = TINY | {"optim": "sgd:lr=0.1", "batch_size": 500}
    assert train_row(recipe_of(settings), quiet, lambda: True) is None


@pytest.mark.parametrize(
    ("eps", "least", "most"),
    [(1e-8, 0, 0.0003), (100.0, 50, 100)],  # what the source says; a step far too long
)
def test_errors_of_gradients_are_per_cents(eps: float, least: float, most: float) -> None:
    settings = tables()["zeng-1"].rows[0].settings | {"eps": eps}
    error = check_gradients(settings, seed=0)["figures"]["error_percent"]
    assert least < error < most


@pytest.mark.slow
def test_gradients_after_a_training_are_others() -> None:
    row = tables()["further-gradients"].rows[2]
    fitted = check_gradients(row.settings | {"samples": 1}, seed=0)["figures"]
    first = check_gradients({"eps": 1e-8, "samples": 1, "method": "central"}, seed=0)["figures"]
    assert (
        fitted["error_percent"] > 100 * first["error_percent"]
    )  # a learned sample's are round-off


# --- the report ---


def outcomes_of(found: Table, *figures: tuple[float, ...]) -> list[runs.Outcome]:
    """Outcomes with the given accuracies, one for each seed, and the loss 0.25."""
    made = []
    for one, accuracies in zip(found.rows, figures, strict=True):
        results = [
            {"figures": {"loss": 0.25, "accuracy": a}, "verdict": "converged", "history": {}}
            | {"seed": seed}
            for seed, a in enumerate(accuracies)
        ]
        made.append(runs.Outcome(one, tuple(results), "" if results else "No time."))
    return made


def test_the_report_says_what_agrees_and_what_does_not() -> None:
    found = table({"lr": 0.1}, {"lr": 0.2}, {"lr": 0.3}, {"lr": 0.4})
    outcomes = outcomes_of(found, (0.901, 0.903), (0.8,), (), (0.905,))
    collected = [(found, outcomes)]
    assert [figure.difference for figure in scored(collected)] == [0.002, -0.1, 0.005]
    assert scored(collected, "loss")[0].difference == -0.25
    text = page(collected, ["a.png"])
    assert "2 of 3 accuracies are within 0.5 points" in text
    assert "1 of 4 rows were not run" in text
    assert "2 of the 3 trained rows have fewer than 2 seeds so far." in text
    assert "![a](a.png)" in text
    assert "| 1 | 0.1 | 0.5 | 0.25 ± 0 | **-0.25** | 0.90 | 0.9020 ± 0.0014 | +0.20 |" in text
    assert "| 2 | 0.2 | 0.5 | 0.25 | **-0.25** | 0.90 | 0.8000 | **-10.00** | converged |" in text
    assert "- Row 2: The cause of the difference has not been found yet." in text
    assert "- Row 3: No time." in text
    assert "Row 1" not in text
    lines = figures_of(collected)
    assert len(lines) == 8
    known = {
        **{"table": "tiny-1", "row": "tiny-1.1", "settings": "η 0.1", "figure": "accuracy"},
        **{"author": "nobody", "family": "accuracy", "collapse": "False", "uncounted": ""},
        **{"published": "0.90", "ours": "0.902", "sd": "0.0014142136", "seeds": "2"},
        **{"difference": "0.002", "tolerance": "0.005", "seed_0": "0.901", "seed_1": "0.903"},
        **{"verdict": "converged", "note": "", "reason": ""},
    }
    assert lines[1] == known | {"training": lines[1]["training"]}
    assert (lines[5]["uncounted"], lines[7]["uncounted"]) == ("not run", "")
    assert (lines[5]["ours"], lines[5]["reason"]) == ("", "No time.")


@pytest.mark.parametrize(
    ("accuracies", "sentence"),
    [
        ([(0.9,), (0.906,)], "1 of 2 accuracies are within 0.5 points of the published."),
        (
            [(0.9, 0.904), (0.1, 0.9), (0.88, 0.894)],
            "1 of 3 accuracies are within 0.5 points of the published in the mean over the seeds, "
            "2 with at least one seed.",
        ),
    ],
)
def test_what_counts_as_agreement(accuracies: list[tuple[float, ...]], sentence: str) -> None:
    found = table(*({"lr": 0.1 + n} for n in range(len(accuracies))))
    assert agreement([(found, outcomes_of(found, *accuracies))]) == sentence


@pytest.mark.parametrize(
    ("how", "reason"),
    [
        ({"chosen": "epochs chosen by us"}, "epochs chosen by us"),
        ({"check": True}, "a check of ours"),
        ({"kind": "gradients"}, "not compared"),
        ({}, ""),
    ],
)
def test_what_does_not_count_says_why(how: dict[str, Any], reason: str) -> None:
    found = table({}, **how)
    counted = [f.uncounted for f in figures([(found, outcomes_of(found, (0.9,)))])]
    assert counted == [reason, reason]


def test_an_author_s_settings_count_once() -> None:
    twins = table({"lr": 0.1}, {"lr": 0.1}, {"lr": 0.2})
    collected = [(twins, outcomes_of(twins, (0.9,), (0.9,), (0.9,)))]
    assert [f.uncounted for f in figures(collected)][2:4] == ["repeats tiny-1.1"] * 2
    assert agreement(collected).startswith("2 of 2")
    other = dataclasses.replace(twins, source=dataclasses.replace(SOURCE, author="another"))
    assert agreement([*collected, (other, collected[0][1])]).startswith("4 of 4")


def test_published_collapses_are_told_apart() -> None:
    found = table({"lr": 0.1}, {"lr": 0.2}, {"lr": 0.3})
    dead = dataclasses.replace(
        found.rows[0], published={"loss": Decimal("2.30"), "accuracy": Decimal("0.098")}
    )
    found = dataclasses.replace(found, rows=(dead, *found.rows[1:]))
    collected = [(found, outcomes_of(found, (0.098, 0.098), (0.9, 0.9), (0.8, 0.9)))]
    words = "2 of 3 accuracies are within 0.5 points of the published in the mean over the seeds"
    assert agreement(collected) == (
        f"{words}, 3 with at least one seed; where no collapse was published, 1 and 2 of 2."
    )


def test_five_lines_of_pandas_count_as_the_headline_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("pandas")
    found = table(*({"lr": 0.1 + n} for n in range(4)), {"lr": 0.1})
    figures = [(0.9, 0.912), (0.9, 0.904), (0.898, 0.9), (), (0.9,)]
    collected = [(found, outcomes_of(found, *figures))]
    write_report(collected, tmp_path)
    assert "2 of 3 accuracies" in headline(collected)
    assert "3 with at least one seed" in headline(collected)
    monkeypatch.chdir(tmp_path)
    assert len(RECIPE.split("\n")) == 5 + 1  # a blank line after the import
    exec(RECIPE, {})
    (line,) = (row for row in capsys.readouterr().out.splitlines() if row.startswith("accuracy"))
    assert line.split()[2:] == ["2", "3", "3", "3"]


def test_what_nobody_printed_has_one_column() -> None:
    found = table({"lr": 0.1})
    found = dataclasses.replace(found, rows=(dataclasses.replace(found.rows[0], published={}),))
    text = page([(found, outcomes_of(found, (0.9,)))])
    assert "|  | η | loss | accuracy | what became of it |" in text
    assert "| 1 | 0.1 | 0.25 | 0.9000 | converged |" in text


def test_a_table_that_only_checks_does_not_count() -> None:
    checks = table({"lr": 0.1}, check=True)
    collected = [(checks, outcomes_of(checks, (0.1,)))]
    assert scored(collected) == []
    assert headline(collected) == "Every row was run."
    assert "has not been found" not in page(collected)


def test_equal_figures_do_not_deviate() -> None:
    same, diverged = outcomes_of(table({}, {}), (0.098, 0.098, 0.098), (0.098, math.nan))
    assert same.deviation("accuracy") == 0
    assert math.isnan(diverged.deviation("accuracy"))


def test_published_figures_never_become_ours() -> None:
    found = table({"lr": 0.1})
    for accuracies in ((), (0.5,)):
        (outcome,) = outcomes_of(found, accuracies)
        assert outcome.figures("accuracy") == list(accuracies)
        assert all(math.isnan(value) for value in outcome.figures("missing"))


def test_the_picture_has_every_accuracy(tmp_path: Path) -> None:
    found = table(*({"lr": 0.1 + n / 100} for n in range(30)))
    figures = [(0.9 + n / 1000, 0.9) for n in range(29)]
    collected = [(found, outcomes_of(found, *figures, (0.1,)))]
    lines = lines_of(collected)
    assert [line.rule for line in lines] == [""] + ["sgd"] * 30
    assert lines[-1].gap < -LIMIT
    for theme in ("light", "dark", "slides"):
        plot_agreement(collected, tmp_path / f"{theme}.png", theme=theme)
        with Image.open(tmp_path / f"{theme}.png") as picture:
            assert picture.size == (1600, 1000)
    with pytest.raises(UserError, match="no row with an accuracy has been run"):
        plot_agreement([(found, outcomes_of(found, *[()] * 30))], tmp_path / "none.png")


@pytest.mark.parametrize("counts", [(1, 8, 8, 8), (12, 8), (2, 3, 30), (40,)])
def test_the_picture_tears_no_table(counts: tuple[int, ...]) -> None:
    lines = [line for n in counts for line in [Line("table"), *[Line("row", "sgd")] * n]]
    columns = _columns(lines)
    assert [line for column in columns for line in column] == lines
    assert len(columns) == min(len(counts), 2)
    assert not any(column[0].rule for column in columns)


def test_kept_results_are_json(tmp_path: Path) -> None:
    runs.reproduce([table({"optim": "sgd", "lr": 1e9})], tmp_path)
    (path,) = (tmp_path / "rows").iterdir()

    def refuse(word: str) -> None:
        raise AssertionError(word)

    facts = json.loads(path.read_text(encoding="utf-8"), parse_constant=refuse)
    assert facts["figures"]["loss"] is None
    assert (facts["seed"], facts["settings"]["lr"]) == (0, 1e9)
    ((_, (outcome,)),) = runs.collect([table({"optim": "sgd", "lr": 1e9})], tmp_path, seeds=1)
    assert math.isnan(outcome.mean("loss"))
    assert outcome.mean("accuracy") == pytest.approx(0.098)
