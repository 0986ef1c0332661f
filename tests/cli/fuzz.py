"""Command lines of every kind, made from the commands' own parameters."""

from __future__ import annotations

import random
from functools import cache
from typing import Any, get_type_hints

import typer.main

from optiviz.cli import program
from optiviz.cli.frame import COMMANDS
from optiviz.named import named

# Words that keep a line quick unless others follow.
NETWORK = "--sizes 784,3,10 --batch-size 200"
BASE = {
    "animate": "--steps 4 --size 240x180",
    "plot": "--steps 4 --size 240x180",
    "explore": "--points 3x2 --steps 5",
    "map": "--points 5 --steps 5 --size 240x180",
    "gradcheck": "--sizes 784,3,10 --size 240x180",
    "train": f"{NETWORK} --epochs 1",
    "compare": f"{NETWORK} --epochs 1 --optim sgd --seeds 1 --size 240x180",
    "landscape": f"{NETWORK} --optim sgd --updates 4 --images 9 --size 240x180",
    "twin": f"{NETWORK} --optim sgd --updates 4 --images 9 --size 240x180",
    "sweep": f"{NETWORK} --optim sgd --grid lr=0.1,0.2 --size 240x180",
    "gallery": "--out slides",
    "app": "--no-browser",
    "course": "--out new",
    "site": "--out new",
}
RULES = ["sgd", "adam:lr=0.1", "momentum:beta=0.5,form=outside", "sgd:lr=1e9", "mine:Right"]
SCHEDULES = ["cosine", "warmup:steps=2,then=cosine", "step:step_size=1", "one-cycle:rise=0.9"]
SETTINGS = ["lr=0.1:1", "beta=0:0.9", "lr", "beta", "beta1=0:0.5"]
PLACES = [
    f"a.{ending}" for ending in ["gif", "webp", "apng", "mp4", "html", "png", "svg", "pdf", "GIF"]
]
# What is good for an option of this name, beside what the shell would complete.
GOOD: dict[str, list[str]] = {
    "optim": RULES,
    "problem": ["valley", "regression:n=9", "x**2+y**2", "valley:condition=3", "1/x + y**4"],
    "schedule": SCHEDULES,
    "panels": ["path", "path,loss", "velocity,lr", "surface", "speed, loss", "path,truth"],
    "start": ["1,1", "-0.5,0.5", "0,0"],
    "size": ["240x180", "320x240", "241x181"],
    "theme": ["light", "dark", "slides"],
    "vary": [*SETTINGS, "start=2x2", "condition=1:9", "batch_size=1,8", "end=0:0.1"],
    "x": SETTINGS,
    "y": SETTINGS,
    "sizes": ["784,3,10", "784,10", "784,2,2,10"],
    "init": ["glorot", "he"],
    "dtype": ["float32", "float64"],
    "dataset": ["mnist", "mine.npz", "mine.csv", "wrong.npz", "wrong.csv"],
    "weights": ["w.npz", "v.npz", "mine.npz", "taken/file"],
    "more": ["w.npz", "v.npz", "file"],
    "lr_range": ["1e-3:1", "0.1:10"],
    "activation": ["relu", "tanh", "gelu"],
    "schedule_per": ["epoch", "step"],
    "directions": ["pca", "random"],
    "objective": ["val_loss", "val_accuracy"],
    "grid": ["lr=0.1,1", "batch_size=100,200", "epochs=1", "beta=0.5", "momentum=true"],
    "formats": ["svg", "png,svg"],
    "table": ["lecture-sgd"],
    "out": [*PLACES, "new", "new/deep", "new/a.png", "taken/a.png"],
    "resume": ["taken", "nowhere"],
    "data_dir": ["taken", "nowhere"],
    "storage": ["sqlite:///new.db"],
    "name": ["mnist", "surfaces", "plot_momentum"],
    "what": ["optimizers", "surfaces", "themes"],
    "validation": ["0", "50"],
    "batch_size": ["50", "200"],
    "base_url": ["/", "/a/"],
    "ip": ["127.0.0.1"],
}
NUMBERS = [
    "0",
    "-0",
    "-1",
    "1e400",
    "1e-320",
    "nan",
    "inf",
    "-inf",
    "1_0",
    "0x10",
    "1.5",
    "99999999999",
    "1e3",
    "٣",
    "1/2",
    "4.9e-324",
]
NUMBERS += ["9" * 25, "9" * 5000, "-" + "9" * 25, "1e308", "2147483648", " 3 ", "1,5", "--", "-h"]
WORDS = [
    "",
    " ",
    "\t",
    "é",
    "η",
    "日本",
    "\udcff",
    "'",
    '"',
    "`id`",
    "$HOME",
    "a\nb",
    "\\",
    "%s",
    "{}",
]
WORDS += ["x" * 3000, "=", ":", ",", ";", "..", "~", "*", "--steps", "None", "true", "None:x=1"]
RULED = ["sgd:", "sgd:lr", "sgd:lr=", "sgd:lr=nan", "sgd:lr=1,lr=2", "adam:beta1=1", "sgd:lr=-1"]
RULED += [
    "mine:Wrong",
    "mine:Leaves",
    "mine:Raises",
    "mine:No",
    "nowhere:No",
    "..:No",
    "mine:NUMBER",
]
RULED += ["momentum:form=odd", "sgd:speed=1", "adam:lr=1e400", "sgd,adam", "sgd:lr=1e300", "ADAM"]
FORMULAS = ["1/0", "x**x**x**x", "(" * 90 + "x" + ")" * 90, "__import__('os')", "x.real", "x y"]
FORMULAS += ["exp(exp(exp(x)))", "log(-1)", "0", "1e999*x", "x if y else 1", "lambda: x", "x**-0.5"]
FORMULAS += ["abs(x)**0.1+y", "x" + "+x" * 300, "sqrt(x*y)", "1e300*x**2+y", "x//2", "-" * 99 + "x"]
FORMULAS += ["tan(x)*1e200", "regression:n=1", "valleys:seed=-1", "valley:condition=0.5", "x+"]
FORMULAS += [
    "valley:rotation=nan",
    "regression:noise=1e300",
    "logistic:noise=0",
    "valley:condition=1e300",
]
SCHEDULED = ["step:gamma=9e99", "exponential:gamma=1e9", "warmup:steps=0", "warmup:then=warmup"]
SCHEDULED += [
    "cosine:end=1e308",
    "linear:end=-1",
    "one-cycle:rise=0",
    "one-cycle:div=1e308",
    "step:",
]
SCHEDULED += ["warmup:then=one-cycle", "inverse-time:decay=1e308", "exponential:gamma=1e-300"]
SPANS = [
    "1:0",
    "0:1",
    "nan:1",
    "1e-320:1e308",
    "1e-300:1",
    "1:1:1",
    "lr=1:0",
    "lr=0:1",
    "lr=nan:1",
    "lr=1e-320:1e308",
    "beta=0:2",
    "lr=-1:1",
    "lr=1",
    "=1:2",
]
SPANS += ["1x1", "0x0", "240x", "9999x9999", "240X180", "-240x180", "240x180x3", "1e9,1e9", "1,"]
SPANS += ["784,0,10", "784,-3,10", "784,,10", "784,1000000000,10", "784" + ",1" * 150 + ",10", "10"]
SPANS += ["path,path", "nan,nan", "lr=0.1,,", "lr=", "lr=nan", "epochs=0", "batch_size=1e9", "a=1"]
ELSEWHERE = ["taken", "file/a.png", "file", "/proc/a.png", "/proc/new", "/dev/null", ".", "a.xyz"]
ELSEWHERE += [
    "x" * 300 + ".png",
    "é η.png",
    "a b.gif",
    "a.png/",
    ".png",
    "-.png",
    "'.svg",
    "\udcff.png",
]
LONG = ("seeds", "epochs", "updates", "tune", "samples", "images")  # of which some is long work
ODDER, DEAR = 0.95, ("compare", "landscape", "twin", "sweep", "gallery", "train", "gradcheck")
DEAR += ("course", "site")
ODD = [NUMBERS, WORDS, RULED, FORMULAS, SCHEDULED, SPANS, ELSEWHERE]
HOME = {"optim": RULED, "problem": FORMULAS, "schedule": SCHEDULED, "out": ELSEWHERE}
HOME |= dict.fromkeys(["x", "y", "size", "sizes", "start", "panels", "grid", "lr_range"], SPANS)


def commands() -> dict[str, Any]:
    """The commands of the program, as Click sees them."""
    return dict(typer.main.get_command(program()).commands)  # type: ignore[attr-defined]


@cache
def good(name: str, command: Any, parameter: Any) -> list[str]:
    """Values that a parameter takes: known ones, what the shell completes, small numbers."""
    with command.make_context("a", [], resilient_parsing=True) as context:
        offered = [getattr(i, "value", i) for i in parameter.shell_complete(context, "")]
    found = [*GOOD.get(parameter.name, []), *offered]
    kind = str(get_type_hints(named(COMMANDS[name]))[parameter.name])
    return found or (["1", "2", "3"] if "int" in kind or "float" in kind else ["a"])


def lines(seed: int, count: int) -> list[list[str]]:
    """So many lines, none of them twice; the same ones for the same seed.

    They are drawn by hand: Hypothesis would begin with the plainest, which here are the dearest.
    """
    rng, every, found = random.Random(seed), commands(), dict[tuple[str, ...], None]()
    while len(found) < count:
        found[tuple(_line(rng, every))] = None
    return list(map(list, found))


def _line(rng: random.Random, every: dict[str, Any]) -> list[str]:
    """A command with a few of its options, each with a good, an odd or a hostile value."""
    name = rng.choice(sorted(every))
    words, odd = (
        [name, *BASE.get(name, "").split()],
        rng.random() < (ODDER if name in DEAR else 0.7),
    )
    parameters = [p for p in every[name].params if p.name != "help"]
    chosen = rng.choices(parameters, k=rng.randint(1, 5))
    worst = rng.randrange(len(chosen)) if odd else -1
    for index, parameter in enumerate(chosen):
        words += [option for option in parameter.opts[:1] if option.startswith("-")]
        if getattr(parameter, "is_flag", False):
            continue
        if index == worst or (odd and rng.random() < 0.2):
            words.append(_odd(rng, parameter.name))
        else:
            words.append(rng.choice(good(name, every[name], parameter)))
    if rng.random() < 0.05:
        words.insert(rng.randint(0, len(words)), rng.choice(WORDS))
    return words


def _odd(rng: random.Random, name: str) -> str:
    """A value that is hardly what an option of this name takes."""
    kind = rng.random()
    if kind < 0.1:
        return "".join(chr(rng.randint(1, 0xD7FF)) for _ in range(rng.randint(1, 9)))
    if kind < 0.2:
        return repr(rng.choice([1, -1]) * 10 ** rng.uniform(-320, 308))
    if kind < 0.3:
        number = rng.randint(-9, 10 ** rng.randint(1, 20))
        legal = name in LONG and 3 < number < 10**9
        return str(number * 10**9 if legal else number)
    return rng.choice(HOME[name] if kind < 0.7 and name in HOME else rng.choice(ODD))
