"""How a rule steps through an array that is too large for the cache, or small."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import Any

import numpy as np

from optiviz.fast import wanted
from optiviz.optim.base import Array, Optimizer, State
from optiviz.optim.registry import OPTIMIZERS
from optiviz.optim.scalar import scalar
from optiviz.optim.shared import clips, decays, seen, step_of

# What a rule touches of one block fits into the cache that a core has for itself.
BLOCK = 32_768
# Every so many steps, slots are rid of numbers that are on their way below the smallest normal one.
EVERY = 64

Step = Callable[[int], None]
NOTHING: Mapping[str, Any] = MappingProxyType({})


def stepper(
    rule: Optimizer,
    w: Array,
    g: Array,
    state: State,
    compiled: bool | None = None,
    extras: Mapping[str, Any] = NOTHING,
    rows: tuple[Array, Array] | None = None,
) -> Step:
    """A function of t that does `rule.step(w, g, state, t)`, in the quickest way for the size.

    Large arrays are stepped through by a compiled sweep (with the extra `fast`, for the rules that
    have one) or block by block, and a point in Python's own numbers (by the rules that are nothing
    but arithmetic), all to the same bits. A rule that lets coordinates meet gets the whole array,
    as does one that is not optiviz's own and may do so, and as do stacks and a rule with a setting
    for each coordinate. The rule's settings may change between steps; its arrays must stay the same
    ones.

    A velocity that decays with no gradient to feed it (a pixel that is always white) reaches, in
    float32, numbers below 10⁻³⁸, on which a processor is a hundred times slower. Such remains are
    set to 0 long before they get there, and long after they have ceased to move any weight.

    Args:
        rule: the update rule.
        w, g: `(P,)`, the parameters and their gradient.
        state: what `rule.init(w)` gave.
        compiled: use compiled sweeps: True, False, or if they can be had (None).
        extras: what the rule's `extras` name.
        rows: which rows of g may hold anything but zeros, as of every step, and where each ends.

    Raises:
        UserError: compiled sweeps were asked for, but the extra is missing.

    >>> from optiviz.optim import SGD
    >>> w, g, rule = np.zeros(100_000), np.ones(100_000), SGD(lr=0.5)
    >>> stepper(rule, w, g, rule.init(w))(0)
    >>> float(w[-1])
    -0.5
    """
    ours = type(rule) in OPTIMIZERS.values()
    taken = step_of(rule) if ours else rule.step
    whole = partial(taken, w, g, state, **extras)
    if w.ndim != 1 or w.size <= BLOCK or not ours or rule.shapes():
        return (scalar(rule, w, g, state, whole) if ours else None) or whole
    if rule.meets or clips(rule) or getattr(rule, "cautious", False):
        return _tidied(whole, rule, state)
    if wanted(compiled) and (step := _compiled(rule, w, g, state, rows)):
        return step
    return _tidied(_blocks(rule, w, g, state), rule, state)


def _compiled(
    rule: Optimizer, w: Array, g: Array, state: State, rows: tuple[Array, Array] | None
) -> Step | None:
    from optiviz.optim import compiled  # noqa: PLC0415  # Numba takes a while to import

    step = compiled.step_of(rule)
    if step is None:
        return None
    runs = compiled.Runs.of(w.size, None if decays(rule) else rows)
    lives = dict(zip(rule.slots, runs.live[1:], strict=False))

    def fade(name: str, least: Any) -> None:
        compiled.fade(state[name], least, lives[name])

    if decays(rule):
        return _tidied(lambda t: step(rule, w, seen(rule, w, g), state, t, runs), rule, state, fade)
    return _tidied(lambda t: step(rule, w, g, state, t, runs), rule, state, fade)


def _blocks(rule: Optimizer, w: Array, g: Array, state: State) -> Step:
    """Step through one block after another, each with the same small scratch."""
    scratch = np.empty(BLOCK, w.dtype)
    blocks = []
    for begin in range(0, w.size, BLOCK):
        part = slice(begin, begin + BLOCK)
        # What is not an array of coordinates counts steps, and every block takes each step once:
        # the first on the run's own count, the others on copies.
        own = {
            name: array[part] if array.shape == w.shape else array.copy() if begin else array
            for name, array in state.items()
        }
        own["_scratch"] = scratch[: len(w[part])]
        blocks.append((w[part], g[part], own))

    def step(t: int) -> None:
        for block in blocks:
            rule.step(*block, t)

    return step


def _tidied(
    step: Step, rule: Optimizer, state: State, fade: Callable[[str, Any], None] | None = None
) -> Step:
    """The step, and every now and then zeros for what has all but faded from the slots."""
    # Prodigy's squares are of slopes times d, which begins as a millionth.
    slots = [s for s in rule.slots if s in state and not (rule.meets and s == "moment2")]

    def tidy(t: int) -> None:
        step(t)
        if t % EVERY == EVERY - 1:
            for name in slots:
                slot = state[name]
                faded = np.finfo(slot.dtype).tiny ** 0.75
                if fade:
                    fade(name, faded)
                else:
                    slot[np.abs(slot) < faded] = 0

    return tidy
