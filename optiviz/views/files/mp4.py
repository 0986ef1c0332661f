"""MP4 files: H.264 that every player and slide program reads."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterable, Sequence
from contextlib import suppress
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from optiviz.errors import needs_extra
from optiviz.views.files.gif import Frame

CODING = ("-vcodec", "libx264", "-pix_fmt", "yuv420p", "-crf", "18", "-movflags", "+faststart")


def write(
    path: Path,
    frames: Iterable[Frame],
    size: tuple[int, int],
    fps: float,
    counts: Sequence[int],
    about: str = "",
) -> None:
    """Write frames at even width and height, each as often as it is counted, and words about them.

    Raises:
        UserError: ffmpeg is missing.
        OSError: ffmpeg failed, or the file does not hold all frames.
    """
    try:
        import imageio_ffmpeg  # noqa: PLC0415, an extra
    except ImportError:
        raise needs_extra("MP4", "mp4") from None
    program = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error"]
    width, height = size[0] // 2 * 2, size[1] // 2 * 2
    rate = str(Fraction(fps).limit_denominator())
    pictures = ["-f", "rawvideo", "-pix_fmt", "rgba", "-s", f"{width}x{height}", "-r", rate]
    words = ["-metadata", f"comment={about}"]
    target = f"file:{path}"  # or a : in a name would look like an address
    count = 0
    # In a session of its own, where Ctrl-C does not reach it: it ends when its frames do.
    with subprocess.Popen(
        [*program, "-y", *pictures, "-i", "-", *CODING, *words, target],
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    ) as process:
        try:
            for image in _held(frames, width, height, counts):
                process.stdin.write(image)  # type: ignore[union-attr]
                count += 1
        except BrokenPipeError:
            pass  # it has ended, and says why
        except BaseException:
            process.kill()
            with suppress(OSError):
                process.stdin.close()  # type: ignore[union-attr]
            raise
        said = process.communicate()[1]
    if process.returncode or _count([*program, "-i", target]) != count:
        raise OSError(_reason(said))


def _held(frames: Iterable[Frame], width: int, height: int, counts: Sequence[int]) -> Iterable[Any]:
    """Every frame as often as it is shown."""
    for frame, count in zip(frames, counts, strict=True):
        yield from [np.ascontiguousarray(frame[:height, :width])] * count


def _count(opening: list[str]) -> int:
    """How many frames there are in a file."""
    words = [*opening, "-map", "0:v", "-c", "copy", "-f", "null", "-progress", "-", "-"]
    told = subprocess.run(words, capture_output=True, text=True, check=False)
    found = re.findall(r"^frame=(\d+)$", told.stdout, re.MULTILINE)
    return int(found[-1]) if found and not told.returncode else 0


def _reason(said: bytes) -> str:
    """Why ffmpeg failed, as far as it told: the end of its last line."""
    with suppress(IndexError):
        return said.decode(errors="replace").strip().splitlines()[-1].rpartition(": ")[2]
    return "ffmpeg could not end the film"
