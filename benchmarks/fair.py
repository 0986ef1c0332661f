"""What is left of a rule's lead once all are tuned alike: rows of `gallery/plot_fair_tuning.py`.

Every rule tries six rates, a factor of 3 apart, on two seeds, with linear decay to 0, and the one
with the least loss on held-out images at the end of the decay is its best. That one, and the rate
that the rule has by default, are trained once more on three other seeds and judged on the test
images (after Wen et al. 2025, Fantastic Pretraining Optimizers and Where to Find Them). Rows that
are there are kept, so it goes on where it was stopped.
"""

from __future__ import annotations

import csv
from dataclasses import fields, replace
from pathlib import Path

from optiviz.optim import OPTIMIZERS
from optiviz.optim.schedules import Linear
from optiviz.problems import MLP, load
from optiviz.training import train

PATH = Path(__file__).parents[1] / "gallery" / "fair_tuning.csv"
LEAST = {"sgd": 0.01, "momentum": 0.001, "adam": 0.0003, "adamw": 0.0003, "muon": 0.002}
TRIES, TUNING, JUDGED = 6, (0, 1), (2, 3, 4)
IMAGES, HELD, EPOCHS, BATCH, SIZES = 20_000, 5_000, 2, 100, (784, 30, 10)
NAMES = ("rule", "rate", "why", "seed", "held_out_loss", "test_accuracy")
Key = tuple[str, str, str, int]


def known() -> dict[Key, list[str]]:
    """The rows that there are."""
    if not PATH.exists():
        return {}
    with PATH.open(newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))[1:]
    return {(row[0], row[1], row[2], int(row[3])): row for row in rows}


def trained(name: str, rate: float, seed: int) -> tuple[float, float]:
    """The loss on held-out images and the accuracy on the test's at the end of the decay."""
    data = load("mnist")
    network = MLP(data.x_train[:IMAGES], data.y_train[:IMAGES], SIZES)
    held = network.on(*(part[IMAGES : IMAGES + HELD] for part in (data.x_train, data.y_train)))
    test = network.on(data.x_test, data.y_test)
    rule = replace(OPTIMIZERS[name](), lr=Linear(rate))
    done = train(network, test, rule, epochs=EPOCHS, batch_size=BATCH, seed=seed, per_step=True)
    return held.evaluate(done.w)[0], test.evaluate(done.w)[1]


def main() -> None:
    """Train what is missing, and write every row at once."""
    rows = known()

    def row(name: str, rate: float, why: str, seed: int) -> list[str]:
        key = (name, f"{rate:.4g}", why, seed)
        if key not in rows:
            loss, accuracy = trained(name, rate, seed)
            rows[key] = [*map(str, key), f"{loss:.5f}", f"{accuracy:.4f}"]
            print(*rows[key], flush=True)
            with PATH.open("w", newline="", encoding="utf-8") as file:
                csv.writer(file).writerows([NAMES, *rows.values()])
        return rows[key]

    for name, least in LEAST.items():
        losses = {
            rate: sum(float(row(name, rate, "tried", seed)[4]) for seed in TUNING)
            for rate in (least * 3**n for n in range(TRIES))
        }
        usual = next(field.default for field in fields(OPTIMIZERS[name]) if field.name == "lr")
        for seed in JUDGED:
            row(name, min(losses, key=losses.__getitem__), "tuned", seed)
            row(name, float(usual), "usual", seed)


if __name__ == "__main__":
    main()
