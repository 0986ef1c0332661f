"""`optiviz map`: from words to a map, its picture and what it says."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from optiviz.cli.options import Json, Optim, Problems, Seed, Size, Start, Theme, Whole
from optiviz.cli.output import print_json
from optiviz.errors import UserError, at_least, at_most
from optiviz.words import pair, slug, whole

if TYPE_CHECKING:
    from optiviz.maps import BasinMap, RateMap, Sensitivity
    from optiviz.maps.axes import Axis
    from optiviz.maps.sensitivity import Curve
    from optiviz.optim import Optimizer
    from optiviz.problems import Plane

    Map = RateMap | BasinMap | Sensitivity

ROW = 4  # maps beside each other
# Kinds of map: how many steps and how many points along a side, unless others are asked for.
USUAL = {"map": (500, 100), "basins": (300, 200), "rates": (300, 200)}


def map_(
    optim: Optim = ["momentum"],
    problem: Problems = ["valley"],
    x: Annotated[
        str | None, typer.Option(help="Across: lr, or a setting with its range, lr=0.001:1.")
    ] = None,
    y: Annotated[
        str | None, typer.Option(help="Up: such as beta=0:0.99.  [default: beta, beta1 or rho]")
    ] = None,
    basins: Annotated[
        bool, typer.Option("--basins", help="Map which minimum each start leads to.")
    ] = False,
    rates: Annotated[
        bool, typer.Option("--rates", help="Map the final loss over lr, for one rule or several.")
    ] = False,
    steps: Annotated[int | None, Whole(help="How many steps.  [default: 500; else 300]")] = None,
    points: Annotated[
        int | None, Whole(help="How many values along a side.  [default: 100; else 200]")
    ] = None,
    start: Start = None,
    size: Size = "960x540",
    theme: Theme = "light",
    seed: Seed = 0,
    out: Annotated[
        Path | None,
        typer.Option(help=".png, .svg or .pdf to write.  [default: RULE-PROBLEM-map.png]"),
    ] = None,
    as_json: Json = False,
) -> None:
    """Write a map: how soon settings converge, where starts lead, or which rates work.

    \b
    optiviz map --problem valley --optim momentum --x lr --y beta
    optiviz map --problem himmelblau --optim adam --basins
    optiviz map --problem rosenbrock --optim sgd --optim momentum --optim adam --rates
    optiviz map --optim momentum --optim nesterov

    Several optimizers or problems make a row of maps with equal axes and one key to their colours.
    """
    from optiviz.views.charts.maps import plot_map
    from optiviz.views.charts.rows import plot_row
    from optiviz.views.files.animate import STILL, check_ending

    began = time.perf_counter()
    at_least(0, seed=seed)
    wanted = Wanted(
        optim=optim,
        problem=problem,
        x=x,
        y=y,
        basins=basins,
        rates=rates,
        steps=steps,
        points=points,
        start=start,
    )
    target = check_ending(out or wanted.name(), STILL)
    pixels = pair("size", size, "x", whole)
    maps = wanted.run(quiet=as_json)
    if len(maps) > 1:
        plot_row(maps, target, theme, pixels)
    else:
        plot_map(maps[0], target, theme, pixels)
    seconds = time.perf_counter() - began
    if not as_json:
        print("\n".join(_all_sentences(maps)))
        print(f"Wrote {target} ({seconds:.1f} s)")
        return
    summary: dict[str, Any] = {
        "path": str(target.resolve()),
        "seconds": round(seconds, 3),
        "size": pixels,
        "surface": ", ".join(dict.fromkeys(found.problem.name for found in maps)),
        "steps": maps[0].steps,
        "seed": seed,
        "says": _all_sentences(maps),
    }
    each = [{"surface": found.problem.name} | _facts(found) for found in maps]
    print_json(summary | (each[0] if len(maps) == 1 else {"maps": each}))


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """The options of `map`, as they were typed."""

    optim: list[str]
    problem: list[str]
    x: str | None
    y: str | None
    basins: bool
    rates: bool
    steps: int | None
    points: int | None
    start: str | None

    @property
    def kind(self) -> str:
        """What the file's name ends in."""
        return "basins" if self.basins else "rates" if self.rates else "map"

    def name(self) -> Path:
        """The file's name when none was given."""
        return Path(f"{slug(*self.optim, *self.problem)}-{self.kind}.png")

    def check(self) -> None:
        """Refuse options that have no meaning together."""
        if self.basins and self.rates:
            raise UserError("--basins and --rates are two kinds of map: choose one.")
        if len(self.problem) > 1 and self.kind != "map":
            raise UserError(f"--{self.kind} maps one problem, got {len(self.problem)}.")
        if len(self.optim) > 1 and self.basins:
            raise UserError(f"--basins maps one optimizer, got {len(self.optim)}.")
        if (count := len(self.optim) * len(self.problem)) > ROW and self.kind == "map":
            raise UserError(f"At most {ROW} maps fit in a row, got {count}.")
        for option, value, no_use in (
            ("--start", self.start, self.basins),
            ("--x", self.x, self.basins),
            ("--y", self.y, self.basins or self.rates),
        ):
            if no_use and value is not None:
                raise UserError(f"{option} has no meaning with --{self.kind}.")

    def run(self, quiet: bool) -> list[Any]:
        """Compute the map, or those of a row."""
        from optiviz.maps import basin_map, sensitivity
        from optiviz.problems import parse_problem
        from optiviz.runs.inputs import as_rule

        self.check()
        steps = USUAL[self.kind][0] if self.steps is None else self.steps
        at_most(100_000, steps=steps)
        start = None if self.start is None else pair("start", self.start, ",", float)
        problems = [parse_problem(text) for text in self.problem]
        pairs = [
            (problem, as_rule(problem, text, start=start))
            for problem in problems
            for text in self.optim
        ]
        problem, rule = pairs[0]
        points = self._points(problem)
        if self.basins:
            return [basin_map(problem, rule, points=points, steps=steps, quiet=quiet)]
        if not self.rates:
            return self._row(pairs, points, (steps, start), quiet)
        words = self.x or "lr"
        if words.partition("=")[0].strip() != "lr":
            raise UserError(f"--rates maps lr, got --x {words}.")
        values = [_axis(problem, rule, words, points).values for _, rule in pairs]
        rules = [rule for _, rule in pairs]
        return [sensitivity(problem, rules, values, steps, start, quiet=quiet)]

    def _points(self, problem: Plane) -> int:
        """How many values along a side."""
        if self.points is not None:
            return self.points
        # With data, a trajectory's step costs as much as it has samples.
        return USUAL[self.kind][1] // (3 if problem.n_samples else 1)

    def _row(
        self, pairs: list[tuple[Plane, Optimizer]], points: int, how: tuple[int, Any], quiet: bool
    ) -> list[Any]:
        """Maps of rates over the same values."""
        from optiviz.maps import rate_map
        from optiviz.maps.axes import second, widest

        x = widest([_axis(*pair, self.x or "lr", points) for pair in pairs])
        y = widest([_axis(*pair, self.y or second(pair[1]), points) for pair in pairs])
        return [rate_map(problem, rule, x, y, *how, quiet=quiet) for problem, rule in pairs]


def _axis(problem: Plane, rule: Optimizer, text: str, points: int) -> Axis:
    """An axis from `name` or `name=low:high`."""
    from optiviz.maps.axes import axis

    name, given, ends = text.partition("=")
    low, high = pair(name, ends, ":", float) if given else (None, None)
    return axis(problem, rule, name.strip(), low, high, points)


def _all_sentences(maps: list[Any]) -> list[str]:
    """What the maps say, each behind what tells it from the others."""
    from optiviz.views.charts.rows import called

    if len(maps) == 1:
        return _sentences(maps[0])
    pairs = zip(called(maps), maps, strict=True)
    return [f"{name}: {words}" for name, found in pairs for words in _sentences(found)]


def _sentences(found: Map) -> list[str]:
    """What the map says, in words."""
    import numpy as np

    from optiviz.maps import BasinMap, Sensitivity
    from optiviz.optim import name_of
    from optiviz.views.charts.sensitivity import in_words

    if isinstance(found, Sensitivity):
        works = zip(found.curves, in_words(found), strict=True)
        return [f"{name_of(curve.rule)}: {words}" for curve, words in works]
    if isinstance(found, BasinMap):
        shown, others = found.listed(12)
        places = [(*found.minima[i], found.losses[i], found.share(i)) for i in shown]
        lines = [
            f"({x:.4g}, {y:.4g}), loss {loss:.4g}: {share:.1%} of the starts"
            for x, y, loss, share in places
        ]
        rest = {f"{len(others)} other minima": sum(map(found.share, others))}
        rest |= {"none": found.share(-1), "undefined": found.share(-2)}
        return lines + [f"{name}: {share:.1%}" for name, share in rest.items() if share]
    lost = f"{found.diverged.mean():.0%} diverged"
    if not found.best:
        return [f"nothing converged in {found.steps} steps, {lost}"]
    x, y, steps = found.best
    best = f"{found.x.name} {x:.4g} and {found.y.name} {y:.4g}"
    there = np.isfinite(found.steps_to_converge).mean()
    lines = [f"fastest: {best}, {steps} steps", f"{there:.0%} converged, {lost}"]
    if found.theory:
        lr, beta = found.theory.best
        lines.append(f"best in theory: lr {lr:.4g} and beta {beta:.4g}")
    return lines


def _facts(found: Map) -> dict[str, Any]:
    """What the map says, for programs."""
    import numpy as np

    from optiviz.maps import BasinMap, Sensitivity
    from optiviz.optim import name_of

    if isinstance(found, Sensitivity):
        return {"start": found.start, "optimizers": [_curve(curve) for curve in found.curves]}
    rule = {"optimizer": name_of(found.rule), "settings": found.rule.settings()}
    if isinstance(found, BasinMap):
        return rule | {
            "radius": found.radius,
            "minima": [
                {"w": point, "loss": loss, "share": found.share(i)}
                for i, (point, loss) in enumerate(zip(found.minima, found.losses, strict=True))
            ],
            "none": found.share(-1),
            "undefined": found.share(-2),
        }
    best = dict(zip((found.x.name, found.y.name, "steps"), found.best or (), strict=False))
    known = dict(zip(("lr", "beta"), found.theory.best, strict=True)) if found.theory else None
    return rule | {
        "start": found.start,
        "x": _ends(found.x),
        "y": _ends(found.y),
        "converged": float(np.isfinite(found.steps_to_converge).mean()),
        "diverged": float(found.diverged.mean()),
        "best": best or None,
        "theory": known,
    }


def _ends(axis: Axis) -> dict[str, Any]:
    low, high = axis.values[[0, -1]].tolist()
    return {"name": axis.name, "from": low, "to": high, "points": len(axis.values)}


def _curve(curve: Curve) -> dict[str, Any]:
    from optiviz.optim import name_of

    rates = curve.lr[curve.works]
    return {
        "optimizer": name_of(curve.rule),
        "settings": curve.rule.settings(),
        "tried": curve.lr[[0, -1]],
        "works": rates[[0, -1]] if rates.size else None,
        "diverged": float(curve.diverged.mean()),
    }
