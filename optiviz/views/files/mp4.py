"""MP4 files: H.264 that every player and slide program reads."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from optiviz.errors import needs_extra
from optiviz.views.files.gif import Frame


def write(
    path: Path, frames: Iterable[Frame], size: tuple[int, int], fps: float, hold: int, last: int
) -> None:
    """Write frames at even width and height, each held so often, and the last so many ms more."""
    try:
        import imageio_ffmpeg  # noqa: PLC0415, an extra
    except ImportError:
        raise needs_extra("MP4", "mp4") from None
    width, height = size[0] // 2 * 2, size[1] // 2 * 2
    writer = imageio_ffmpeg.write_frames(
        str(path),
        (width, height),
        pix_fmt_in="rgba",
        fps=fps,
        codec="libx264",
        quality=None,
        macro_block_size=2,
        output_params=["-crf", "18", "-movflags", "+faststart"],
    )
    writer.send(None)
    for frame in frames:
        image = np.ascontiguousarray(frame[:height, :width])
        for _ in range(hold):
            writer.send(image)
    for _ in range(round(fps * last / 1000)):
        writer.send(image)
    writer.close()
