"""The command line as its users meet it: in a process of its own, in an empty folder."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

OPTIVIZ = Path(sys.executable).with_name("optiviz")


def optiviz(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [OPTIVIZ, *words], cwd=folder, capture_output=True, text=True, timeout=120, check=False
    )


def test_the_main_job(tmp_path: Path) -> None:
    done = optiviz(tmp_path, "animate", "--optim", "momentum")
    assert done.returncode == 0, done.stderr
    assert "converged at step" in done.stdout
    assert "Wrote momentum-valley.gif (121 frames" in done.stdout
    with Image.open(tmp_path / "momentum-valley.gif") as gif:
        assert (gif.n_frames, gif.size, gif.info["loop"]) == (121, (960, 540), 0)
        assert gif.info["duration"] == 40
        gif.seek(120)
        assert gif.info["duration"] == 2000


@pytest.mark.parametrize("ending", ["gif", "webp", "apng"])
def test_moving_formats(tmp_path: Path, ending: str) -> None:
    words = ["animate", "--steps", "10", "--size", "320x240", "--fps", "20"]
    done = optiviz(tmp_path, *words, "--out", f"a.{ending}")
    assert done.returncode == 0, done.stderr
    with Image.open(tmp_path / f"a.{ending}") as picture:
        assert (picture.n_frames, picture.size) == (11, (320, 240))


def test_mp4(tmp_path: Path) -> None:
    ffmpeg = pytest.importorskip("imageio_ffmpeg")
    done = optiviz(tmp_path, *["animate", "--steps", "10", "--size", "321x241", "--out", "a.mp4"])
    assert done.returncode == 0, done.stderr
    meta = next(ffmpeg.read_frames(str(tmp_path / "a.mp4")))
    assert meta["size"] == (320, 240)
    assert meta["codec"] == "h264"
    assert meta["duration"] == pytest.approx((11 + 50) / 25, abs=0.1)


@pytest.mark.parametrize(
    ("ending", "mark"),
    [
        ("png", b"\x89PNG"),
        pytest.param("svg", b"<?xml", marks=pytest.mark.slow),
        pytest.param("pdf", b"%PDF", marks=pytest.mark.slow),
    ],
)
def test_still_formats(tmp_path: Path, ending: str, mark: bytes) -> None:
    words = [
        "plot",
        "--optim",
        "sgd",
        "--optim",
        "adam",
        "--panels",
        "path,surface,loss,speed,velocity,lr",
    ]
    made = []
    for name in ("a", "b"):
        done = optiviz(tmp_path, *words, "--out", f"{name}.{ending}")
        assert done.returncode == 0, done.stderr
        made.append((tmp_path / f"{name}.{ending}").read_bytes())
    assert made[0].startswith(mark)
    assert made[0] == made[1], "the same command makes the same file"


def test_a_summary_for_programs(tmp_path: Path) -> None:
    words = "animate --optim sgd:lr=3 --optim adam:lr=0.1 --surface bowl --steps 60 --size 320x240"
    done = optiviz(tmp_path, *words.split(), "--json")
    assert (done.returncode, done.stderr) == (0, "")
    summary = json.loads(done.stdout)
    assert Path(summary["path"]) == tmp_path / "sgd-adam-bowl.gif"
    assert summary["frames"] == 61
    assert summary["seconds"] > 0
    first, second = summary["runs"]
    assert (first["status"], first["steps"]) == ("diverged at step 21", 20)
    assert second["status"] == "finished after 60 steps"
    assert first["verdict"] == {"kind": "diverged", "step": 21, "text": "diverged at step 21"}
    assert second["verdict"]["kind"] == "descending"
    assert second["settings"]["lr"] == 0.1
    assert len(second["w"]) == 2
    assert second["loss"] < 0.1


def test_the_shifting_surface(tmp_path: Path) -> None:
    words = "animate --problem regression --batch-size 8 --optim sgd --optim momentum --hold 3"
    done = optiviz(tmp_path, *words.split(), "--steps", "20", "--size", "480x270")
    assert done.returncode == 0, done.stderr
    with Image.open(tmp_path / "sgd-momentum-regression.gif") as gif:
        assert gif.n_frames == 21
        assert gif.info["duration"] == 120


def test_the_same_seed_makes_the_same_file(tmp_path: Path) -> None:
    for name in ("a.gif", "b.gif"):
        optiviz(tmp_path, *f"animate --steps 20 --size 320x240 --seed 3 --out {name}".split())
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
    "--start nan,0": "The start nan,0 is outside the bounds of valley",
    "--steps 0": "steps must be at least 1, got 0.",
    "--steps x": "--steps",
    "--size 100000x100000": "size must be from 240x180 to 3840x2160, got 100000x100000.",
    "--size big": "size must be two numbers with a 'x' between, got 'big'.",
    "--out picture.bmp": "the ending must be",
    "--out no/such/folder/a.gif": "Cannot write no/such/folder/a.gif: No such file or directory.",
    "--batch-size 8": "valley has no samples, so it takes no batch_size.",
    "--problem regression --batch-size 0": "batch_size must be from 1 to 100, got 0.",
    "--panels data": "The panel 'data' needs a problem with data",
    "--hold 0": "hold must be at least 1, got 0.",
    "--frames 0": "frames must be at least 1, got 0.",
    "--fps 0": "fps must be from 1 to 60, got 0.",
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_one_sentence_and_status_2(tmp_path: Path, mistake: str) -> None:
    done = optiviz(tmp_path, "animate", *mistake.split())
    assert done.returncode == 2
    assert MISTAKES[mistake] in done.stderr
    assert "Traceback" not in done.stderr
    if "Usage" not in done.stderr:  # those of the option parser itself
        assert done.stderr.count("\n") == 1
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_folder(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    done = optiviz(tmp_path, "plot")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)


def test_a_file_where_the_folder_should_be(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("kept")
    done = optiviz(tmp_path, "plot", "--out", "file/a.png")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert (tmp_path / "file").read_text() == "kept"


def test_a_failed_picture_keeps_the_old_one(tmp_path: Path) -> None:
    (tmp_path / "a.gif").write_bytes(b"old")
    assert optiviz(tmp_path, "animate", "--out", "a.gif", "--size", "9x9").returncode == 2
    assert (tmp_path / "a.gif").read_bytes() == b"old"


@pytest.mark.parametrize("command", [[], ["animate"], ["plot"], ["list"]])
def test_help_has_examples(tmp_path: Path, command: list[str]) -> None:
    done = optiviz(tmp_path, *command, "--help")
    assert done.returncode == 0
    assert not command or f"optiviz {command[0]}" in done.stdout


def test_list(tmp_path: Path) -> None:
    every = json.loads(optiviz(tmp_path, "list", "--json").stdout)
    assert set(every) == {"optimizers", "surfaces", "problems", "schedules", "panels", "themes"}
    printed = optiviz(tmp_path, "list", "surfaces").stdout
    assert "Rosenbrock" in printed
    expression = printed.rpartition('"')[0].rpartition('"')[2]
    assert optiviz(tmp_path, "plot", "--surface", expression, "--optim", "sgd").returncode == 0
    assert "torch:AdamW" in optiviz(tmp_path, "list", "optimizers").stdout
    assert optiviz(tmp_path, "list", "surface").stderr.count("Did you mean 'surfaces'?") == 1


def test_completion_knows_the_names(tmp_path: Path) -> None:
    environment = os.environ | {
        "_OPTIVIZ_COMPLETE": "complete_bash",
        "COMP_WORDS": "optiviz animate --optim ada",
        "COMP_CWORD": "3",
    }
    done = subprocess.run(
        [OPTIVIZ], env=environment, cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert set(done.stdout.split()) == {"adagrad", "adadelta", "adam", "adamw"}


def test_help_loads_nothing_heavy() -> None:
    code = "import sys, optiviz.cli; print({'numpy', 'matplotlib', 'rich'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
