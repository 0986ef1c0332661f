"""`optiviz animate` as its users meet it, in an empty folder."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from optiviz import descend


def test_the_main_job(tmp_path: Path, process: Callable) -> None:
    done = process(tmp_path, "animate --optim momentum")
    assert done.returncode == 0, done.stderr
    assert "converged at step" in done.stdout
    assert "Wrote momentum-valley.gif (121 frames" in done.stdout
    with Image.open(tmp_path / "momentum-valley.gif") as gif:
        assert (gif.n_frames, gif.size, gif.info["loop"]) == (121, (960, 540), 0)
        assert gif.info["duration"] == 1000
        gif.seek(1)
        assert gif.info["duration"] == 40
        gif.seek(120)
        assert gif.info["duration"] == 3000


@pytest.mark.parametrize("ending", ["gif", "webp", "apng"])
def test_moving_formats(tmp_path: Path, optiviz: Callable, ending: str) -> None:
    done = optiviz(
        f"animate --steps 10 --size 320x240 --fps 20 --frames 11 --hold-first 0 --out a.{ending}"
    )
    assert done.returncode == 0, done.stderr
    assert f"loss {descend('valley', 'momentum', steps=10).loss[-1]:.4g}\n" in done.stdout
    with Image.open(tmp_path / f"a.{ending}") as picture:
        assert (picture.n_frames, picture.size) == (11, (320, 240))
        picture.load()
        assert picture.info["duration"] == 50


def test_mp4(tmp_path: Path, optiviz: Callable) -> None:
    ffmpeg = pytest.importorskip("imageio_ffmpeg")
    done = optiviz(
        "animate --steps 10 --panels path --size 321x241 --frames 31 --hold-last 2 --out a.mp4"
    )
    assert done.returncode == 0, done.stderr
    meta = next(ffmpeg.read_frames(str(tmp_path / "a.mp4")))
    assert meta["size"] == (320, 240)
    assert meta["codec"] == "h264"
    assert meta["duration"] == pytest.approx((25 + 29 + 50) / 25, abs=0.1)


def test_a_summary_for_programs(tmp_path: Path, optiviz: Callable) -> None:
    words = "animate --optim sgd:lr=3 --optim adam:lr=0.1 --surface bowl --steps 60 --size 320x240"
    done = optiviz(f"{words} --json")
    assert (done.returncode, done.stderr) == (0, "")
    summary = json.loads(done.stdout)
    assert Path(summary["path"]) == tmp_path / "sgd-adam-bowl.gif"
    assert summary["frames"] == 101
    assert summary["seconds"] > 0
    first, second = summary["runs"]
    assert (first["steps"], second["steps"]) == (20, 60)
    assert first["verdict"] == {"kind": "diverged", "step": 21, "text": "diverged at step 21"}
    assert second["verdict"]["kind"] == "descending"
    assert second["settings"]["lr"] == 0.1
    assert len(second["w"]) == 2
    assert second["loss"] < 0.1


def test_the_shifting_surface(tmp_path: Path, optiviz: Callable) -> None:
    words = "animate --problem regression --batch-size 8 --optim sgd --optim momentum"
    done = optiviz(f"{words} --steps 20 --size 480x270 --fps 8")
    assert done.returncode == 0, done.stderr
    with Image.open(tmp_path / "sgd-momentum-regression.gif") as gif:
        assert gif.n_frames == 33
        gif.seek(1)
        assert gif.info["duration"] == 130


def test_the_same_seed_makes_the_same_file(
    tmp_path: Path, process: Callable, optiviz: Callable
) -> None:
    process(tmp_path, "animate --steps 20 --size 320x240 --seed 3 --out a.gif")
    optiviz("animate --steps 20 --size 320x240 --seed 3 --out b.gif")
    assert (tmp_path / "a.gif").read_bytes() == (tmp_path / "b.gif").read_bytes()


MISTAKES = {
    "--optim adm": "Unknown optimizer 'adm'. Did you mean 'adam'? Choose from: sgd, momentum",
    "--optim adam:rate=1": "Unknown setting of adam 'rate'.",
    "--optim momentum:beta=1": "Momentum: beta must be in [0, 1), got 1.",
    "--optim momentum:beta": "write it as name:key=value,key=value",
    "--optim momentum:lr=fast": "momentum: lr must be a number, got 'fast'.",
    "--optim sgd:lr=nan": "SGD: lr must be at least 0 and finite, got nan.",
    "--surface valey": "Unknown problem 'valey'. Did you mean 'valley'?",
    "--surface valley:condition=0": "condition must be at least 1",
    "--surface bowl:depth=2": "'bowl' takes no settings",
    "--schedule cosin": "Unknown schedule 'cosin'. Did you mean 'cosine'?",
    "--schedule linear:stop=1": "Unknown setting of linear 'stop'.",
    "--panels path,los": "Unknown panel 'los'. Did you mean 'loss'?",
    "--theme drak": "Unknown theme 'drak'. Did you mean 'dark'?",
    "--start 1": "start must be two numbers with a ',' between, got '1'.",
    "--start 99,0": "The start 99,0 is outside the bounds of valley",
    "--start nan,0": "The start must be finite, got (nan, 0.0).",
    "--steps 0": "steps must be at least 1, got 0.",
    "--steps x": "--steps",
    "--size 100000x100000": "size must be from 240x180 to 3840x2160, got 100000x100000.",
    "--size big": "size must be two numbers with a 'x' between, got 'big'.",
    "--out picture.bmp": "the ending must be",
    "--out no/such/folder/a.gif": "Cannot write no/such/folder/a.gif: No such file or directory.",
    "--batch-size 8": "valley has no samples, so it takes no batch_size.",
    "--problem regression --batch-size 0": "batch_size must be from 1 to 100, got 0.",
    "--panels data": "The panel 'data' needs a problem with data",
    "--hold-first 700": "hold_first must be from 0 to 600 seconds, got 700.",
    "--frames 0": "frames must be from 1 to 20000, got 0.",
    "--loop 70000": "loop must be from 0 to 65535, got 70000.",
    "--fps 0": "fps must be from 1 to 60, got 0.",
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_one_sentence_and_status_2(
    tmp_path: Path, optiviz: Callable, mistake: str
) -> None:
    done = optiviz(f"animate {mistake}")
    assert done.returncode == 2
    assert MISTAKES[mistake] in done.stderr
    assert "Traceback" not in done.stderr
    if "Usage" not in done.stderr:  # those of the option parser itself
        assert done.stderr.count("\n") == 1
    assert not list(tmp_path.iterdir())


def test_a_failed_picture_keeps_the_old_one(tmp_path: Path, optiviz: Callable) -> None:
    (tmp_path / "a.gif").write_bytes(b"old")
    assert optiviz("animate --out a.gif --size 9x9").returncode == 2
    assert (tmp_path / "a.gif").read_bytes() == b"old"
