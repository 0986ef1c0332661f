"""A run in the symbols of its rule's formula: what each of them is at every point."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from optiviz.optim import OPTIMIZERS
from optiviz.optim.base import Optimizer
from optiviz.optim.describe import SYMBOLS
from optiviz.optim.formula import TOGETHER, follow
from optiviz.optim.shared import SHARED, clips, seen
from optiviz.runs.record import Array, Run


def rule_of(run: Run) -> Optimizer | None:
    """The rule of a run, made again; None for one of the user's own, or one read from a file."""
    plain = not any(isinstance(value, dict) for value in run.settings.values())
    kind = OPTIMIZERS.get(run.optimizer) if plain else None
    return kind(**run.settings) if kind else None


def met(run: Run) -> Array:
    """The gradients as the rule's own lines meet them, clipped and with the penalty's: `(T+1, 2)`.

    >>> from optiviz import descend
    >>> met(descend("bowl", "sgd:lr=0.1,clip=1", (3, 4), 2))[0].round(6).tolist()
    [0.6, 0.8]
    """
    return seen(_shared(run), run.w, run.grad)


def shortened(run: Run) -> Array:
    """At which points the gradient is longer than the rule takes it: `(T,)`, of a single run."""
    shared = _shared(run)
    if not clips(shared):
        return np.zeros(run.steps, bool)
    most = np.broadcast_to(shared.clip, (run.steps + 1, 1))[:-1, 0]
    with np.errstate(all="ignore"):
        long: Array = (np.hypot(*run.grad[:-1].T) > most) & (most > 0)
    return long


def _shared(run: Run) -> SimpleNamespace:
    """The shared settings at every point, and which of them the rule sees to itself."""
    kind = OPTIMIZERS.get(run.optimizer)
    told = {}
    for name in SHARED:
        changing, still = run.hyper.get(name), run.settings.get(name, 0.0)
        last = None if changing is None else np.append(changing, changing[-1:])[:, None]
        told[name] = still if last is None else last
    # One that is not ours has its weight decay from its framework.
    return SimpleNamespace(own=kind.own if kind else {"weight_decay"}, **told)


def in_symbols(run: Run) -> tuple[tuple[str, ...], dict[str, Array]]:
    """The lines of a run's rule, and what their symbols are before the step that leaves a point.

    Returns:
        The lines, none where the rule brings no formula or is not to be had; and by symbol, but for
        t, an array `(T+1, …)`, in whose last row the settings are those of the step before. What a
        line comes to that takes all coordinates together stands there by the line itself.

    >>> from optiviz import descend
    >>> lines, symbols = in_symbols(descend("bowl", "momentum:lr=0.1", steps=20))
    >>> lines, sorted(symbols), symbols["v"].shape
    (('v ← βv − ηg', 'w ← w + v'), ['g', 'v', 'w', 'β', 'η'], (21, 2))
    """
    rule = rule_of(run)
    lines = rule.formula() if rule else ()
    if rule is None or not lines or not run.steps:
        return (), {}
    found = {"w": run.w, "g": run.grad}
    for name, value in rule.settings().items():
        if (symbol := SYMBOLS.get(name)) and symbol in " ".join(lines):
            changing = run.hyper.get(name)
            if changing is None:
                changing = np.broadcast_to(value, (run.steps, *np.shape(value)))
            found[symbol] = np.concatenate([changing, changing[-1:]])
    found |= {s: run.slots[slot] for s, slot in rule.symbols.items() if slot in run.slots}
    found |= _outcomes(rule, lines, run)
    return lines, found | _unrecorded(rule, lines, found)


def _outcomes(rule: Optimizer, lines: tuple[str, ...], run: Run) -> dict[str, Array]:
    """What lines came to that are no arithmetic, as the next point tells; not known at the last."""
    found = {}
    for line in lines:
        symbol = line.split(" ← ")[0]
        if symbol in rule.outcomes:
            told = np.full_like(run.w, np.nan)
            if rule.outcomes[symbol] in run.slots:
                told[:-1] = run.slots[rule.outcomes[symbol]][1:]
            found[line] = told
    return found


def _unrecorded(
    rule: Optimizer, lines: tuple[str, ...], found: dict[str, Array]
) -> dict[str, Array]:
    """What a rule keeps but no run records, as its lines make it from the first."""
    start = rule.init(found["w"][0])
    kept = {s: start[slot] for s, slot in rule.symbols.items() if s not in found and slot in start}
    kept = {s: value for s, value in kept.items() if s not in rule.outcomes}
    together = [line for line in lines if any(word in line for word in TOGETHER)]
    rows: dict[str, list[Array]] = {name: [] for name in (*kept, *together)}
    made = [
        i for i, line in enumerate(lines, 1) if line in together or line.split(" ← ")[0] in kept
    ]
    for t in range(len(found["w"]) if rows else 0):
        known = {symbol: values[t] for symbol, values in found.items()} | kept | {"t": t + 1}
        for symbol in kept:
            rows[symbol].append(np.asarray(known[symbol]))
        for line in lines[: max(made)]:
            follow(line, known)
            if line in together:
                rows[line].append(known[line.split(" ← ")[0]])
        kept = {symbol: known[symbol] for symbol in kept}
    return {symbol: np.array(row) for symbol, row in rows.items()}
