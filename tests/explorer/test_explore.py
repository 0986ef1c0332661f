"""Pages with sliders: what they hold against the runs, and the page in real browsers."""

from __future__ import annotations

import base64
import json
import re
import shlex
import subprocess
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import optiviz
from optiviz import optim
from optiviz.errors import UserError
from optiviz.explorer import blocks, coding
from optiviz.explorer import page as pages
from optiviz.explorer.explore import Explorer, explore
from optiviz.explorer.plan import plan
from optiviz.optim.formula import follow
from optiviz.player.pack import ground_of
from optiviz.problems import parse_problem
from optiviz.runs import race
from optiviz.runs.symbols import in_symbols, met
from optiviz.runs.verdict import verdict

SCRIPTS = Path(optiviz.__file__).parent / "explorer" / "js"
FORMULAS = SCRIPTS.parents[1] / "player/js/formulas.js"
STEPS = 40
# Pages of every kind, each with the choices to look at.
PAGES: dict[str, tuple[dict[str, Any], list[list[int]]]] = {
    "momentum": (
        {"problem": "valley", "rules": "momentum", "vary": {"lr": (0.001, 0.2), "beta": (0, 0.99)}},
        [[0, 0], [3, 2], [6, 1], [6, 4]],
    ),
    "several": (
        {"problem": ["valley", "himmelblau"], "rules": ["sgd", "adam:beta2=0.9"]},
        [[0, 0, 0, 0], [1, 2, 5, 3], [1, 6, 6, 4], [0, 6, 1, 0]],
    ),
    "starts": (
        {
            "problem": "beale",  # on which η, which is not varied, suits but its own start
            "rules": "nesterov",
            "vary": {"start": (3, 2), "beta": (0, 0.9)},
        },
        [[0, 0], [5, 6], [3, 3]],
    ),
    "batches": (
        {
            "problem": "regression:n=30",
            "rules": "momentum:lr=0.1",
            "vary": {"batch_size": [1, 8, 30], "beta": [0.0, 0.5, 0.9]},
            "seed": 3,
        },
        [[0, 0], [1, 2], [2, 1]],  # the last of all the samples
    ),
    "decay": (
        {
            "problem": "beale",
            "rules": "rmsprop",
            "schedule": "linear",
            "start": (1.0, -1.0),
            "vary": {"lr": (0.01, 0.3), "end": (0, 0.01)},
        },
        [[0, 0], [3, 6], [2, 2]],
    ),
    "warm": (
        {
            "problem": "bowl",
            "rules": "lion",
            "schedule": "warmup:steps=5,then=cosine",
            "vary": {"lr": (0.01, 0.3)},
        },
        [[0], [6]],
    ),
    "condition": (
        {"problem": "valley:rotation=0", "rules": "momentum", "vary": {"condition": (1, 100)}},
        [[0], [2], [4]],
    ),
}
each_page = pytest.mark.parametrize("name", PAGES)


@cache
def made(name: str) -> Explorer:
    return explore(**PAGES[name][0], points=(7, 5), steps=STEPS)


READ = f"""
import {{ readFileSync }} from "node:fs";
import {{ Book }} from "{SCRIPTS.as_uri()}/book.js";
import {{ opened }} from "{SCRIPTS.as_uri()}/coding.js";
import {{ told as inNumbers }} from "{FORMULAS.as_uri()}";
const {{ text, nodes }} = JSON.parse(readFileSync(0));
const book = new Book(await opened(text));
console.log(JSON.stringify(nodes.map((at) => {{
  at.forEach((value, index) => book.choose(index, value));
  const {{ runs, steps, batch, batchSize }} = book.facts();
  const told = runs.map((run) => Object.fromEntries(Object.entries(run).map(([name, value]) =>
    [name, ArrayBuffer.isView(value) ? [...value] : value])));
  told.forEach((run, i) => {{
    const steps = [...Array(runs[i].formula ? run.steps : 0).keys()];
    run.lines = steps.map((t) => [0, 1].map((axis) => inNumbers(runs[i], t, axis)));
  }});
  const {{ heights, finest }} = book.ground;
  const seen = [...heights].filter((_, i) => i % 97 === 0);
  return {{ runs: told, steps, heights: seen, finest, command: book.command(), batchSize,
    batch: batch && [...batch] }};
}})));
"""


def data_of(page: str) -> str:
    """The data of a page, as its script is given them."""
    (found,) = re.findall(r'explore\(document\.getElementById\("player"\), "([^"]*)"', page)
    return str(found)


def read(node: str, page: str, nodes: list[list[int]]) -> Any:
    """What the page's scripts make of its data where something is chosen."""
    done = subprocess.run(
        [node, "--input-type=module", "-e", READ],
        input=json.dumps({"text": data_of(page), "nodes": nodes}),
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


def of_command(command: str) -> tuple[Any, list[Any]]:
    """The problem and the runs that a command makes, as `animate` makes them."""
    words = shlex.split(command.replace("--start=", "--start "))
    assert words[:2] == ["optiviz", "animate"]
    pairs = [
        (words[i], words[i + 1]) for i in range(2, len(words) - 1) if words[i].startswith("--")
    ]
    given = dict(pairs)
    problem = parse_problem(given["--surface"])
    runs = race(
        problem,
        [rule for option, rule in pairs if option == "--optim"],
        int(given["--steps"]),
        [float(part) for part in given["--start"].split(",")] if "--start" in given else None,
        given.get("--schedule"),
        int(given["--batch-size"]) if "--batch-size" in given else None,
        int(given.get("--seed", 0)),
    )
    return problem, runs


def digits(text: str) -> tuple[float, float]:
    """A number as a page writes it, and one in its last digit."""
    for i, raised in enumerate("⁰¹²³⁴⁵⁶⁷⁸⁹"):
        text = text.replace(raised, str(i))
    text = text.translate(str.maketrans("−⁻", "--", "()"))
    mantissa, _, exponent = re.sub("·10(?=.)", "e", text).partition("e")
    unit = 10.0 ** (int(exponent or 0) - len(mantissa.partition(".")[2]))
    return float(mantissa) * 10.0 ** int(exponent or 0), unit


# Every rule, some of them changed, too: those whose lines are arithmetic, and those that look
# elsewhere, search, or take roots of matrices.
TOLD = [
    *("sgd", "momentum", "nesterov", "adagrad", "rmsprop:beta=0.8", "adadelta", "adam", "amsgrad"),
    *("adamw", "nadam", "lion", "signsgd", "radam", "adopt", "schedule-free-sgd"),
    *("schedule-free-adamw", "momentum:form=outside", "sgd:weight_decay=0.2", "sgd:clip=1"),
    *("adam:clip=0.5,weight_decay=0.1", "prodigy"),
    *("momentum:cautious=true", "nesterov:cautious=true,form=outside", "adamw:cautious=true"),
]
SAM = ["sam:rho=0.3,beta=0.5", "sam:weight_decay=0.1", "sam:clip=1"]
LBFGS = ["lbfgs", "lbfgs:history=2,search=none,lr=0.5", "lbfgs:clip=3,weight_decay=0.1"]
ROOTS = ["full-adagrad", "shampoo:every=3", "full-adagrad:clip=0.5,eps=0.1"]
FORMULAS_OF: dict[str, dict[str, Any]] = {
    "valley": {"problem": "valley", "rules": TOLD},
    "beale": {"problem": "beale", "rules": TOLD[1:7], "start": (1.5, -1.0)},
    "words": {"problem": "sin(3*x)*exp(-y**2) + 0.1*sqrt(1 + x**2)", "rules": TOLD[4:7]},
    "samples": {"problem": "logistic:n=9", "rules": TOLD[4:7], "schedule": "cosine"},
    "whole": {"problem": "beale", "rules": [*TOLD[-6:], *SAM, LBFGS[0]], "start": (1.5, -1.0)},
    "matrices": {"problem": "himmelblau", "rules": [*LBFGS, *ROOTS]},
    "batches": {
        "problem": "regression:n=9",
        "rules": [TOLD[4], TOLD[6], *SAM, LBFGS[0], ROOTS[1]],
        "batch_size": 4,
        "schedule": "linear",
    },
    "river": {"problem": "river", "rules": TOLD[4:7], "batch_size": 3},
    "rare": {"problem": "rare:n=9", "rules": TOLD[:1] + TOLD[6:8], "batch_size": 2},
    "starts": {"problem": "ackley", "rules": ["adam", "momentum"], "vary": {"start": (3, 3)}},
    "decays": {
        "problem": "valley",
        "rules": "nesterov",
        "vary": {"weight_decay": [0.1, 0.5], "clip": [0.3, 2.0]},
    },
}


@pytest.mark.parametrize("name", FORMULAS_OF)
def test_the_formula_tells_the_numbers_of_the_run(name: str, node: str) -> None:
    """At every step of runs that converge, swing, stand almost still and diverge."""
    made = explore(**FORMULAS_OF[name], points=(3, 2), steps=24)
    counts = [len(one.words) for one in made.plan.choices]
    rng = np.random.default_rng(5)
    nodes = [[0] * len(counts), [int(rng.integers(n)) for n in counts]]
    for found in read(node, made.html, nodes):
        _, runs = of_command(found["command"])
        for run, told in zip(runs, found["runs"], strict=True):
            assert checked(run, told["lines"]) >= 2 * run.steps, run
            assert run.diverged_at >= 0 or told["formula"]["last"] == run.steps, run


def test_what_is_too_much_to_be_sent_is_made_again(
    node: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Newton's steps and roots of matrices, in the numbers of the run."""
    monkeypatch.setattr(blocks, "SENT", 0)
    rules = FORMULAS_OF["matrices"]["rules"]
    page = explore("himmelblau", rules, {}, steps=24).html
    for run, told in zip(
        race("himmelblau", rules, 24), read(node, page, [[]])[0]["runs"], strict=True
    ):
        assert checked(run, told["lines"]) >= 2 * run.steps, run
        assert told["formula"]["last"] == run.steps, run


def test_a_run_that_rounding_would_lead_elsewhere_has_numbers_that_are_sent(node: str) -> None:
    (run,) = race("bowl", "full-adagrad", 60)
    (told,) = read(node, explore("bowl", "full-adagrad", {}, steps=60).html, [[]])[0]["runs"]
    assert told["formula"]["last"] == run.steps
    assert checked(run, told["lines"]) >= 2 * run.steps


@pytest.mark.parametrize(
    ("problem", "rule", "vary", "why"),
    [
        # With clip at 0 no gradient is clipped, which the line for the others does not say.
        ("valley", "sgd", {"clip": [0.0, 1.0]}, "at one end of a slider the lines are others"),
        ("x**y:left=1,right=2", "sgd", {"lr": [0.01, 0.02]}, "the surface’s slopes"),
        ("valley", "shampoo", None, "a line of this rule is no arithmetic"),
    ],
)
def test_where_no_numbers_are_told_it_is_said_why(
    problem: str, rule: str, vary: Any, why: str, node: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = "p ← what nobody knows", "w ← w − ηp"
    monkeypatch.setattr(optim.Shampoo, "formula", lambda _: lines)
    monkeypatch.setattr(blocks, "SENT", 0)
    page = explore(problem, rule, vary, (2, 2), steps=3).html
    for found in read(node, page, [[0], [1]]):
        (run,) = found["runs"]
        assert why in run["formula"]["why"]
        assert not any(row["numbers"] for t in run["lines"] for said in t for row in said)
        assert len(run["lines"][0][0]) == len(run["formula"]["lines"]) > 0


def test_where_numbers_end_it_is_said_why(node: str) -> None:
    pages = {"they are too large": "sgd:lr=1e35", "rounding alone would lead": "sgd:lr=0.5"}
    page = explore("ackley", list(pages.values()), {}, steps=40).html
    for words, run in zip(pages, read(node, page, [[]])[0]["runs"], strict=True):
        last = run["formula"]["last"]
        assert 0 <= last < 30
        assert run["formula"]["why"].startswith(f"No numbers from step {last + 2} on: ")
        assert words in run["formula"]["why"]
        told = [all(row["numbers"] for row in t[0]) for t in run["lines"]]
        assert told == [t <= last for t in range(run["steps"])]


def checked(run: Any, told: list[Any]) -> int:
    """How many numbers a page tells of a run, each of which is the run's own to its last digit."""
    lines, symbols = in_symbols(run)
    count = 0
    for t, both in enumerate(told):
        for axis, said in enumerate(both):
            known = {s: np.broadcast_to(v[t], 2)[axis] for s, v in symbols.items()} | {"t": t + 1}
            for line, row in zip(lines, said, strict=True):
                *parts, result = row["numbers"] or [[None, None]]
                for text, symbol in parts:
                    if symbol:
                        value, unit = digits(text)
                        where = (run.optimizer, run.settings, t, line, row, known)
                        assert abs(value - known[symbol]) <= unit * 0.51, where
                follow(line, known)
                if result[1]:
                    value, unit = digits(result[0])
                    where = (run.optimizer, run.settings, t, line, row, known)
                    assert abs(value - known[result[1]]) <= unit * 0.51, where
                    count += value != 0
    return count


@each_page
def test_every_place_of_the_sliders_is_the_run_of_its_command(name: str, node: str) -> None:
    """Within a third of a pixel at the greatest zoom, and within the digits of a loss."""
    nodes = PAGES[name][1]
    for at, found in zip(nodes, read(node, made(name).html, nodes), strict=True):
        problem, runs = of_command(found["command"])
        assert len(runs) == len(found["runs"])
        assert found["steps"] == max(run.steps for run in runs)
        pixel, floor = found["finest"], problem.floor() or 0.0
        middle = np.mean(problem.bounds, axis=1)
        assert coding.box(problem.bounds)[2] / pixel >= 40_000  # pixels: 50 times a wide picture
        for run, told in zip(runs, found["runs"], strict=True):
            assert told["verdict"] == str(verdict(run, problem)), (name, at)
            assert told["divergedAt"] == run.diverged_at
            away = np.abs(run.w - middle).max(axis=1)
            near = away < coding.INSIDE * coding.box(problem.bounds)[2]
            error = np.abs(np.stack([told["x"], told["y"]], axis=1) - run.w).max(axis=1)
            assert error[near].max() <= pixel / 3 * 1.001
            assert (error[~near] <= 1e-5 * away[~near]).all()
            above = run.loss - floor
            unit = coding.GRAIN * np.hypot(above, told["least"])
            assert (np.abs(told["above"] - above) <= 0.51 * unit).all()
            assert told["lr"][:-1] == pytest.approx(run.lr, rel=coding.GRAIN)
        assert (found["batchSize"] is None) == (runs[0].batch is None)
        if runs[0].batch is not None:
            rows = np.reshape(found["batch"], (-1, found["batchSize"]))
            np.testing.assert_array_equal(rows[: len(runs[0].batch)], runs[0].batch)


def test_the_gradient_is_that_of_the_run(node: str) -> None:
    """And as the rule takes it; at the last point, too."""
    for name in ("momentum", "several", "batches"):
        found = read(node, made(name).html, PAGES[name][1][1:2])[0]
        _, runs = of_command(found["command"])
        for run, told in zip(runs, found["runs"], strict=True):
            for ours, theirs in (("g", run.grad), ("m", met(run))):
                numbers = np.array([told[f"{ours}x"], told[f"{ours}y"]], float).T
                assert numbers == pytest.approx(theirs, rel=1e-9, abs=1e-12)


@each_page
def test_the_ground_is_that_of_the_player(name: str, node: str) -> None:
    wanted = made(name)
    at = PAGES[name][1][:1]
    (found,) = read(node, wanted.html, at)
    world = wanted.plan.worlds[at[0][0] if wanted.plan.choices[0].world else 0]
    facts, ((_, _, heights), *_) = ground_of(world.problem)
    level = 65535 / facts["levels"]
    assert np.abs(np.array(found["heights"]) - heights[::97].astype(float)).max() <= (
        level / coding.FINE
    )


@pytest.mark.parametrize("count", [2, 3])
def test_planes_of_bytes_hold_every_number(count: int, node: str) -> None:
    """Also where differences of differences do not fit, and go round."""
    half = 1 << (8 * count - 1)
    numbers = [[half - 1, 0], [-half, 1], [half - 1, -1], [0, half - 1], [5, -half]]
    planes = coding.planes(np.array(numbers, np.int64), count)
    program = f"""
import {{ levels }} from "{SCRIPTS.as_uri()}/coding.js";
const planes = Uint8Array.from({planes.tolist()});
console.log(JSON.stringify([0, 5].map((from) => [...levels(planes, {count}, from, 5)])));
"""
    done = subprocess.run(
        [node, "--input-type=module", "-e", program], capture_output=True, text=True, check=True
    )
    assert np.array(json.loads(done.stdout)).T.tolist() == numbers


def test_data_of_another_format_are_refused(node: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(coding, "FORMAT", coding.FORMAT + 1)
    page = explore("bowl", "sgd", points=(2, 2), steps=2).html
    with pytest.raises(subprocess.CalledProcessError) as failed:
        read(node, page, [])
    assert "has format 2, not 1" in failed.value.stderr


def test_a_page_begins_next_to_what_is_given() -> None:
    made = plan(
        "valley", "momentum:lr=0.05,beta=0.5", {"lr": (0.001, 0.2), "beta": [0.1, 0.5, 0.9]}
    )
    lr, beta = made.choices
    near = np.abs(np.log(lr.numbers / 0.05))
    assert (near.argmin(), beta.words[beta.at]) == (lr.at, "0.5")
    assert dict(made.worlds[0].lanes[0].settings) == {}


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"vary": {"speed": (0, 1)}}, "Unknown setting to vary 'speed'"),
        ({"vary": {"lr": (0.2, 0.1)}}, "from a lower value to a finite higher one"),
        ({"vary": {"beta": (0, 1)}}, r"beta must be in \[0, 1\)"),
        ({"vary": {"lr": None, "beta": None, "condition": (1, 9)}}, "vary two of them at most"),
        ({"vary": {"batch_size": [1, 2]}}, "needs a surface with data"),
        ({"problem": "regression", "vary": {"batch_size": (1, 9)}}, "batch_size takes values"),
        ({"problem": "regression", "vary": {"batch_size": [1, 999]}}, "ascending, from 1 to 100"),
        ({"vary": {"start": (0, 3)}}, "a grid from 2x1 to 50x50"),
        ({"problem": ["valley", "beale"], "vary": {"start": (3, 3)}}, "have other bounds"),
        ({"problem": ["valley", "beale"], "vary": {"condition": (1, 9)}}, "no other --surface"),
        ({"problem": "valley:condition=3", "vary": {"condition": (1, 9)}}, "given and varied"),
        ({"vary": {"end": (0, 0.1)}}, "Unknown setting to vary 'end'"),
        ({"points": (1, 2)}, "points must be at least 2"),
        ({"steps": 0}, "steps must be at least 1"),
        ({"problem": []}, "needs a surface and a rule"),
        ({"theme": "pink"}, "Unknown theme"),
    ],
)
def test_what_cannot_be_varied_is_told(given: dict[str, Any], words: str) -> None:
    with pytest.raises(UserError, match=words):
        explore(**{"problem": "valley", "rules": "momentum"} | given)


def test_each_rule_has_its_own_settings_unless_others_are_asked_for() -> None:
    """ρ is Adadelta's memory, from 0 to 0.99, and SAM's reach, which has no usual range."""
    found = plan("valley", ["sam", "adadelta"], points=(3, 3)).choices
    told = [(one.lane, one.title, one.words[-1]) for one in found if one.name != "lr"]
    assert told == [(0, "momentum β", "0.99"), (1, "decay ρ", "0.99")]
    with pytest.raises(UserError, match="rho of sam has no range of its own: give one, rho=LOW"):
        plan("valley", ["adadelta", "sam"], {"rho": None})
    assert len(plan("valley", ["adadelta", "sam"], {"rho": (0.0, 0.5)}, (3, 3)).choices) == 2


def test_the_rules_of_a_framework_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Which step one trajectory at a time. No framework is imported for this."""
    monkeypatch.setattr("optiviz.explorer.plan.Foreign", optim.SGD)
    with pytest.raises(UserError, match="sgd takes one setting at a time"):
        explore("valley", "sgd")


def test_too_much_is_refused_with_what_would_do() -> None:
    """And never made smaller in silence: what is said would do, does."""
    with pytest.raises(UserError, match="vary less") as refused:
        plan("valley", ["momentum", "adam"], {"lr": None, "start": (9, 9)}, points=(400, 2))
    fewer, steps = re.findall(r"--points (\S+), --steps (\d+)", str(refused.value))[0]
    points = tuple(map(int, fewer.split("x")))
    assert plan("valley", ["momentum", "adam"], {"lr": None, "start": (9, 9)}, points).runs
    assert (
        plan(
            "valley", ["momentum", "adam"], {"lr": None, "start": (9, 9)}, (400, 2), int(steps)
        ).runs
        == 2 * 81 * 400
    )


def test_values_are_as_they_were_asked_for() -> None:
    """So many, from end to end, and so short that a command can hold them."""
    made = plan(
        "valley", "momentum", {"lr": (0.001, 0.2), "beta": [0.5, 0.8, 0.9]}, points=(41, 21)
    )
    rates, betas = made.choices
    assert len(rates.words) == 41
    assert [rates.words[0], rates.words[-1]] == ["0.001", "0.2"]
    assert np.ptp(np.diff(np.log(rates.numbers))) < 2e-3
    assert max(map(len, rates.words)) <= 8
    assert betas.words == ("0.5", "0.8", "0.9")
    assert (rates.log, betas.log) == (True, False)


def test_the_budget_is_said_and_holds(optiviz: Callable, tmp_path: Path) -> None:
    """One rule on one surface, as many settings as a page has unless fewer are asked for."""
    done = optiviz("explore --vary lr=0.001:0.2 --vary beta=0:0.99 --out page.html")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("861 runs of 120 steps: about 0.5 MB and 2 s\nWrote page.html (")
    assert (tmp_path / "page.html").stat().st_size <= 500_000


def test_a_summary_for_programs(optiviz: Callable, tmp_path: Path) -> None:
    done = optiviz("explore --points 3x2 --steps 5 --out a.html --json")
    facts = json.loads(done.stdout)
    assert (facts["runs"], facts["steps"], set(facts["varied"])) == (6, 5, {"lr", "beta"})
    assert facts["bytes"] == (tmp_path / "a.html").stat().st_size


@pytest.mark.slow
def test_a_page_of_four_rules_and_two_surfaces_is_small() -> None:
    rules = ["sgd", "momentum", "rmsprop", "adam"]
    page = explore(["valley", "rosenbrock"], rules, steps=120)
    assert page.plan.runs == 2 * (41 + 3 * 861)
    assert len(page.html) <= 2_000_000


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("--out page.gif", "the ending must be .html"),
        ("--vary start=9", "start must be two numbers with a 'x' between"),
        ("--vary lr=a:b", "lr must be two numbers with a ':' between"),
        ("--vary lr --vary lr", "--vary names a setting once"),
        ("--vary beta=0.5,x", "beta must be a number, got 'x'"),
        ("--points 3", "points must be two numbers"),
        ("--steps 20000", "6 are the most: take --points"),
        ("--start 99,99 --points 2x2", "outside the bounds"),
        ("--optim lbfgs --vary history=1,2", "so it cannot be varied"),
    ],
)
def test_a_mistake_is_one_sentence(
    words: str, said: str, optiviz: Callable, tmp_path: Path
) -> None:
    done = optiviz(f"explore {words}")
    assert done.returncode == 2
    assert said in done.stderr
    assert done.stderr.count("\n") == 1
    assert not list(tmp_path.iterdir())


def test_a_setting_without_a_slider_has_its_meaning_by_the_formula() -> None:
    letters = [
        pages._unmoved(optim.Momentum(), own)
        for own in ([], explore("bowl", "momentum", points=(2, 2), steps=2).plan.choices)
    ]
    assert letters == [{"η": "learning rate", "β": "momentum"}, {}]


def test_the_page_tells_the_command_that_made_it(optiviz: Callable, tmp_path: Path) -> None:
    words = "--optim=momentum --optim=sgd '--surface=x**2 + 3*y**2' --vary=lr=0.1,0.2"
    assert optiviz(f"explore {words} --steps=4 --out=a.html").returncode == 0
    first = (tmp_path / "a.html").read_bytes()
    (told,) = re.findall(r'<p class="ex-made"><code>(.*?)</code>', first.decode())
    assert optiviz(told.replace("&#x27;", "'").removeprefix("optiviz ")).returncode == 0
    assert (tmp_path / "a.html").read_bytes() == first


def test_a_page_speaks_of_no_other_host_and_holds_one_script() -> None:
    text = made("several").html
    data = data_of(text)
    assert base64.b64decode(data)
    text = text.replace(data, "")
    assert not re.findall(r'https?:(?!//www\.w3\.org/2000/svg")|@import|url\((?!#)', text)
    assert "fetch(" not in text
    assert text.count("<script") == text.count("</script>") == 1


def test_a_notebook_shows_it() -> None:
    shown = explore("bowl", "sgd", points=(2, 2), steps=2)._repr_html_()
    assert re.match(r'<iframe srcdoc="&lt;!doctype html&gt;', shown)
