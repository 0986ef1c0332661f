"""The small language `name:key=value,key=value` that names a thing and its settings."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from optiviz.errors import UserError, unknown

T = TypeVar("T")
# A name in two parts: of a framework and a rule in it, or of a module and a class in it.
FOREIGN = re.compile(r"\s*((?i:torch|optax|keras):\w+|[\w.]+:[A-Z]\w*)\s*(:|$)(.*)", re.DOTALL)


def split(text: str) -> tuple[str, dict[str, str]]:
    """The name and the settings of `name:key=value,key=value`, all still words.

    >>> split("momentum:beta=0.95,lr=0.1")
    ('momentum', {'beta': '0.95', 'lr': '0.1'})
    >>> split("torch:AdamW:lr=0.1")
    ('torch:AdamW', {'lr': '0.1'})
    """
    foreign = FOREIGN.match(text)
    name, _, rest = text.strip().partition(":") if foreign is None else foreign.groups()
    pairs = [item.partition("=") for item in rest.split(",") if item.strip()]
    for key, equals, value in pairs:
        if not (key.strip() and equals and value.strip()):
            raise UserError(f"Cannot read {text!r}: write it as name:key=value,key=value.")
    settings = {key.strip(): value.strip() for key, _, value in pairs}
    if len(settings) < len(pairs):
        raise UserError(f"A setting is named twice in {text!r}.")
    return name.strip() if foreign else name.strip().lower(), settings


def listed(text: str) -> list[str]:
    """Things with commas between; a comma before key=value is one of a thing's own.

    >>> listed("sgd,momentum:lr=0.1,beta=0.9,adam")
    ['sgd', 'momentum:lr=0.1,beta=0.9', 'adam']
    """
    return [part.strip() for part in re.split(r",(?!\s*\w+\s*=)", text) if part.strip()]


def join(name: str, settings: Mapping[str, Any]) -> str:
    """The text `name:key=value,…` that `split` takes apart again.

    Args:
        name: as `split` gives it: in lower case, but for a framework's or a module's own rule.
        settings: booleans, numbers of Python or NumPy, None, tuples of numbers, and texts, which
            are taken for words that are ready.

    Raises:
        UserError: a value that has no words, such as an array, or one that would read otherwise.

    >>> join("adam", {"lr": 0.1, "eps_inside_root": True})
    'adam:lr=0.1,eps_inside_root=true'
    >>> join("torch:AdamW", {"betas": (0.9, 0.99), "fused": None})
    'torch:AdamW:betas=0.9/0.99,fused=none'
    """
    words = {key: _word(f"{name}: {key}", value) for key, value in settings.items()}
    text = name + ":" * bool(words) + ",".join(f"{key}={word}" for key, word in words.items())
    if split(text) != (name, words):
        raise UserError(f"{text!r} does not say {name!r} with {words}: it would be read otherwise.")
    return text


def _word(label: str, value: Any) -> str:
    """One value as `guess` reads it."""
    numpy = type(value).__module__ == "numpy"  # which is not imported for this
    plain = value.item() if numpy and not hasattr(value, "__len__") else value
    if plain is None or isinstance(plain, bool):
        return str(plain).lower()
    if isinstance(plain, str):
        return plain
    if isinstance(plain, int | float):
        return repr(plain)
    if isinstance(plain, tuple) and len(plain) > 1:
        return "/".join(_word(label, float(part)) for part in plain)
    raise UserError(f"{label} cannot be written in words: {value!r} is no number and no text.")


def slug(*texts: str) -> str:
    """A file's name, without its ending, made of what some texts name.

    >>> slug("torch:AdamW:lr=0.01", "adam", "adam:lr=0.1", "valley")
    'torch-AdamW-adam-valley'
    """
    names = [re.sub(r"[^\w.]+", "-", split(text)[0]).strip("-") for text in texts]
    return "-".join(dict.fromkeys(names))[:100]


def whole(word: str) -> int:
    """A whole number, also one that is written with an exponent.

    Raises:
        ValueError: another number, or none.

    >>> whole("1e3"), whole("-7")
    (1000, -7)
    """
    try:
        return int(word)
    except ValueError:
        number = float(word)
        if not number.is_integer():
            raise
        return int(number)


def guess(word: str) -> Any:
    """A word as what it looks like: a number, true, false, none, numbers with / between, or text.

    >>> [guess(word) for word in ("0.9/0.99", "2", "1e-8", "true", "none", "nesterov")]
    [(0.9, 0.99), 2, 1e-08, True, None, 'nesterov']
    """
    known = {"true": True, "false": False, "none": None}
    if word.lower() in known:
        return known[word.lower()]
    for kind in (int, float, lambda text: tuple(float(part) for part in text.split("/"))):
        try:
            return kind(word)
        except ValueError:
            continue
    return word


class Registry(dict[str, T]):
    """Things by name; a wrong name is an error that lists the choices and the nearest one.

    >>> Registry("x", {"sgd": 1, "adam": 2})["adan"]
    Traceback (most recent call last):
    optiviz.errors.UnknownNameError: Unknown x 'adan'. Did you mean 'adam'? Choose from: sgd, adam.
    """

    def __init__(self, kind: str, entries: Mapping[str, T]) -> None:
        super().__init__(entries)
        self.kind = kind

    def __missing__(self, name: str) -> T:
        raise unknown(self.kind, name, self)


def look_up(kind: str, name: str, registry: Mapping[str, T]) -> T:
    """The entry of that name, or an error that lists the choices and the nearest one."""
    if name not in registry:
        raise unknown(kind, name, registry)
    return registry[name]


def pair(name: str, text: str, between: str, kind: Callable[[str], T]) -> tuple[T, T]:
    """Two numbers with something between them, such as 960x540.

    >>> pair("size", "960x540", "x", whole)
    (960, 540)
    """
    try:
        first, second = (kind(part) for part in text.lower().split(between))
    except ValueError:
        message = f"{name} must be two numbers with a {between!r} between, got {text!r}."
        raise UserError(message) from None
    return first, second


def numbers(name: str, text: str, count: int) -> list[float]:
    """So many numbers with commas between.

    >>> numbers("bounds", "-1,1,0,2.5", 4)
    [-1.0, 1.0, 0.0, 2.5]
    """
    try:
        found = [float(part) for part in text.split(",")]
    except ValueError:
        found = []
    if len(found) != count:
        raise UserError(f"{name} must be {count} numbers with commas between, got {text!r}.")
    return found


def build(name: str, factory: Callable[..., T], words: dict[str, str], **given: Any) -> T:
    """Call a factory with words turned into the types of its parameters' defaults."""
    parameters = inspect.signature(factory).parameters
    for key in words:
        if key not in parameters:
            raise unknown(f"setting of {name}", key, parameters)
    typed = {k: _typed(f"{name}: {k}", v, parameters[k].default) for k, v in words.items()}
    return factory(**(given | typed))


def _typed(label: str, word: str, default: Any) -> Any:
    if isinstance(default, bool):
        if word.lower() not in ("true", "false"):
            raise UserError(f"{label} must be true or false, got {word!r}.")
        return word.lower() == "true"
    if isinstance(default, int | float):
        return number(label, word, whole if isinstance(default, int) else float)
    return word


def number(label: str, word: str, kind: Callable[[str], T]) -> T:
    """One number: `float`, or `whole`, of what a sentence is to call by its label."""
    try:
        return kind(word)
    except ValueError:
        words = "a number" if kind is float else "a whole number"
        raise UserError(f"{label} must be {words}, got {word!r}.") from None
