"""optiviz's GIF against matplotlib's FuncAnimation and PillowWriter on the same picture.

Two panels, 121 frames, 960 x 540: the path with its fading tail and arrows over the level bands,
and the loss. The rival draws the very same figure with the same artists, in the way that its
documentation shows, with blitting asked for (which a writer ignores).
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from matplotlib.animation import FuncAnimation, PillowWriter
from timing import in_turn

from optiviz import surfaces
from optiviz.runs import race
from optiviz.views import Picture, animate
from optiviz.views.scene.figure import Scene

STEPS, FPS = 120, 25


def rival(picture: Picture, path: Path) -> None:
    scene = Scene(picture)

    def draw(t: int) -> list:
        scene.show(t)
        return scene.moving

    film = FuncAnimation(scene.figure, draw, frames=STEPS + 1, blit=True)
    film.save(path, writer=PillowWriter(fps=FPS))


def main(rounds: int = 3) -> None:
    problem = surfaces["valley"]
    picture = Picture(problem, race(problem, ["momentum"], steps=STEPS))
    with tempfile.TemporaryDirectory() as folder:
        a, b = Path(folder, "ours.gif"), Path(folder, "theirs.gif")
        ours, theirs, ratio = in_turn(
            lambda: animate(picture, a, FPS), lambda: rival(picture, b), rounds
        )
        sizes = a.stat().st_size, b.stat().st_size
    print(f"optiviz         {ours:8.2f} s  {sizes[0] / 1e3:8.0f} kB")
    print(f"FuncAnimation   {theirs:8.2f} s  {sizes[1] / 1e3:8.0f} kB")
    print(f"ratio           {ratio:8.1f}    {sizes[1] / sizes[0]:8.1f}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
