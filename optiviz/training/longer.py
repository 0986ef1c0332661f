"""Whether a training can go on beyond its end as if it had been planned to be longer."""

from __future__ import annotations

import numpy as np

from optiviz.errors import UserError
from optiviz.problems import MLP
from optiviz.training.outcome import End
from optiviz.training.recipe import Recipe
from optiviz.training.train import Checkpoint


def longer(begun: Recipe, epochs: int, network: MLP, last: Checkpoint | None, ended: str) -> None:
    """Refuse what a training of more epochs would not have come to.

    Batches and rules do not depend on the length, and a schedule may: what counts is whether it had
    the same values so far. Constant, step, exponential and inverse-time have, and so has a warm-up
    before one of them; linear, cosine and one-cycle stretch with the length.

    Args:
        begun: the training as it was begun, with its epochs.
        epochs: how many it is to have.
        network: on its training set.
        last: where it stands; ended: why it ended, as `run.json` has it.

    Raises:
        UserError: a training that diverged, lost patience or kept nothing, or a
            schedule that would have been another.
    """
    if ended == End.DIVERGED:
        raise UserError("The run diverged, and would diverge again: begin one with a smaller η.")
    if last is None:
        raise UserError("The run has no checkpoint to go on from: begin it anew.")
    if ended == End.PATIENCE or _impatient(begun, last):
        raise UserError("The run's patience ran out, and a longer one would have ended there, too.")
    every = begun.eval_every or begun.per_epoch(network)
    if last.step == begun.epochs * begun.per_epoch(network) and last.step % every:
        raise UserError(
            f"The run was evaluated at its end, beside the {every} updates of its --eval-every: a "
            "longer one would have another history. Begin it anew."
        )
    done = last.step if begun.schedule_per == "step" else -(-last.step // begun.per_epoch(network))
    per = begun.per_epoch(network) if begun.schedule_per == "step" else 1
    for name, schedule in begun.rule(network).schedules().items():
        planned, now = (schedule.values(n * per)[:done] for n in (begun.epochs, epochs))
        if planned != now:
            raise UserError(
                f"{begun.schedule or name} stretches with the training: with {epochs} epochs "
                f"η would have been another from the start. Begin a run of {epochs} epochs, or "
                "take a schedule without an end, such as step or exponential."
            )


def rounding(recipe: Recipe, network: MLP) -> str:
    """What is another than in a run that was begun for so long: nothing but rounding, if that."""
    m, n = recipe.batch_size, network.n_samples
    few = m <= network.few or 0 < n % m <= network.few
    if not few or recipe.compiles(n) == bool(recipe.compiled):
        return ""
    return (
        f"A run begun for {recipe.epochs} epochs would take compiled loops: this one goes on "
        "without, and rounds otherwise."
    )


def _impatient(recipe: Recipe, last: Checkpoint) -> bool:
    """Whether patience ran out at the very end."""
    losses = [row["val_loss"] for row in last.rows]
    best = int(np.argmin(losses)) if losses else 0
    return recipe.patience is not None and len(losses) - 1 - best >= recipe.patience
