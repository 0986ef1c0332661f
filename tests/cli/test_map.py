"""`optiviz map` as its users meet it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image


@pytest.mark.parametrize(
    ("words", "name", "says"),
    [
        (
            "--surface valley --optim momentum --x lr --y beta",
            "momentum-valley-map.png",
            "best in theory: lr 0.1336 and beta 0.4026",
        ),
        (
            "--surface himmelblau --optim adam --basins",
            "adam-himmelblau-basins.png",
            "(3, 2), loss 0: 2",
        ),
        (
            "--problem rosenbrock --optim sgd --optim momentum --optim adam --rates",
            "sgd-momentum-adam-rosenbrock-rates.png",
            "momentum: works for η from 0.00",
        ),
    ],
)
def test_the_three_maps(
    tmp_path: Path, optiviz: Callable, words: str, name: str, says: str
) -> None:
    done = optiviz(f"map {words}")
    assert (done.returncode, done.stderr) == (0, "")
    assert says in done.stdout
    assert f"Wrote {name}" in done.stdout
    with Image.open(tmp_path / name) as picture:
        assert picture.size == (960, 540)


@pytest.mark.slow
@pytest.mark.parametrize("ending", ["svg", "pdf"])
def test_other_formats(tmp_path: Path, process: Callable, ending: str) -> None:
    done = process(tmp_path, f"map --theme slides --size 540x960 --points 20 --out a.{ending}")
    assert done.returncode == 0, done.stderr
    assert [file.name for file in tmp_path.iterdir()] == [f"a.{ending}"]


@pytest.fixture
def summary(optiviz: Callable) -> Callable[[str], dict]:
    """What a map says for programs."""

    def read(words: str) -> dict:
        done = optiviz(f"map {words} --json")
        assert (done.returncode, done.stderr) == (0, "")
        return json.loads(done.stdout)

    return read


def test_a_rate_map_for_programs(tmp_path: Path, summary: Callable) -> None:
    found = summary("--x lr=0.01:0.5 --y beta=0:0.9 --points 30 --steps 200 --seed 2")
    assert Path(found["path"]) == tmp_path / "momentum-valley-map.png"
    assert found["x"] == {"name": "lr", "from": 0.01, "to": 0.5, "points": 30}
    assert found["y"] == {"name": "beta", "from": 0.0, "to": 0.9, "points": 30}
    assert (found["steps"], found["seed"]) == (200, 2)
    assert 0 < found["diverged"] < 1 - found["converged"] < 1
    shares = f"{found['converged']:.0%} converged, {found['diverged']:.0%} diverged"
    assert found["says"][1] == shares
    assert found["best"]["lr"] == pytest.approx(found["theory"]["lr"], rel=0.3)
    assert found["settings"]["form"] == "inside"


def test_a_row_of_maps_has_equal_axes(tmp_path: Path, summary: Callable) -> None:
    found = summary("--optim momentum --optim nesterov --points 20 --surface bowl --surface valley")
    assert Path(found["path"]) == tmp_path / "momentum-nesterov-bowl-valley-map.png"
    assert found["surface"] == "bowl, valley"
    assert [(one["surface"], one["optimizer"]) for one in found["maps"]] == [
        (surface, rule) for surface in ("bowl", "valley") for rule in ("momentum", "nesterov")
    ]
    ends = [(one["x"]["from"], one["x"]["to"], one["y"]["to"]) for one in found["maps"]]
    assert len(set(ends)) == 1
    alone = summary("--optim momentum --points 20 --surface valley")
    assert alone["x"]["from"] == pytest.approx(ends[0][0]), "the least of all"
    assert alone["x"]["to"] < ends[0][1], "the bowl's rates go further"
    assert found["says"][0].startswith("Momentum: ")


def test_basins_for_programs(summary: Callable) -> None:
    found = summary("--surface three-hump-camel --optim sgd --basins --points 40")
    assert (found["steps"], len(found["minima"])) == (300, 3)
    assert sum(one["share"] for one in found["minima"]) + found["none"] == pytest.approx(1)


def test_rates_for_programs(summary: Callable) -> None:
    found = summary("--rates --optim sgd --optim adam --x lr=0.001:1 --start 1,1")
    first, second = found["optimizers"]
    assert (found["steps"], found["start"]) == (300, [1, 1])
    assert (first["optimizer"], second["optimizer"]) == ("sgd", "adam")
    assert first["tried"] == pytest.approx([0.001, 1])
    assert first["works"][1] == pytest.approx(0.1, rel=0.05)
    assert 0 < first["diverged"] < 1


def test_data_get_a_coarser_map(summary: Callable) -> None:
    found = summary("--problem regression --steps 20")
    assert found["x"]["points"] == 33


MISTAKES = {
    "--optim sgd": "sgd has no β to map beside lr: name another setting, or map its rates alone.",
    "--optim sgd --optim momentum": "sgd has no β to map beside lr: name another setting, or map "
    "its rates alone.",
    "--optim momentum --optim adam": "Maps in a row share their axes, got beta and beta1: name a "
    "setting that every optimizer has.",
    "--basins --optim sgd --optim adam": "--basins maps one optimizer, got 2.",
    "--rates --surface bowl --surface valley": "--rates maps one problem, got 2.",
    "--optim momentum --optim nesterov --optim rmsprop --surface bowl --surface valley": "At most "
    "4 maps fit in a row, got 6.",
    "--optim adm": "Unknown optimizer 'adm'. Did you mean 'adam'?",
    "--basins --rates": "--basins and --rates are two kinds of map: choose one.",
    "--basins --start 0,0": "--start has no meaning with --basins.",
    "--basins --x lr": "--x has no meaning with --basins.",
    "--rates --y beta": "--y has no meaning with --rates.",
    "--rates --x beta": "--rates maps lr, got --x beta.",
    "--x lr=a:b": "lr must be two numbers with a ':' between, got 'a:b'.",
    "--x lr=1": "lr must be two numbers with a ':' between, got '1'.",
    "--x lr=1:0.1": "lr must go from a lower value to a finite higher one, got 1:0.1.",
    "--x lr=0:nan": "lr must go from a lower value to a finite higher one, got 0:nan.",
    "--x lr=-1:1": "Momentum: lr must be at least 0 and finite, got -1.",
    "--y beta=0:1": "Momentum: beta must be in [0, 1), got 1.",
    "--y form=0:1": "form of momentum is not a number, so it cannot be an axis.",
    "--y bta": "Unknown setting of momentum 'bta'. Did you mean 'beta'?",
    "--optim adam --y eps": "eps of adam has no range of its own: give one, eps=LOW:HIGH.",
    "--y lr": "The two axes of a map must differ, got lr twice.",
    "--basins --seed=-5": "seed must be at least 0, got -5.",
    "--steps 0": "steps must be at least 1, got 0.",
    "--points 0": "points must be from 2 to 1000, got 0.",
    "--points 9999": "points must be from 2 to 1000, got 9999.",
    "--surface saddle": "saddle has no known minimum, so nothing can be said to reach it.",
    "--start 0,0": "The start must have a finite loss, above the least known.",
    "--start 1": "start must be two numbers with a ',' between, got '1'.",
    "--size 9x9": "size must be from 240x180 to 3840x2160, got 9x9.",
    "--theme drak": "Unknown theme 'drak'. Did you mean 'dark'?",
    "--out a.gif": "Cannot write 'a.gif': the ending must be .png, .svg, .pdf.",
    "--out no/a.png": "Cannot write no/a.png: No such file or directory.",
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_one_sentence_and_status_2(
    tmp_path: Path, optiviz: Callable, mistake: str
) -> None:
    done = optiviz(f"map {mistake}")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"optiviz: {MISTAKES[mistake]}\n" or "Did you mean" in done.stderr
    assert MISTAKES[mistake] in done.stderr
    assert not list(tmp_path.iterdir())


def test_help_has_examples(optiviz: Callable) -> None:
    done = optiviz("map --help")
    assert done.returncode == 0
    assert "optiviz map --problem himmelblau --optim adam --basins" in done.stdout
