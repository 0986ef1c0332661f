"""The language `name:key=value,…`, and errors that help."""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import PackageNotFoundError
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import optiviz
from optiviz.errors import UserError, needs_extra, unknown
from optiviz.optim.foreign.engine import ENGINES, engine_of
from optiviz.words import build, guess, join, look_up, split

HOME = Path(optiviz.__file__).parent.parent
READ = [
    ("adam", ("adam", {})),
    ("  Adam  ", ("adam", {})),
    ("adam:", ("adam", {})),
    ("adam:lr=0.1", ("adam", {"lr": "0.1"})),
    ("adam : lr = 0.1 , beta1=0.8,", ("adam", {"lr": "0.1", "beta1": "0.8"})),
    ("run:path=a=b", ("run", {"path": "a=b"})),
    ("run:path=c:d", ("run", {"path": "c:d"})),
    ("", ("", {})),
]


@pytest.mark.parametrize(("text", "parts"), READ)
def test_split(text: str, parts: tuple[str, dict[str, str]]) -> None:
    assert split(text) == parts


@pytest.mark.parametrize("text", ["adam:lr", "adam:lr=", "adam:=0.1", "adam:lr=1,beta", "a: = "])
def test_split_says_how_to_write_it(text: str) -> None:
    message = f"Cannot read {text!r}: write it as name:key=value,key=value."
    with pytest.raises(UserError, match=re.escape(message)):
        split(text)


WRITTEN = [
    (("adam", {}), "adam"),
    (("adam", {"lr": 0.1, "beta1": 1}), "adam:lr=0.1,beta1=1"),
    (("adam", {"lr": 1e-8, "beta1": 1 / 3}), "adam:lr=1e-08,beta1=0.3333333333333333"),
    (("sgd", {"lr": np.float64(0.1)}), "sgd:lr=0.1"),
    (("sgd", {"lr": np.float32(0.5), "n": np.int64(3)}), "sgd:lr=0.5,n=3"),
    (("rmsprop", {"centered": True, "x": np.False_}), "rmsprop:centered=true,x=false"),
    (("keras:SGD", {"clipnorm": None}), "keras:SGD:clipnorm=none"),
    (("torch:AdamW", {"betas": (0.9, np.float64(0.99))}), "torch:AdamW:betas=0.9/0.99"),
    (("momentum", {"form": "outside", "beta": "0.90"}), "momentum:form=outside,beta=0.90"),
    (("x**2 + 10*y**2", {}), "x**2 + 10*y**2"),
]


@pytest.mark.parametrize(("parts", "text"), WRITTEN)
def test_join(parts: tuple[str, dict[str, Any]], text: str) -> None:
    assert join(*parts) == text
    name, words = split(text)
    assert (name, list(words)) == (parts[0], list(parts[1]))


NO_WORDS = [np.ones(2), np.ones(1), np.array(0.1), [0.1, 0.2], (0.1,), (), {}, object(), 1j]


@pytest.mark.parametrize("value", NO_WORDS)
def test_join_refuses_what_has_no_words(value: Any) -> None:
    with pytest.raises(UserError, match="adam: lr cannot be written in words"):
        join("adam", {"lr": value})


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("adam", {"form": "in,out=3"}),
        ("adam", {"form": " "}),
        ("adam", {"l=r": 1}),
        ("Adam", {}),
        ("adam:lr=1", {"beta": 2}),
    ],
)
def test_join_refuses_what_would_be_read_otherwise(name: str, settings: dict[str, Any]) -> None:
    with pytest.raises(UserError, match=r"read otherwise|Cannot read"):
        join(name, settings)


def _same_when_guessed(text: str) -> bool:
    return guess(text) == text


NAMES = st.from_regex(r"[a-z][a-z0-9_-]{0,12}", fullmatch=True)
FOREIGN = st.from_regex(
    r"(torch|optax|keras):[A-Za-z]\w{0,9}|[a-z.]{1,9}:[A-Z]\w{0,9}", fullmatch=True
)
FLOATS = st.floats(allow_nan=False)
NUMBERS = st.one_of(
    FLOATS,
    st.integers(),
    FLOATS.map(np.float64),
    st.floats(width=32, allow_nan=False).map(np.float32),
    st.integers(-(2**63), 2**63 - 1).map(np.int64),
)
VALUES = st.one_of(
    NUMBERS,
    st.booleans(),
    st.booleans().map(np.bool_),
    st.none(),
    st.lists(FLOATS, min_size=2, max_size=4).map(tuple),
    st.from_regex(r"[a-z][a-z0-9_=:-]{0,12}", fullmatch=True).filter(_same_when_guessed),
)


@given(NAMES | FOREIGN, st.dictionaries(NAMES, VALUES, max_size=5))
def test_what_is_joined_is_split_into_the_same(name: str, settings: dict[str, Any]) -> None:
    found, words = split(join(name, settings))
    assert (found, {key: guess(word) for key, word in words.items()}) == (name, settings)
    assert join(found, words) == join(name, settings)


CHOICES = {"sgd": 1, "adam": 2, "adamw": 3}


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("adan", " Did you mean 'adam'?"),
        ("ADAMW", " Did you mean 'adamw'?"),
        ("sdg", " Did you mean 'sgd'?"),
        ("zzz", ""),
        ("", ""),
    ],
)
def test_a_wrong_name_gets_the_nearest_and_all_choices(name: str, hint: str) -> None:
    message = f"Unknown optimizer {name!r}.{hint} Choose from: sgd, adam, adamw."
    with pytest.raises(UserError, match=f"^{re.escape(message)}$"):
        look_up("optimizer", name, CHOICES)


def test_a_right_name_is_found() -> None:
    assert look_up("optimizer", "adam", CHOICES) == 2


def make(rate: float = 0.1, count: int = 3, big: bool = False, form: str = "round") -> tuple:
    return rate, count, big, form


@pytest.mark.parametrize(
    ("words", "given", "made"),
    [
        ({}, {}, (0.1, 3, False, "round")),
        ({"rate": "2"}, {}, (2.0, 3, False, "round")),
        ({"rate": "1e-3", "count": "7"}, {}, (1e-3, 7, False, "round")),
        ({"big": "True"}, {}, (0.1, 3, True, "round")),
        ({"big": "false", "form": "square"}, {"big": True}, (0.1, 3, False, "square")),
        ({}, {"rate": 9.0}, (9.0, 3, False, "round")),
    ],
)
def test_words_take_the_types_of_the_defaults(words: dict, given: dict, made: tuple) -> None:
    built = build("thing", make, words, **given)
    assert built == made
    assert [type(value) for value in built] == [float, int, bool, str]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ({"rate": "fast"}, "thing: rate must be a number, got 'fast'."),
        ({"count": "2.5"}, "thing: count must be a whole number, got '2.5'."),
        ({"big": "yes"}, "thing: big must be true or false, got 'yes'."),
        (
            {"rat": "1"},
            "Unknown setting of thing 'rat'. Did you mean 'rate'? "
            "Choose from: rate, count, big, form.",
        ),
    ],
    ids=["number", "whole", "bool", "unknown"],
)
def test_bad_words_are_refused(words: dict[str, str], message: str) -> None:
    with pytest.raises(UserError, match=f"^{re.escape(message)}$"):
        build("thing", make, words)


@pytest.mark.parametrize("word", ["__import__('os')", "1;2", "1+1", "0x10", "nan nan", "lambda: 1"])
def test_a_word_is_never_code(word: str) -> None:
    with pytest.raises(UserError, match="rate must be a number"):
        build("thing", make, {"rate": word})


def test_a_wrong_name_lists_the_choices() -> None:
    assert str(unknown("surface", "x", ["bowl"])) == "Unknown surface 'x'. Choose from: bowl."


# What the metadata of an installation say, on a PATH that leads to its pip or not, and the hint.
WHEEL = ["numpy>=1.26", 'imageio-ffmpeg>=0.5; extra == "mp4"', "a; extra == 'mp40'"]
PLACES = {
    "installed": (WHEEL, True, 'pip install "imageio-ffmpeg>=0.5"'),
    "not the first Python": (WHEEL, False, '/it/bin/python -m pip install "imageio-ffmpeg>=0.5"'),
    "older metadata": (["numpy>=1.26"], True, f'pip install "{HOME}[mp4]"'),
    "a folder on the path": (None, True, f'pip install "{HOME}[mp4]"'),
}


@pytest.mark.parametrize("place", PLACES)
def test_a_missing_extra_is_told_with_what_installs_it_here(
    monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    known, activated, command = PLACES[place]

    def requires(name: str) -> list[str]:
        if known is None:
            raise PackageNotFoundError(name)
        return known

    monkeypatch.setattr("importlib.metadata.requires", requires)
    monkeypatch.setattr("sys.executable", "/it/bin/python")
    monkeypatch.setattr("shutil.which", lambda name: f"/{'it' if activated else 'os'}/bin/{name}")
    error = needs_extra("Writing MP4", "mp4")
    assert isinstance(error, UserError)
    assert str(error) == f"Writing MP4 needs an extra package: {command}"


def test_every_extra_that_is_asked_for_is_one() -> None:
    sources = [path.read_text(encoding="utf-8") for path in (HOME / "optiviz").rglob("*.py")]
    asked = re.findall(r'needs_extra\([^)]*"([\w-]+)"\)', "".join(sources))
    asked += [engine_of(framework).extra for framework in ENGINES]
    project = tomllib.loads((HOME / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert {"mp4", "apps", "fast", "torch"} <= set(asked) <= set(project["optional-dependencies"])
