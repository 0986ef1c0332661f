"""A picture by hand, as Matplotlib's documentation shows it: momentum on a narrow valley.

    python by_hand.py a.gif     121 frames, by FuncAnimation and PillowWriter
    python by_hand.py a.png     the last of them

What `optiviz animate --optim momentum` and `optiviz plot --optim momentum` write: the path over
level bands, its arrow, and the loss, 960 x 540; without a fading tail, names, verdict or plainer
rule.
"""

from __future__ import annotations

import sys

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.animation import FuncAnimation, PillowWriter

STEPS, LR, BETA = 120, 0.012, 0.9
ANGLE = np.deg2rad(25)
TURN = np.array([[np.cos(ANGLE), -np.sin(ANGLE)], [np.sin(ANGLE), np.cos(ANGLE)]])
HESSIAN = TURN @ np.diag([1.0, 20.0]) @ TURN.T


def descend() -> tuple[np.ndarray, np.ndarray]:
    """Every point of the path, and the loss there."""
    w, v = np.array([-2.17, -0.33]), np.zeros(2)
    path = [w.copy()]
    for _ in range(STEPS):
        v = BETA * v + HESSIAN @ w
        w = w - LR * v
        path.append(w.copy())
    points = np.array(path)
    return points, 0.5 * np.einsum("ti,ij,tj->t", points, HESSIAN, points)


def main(target: str) -> None:
    points, loss = descend()
    figure, (plane, curve) = plt.subplots(1, 2, figsize=(9.6, 5.4), dpi=100, width_ratios=(1.75, 1))
    x, y = np.meshgrid(np.linspace(-3.4, 3.4, 200), np.linspace(-1.9, 1.9, 200))
    heights = 0.5 * np.einsum("iyx,ij,jyx->yx", (grid := np.array([x, y])), HESSIAN, grid)
    plane.contourf(x, y, np.sqrt(heights), 24, cmap="Blues_r")
    plane.set(title="Momentum on a narrow valley", xlabel="x", ylabel="y")
    curve.set(yscale="log", xlim=(0, STEPS), ylim=(loss.min(), loss.max()), xlabel="step")
    curve.set_title("loss")
    figure.tight_layout()  # once: as a layout of the figure it would be sought for every frame
    (path,) = plane.plot([], [], "C1")
    (head,) = plane.plot([], [], "C1o")
    (line,) = curve.plot([], [], "C1")
    arrow = plane.quiver(*points[:1].T, [0], [0], color="C3", scale=30)
    steps = np.arange(STEPS + 1)

    def draw(t: int) -> list:
        path.set_data(*points[: t + 1].T)
        head.set_data(*points[t : t + 1].T)
        line.set_data(steps[: t + 1], loss[: t + 1])
        arrow.set_offsets(points[t : t + 1])
        arrow.set_UVC(*-(HESSIAN @ points[t])[:, None])
        return [path, head, line, arrow]

    if target.endswith(".gif"):
        film = FuncAnimation(figure, draw, frames=STEPS + 1, blit=True)
        film.save(target, writer=PillowWriter(fps=25))
    else:
        draw(STEPS)
        figure.savefig(target, dpi=100)


if __name__ == "__main__":
    main(sys.argv[1])
