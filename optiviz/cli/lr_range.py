"""`optiviz train --lr-range`: which η suits, from one short training in which it grows."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from optiviz.cli.output import print_json, show_data
from optiviz.cli.progress import progress
from optiviz.errors import UserError
from optiviz.words import pair, split

if TYPE_CHECKING:
    from optiviz.training.lr_range import LrRange
    from optiviz.training.recipe import Recipe

FILES = ("lr-range.csv", "lr-range.png")
FREE = (
    *("optim", "lr_range", "batch_size", "seed", "sizes", "biases", "init", "activation", "dtype"),
    *("dataset", "data_dir", "threads", "out", "overwrite", "as_json"),
)


def range_test(
    recipe: Recipe,
    words: str,
    out: Path | None,
    overwrite: bool,
    as_json: bool,
    also: Sequence[str],
) -> None:
    """Run the test, and write its curve and its picture.

    Args:
        recipe: the training; words: the range, such as 1e-5:1.
        out, overwrite, as_json: see `train`.
        also: the options that were typed beside those that a test takes.
    """
    from threadpoolctl import threadpool_limits

    from optiviz.files import held
    from optiviz.optim import name_of
    from optiviz.optim.describe import word
    from optiviz.training.lr_range import lr_range
    from optiviz.views.charts.lr_range import plot_lr_range

    low, high = _checked(recipe, words, also)
    network = recipe.networks()[0]
    rule = recipe.rule(network)
    path = out or recipe.name().with_name(f"lr-range-{recipe.name().name}")
    with held(path):
        _free(path, overwrite)
        with threadpool_limits(recipe.threads), progress(" updates", quiet=as_json) as show:
            found = lr_range(
                network,
                rule,
                network.start(recipe.seed),
                low,
                high,
                batch_size=recipe.batch_size,
                seed=recipe.seed,
                on_progress=show,
            )
        name = name_of(rule)
        title = f"Range test: {word(name)} on {network.title}, m = {recipe.batch_size}"
        plot_lr_range(found, path / FILES[1], rule=name, title=title)
        _table(found, path / FILES[0])
    if as_json:
        facts = {"path": str(path.resolve()), "begins": found.begins, "turns": found.turns}
        print_json(facts | {"suggested": found.suggested, "text": found.text})
        return
    show_data(recipe, as_json)
    print(found.text)
    print(f"Wrote {path} ({len(found.lr)} updates)")


def _checked(recipe: Recipe, words: str, also: Sequence[str]) -> tuple[float, float]:
    """The ends of the range; mistakes in words are told before the data are read."""
    from optiviz.optim import parse

    if also:
        raise UserError(f"--lr-range is a test of its own: leave out {', '.join(also)}.")
    low, high = pair("--lr-range", words, ":", float)
    if {"lr", "learning_rate"} & set(split(recipe.optim)[1]):
        raise UserError(f"--lr-range finds η: leave out the one in {recipe.optim!r}.")
    parse(recipe.words())
    recipe.check()
    return low, high


def _table(found: LrRange, path: Path) -> None:
    from optiviz.files import write_csv

    columns = ("lr", "loss", "smooth")
    rows = zip(*(getattr(found, name).tolist() for name in columns), strict=True)
    write_csv(path, columns, [dict(zip(columns, row, strict=True)) for row in rows])


def _free(path: Path, overwrite: bool) -> None:
    """Refuse a folder that holds something, but for a test that may be replaced."""
    from optiviz.files import empty, writing

    with writing(path):
        ours = [path / name for name in FILES if (path / name).exists()]
        if not empty(path) and not (overwrite and len(ours) == len(list(path.glob("[!.]*")))):
            raise UserError(f"{path} is not empty: choose another --out, or --overwrite a test.")
