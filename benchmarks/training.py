"""Microseconds per update of the MNIST network: optiviz beside PyTorch and JAX.

    python benchmarks/training.py [--rounds 9] [--updates 200]

All three do the same: gather a batch by its indices, loss and gradient of 784-300-100-100-10
without biases in float32, and one step of the rule. PyTorch is the best of its plain, foreach and
fused optimisers; JAX compiles a whole chunk of updates as one `lax.scan`, and its compilation is
not counted. Each contestant is a process of its own, since the idle threads of one library would
slow down another. They take turns, so that a slow moment of the machine hits them all, and the
median of the rounds is shown. All may use all cores; optiviz takes one, as `optiviz train` does:
what is left for BLAS is too little to share, and NumPy alone has all of them.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import statistics
import time
from collections.abc import Callable
from importlib.metadata import version
from multiprocessing.connection import Connection

import numpy as np
from threadpoolctl import threadpool_limits

from optiviz import optim
from optiviz.lines import zeros
from optiviz.optim.stepper import stepper
from optiviz.problems import MLP, load

RULES = {
    "sgd": optim.SGD(lr=0.01),
    "momentum": optim.Momentum(lr=0.01, form="outside"),
    "adam": optim.Adam(lr=0.001),
}
SIZES = (1, 10, 100)
TORCH = ("plain", "foreach", "fused")
CONTESTANTS = ("optiviz", "optiviz, NumPy alone", *TORCH, "jax")
# Multiplications and additions per sample: three products per layer, but no ∂loss/∂x.
WORK = 6 * 276_200 - 2 * 784 * 300
spawn = multiprocessing.get_context("spawn")
Batches = np.ndarray  # (updates, m), sample indices
Chunk = Callable[[Batches], object]  # runs the updates


def ours(problem: MLP, rule: optim.Optimizer, compiled: bool) -> Chunk:
    problem = MLP(problem.x, problem.y, compiled=compiled)
    w, g, *slots = zeros((2 + len(rule.slots), problem.size), problem.dtype)  # as the loop has them
    w[:], state = problem.start(0), rule.init(w) | dict(zip(rule.slots, slots, strict=True))
    gradient, step, t = problem.into(g), stepper(rule, w, g, state, compiled), 0

    def run(batches: Batches) -> None:
        nonlocal t
        for batch in batches:
            gradient(w, batch)
            step(t)
            t += 1

    return run


def torch_chunk(problem: MLP, name: str, variant: str) -> Chunk:
    import torch  # noqa: PLC0415

    layers = [layer.weights for layer in problem.layers(problem.start(0))]
    weights = [torch.tensor(w, requires_grad=True) for w in layers]
    x, y = torch.tensor(problem.x), torch.tensor(problem.y)
    how = {} if variant == "plain" else {variant: True}
    if variant == "plain":
        how = {"foreach": False}
    if name == "adam":
        optimizer: torch.optim.Optimizer = torch.optim.Adam(weights, lr=0.001, **how)
    else:
        momentum = 0.9 if name == "momentum" else 0.0
        optimizer = torch.optim.SGD(weights, lr=0.01, momentum=momentum, **how)

    def run(batches: Batches) -> None:
        for batch in torch.from_numpy(batches):
            a = x[batch]
            for w in weights[:-1]:
                a = torch.relu(a @ w)
            loss = torch.nn.functional.cross_entropy(a @ weights[-1], y[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()

    return run


def jax_chunk(problem: MLP, name: str) -> Chunk:
    import jax  # noqa: PLC0415
    import jax.numpy as jnp  # noqa: PLC0415

    x, y = jnp.asarray(problem.x), jnp.asarray(problem.y)
    weights = [jnp.asarray(layer.weights) for layer in problem.layers(problem.start(0))]

    def loss(weights: list, batch: jax.Array) -> jax.Array:
        a = x[batch]
        for w in weights[:-1]:
            a = jax.nn.relu(a @ w)
        scores = jax.nn.log_softmax(a @ weights[-1])
        return -jnp.mean(scores[jnp.arange(len(batch)), y[batch]])

    def update(carry: tuple, batch: jax.Array) -> tuple:
        w, m, s, t = carry
        value, g = jax.value_and_grad(loss)(w, batch)
        each = jax.tree.map
        if name == "sgd":
            w = each(lambda w, g: w - 0.01 * g, w, g)
        elif name == "momentum":
            m = each(lambda m, g: 0.9 * m + g, m, g)
            w = each(lambda w, m: w - 0.01 * m, w, m)
        else:
            m = each(lambda m, g: 0.9 * m + 0.1 * g, m, g)
            s = each(lambda s, g: 0.999 * s + 0.001 * g * g, s, g)
            rate, c = 0.001 / (1 - 0.9**t), 1 - 0.999**t
            w = each(lambda w, m, s: w - rate * m / (jnp.sqrt(s / c) + 1e-8), w, m, s)
        return (w, m, s, t + 1), value

    scan = jax.jit(lambda carry, batches: jax.lax.scan(update, carry, batches))
    zeros = [jnp.zeros_like(w) for w in weights]
    kept = [zeros if name != "sgd" else [], zeros if name == "adam" else []]
    carry = (weights, *kept, jnp.float32(1))

    def run(batches: Batches) -> None:
        nonlocal carry
        carry, values = scan(carry, jnp.asarray(batches))
        values.block_until_ready()

    return run


def contestant(who: str, name: str, pipe: Connection) -> None:
    """Answer every chunk of batches with the microseconds that an update of it took."""
    data = load("mnist")
    problem = MLP(data.x_train, data.y_train)
    if who.startswith("optiviz"):
        run = ours(problem, RULES[name], compiled=who == "optiviz")
    else:
        run = jax_chunk(problem, name) if who == "jax" else torch_chunk(problem, name, who)
    pipe.send("ready")
    with threadpool_limits(1 if who == "optiviz" else None, "blas"):
        while (batches := pipe.recv()) is not None:
            begin = time.perf_counter()
            run(batches)
            pipe.send((time.perf_counter() - begin) / len(batches) * 1e6)


def measure(name: str, rounds: int, updates: int) -> dict[int, dict[str, float]]:
    """For every batch size the median microseconds of all contestants, who take turns."""
    rng, pipes = np.random.default_rng(0), {}
    for who in CONTESTANTS:
        pipes[who], end = spawn.Pipe()
        spawn.Process(target=contestant, args=(who, name, end), daemon=True).start()
    for pipe in pipes.values():
        pipe.recv()
    found = {}
    for m in SIZES:
        batches = rng.permutation(60_000)[: updates * m].reshape(-1, m)
        times: dict[str, list[float]] = {who: [] for who in pipes}
        for _ in range(rounds + 1):
            for who, pipe in pipes.items():
                time.sleep(0.02)  # until the threads of the last one are asleep
                pipe.send(batches)
                times[who].append(pipe.recv())
        found[m] = {who: statistics.median(values[1:]) for who, values in times.items()}
    for pipe in pipes.values():
        pipe.send(None)
    return found


def sgemm_rate(n: int = 1500) -> float:
    """The rate of a large matrix product, in 10⁹ operations per second."""
    a = np.random.default_rng(0).normal(size=(n, n)).astype(np.float32)
    times = []
    for _ in range(7):
        begin = time.perf_counter()
        a @ a
        times.append(time.perf_counter() - begin)
    return 2 * n**3 / statistics.median(times) / 1e9


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--updates", type=int, default=200)
    arguments = parser.parse_args()
    rate = sgemm_rate()
    print(f"{os.cpu_count()} cores, {rate:.0f} GFLOP/s in sgemm; µs per update, × to optiviz")
    print(", ".join(f"{name} {version(name)}" for name in ("numpy", "torch", "jax", "jaxlib")))
    print(f"{'rule':9}{'m':>4}{'optiviz':>9}{'NumPy':>7}{'PyTorch':>9}{'JAX':>15}{'of sgemm':>17}")
    for name in RULES:
        for m, times in measure(name, arguments.rounds, arguments.updates).items():
            own = times["optiviz"]
            others = {"torch": min(times[v] for v in TORCH), "jax": times["jax"]}
            shown = "".join(f"{t:7.0f} {t / own:5.2f}×" for t in others.values())
            share = f"{WORK * m / own / 1e3 / rate:9.0%}" if m == 100 else ""
            print(f"{name:9}{m:4}{own:9.0f}{times['optiviz, NumPy alone']:7.0f}{shown}{share}")


if __name__ == "__main__":
    main()
