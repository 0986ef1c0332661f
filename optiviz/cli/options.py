"""The options that several commands share, and what is read from them alike."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Annotated, TypedDict, TypeVar

import typer

from optiviz.cli.completion import one, several
from optiviz.cli.names import activations, data_sets
from optiviz.errors import UserError
from optiviz.words import look_up, number, pair, whole

T = TypeVar("T")


def given(context: typer.Context, *free: str) -> list[str]:
    """The options that were typed, not left to their defaults, but for those that are free."""
    sources = {name: context.get_parameter_source(name) for name in context.params}
    typed = [name for name, source in sources.items() if source and source.name == "COMMANDLINE"]
    return [f"--{name.replace('_', '-')}" for name in typed if name not in free]


def path_words(path: Path | None) -> str | None:
    """A path as a recipe keeps it."""
    return None if path is None else str(path)


class Look(TypedDict):
    """How a picture is to look."""

    theme: str
    size: tuple[int, int]


def look_of(theme: str, size: str) -> Look:
    """How a picture is to look, refused before the work if it cannot be."""
    from optiviz.views.frame import Frame

    pixels = pair("size", size, "x", whole)
    Frame(theme, pixels)
    return {"theme": theme, "size": pixels}


def check_over(over: str) -> None:
    """Refuse, before the work, what no curve can be drawn over."""
    from optiviz.views.charts.curves import OVER

    look_up("--over", over, OVER)


def _reader(kind: Callable[[str], T]) -> Callable[[str], T]:
    """What reads an option's number; whoever catches what it raises knows the option."""

    def read(word: str) -> T:
        try:
            return number("", str(word), kind)  # a default may be a number already
        except UserError as error:
            raise typer.BadParameter(str(error).strip()) from None

    return read


# An option that is a number, which our own words read: 1e3 is a whole one.
Whole = partial(typer.Option, parser=_reader(whole), metavar="NUMBER")
Real = partial(typer.Option, parser=_reader(float), metavar="NUMBER")

Optim = Annotated[
    list[str],
    typer.Option(
        help="An update rule: name, name:key=value,… or torch:AdamW; repeat it to overlay several.",
        autocompletion=one("optimizers"),
    ),
]
Problems = Annotated[
    list[str],
    typer.Option(
        "--surface",
        "--problem",
        help="What to descend: name, name:key=value,… or a formula; repeat it for a row of maps.",
        autocompletion=one("surfaces", "problems"),
    ),
]
Problem = Annotated[
    str,
    typer.Option(
        "--surface",
        "--problem",
        help="What to descend: name, name:key=value,… or a formula in x and y; see `list`.",
        autocompletion=one("surfaces", "problems"),
    ),
]
Steps = Annotated[
    int | None,
    Whole(help="How many steps to take.  [default: those that suit the surface, mostly 120]"),
]
Start = Annotated[
    str | None, typer.Option(help="Where to start, as x,y.  [default: the surface's own]")
]
Schedule = Annotated[
    str | None,
    typer.Option(
        help="How every η decays, as name or name:key=value,…  [default: it does not]",
        autocompletion=one("schedules"),
    ),
]
BatchSize = Annotated[
    int | None,
    Whole(help="Samples a step, where the problem has data.  [default: all of them]"),
]
Panels = Annotated[
    str | None,
    typer.Option(
        help="What to show, separated by commas.  [default: path,loss, and data if any]",
        autocompletion=several("panels"),
    ),
]
Size = Annotated[str, typer.Option(help="Width and height in pixels.")]
Theme = Annotated[str, typer.Option(help="The look.", autocompletion=one("themes"))]
Text = Annotated[float, Real(help="How many times as large as usual words are.")]
BoundsOf = Annotated[
    str | None,
    typer.Option("--bounds", help="What to show, as x0,x1,y0,y1.  [default: the surface's own]"),
]
Transparent = Annotated[
    bool, typer.Option("--transparent", help="Let what is behind the page be seen.")
]
Hero = Annotated[
    str | None,
    typer.Option(help="The rule whose line is the strongest.  [default: all alike]"),
]
Alone = Annotated[
    bool,
    typer.Option("--alone", help="Leave out the plainer rule beside a single one."),
]
Seed = Annotated[int, Whole(help="What random numbers come from.")]
Biases = Annotated[bool, typer.Option("--biases", help="Give the layers biases.")]
Json = Annotated[bool, typer.Option("--json", help="Print a summary that programs can read.")]
Init = Annotated[
    str, typer.Option(help="First weights: glorot (suits tanh, sigmoid) or he (relu, gelu).")
]
Activation = Annotated[
    str,
    typer.Option(
        help="Of the hidden layers: relu, tanh, sigmoid or gelu.", autocompletion=activations
    ),
]
Dtype = Annotated[str, typer.Option(help="float32 or float64.")]
Widths = Annotated[
    str | None,
    typer.Option(
        help="Widths of all layers.  [default: 784,300,100,100,10; the ends are the data's]"
    ),
]
Samples = Annotated[int, Whole("--batch-size", help="Samples an update.")]
Epochs = Annotated[int, Whole(help="Passes over the training set.")]
SchedulePer = Annotated[str, typer.Option(help="What the schedule counts: epoch, step.")]
DataSet = Annotated[
    str,
    typer.Option(
        help="mnist, fashion-mnist, cifar10, or a file of your own: .npz or .csv.",
        autocompletion=data_sets,
    ),
]
DataDir = Annotated[
    Path | None, typer.Option(help="Where its files are.  [default: the usual place]")
]
Validation = Annotated[int, Whole(help="Split off so many of the last training samples.")]
Patience = Annotated[
    int | None,
    Whole(help="Stop after so many evaluations without a smaller validation loss."),
]
WeightDecay = Annotated[
    float,
    Real(help="λ of the rules, as in RULE:weight_decay=λ: g + λw, decoupled in AdamW, Lion, …"),
]
EvalEvery = Annotated[int | None, Whole(help="Updates between evaluations.")]
Over = Annotated[str, typer.Option(help="What curves are drawn over: epochs or seconds.")]
Jobs = Annotated[int | None, Whole(help="How many processes.  [default: one a core]")]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace what is there.")]
FirstSeed = Annotated[int, Whole(help="The first of the seeds.")]
