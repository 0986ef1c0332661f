"""What would cost all memory or a lifetime is refused before the work, in one sentence."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

HUGE = "99999999999"
WIDE = "784,1000000000,10"
LIMITS = {
    f"plot --steps {HUGE}": f"steps must be at most 20000, got {HUGE}.",
    f"animate --steps {HUGE}": f"steps must be at most 20000, got {HUGE}.",
    f"plot --surface regression:n={HUGE}": f"n must be from 2 to 2000, got {HUGE}.",
    f"plot --surface regression --batch-size {HUGE}": "batch_size must be from 1 to 100, got",
    f"plot --size {HUGE}x{HUGE}": "size must be from 240x180 to 3840x2160",
    f"animate --loop {HUGE}": f"loop must be from 0 to 65535, got {HUGE}.",
    "animate --size 3840x2160 --steps 300": "room for 129 frames, got 161: ask for fewer frames",
    f"animate --frames {HUGE}": f"frames must be from 1 to 20000, got {HUGE}.",
    f"map --steps {HUGE}": f"steps must be at most 100000, got {HUGE}.",
    f"map --points {HUGE}": f"points must be from 2 to 1000, got {HUGE}.",
    f"gradcheck --sizes {WIDE}": "sizes must make at most 2000000 weights, got 794000000000",
    f"gradcheck --samples {HUGE}": "samples must be from 1 to 60000",
    f"train --sizes {WIDE}": "sizes must make at most 10000000 weights, got 794000000000",
    f"train --sizes {WIDE} --dtype float64": "sizes must make at most 5000000 weights",
    f"train --sizes 784,{'9,' * 200}10": "layers must be at most 100, got 201.",
    f"train --epochs {HUGE}": f"epochs must be at most 100000, got {HUGE}.",
    f"train --threads {HUGE}": f"threads must be at most 1024, got {HUGE}.",
    f"train --batch-size {HUGE}": "batch_size must be from 1 to 60000",
    "train --epochs 100000 --schedule cosine": "A schedule is good for 10000000 steps at most",
    f"compare --sizes {WIDE}": "sizes must make at most 10000000 weights",
    f"compare --seeds {HUGE}": f"seeds must be at most 1000, got {HUGE}.",
    f"compare --jobs {HUGE}": f"jobs must be at most 256, got {HUGE}.",
    f"landscape --sizes {WIDE}": "sizes must make at most 10000000 weights",
    "landscape --sizes 784,9999,10": "The trajectories would take 5.41 GiB, at most 0.5",
    f"landscape --updates {HUGE}": f"updates must be at most 1000000, got {HUGE}.",
    f"landscape --images {HUGE}": "images must be from 1 to 60000",
    f"sweep --seeds {HUGE} --grid lr=0.1": f"seeds must be at most 1000, got {HUGE}.",
    f"sweep --tune {HUGE}": "trainings must be at most 100000",
    f"sweep --jobs {HUGE} --grid lr=0.1": f"jobs must be at most 256, got {HUGE}.",
    f"reproduce --table lecture-sgd --seeds {HUGE}": f"seeds must be at most 1000, got {HUGE}.",
    f"reproduce --table lecture-sgd --jobs {HUGE}": f"jobs must be at most 256, got {HUGE}.",
    f"gallery --all --jobs {HUGE}": f"jobs must be at most 256, got {HUGE}.",
}
# A grid of ten values for each of eight settings.
AXES = ("lr", "beta1", "beta2", "eps", "weight_decay", "batch_size", "epochs")
GRID = " ".join(f"--grid {name}={','.join(map(str, range(1, 11)))}" for name in AXES)
LIMITS[f"sweep --optim adamw {GRID}"] = "trainings must be at most 100000, got 10000000."


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of Optuna's own
@pytest.mark.parametrize("words", LIMITS)
def test_too_much_is_refused_before_the_work(tmp_path: Path, optiviz: Callable, words: str) -> None:
    if words.startswith("sweep"):
        pytest.importorskip("optuna")
    done = optiviz(words)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1), done.stderr
    assert LIMITS[words] in done.stderr
    assert not list(tmp_path.iterdir())
