"""
MNIST without a server: 135 networks in one file
================================================

Three rules, five η and three batch sizes, one epoch each, with three seeds.
The sweep goes on where it was stopped; the page is made in seconds of what it has kept.
Written to gallery/mnist-explore.html, which opens from a disk.
"""

import shlex
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
SWEEP = (
    "sweep --optim sgd,momentum,adam --grid lr=0.0001,0.001,0.01,0.1,1 "
    "--grid batch_size=10,100,1000 --seeds 3 --out runs/sweep-mnist"
)
EXPLORE = "explore runs/sweep-mnist --out mnist-explore.html"

for command in (SWEEP, EXPLORE):
    words = [sys.executable, "-m", "optiviz", *shlex.split(command)]
    subprocess.run(words, cwd=HERE, check=True)
