"""`optiviz gallery` as its users meet it, in an empty folder."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image

from optiviz.gallery.scripts import Script, scripts

NAMES = list(scripts())
LARGEST = 3_000_000  # bytes of a GIF
STILL = "plot_bias_correction"  # quick to draw, and cannot move
MOVES = "plot_gradient_descent"


def check_gif(path: Path) -> None:
    """16:9, not too large, and the last frame is held for two seconds."""
    assert path.stat().st_size <= LARGEST
    with Image.open(path) as image:
        assert image.size == (1280, 720)
        image.seek(image.n_frames - 1)
        assert image.info["duration"] == 3000


def test_the_list_is_in_teaching_order(optiviz: Callable) -> None:
    done = optiviz("gallery --list")
    assert done.returncode == 0, done.stderr
    assert re.findall(r"^  (plot_\w+)", done.stdout, re.M) == NAMES
    assert all(one.title in done.stdout for one in scripts().values())


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("plot_momentom", "Unknown gallery script 'plot_momentom'. Did you mean 'plot_momentum'? "),
        ("momentom", "Unknown gallery script 'momentom'. Did you mean 'plot_momentum'? "),
        ("nope", "Unknown gallery script 'nope'. optiviz gallery --list names all "),
        ("plot_momentum --formats tiff", "Unknown format 'tiff'. Choose from: png, svg"),
        (f"{STILL} --formats gif", f"{STILL} cannot be written as .gif. Choose from: .png"),
        ("", "Name one script, such as plot_momentum, or say --all or --list."),
        ("plot_momentum --all", "Name one script, such as plot_momentum, or say --all or --list."),
        ("--all --formats tiff", "Unknown format 'tiff'. Choose from: png, svg"),
    ],
)
def test_a_mistake_is_one_sentence(
    tmp_path: Path, optiviz: Callable, words: str, says: str
) -> None:
    done = optiviz(f"gallery {words}")
    assert done.returncode == 2
    assert says in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert not [*tmp_path.rglob("*.png"), *tmp_path.rglob("*.gif")]


@pytest.mark.slow
def test_one_picture_in_all_formats(tmp_path: Path, process: Callable) -> None:
    done = process(tmp_path, "gallery gradient_descent --out slides --formats gif,png,svg,html")
    assert done.returncode == 0, done.stderr
    slides = tmp_path / "slides"
    assert {path.name for path in slides.iterdir()} == {
        f"{MOVES}.{ending}" for ending in ("gif", "png", "svg", "html")
    }
    check_gif(slides / f"{MOVES}.gif")


@pytest.mark.slow
def test_the_whole_gallery(tmp_path: Path, process: Callable) -> None:
    done = process(tmp_path, "gallery --all --quick --jobs 2 --out all")
    assert done.returncode == 0, done.stderr
    moving = sorted((tmp_path / "all").glob("*.gif"))
    assert len(moving) > 15
    for path in moving:
        check_gif(path)
    again = process(tmp_path, "gallery --all --quick --jobs 2 --out all")
    assert f"{len(NAMES)} of them were there" in again.stdout


@pytest.fixture
def building(monkeypatch: pytest.MonkeyPatch) -> Callable[[Iterator | None], None]:
    """Say what building makes, all of it but one script stale."""

    def replace(made: Callable) -> None:
        build = "optiviz.gallery.build.Build"
        monkeypatch.setattr(f"{build}.stale", lambda self: self.scripts[1:])
        monkeypatch.setattr(f"{build}.run", lambda self, jobs: made(self.scripts[1:]))
        monkeypatch.setattr("optiviz.gallery.index.write_index", lambda build: build.out / "index")

    return replace


def test_all_pictures_are_counted(building: Callable, optiviz: Callable) -> None:
    building(lambda stale: ((one, [".gif"] if one.name == STILL else []) for one in stale))
    done = optiviz("gallery --all --out a")
    every = len(NAMES)
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"Wrote a/index ({every} pictures, 1 of them were there)\n"
    assert f"{STILL}: no .gif\n" in done.stderr
    assert f"1/{every} [" in done.stderr.partition("\r")[2].partition("\r")[0]
    last = done.stderr.rpartition("\r")[2]
    assert f"{every}/{every} [" in last
    assert last.endswith(f", {NAMES[-1]}]\n")


def test_ctrl_c_says_how_to_go_on(building: Callable, optiviz: Callable) -> None:
    def pressed(stale: list[Script]) -> Iterator[tuple[Script, list[str]]]:
        yield stale[0], []
        raise KeyboardInterrupt

    building(pressed)
    done = optiviz("gallery --all --out a")
    assert (done.returncode, done.stdout) == (130, "")
    assert done.stderr.endswith("\nStopped. The same command goes on where it was.\n")
