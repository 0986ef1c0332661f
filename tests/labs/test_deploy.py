"""What the page on servers tells an administrator to write into files is what the programs take."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer

from optiviz.cli.frame import program

from .conftest import ROOT

PAGE = (ROOT / "docs/server.md").read_text(encoding="utf-8")


def block(kind: str, word: str) -> str:
    """The first of the page's blocks of a kind that has a word in it."""
    found = re.findall(rf"^```{kind}\n(.*?)^```", PAGE, re.M | re.S)
    return next(text for text in found if word in text)


def written() -> dict[str, list[str]]:
    """Every command that serves a lab, in words, by the file that it stands in."""
    unit = re.search(r"^ExecStart=\S+/optiviz (.*)$", block("ini", "ExecStart"), re.M).group(1)
    commands = {"the unit": shlex.split(unit)}
    image = re.search(r"^CMD (\[.*\])$", block("dockerfile", "FROM"), re.M).group(1)
    commands["the Dockerfile"] = json.loads(image)[1:]
    for name, word in (("a user's server", "ServerProxy"), ("a service", "JupyterHub.services")):
        text = block("python", word)
        lab = re.search('lab = "(.*)"', text).group(1)
        rest = re.search(r"split\(\), (.*)\]", text).group(1)
        commands[name] = [*lab.split()[1:], *json.loads(f"[{rest}]")]
    return commands


@pytest.mark.parametrize("words", written().values(), ids=written())
def test_every_server_takes_its_options_and_its_port_or_none(words: list[str]) -> None:
    command: Any = typer.main.get_command(program()).commands[words[0]]
    given = [word.replace("{port}", "8866").replace("{base_url}", "/user/x/") for word in words]
    context = command.make_context("app", given[1:])
    assert context.params["strict_port"]
    assert context.params["no_browser"]
    assert context.params["port"] == 8866
    assert context.params["name"] == "mnist"


def test_the_unit_is_locked_up(tmp_path: Path) -> None:
    systemd = shutil.which("systemd-analyze")
    if systemd is None:
        pytest.skip("needs systemd-analyze")
    unit = tmp_path / "optiviz-mnist.service"
    unit.write_text(block("ini", "ExecStart"), encoding="utf-8")
    verified = [systemd, "security", "--offline=yes", "--threshold=20", unit]  # 2.0 of 10
    done = subprocess.run(verified, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-300:] + done.stderr


@pytest.mark.slow
def test_the_image_knows_whether_it_is_well(surface_lab: Any) -> None:
    asked = re.search(r"CMD (\[.*\])\nCMD", block("dockerfile", "FROM")).group(1)
    words = [sys.executable, *json.loads(asked)[1:]]
    port = re.search(r":(\d+)/", surface_lab.address).group(1)
    for there, status in ((port, 0), ("1", 1)):
        told = [word.replace(":8866/", f":{there}/") for word in words]
        assert subprocess.run(told, check=False, stderr=subprocess.DEVNULL).returncode == status


@pytest.mark.slow
def test_the_example_of_health_has_the_fields_of_health(surface_lab: Any) -> None:
    said = json.loads(surface_lab.get("health")[1])
    example = json.loads(block("json", "seats"))
    assert example.keys() == said.keys()
    assert example["seats"].keys() == said["seats"].keys()
