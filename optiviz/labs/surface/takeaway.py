"""What can be taken from the surface lab: a file, and the words that make the same again."""

from __future__ import annotations

import shlex
import tempfile
from pathlib import Path
from typing import Any

from optiviz.errors import UserError
from optiviz.labs.surface.offers import FILES
from optiviz.labs.surface.state import State
from optiviz.sketch import Sketch
from optiviz.views import animate, plot
from optiviz.views.files.animate import MOVING
from optiviz.words import slug

LONGEST = 200  # characters of the bounds that a page sends


def file_name(state: State) -> str:
    """What a file is called that shows it, without its ending."""
    return slug(*state.rules_words, state.problem_words)


def commands(state: State) -> dict[str, str]:
    """By its ending, what makes the same runs, and a picture of them; the page adds its look."""
    options = [f"--{option}={shlex.quote(value)}" for option, value in state.options()]
    alone = ["--alone"] * (len(state.lanes) == 1)
    words, name = " ".join([*options, *alone, "--out"]), file_name(state)
    return {
        ending: f"optiviz {'animate' if ending in MOVING else 'plot'} {words} "
        + shlex.quote(name + ending)
        for ending in FILES
    }


def python(state: State) -> str:
    """The Python that makes the same runs, and draws them; the page puts its look in place."""
    rules = "".join(f"    {text!r},\n" for text in state.rules_words)
    return f"""\
from optiviz import Picture
from optiviz.problems import parse_problem
from optiviz.runs import race

problem = parse_problem({state.problem_words!r})
rules = [
{rules}]
runs = race(
    problem, rules, steps={state.steps}, start={state.start!r},
    schedule={state.schedule_words!r}, batch_size={state.batch!r}, seed={state.seed!r},
)
picture = Picture(problem, runs, theme="light", bounds=None)
picture.save("{file_name(state)}.png")
"""


def picture_file(state: State, ending: str, theme: str, bounds: Any = None) -> bytes:
    """The bytes of the picture that the state's command would write.

    Raises:
        UserError: an ending that is not offered, bounds that are none, or a missing extra.
    """
    if ending not in FILES:
        raise UserError(f"The ending must be one of {', '.join(FILES)}.")
    sketch = Sketch(
        optim=state.rules_words,
        problem=state.problem_words,
        steps=state.steps,
        start=state.start and ",".join(map(repr, state.start)),
        schedule=state.schedule_words,
        batch_size=state.batch,
        panels=None,
        size="960x540",
        theme=theme,
        seed=state.seed,
        bounds=str(bounds)[:LONGEST] if bounds else None,
        alone=True,
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"picture{ending}"
        (animate if ending in MOVING else plot)(sketch.picture(ending), path)
        return path.read_bytes()
