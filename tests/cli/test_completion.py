"""What the shell offers for a half-typed word, asked for as bash asks."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest

OFFERED = {
    "plot --optim ada": "adagrad adadelta adam adamw",
    "plot --optim momentum:": (
        "beta=0.9 cautious=false clip=0.0 form=inside lr=0.01 weight_decay=0.0"
    ),
    "plot --optim=mom": "momentum",
    "plot --optim=momentum:b": "beta=0.9",
    "plot --optim momentum:beta=0.8,": "0.8,cautious=false 0.8,clip=0.0 "
    "0.8,form=inside 0.8,lr=0.01 0.8,weight_decay=0.0",
    "plot --optim momentum:beta=0.8,f": "0.8,form=inside",
    "plot --optim torch:": "",
    "plot --surface val": "valley valleys",
    "plot --surface valley:condition=2.0,": "2.0,rotation=25.0",
    "plot --surface bowl:": "",
    "plot --schedule linear:e": "end=0.0",
    "plot --schedule warmup:": "steps=10",
    "plot --panels path,l": "path,loss path,lr",
    "landscape --panels path,tr": "path,truth",
    "sweep --optim sgd,mo": "sgd,momentum",
    "sweep --optim sgd,momentum:beta=0.8,l": "0.8,lr=0.01 0.8,lbfgs 0.8,lion",
    "list sur": "surfaces",
    "ani": "animate",
    "app mn": "mnist",
    "app tw": "twin",
    "gallery plot_rac": "plot_race",
    "reproduce --table zeng-6": "zeng-6",
}


def of_bash(typed: str) -> list[str]:
    """The words as bash takes them apart, which ends them at : and =."""
    return [part for word in typed.split(" ") for part in re.split("([:=]+)", word) if part]


@pytest.mark.parametrize("typed", OFFERED)
def test_completion_offers(
    optiviz: Callable[[str], CompletedProcess[str]], monkeypatch: pytest.MonkeyPatch, typed: str
) -> None:
    words = ["optiviz", *of_bash(typed)]
    monkeypatch.setenv("_OPTIVIZ_COMPLETE", "complete_bash")
    monkeypatch.setenv("COMP_WORDS", "\n".join(words))
    monkeypatch.setenv("COMP_CWORD", str(len(words) - 1))
    assert sorted(optiviz("").stdout.split()) == sorted(OFFERED[typed].split())


def test_after_a_space_the_next_word_is_offered(
    optiviz: Callable[[str], CompletedProcess[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ["optiviz", *of_bash("plot --optim momentum:lr=1 --theme"), ""]
    monkeypatch.setenv("_OPTIVIZ_COMPLETE", "complete_bash")
    monkeypatch.setenv("COMP_WORDS", "\n".join(words))
    monkeypatch.setenv("COMP_CWORD", str(len(words) - 1))
    assert optiviz("").stdout.split() == ["light", "dark", "slides"]


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
def test_bash_itself_is_served(tmp_path: Path, process: Callable) -> None:
    named = os.environ | {"_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": "1"}
    script = process(tmp_path, "--show-completion bash", env=named).stdout
    words = " ".join(["optiviz", *of_bash("plot --optim momentum:be")])
    asks = f"COMP_WORDS=({words}) COMP_CWORD=5; _optiviz_completion optiviz; echo ${{COMPREPLY[*]}}"
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-c", f"{script}\n{asks}"],
        capture_output=True,
        text=True,
        env=os.environ | {"PATH": path},
        check=True,
    )
    assert done.stdout.strip() == "beta=0.9"
