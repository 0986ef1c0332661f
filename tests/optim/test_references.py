"""Our rules where other libraries' rules went, on two surfaces and a network, a hundred steps."""

from __future__ import annotations

import numpy as np
import pytest
from record import CASES, LIBRARIES, REFERENCE, ROWS
from walks import digest, our_path


def close(ours: np.ndarray, theirs: np.ndarray) -> None:
    """Equal up to a share of the largest number among theirs."""
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-9 * np.abs(theirs).max())


def test_every_row_is_recorded_and_says_with_what() -> None:
    with np.load(REFERENCE) as numbers:
        assert set(numbers) == {f"{row}/{problem}" for row, problem in CASES} | {"versions"}
        assert [words.split()[0] for words in numbers["versions"].tolist()] == LIBRARIES


@pytest.mark.parametrize(("row", "problem"), CASES)
def test_agrees_with_what_the_library_did(row: str, problem: str) -> None:
    with np.load(REFERENCE) as numbers:
        close(digest(our_path(ROWS[row].rule, problem), problem), numbers[f"{row}/{problem}"])


# PyTorch's take less time than it takes to import what the others need.
NOW = [
    pytest.param(row, problem, marks=[] if ROWS[row].library == "torch" else pytest.mark.slow)
    for row, problem in CASES
]


@pytest.mark.filterwarnings("ignore")  # what they warn of while they are imported is their affair
@pytest.mark.parametrize(("row", "problem"), NOW)
def test_agrees_with_the_library(row: str, problem: str) -> None:
    pytest.importorskip(ROWS[row].library)
    ours, theirs = our_path(ROWS[row].rule, problem), ROWS[row].walk(problem)
    for mine, other in zip(ours, theirs, strict=True):
        close(mine, other)
