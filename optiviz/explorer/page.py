"""One page with sliders, which needs no server, no network and no other file."""

from __future__ import annotations

import base64
import html
import zlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.colors import to_hex

from optiviz.explorer import coding
from optiviz.explorer.blocks import Block, block
from optiviz.explorer.choices import Choice
from optiviz.explorer.plan import Lane, Plan, World
from optiviz.optim import Optimizer
from optiviz.optim.describe import MAIN, NAMES, SYMBOLS, called, describe
from optiviz.optim.explain import letters
from optiviz.optim.looking import CURVED
from optiviz.optim.shared import clips
from optiviz.player.bundle import bundle
from optiviz.player.pack import Arrays, ground_of, looks, pack
from optiviz.player.page import ground_under, source
from optiviz.player.still import still
from optiviz.problems.planes.written import slopes
from optiviz.runs.glossary import claims
from optiviz.version import __version__
from optiviz.views.charts.maps import ramp
from optiviz.views.picture import Picture
from optiviz.views.scene.arrows import LONGEST, ROUND, STEP
from optiviz.views.scene.contour import fit
from optiviz.views.style import THEMES
from optiviz.words import split

HERE = Path(__file__).parent
SHADES = 32  # of the map, from soon to late
CROWD = 3  # rules, up to which arrows are drawn

PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<title>{title}</title>
<meta name="description" content="{about}">
<style>
html, body {{ margin: 0; }}
{ground}
{css}
</style>
</head>
<body>
<main id="player" aria-label="{about}">
{still}
<p class="ex-made">{words}</p>
</main>
<script type="module">
{js}
explore(document.getElementById("player"), "{data}", {{ theme: "{theme}" }});
</script>
</body>
</html>
"""


def page(plan: Plan, theme: str, command: str) -> str:
    """Run everything, and write the page.

    Args:
        plan: what it is to hold.
        theme: the look that it has first.
        command: what made it, in the words of the command line; empty for none.
    """
    blocks, pictures = filled(plan, theme)
    first = pictures[next((one.at for one in plan.choices if one.world), 0)]
    words = f"<code>{html.escape(command)}</code>" if command else ""
    return PAGE.format(
        title=html.escape(f"{first.problem.title}: {', '.join(first.labels)}"),
        about=html.escape(first.about),
        ground=ground_under(theme),
        css=source("css") + HERE.joinpath("explore.css").read_text(encoding="utf-8"),
        js=bundle(HERE / "js" / "explore.js"),
        still=still(first),
        words=words,
        data=base64.b64encode(data(plan, blocks, pictures, command)).decode(),
        theme=theme,
    )


def filled(plan: Plan, theme: str) -> tuple[list[list[Block]], list[Picture]]:
    """Run everything: by surface its rules' runs, and the picture of those that are shown first."""
    blocks = [[block(plan, world, i) for i in range(len(world.lanes))] for world in plan.worlds]
    pictures = [
        Picture(world.problem, [one.first for one in row], theme=theme)
        for world, row in zip(plan.worlds, blocks, strict=True)
    ]
    return blocks, pictures


def data(
    plan: Plan, blocks: list[list[Block]], pictures: list[Picture], command: str = ""
) -> bytes:
    """All that the page's script reads, deflated: of its parts first the grounds, then each
    surface's rules."""
    parts: list[dict[str, Any]] = []
    arrays: Arrays = []
    for world in plan.worlds:
        facts, found = ground_of(world.problem)
        parts.append(facts | {"coding": coding.facts(world.problem.bounds)})
        parts[-1]["slopes"] = slopes(world.problem)
        parts[-1]["finest"] = parts[-1]["coding"]["finest"]
        ours = [(len(parts) - 1, name, array) for _, name, array in coding.ground(found, facts)]
        arrays += ours
    for row in blocks:
        for one in row:
            parts.append(one.facts)
            arrays += [(len(parts) - 1, name, array) for name, array in one.arrays]
    worlds = zip(plan.worlds, pictures, strict=True)
    facts = {
        "format": coding.FORMAT,
        "version": __version__,
        "seed": plan.seed,
        "command": command,
        "steps": plan.steps,
        "choices": [_choice(one) for one in plan.choices],
        "coding": {
            "side": coding.SIDE,
            "inside": coding.INSIDE,
            "far": coding.FAR,
            "grain": coding.GRAIN,
            "fine": coding.FINE,
            "bytes": coding.BYTES,
        },
        "ramps": [
            [to_hex(c) for c in ramp(THEMES[name])(np.linspace(0, 1, SHADES))]
            for name in ("light", "dark")
        ],
        "words": _words(plan),
        "claims": claims(),
        "worlds": [_world(plan, world, picture) for world, picture in worlds],
        "runs": parts,
    }
    return zlib.compress(pack(facts, arrays), 9)


def _choice(one: Any) -> dict[str, Any]:
    """A choice as the script reads it."""
    names = ("name", "symbol", "title", "words", "log", "at", "lane", "world")
    return {name: getattr(one, name) for name in names}


def _words(plan: Plan) -> dict[str, Any]:
    """The parts of a run's command that no choice changes."""
    name, settings = split(plan.schedule) if plan.schedule else ("", {})
    return {
        "schedule": [name, settings] if name else None,
        "start": plan.start and ",".join(f"{part!r}" for part in plan.start),
        "batchSize": plan.batch_size,
        "seed": plan.seed,
    }


def _world(plan: Plan, world: World, picture: Picture) -> dict[str, Any]:
    """What the player is told of runs on one surface, whichever they are."""
    (left, right), (bottom, top) = fit(world.problem.bounds, 4 / 3)
    floor = world.problem.floor()
    pairs = enumerate(zip(world.lanes, looks(picture), strict=True))
    lanes = [_lane(plan, lane, look, i) for i, (lane, look) in pairs]
    return {
        "words": world.words,
        "floor": floor,
        "start": list(world.problem.start if plan.start is None else plan.start),
        "lossTitle": "Loss above minimum" if floor else "Loss",
        "longest": LONGEST * ((right - left) * (top - bottom)) ** 0.5,
        "round": ROUND,
        "step": STEP.words,
        "arrows": len(world.lanes) <= CROWD,
        "panels": [
            *("loss", "velocity"),
            *(["lr"] if plan.schedule else []),
            *(["formula"] if any(one["formula"] for one in lanes) else []),
        ],
        "lanes": lanes,
    }


def _unmoved(rule: Optimizer, own: list[Choice]) -> dict[str, str]:
    """What the letters of the settings are that have no slider to say it."""
    lines, moved = " ".join(rule.formula()), [one.name for one in own]
    named = {SYMBOLS[name]: NAMES.get(name) for name in rule.settings() if name in SYMBOLS}
    return {
        symbol: called(type(rule), name).removesuffix(symbol).strip()
        for name, symbol in SYMBOLS.items()
        if name not in moved and symbol in lines and named.get(symbol)
    }


def _lane(plan: Plan, lane: Lane, look: dict[str, Any], index: int) -> dict[str, Any]:
    """A rule: how it is drawn and called, what is fixed of it, and what its steps are."""
    own = [one for one in plan.choices if one.lane == index]
    ends: list[dict[str, Any]] = [{c.name: float(c.words[i]) for c in own} for i in (0, -1)]
    kept = [name for name in MAIN if name not in ends[1]]
    least, rule = (replace(lane.rule, **end) for end in ends)  # at 0 some have no line
    alike = _first(least) == _first(rule) and clips(least) == clips(rule)
    return {
        "colors": look["colors"],
        "dash": look["dash"],
        "head": look["head"],
        "weight": look["weight"],
        "label": describe(lane.rule, names=kept),
        "name": lane.name,
        "settings": dict(lane.settings),
        "lr": lane.lr,
        "formula": rule.formula(),
        "letters": letters(rule, " ".join(rule.formula())) | _unmoved(rule, own),
        "first": _first(rule) if alike and rule.formula() else None,
        "outcomes": list(rule.outcomes),
        "counts": {k: v for k, v in rule.settings().items() if type(v) is int} | {"curved": CURVED},
        "still": {
            SYMBOLS[name]: value
            for name, value in lane.rule.settings().items()
            if name in SYMBOLS and isinstance(value, float | int)
        },
    }


def _first(rule: Optimizer) -> dict[str, Any]:
    """What the symbols are that a rule keeps, before its first step: a number, or "w" where it is
    the start."""
    start = np.array([1.5, -2.5])  # as good as any
    state = rule.init(start)
    kept = {symbol: state[slot] for symbol, slot in rule.symbols.items() if slot in state}
    return {
        symbol: "w" if np.array_equal(value, start) else float(np.ravel(value)[0])
        for symbol, value in kept.items()
    }
