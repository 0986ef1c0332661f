"""`optiviz gradcheck` as its users meet it."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image


@pytest.mark.slow
def test_every_weight_of_the_sources_network(tmp_path: Path, process: Callable) -> None:
    done = process(tmp_path, "gradcheck --json")
    assert (done.returncode, done.stderr) == (0, "")
    facts = json.loads(done.stdout)
    assert facts["weights"] == facts["compared"] + facts["both_zero"] == 276_200
    assert facts["mean"]["central"] < 3e-6
    assert facts["mean"]["central"] < facts["mean"]["forward"]
    curve = {point["eps"]: point["mean"]["central"] for point in facts["curve"]}
    assert min(curve.values()) < curve[1e-11], "round-off grows as ε shrinks"
    assert min(curve.values()) < curve[0.1], "truncation grows with ε"
    with Image.open(tmp_path / "gradcheck.png") as picture:
        assert picture.size == (960, 540)


@pytest.mark.slow
def test_what_is_printed(tmp_path: Path, process: Callable) -> None:
    done = process(tmp_path, "gradcheck --sizes 784,9,10 --biases --samples 2 --out a.svg")
    assert done.returncode == 0, done.stderr
    assert all(word in done.stdout for word in ("forward", "backward", "central", "Wrote a.svg"))


def test_json(tmp_path: Path, optiviz: Callable) -> None:
    done = optiviz("gradcheck --sizes 784,4,10 --seed 3 --samples 2 --eps 0.001 --out a.png --json")
    assert (done.returncode, done.stderr) == (0, "")
    facts = json.loads(done.stdout)
    assert facts["path"] == str(tmp_path / "a.png")
    assert (facts["sizes"], facts["biases"]) == ([784, 4, 10], False)
    assert (facts["weights"], facts["samples"], facts["seed"]) == (784 * 4 + 40, 2, 3)
    (same,) = (point["mean"] for point in facts["curve"] if point["eps"] == facts["eps"] == 0.001)
    assert same == facts["mean"]


@pytest.mark.slow
def test_a_bar_is_for_people_only(optiviz: Callable, monkeypatch: pytest.MonkeyPatch) -> None:
    words = "gradcheck --sizes 784,4,10 --samples 2 --out a.png"
    assert optiviz(words).stderr == ""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    assert "24/24" in optiviz(words).stderr.rpartition("\r")[2]


def test_a_network_that_is_off_agrees_in_every_zero(tmp_path: Path, optiviz: Callable) -> None:
    done = optiviz("gradcheck --sizes 784,2,10 --seed 3 --out off.png")
    assert (done.returncode, done.stderr) == (0, "")
    assert "0 of 1 588 derivatives compared" in done.stdout
    assert "another seed" in done.stdout
    assert (tmp_path / "off.png").is_file()


MISTAKES = {
    "--eps 0": "eps must be above 0 and finite, got 0.",
    "--samples 0": "samples must be from 1 to 60000, got 0.",
    "--sizes 784,x": "sizes must be whole numbers with commas between, got '784,x'.",
    "--sizes 10,5": "sizes must begin with 784 and end with 10, got '10,5'.",
    "--out a.gif": "the ending must be .png, .svg, .pdf.",
    "--theme drak": "Did you mean 'dark'?",
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_one_sentence_and_status_2(
    tmp_path: Path, optiviz: Callable, mistake: str
) -> None:
    done = optiviz(f"gradcheck {mistake}")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert MISTAKES[mistake] in done.stderr
    assert not list(tmp_path.iterdir())
