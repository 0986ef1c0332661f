"""The interactive player's data, which its scripts draw.

A pack of numbers is a little-endian length, a JSON text of that length, and the bytes of the
arrays that the text names in order. The pack "ground" holds what stands still, "paths" the runs.
"""

from __future__ import annotations

import json
import struct
from typing import Any

import numpy as np
from matplotlib.colors import to_hex

from optiviz.player.columns import column
from optiviz.player.drawn import marked
from optiviz.player.eigen import along
from optiviz.player.measured import measured, titles
from optiviz.player.panels import chosen
from optiviz.problems.base import Array, Bounds, Plane
from optiviz.problems.planes import regression
from optiviz.problems.planes.regression import Samples
from optiviz.runs.events import events
from optiviz.runs.glossary import glossary
from optiviz.runs.once import once
from optiviz.runs.record import Run
from optiviz.runs.symbols import in_symbols, met
from optiviz.views.picture import Picture
from optiviz.views.scene import drawn, notes, path, series, sharpness, trail, trained
from optiviz.views.scene.arrows import STEP, VELOCITY, enlarged, plain, times, usual
from optiviz.views.scene.contour import (
    BANDS,
    CONTOUR,
    FAINT,
    UNDEFINED,
    edge,
    ends,
    filled,
    fit,
    levels,
    sample,
)
from optiviz.views.style import HALO, MINIMUM, SOLID, THEMES, Theme

Arrays = list[tuple[int, str, Array]]  # whose it is, its name, itself
ASPECTS = (0.7, 2.6)  # of the canvases that the ground is sampled for
POINTS = {False: 320, True: 80}  # points a side; with samples each costs as many losses
MORE = 40  # levels above those of the bounds, at most, where the canvas shows more
# What is drawn as in every other picture; each is explained where it is named.
DRAWING = {
    "tail": trail.TAIL,
    "tried": drawn.KEPT,
    "rest": trail.REST,
    "halo": HALO,
    "reach": trail.REACH,
    "batch": path.BATCH,
    "stays": notes.STAYS,
    "fades": notes.FADES,
    "contour": CONTOUR[False],
    "faintContour": CONTOUR[True],
    "kept": series.KEPT,
    "spread": series.SPREAD,
    "logRoom": series.LOG_ROOM,
    "room": series.ROOM,
    "rise": series.RISE,
    "climb": series.CLIMB,
    "shade": trained.SHADE,
    "depth": series.DEPTH,
    **sharpness.SQUEEZED,
}
UNTOLD: Any = {"formula": None}, []  # of a formula that has no panel
# When the least loss of a batch is at no one point.
NOWHERE = {
    "alike": regression.ALIKE,
    "rounds": regression.ROUNDS,
    "flat": regression.FLAT,
    "far": regression.FAR,
}


def pack(facts: dict[str, Any], arrays: Arrays) -> bytes:
    """Facts and arrays as one block of bytes; an array belongs to the facts (-1) or to a run.

    >>> pack({}, [(-1, "x", np.zeros(1, "f4"))])[4:].decode()[:60]
    '{"arrays": [{"into": -1, "name": "x", "type": "f4", "count":'
    """
    listed = [
        {"into": into, "name": name, "type": array.dtype.str[1:], "count": array.size}
        for into, name, array in arrays
    ]
    text = json.dumps(facts | {"arrays": listed}, allow_nan=False).encode()
    blocks = (np.ascontiguousarray(array).tobytes() for _, _, array in arrays)
    return b"".join([struct.pack("<I", len(text)), text, *blocks])


def ground(problem: Plane, bounds: Bounds | None = None) -> bytes:
    """What stands still: the heights of the ground in levels, where it has none, minima, axes,
    themes, samples."""
    return pack(*ground_of(problem, bounds))


def ground_of(problem: Plane, bounds: Bounds | None = None) -> tuple[dict[str, Any], Arrays]:
    """The facts and the arrays of what stands still."""
    bounds = bounds or problem.bounds
    low, high = (fit(bounds, aspect) for aspect in ASPECTS)
    extent, points = (high[0], low[1]), POINTS[isinstance(problem, Samples)]
    values = sample(problem, extent, points)[2]
    inside = sample(problem, fit(bounds, 4 / 3), points // 2)[2]
    heights = _extended(levels(inside), ends(values)[1])
    count = len(heights) - 1
    shares = np.interp(filled(values), heights, np.linspace(0, 1, count + 1))
    facts = {
        "title": problem.title,
        "axes": problem.axes,
        "bounds": bounds,
        "extent": extent,
        "points": points,
        "levels": count,
        "batchLevels": heights[2 : len(levels(inside)) - 1 : 4].tolist(),
        "minima": problem.minima,
        "local": problem.local(),
        "saddles": problem.saddles,
        "themes": {name: _look(look) for name, look in THEMES.items()},
        "drawing": DRAWING,
        "glossary": glossary(),
    }
    arrays: Arrays = [(-1, "heights", np.round(65535 * shares).astype("<u2").ravel())]
    if np.isnan(values).any():
        facts["undefined"] = UNDEFINED
        arrays.append((-1, "nowhere", np.isnan(values).astype("u1").ravel()))
    kind = _kind(problem)
    if isinstance(problem, Samples) and kind:
        facts["samples"] = {
            "kind": kind,
            "count": problem.n_samples,
            "nowhere": NOWHERE,
            "shape": problem.shape,
        }
        arrays.append((-1, "xy", problem.points.astype("<f8").ravel()))
        arrays.append((-1, "groups", problem.groups.astype("<i4")))
    return facts, arrays


def _kind(problem: Plane) -> str | None:
    """The formula by which the page computes a batch's loss; None where that is not ours.

    A class that inherits its kind but computes another loss, or another minimum, has none.
    """
    for base in type(problem).__mro__:
        own = {"kind", "_mean", "minimizer"} & vars(base).keys()
        if own:
            return getattr(base, "kind", None) if "kind" in own else None
    return None


def _extended(heights: Array, high: float) -> Array:
    """Further heights in the same progression, until they reach `high`."""
    found = heights.tolist()
    growth = (found[-1] - found[-2]) / (found[-2] - found[-3])
    while found[-1] < high and len(found) < len(heights) + MORE:
        found.append(found[-1] + growth * (found[-1] - found[-2]))
    return np.array(found)


def _look(look: Theme) -> dict[str, Any]:
    """A theme's colours as the browser reads them."""

    def bands(top: float) -> list[str]:
        return [to_hex(color) for color in look.ramp(np.linspace(0, top, BANDS))]

    names = ("background", "text", "muted", "grid", "contour", "accent", "scale")
    return {name: getattr(look, name) for name in names} | {
        "bands": bands(1.0),
        "faint": bands(FAINT),
        "batch": path.batch_color(look),
        "isDark": look.dark,
        "rest": look.bands[len(look.bands) // 2],
        "star": MINIMUM,
        "starEdge": edge(look, False),
        "hollowEdge": edge(look, True),
    }


def paths(picture: Picture, steps: int = 0) -> bytes:
    """The runs: points, losses, velocities, gradients and rates, and how each is drawn; on a
    timeline of so many steps at least."""
    runs, floor = list(picture.runs), picture.problem.floor()
    arrows = usual(runs)
    factor = enlarged(runs, picture.problem.bounds, arrows or (VELOCITY,))
    batched = next((run for run in runs if run.batch is not None), None)
    panels = chosen(picture.panels)
    formulas = [once(formula, run) if "formula" in panels else UNTOLD for run in runs]
    axes, modes = along(picture) if "eigen" in panels else ({}, [({}, [])] * len(runs))
    more = list(zip(formulas, modes, marked(picture), strict=True))
    facts = {
        **axes,
        **titles(picture),
        "steps": max(picture.steps, steps),
        "panels": panels,
        "floor": floor,
        "notes": [
            {"step": one.step, "words": one.words, "x": one.at[0], "y": one.at[1]}
            for one in picture.told
        ],
        "shows": {"velocity": bool(arrows), "gradient": arrows not in ((), (VELOCITY,))},
        "factor": factor,
        "times": times(factor),
        "plain": STEP.words if plain(runs) else "",
        "batchSize": None if batched is None or batched.batch is None else batched.batch.shape[1],
        "runs": [
            run | lines | mode | beside
            for run, ((lines, _), (mode, _), (beside, _)) in zip(looks(picture), more, strict=True)
        ],
    }
    arrays = [
        (i, *column)
        for i, run in enumerate(runs)
        for column in [
            *_columns(run, floor),
            *(column for _, own in more[i] for column in own),
            *measured(run, picture.problem, panels, first=not i),
        ]
    ]
    if batched is not None and batched.batch is not None:
        arrays.append((-1, "batch", batched.batch.astype("<i4").ravel()))
    return pack(facts, arrays)


def looks(picture: Picture) -> list[dict[str, Any]]:
    """What every run is called, how it ended, and how it is drawn."""
    light, dark = (picture.marked(THEMES[theme]) for theme in ("light", "dark"))
    return [
        {
            "name": picture.names[i],
            "label": picture.labels[i],
            "verdict": picture.verdicts[i],
            "said": picture.said[i],
            "events": _happened(run, picture.problem),
            "steps": run.steps,
            "divergedAt": int(run.diverged_at),
            "colors": [light[i].color, dark[i].color],
            "dash": [] if light[i].dash == SOLID else list(light[i].dash[1]),
            "head": light[i].head,
            "weight": light[i].weight,
        }
        for i, run in enumerate(picture.runs)
    ]


def _happened(run: Run, problem: Plane) -> list[dict[str, Any]]:
    """The events of a run; none where the plane shows but the shadow of another loss."""
    found = () if "true_loss" in run.slots else once(events, run, problem)
    return [{"step": event.step, "words": event.text} for event in found]


def _columns(run: Run, floor: float | None) -> list[tuple[str, Array]]:
    """A run's numbers, one value for each point."""
    (x, y), (vx, vy), (gx, gy), (mx, my) = run.w.T, run.velocity.T, run.grad.T, met(run).T
    # The last point has no step of its own; the last rate serves.
    lr = np.append(run.lr, run.lr[-1:] if run.steps else 0.0)
    named = {"x": x, "y": y, "vx": vx, "vy": vy, "gx": gx, "gy": gy, "lr": lr}
    if not np.array_equal(run.grad, met(run), equal_nan=True):
        named |= {"mx": mx, "my": my}  # what the rule meets of the gradient, if not all of it
    named["above"] = run.loss - (floor or 0.0)
    return [(name, column(array)) for name, array in named.items()]


def formula(run: Run) -> tuple[dict[str, Any], list[tuple[str, Array]]]:
    """A run's formula and what its symbols are, those that change as columns of both parameters.

    The columns of a symbol are called by it, with 0 or 1 behind; those of w and g are elsewhere.
    """
    lines, symbols = in_symbols(run)
    others = {s: np.broadcast_to(v.T, (2, len(v))) for s, v in symbols.items() if s not in "wg"}
    still = {s: float(v[0, 0]) for s, v in others.items() if (v == v[0, 0]).all()}
    changing = {s: v for s, v in others.items() if s not in still}
    columns = [(f"{s}{i}", column(v[i], far=True)) for s, v in changing.items() for i in range(2)]
    facts = {"lines": lines, "still": still, "changing": list(changing)}
    return {"formula": facts if lines else None}, columns
