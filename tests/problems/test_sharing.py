"""A data set that lies in memory once, for a process and others that it starts."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from optiviz.problems import Dataset, load
from optiviz.problems.data import kept as module
from optiviz.problems.data.kept import ARRAYS, kept, sharing
from optiviz.studies.compare import compare
from optiviz.studies.sweep.plan import Plan
from optiviz.studies.sweep.sweep import sweep
from optiviz.training.recipe import Recipe

pytestmark = pytest.mark.skipif(not hasattr(os, "memfd_create"), reason="needs Linux")
FEW = 300


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    module._kept.cache_clear()
    yield
    module._kept.cache_clear()


@pytest.fixture
def flowers(tmp_path: Path) -> str:
    rows = "".join(
        f"{k + i / 10},{i},{'rose' if k else 'iris'}\n" for i in range(10) for k in (0, 1)
    )
    (tmp_path / "mine.csv").write_text(f"long,wide,kind\n{rows}", encoding="utf-8")
    return str(tmp_path / "mine.csv")


def test_it_is_shared_to_the_same_bits_and_stays_as_it_is(flowers: str) -> None:
    with sharing(flowers, None):
        shared, plain = kept(flowers, None), load(flowers)
        for name in ARRAYS:
            assert isinstance(getattr(shared, name), np.memmap)
            np.testing.assert_array_equal(getattr(shared, name), getattr(plain, name))
            assert getattr(shared, name).dtype == getattr(plain, name).dtype
        for name in {field.name for field in dataclasses.fields(Dataset)} - set(ARRAYS):
            assert getattr(shared, name) == getattr(plain, name)
        shared.x_train[:] = 7  # which is for this one alone
        module._kept.cache_clear()
        np.testing.assert_array_equal(kept(flowers, None).x_train, plain.x_train)
    np.testing.assert_array_equal(kept(flowers, None).x_train, plain.x_train)


def test_what_does_not_lie_there_any_more_is_read(flowers: str) -> None:
    with sharing(flowers, None) as look:
        pass
    look()
    data = kept(flowers, None)
    module._laid.clear()
    assert not isinstance(data.x_train, np.memmap)
    np.testing.assert_array_equal(data.x_train, load(flowers).x_train)


def test_another_file_of_its_name_is_read(flowers: str) -> None:
    with sharing(flowers, None):
        Path(flowers).write_text("a,kind\n" + "1,x\n2,y\n" * 10, encoding="utf-8")
        assert kept(flowers, None).shape == (1,)


def of_comparison(recipe: Recipe, folder: Path) -> float:
    done = compare(recipe, ["sgd"], 1, folder / "compared")
    return float(done.contestants[0].histories[0]["step"][-1])


def of_sweep(recipe: Recipe, folder: Path) -> float:
    (result,) = sweep(Plan(recipe, ("sgd",), {}), folder / "sweep.db").results()
    return float(result["steps"])


@pytest.mark.filterwarnings("ignore")  # what Optuna and SQLAlchemy warn of is their own affair
@pytest.mark.parametrize("study", [of_comparison, of_sweep])
def test_the_processes_of_a_study_train_on_what_lies_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, study: Callable[[Recipe, Path], float]
) -> None:
    if study is of_sweep and find_spec("optuna") is None:
        pytest.skip("needs optuna")
    data = load("mnist")
    few = dataclasses.replace(data, x_train=data.x_train[:FEW], y_train=data.y_train[:FEW])
    monkeypatch.setattr(module, "load", lambda *_: few)  # in this process, and in no other
    recipe = Recipe("sgd", None, batch_size=100, epochs=1, seed=0, sizes="784,10")
    assert study(recipe, tmp_path) == FEW / 100
