"""`optiviz --help` against `python -c "import numpy"`, whole processes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from timing import in_turn

OPTIVIZ = Path(sys.executable).with_name("optiviz")


def main(rounds: int = 15) -> None:
    def call(*command: object) -> None:
        subprocess.run([str(part) for part in command], check=True, stdout=subprocess.DEVNULL)

    ours, theirs, ratio = in_turn(
        lambda: call(OPTIVIZ, "--help"), lambda: call(sys.executable, "-c", "import numpy"), rounds
    )
    print(f"optiviz --help   {ours * 1e3:6.0f} ms")
    print(f"import numpy     {theirs * 1e3:6.0f} ms")
    print(f"ratio            {1 / ratio:6.2f} times as long")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
