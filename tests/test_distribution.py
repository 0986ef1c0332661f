"""The distribution as it is built: what a package index shows of it, and what travels with it."""

from __future__ import annotations

import re
import subprocess
import sys
from email import message_from_bytes
from email.message import Message
from pathlib import Path
from zipfile import ZipFile

import pytest

HOME = Path(__file__).parent.parent

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The sdist, and the wheel that is made from it."""
    for module in ("build", "hatchling", "hatch_fancy_pypi_readme", "twine"):
        pytest.importorskip(module)
    out = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(out), str(HOME)]
    subprocess.run(command, capture_output=True, check=True)
    return sorted(out.iterdir())


@pytest.fixture(scope="module")
def wheel(built: list[Path]) -> ZipFile:
    return ZipFile(next(path for path in built if path.suffix == ".whl"))


@pytest.fixture(scope="module")
def metadata(wheel: ZipFile) -> Message:
    name = next(name for name in wheel.namelist() if name.endswith(".dist-info/METADATA"))
    return message_from_bytes(wheel.read(name))


def test_an_index_would_take_it(built: list[Path]) -> None:
    assert [path.suffix for path in built] == [".whl", ".gz"]
    check = [sys.executable, "-m", "twine", "--no-color", "check", "--strict", *map(str, built)]
    done = subprocess.run(check, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert done.stdout.count("PASSED") == 2


def test_every_licence_is_told_and_shipped(wheel: ZipFile, metadata: Message) -> None:
    assert metadata["License-Expression"] == "MIT AND CC-BY-SA-3.0 AND OFL-1.1"
    others = ["optiviz/problems/data/mnist/LICENSE", "optiviz/views/fonts/LICENSE"]
    assert metadata.get_all("License-File") == ["LICENSE", *others]
    shipped = wheel.namelist()
    assert {*others, "optiviz/views/fonts/Inter-Regular.ttf"} <= {*shipped}
    for path in ("LICENSE", *others):
        assert sum(name.endswith(f"licenses/{path}") for name in shipped) == 1


def test_data_that_is_read_is_shipped(wheel: ZipFile) -> None:
    tables = {str(path.relative_to(HOME)) for path in (HOME / "optiviz").rglob("*.toml")}
    assert "optiviz/lessons/01-rate.toml" in tables
    assert tables <= set(wheel.namelist())


def test_the_description_points_at_nothing_that_is_not_there(metadata: Message) -> None:
    payload = metadata.get_payload(decode=True)
    assert isinstance(payload, bytes)
    text = payload.decode()
    assert "See how optimisers work" in text
    assert "Momentum descends a valley" in text
    aims = re.findall(r"\]\(([^)]*)\)|<(?:img|a)\b[^>]*(?:src|href)=[\"']?([^\"' >]+)", text)
    assert [aim for pair in aims for aim in pair if aim and not aim.startswith("https://")] == []
