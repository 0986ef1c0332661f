"""Three epochs of SGD on MNIST in JAX, every epoch compiled as one `lax.scan`."""

import gzip
import itertools
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np

from optiviz import problems  # only for the place of its data

EPOCHS, BATCH, RATE = 3, 100, 0.1


def read(name: str, offset: int) -> np.ndarray:
    path = Path(problems.__file__).parent / "data" / "mnist" / f"{name}.gz"
    return np.frombuffer(gzip.decompress(path.read_bytes()), np.uint8, offset=offset)


def images(name: str) -> jax.Array:
    return jnp.asarray(read(name, 16).reshape(-1, 784).astype(np.float32) / 255)


def scores(weights: list, a: jax.Array) -> jax.Array:
    for w in weights[:-1]:
        a = jax.nn.relu(a @ w)
    return jax.nn.log_softmax(a @ weights[-1])


def loss(weights: list, a: jax.Array, y: jax.Array) -> jax.Array:
    return -jnp.mean(jnp.take_along_axis(scores(weights, a), y[:, None], axis=1))


@jax.jit
def train(weights: list, x: jax.Array, y: jax.Array, order: jax.Array) -> tuple:
    def update(weights: list, batch: jax.Array) -> tuple:
        value, g = jax.value_and_grad(loss)(weights, x[batch], y[batch])
        return [w - RATE * d for w, d in zip(weights, g, strict=True)], value

    return jax.lax.scan(update, weights, order)


@jax.jit
def evaluate(weights: list, x: jax.Array, y: jax.Array) -> tuple:
    return loss(weights, x, y), jnp.mean(scores(weights, x).argmax(1) == y)


x, y = images("train-images-idx3-ubyte"), jnp.asarray(read("train-labels-idx1-ubyte", 8))
x_test, y_test = images("t10k-images-idx3-ubyte"), jnp.asarray(read("t10k-labels-idx1-ubyte", 8))
rng = np.random.default_rng(0)
widths = (784, 300, 100, 100, 10)
weights = []
for i, o in itertools.pairwise(widths):
    bound = (6 / (i + o)) ** 0.5
    weights.append(jnp.asarray(rng.uniform(-bound, bound, (i, o)).astype(np.float32)))
for epoch in range(EPOCHS):
    weights, values = train(weights, x, y, jnp.asarray(rng.permutation(len(x)).reshape(-1, BATCH)))
    print(epoch + 1, float(values.mean()), *map(float, evaluate(weights, x_test, y_test)))
np.savez("weights.npz", *weights)
