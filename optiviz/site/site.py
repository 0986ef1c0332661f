"""`optiviz site`: everything that can be put on a host, in one folder with a page that leads on."""

from __future__ import annotations

import html
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from optiviz.course.course import INDEX, Course, check_ours
from optiviz.course.shell import HEAD
from optiviz.explorer.explore import explore
from optiviz.files import folder, write_text
from optiviz.gallery.build import Build
from optiviz.gallery.index import write_index
from optiviz.gallery.scripts import Script, scripts
from optiviz.site import api

HERE = Path(__file__).parent
NETWORK = "A real network: MNIST"  # the chapter of the gallery whose scripts take minutes
# The pages with sliders: a name, what is seen there, and what makes it.
SLIDERS: dict[str, tuple[str, dict[str, Any]]] = {
    "momentum": (
        "Momentum in a valley: η, β, and the map of both",
        {"problem": "valley", "rules": "momentum"},
    ),
    "race": (
        "Gradient descent, momentum and Adam on Rosenbrock's valley",
        {
            "problem": "rosenbrock",
            "rules": ["sgd", "momentum", "adam"],
            "vary": {"lr": None},
            "steps": 120,
        },
    ),
    "starts": (
        "Which minimum one comes to: a grid of starts on Himmelblau's surface",
        {
            "problem": "himmelblau",
            "rules": "momentum",
            "vary": {"lr": (0.001, 0.02), "start": (7, 7)},
            "points": (9, 2),
        },
    ),
    "batches": (
        "Batches of 1 to 100: how much a path trembles",
        {
            "problem": "regression",
            "rules": "sgd",
            "vary": {"lr": None, "batch_size": [1, 4, 16, 64, 100]},
        },
    ),
}

PAGE = (
    HEAD
    + """<style>
{css}</style>
</head>
<body>
<main>
<h1>See how optimisers work</h1>
<p>Everything here works without a server and without a network.</p>
<section><h2><a href="course/index.html">The course</a></h2>
<p>{lessons} lessons of two minutes that ask first: guess, see, and try the next thing with sliders.
There is <a href="course/questions.html">a sheet of the questions</a> for print.</p></section>
<section><h2>Pages with sliders</h2>
<ul>
{sliders}
</ul></section>
<section><h2><a href="gallery/index.html">The gallery</a></h2>
<p>{pictures} pictures in the order in which they teach, each with its source.</p></section>
<section><h2><a href="api/{first}">The API</a></h2>
<p>Every function and class, in the words of its docstring.</p></section>
</main>
</body>
</html>
"""
)


def pictures(network: bool) -> list[Script]:
    """The gallery's scripts, with those that train a network or without."""
    return [one for one in scripts().values() if network or one.chapter != NETWORK]


class Site:
    """Gallery, course, pages with sliders, API, and the page that leads to all of them.

    Args:
        out: the folder.
        chosen: the gallery's scripts.
        lessons: a folder of lessons, by default those that came with it.
        sliders: which of the pages with sliders, by default all.

    Raises:
        UserError: a lesson that is wrong, somebody else's folder, or a missing extra.
    """

    def __init__(
        self,
        out: Path,
        chosen: Sequence[Script],
        lessons: Path | None = None,
        sliders: Sequence[str] | None = None,
    ) -> None:
        api.check()
        check_ours(out)
        self.out = out
        self.sliders = tuple(SLIDERS if sliders is None else sliders)
        self.course = Course(out / "course", lessons)
        self.build = Build(chosen, out / "gallery", "gif")

    def count(self) -> int:
        """How many things there are to make."""
        return self.course.count() + len(self.build.stale()) + len(self.sliders) + 1

    def write(self, jobs: int = 1) -> Iterator[str]:
        """Write all of it, each file whole and the first page last; yield what is done.

        Raises:
            UserError: what cannot be made, or a place that cannot be written to.
        """
        yield from self.course.write()
        for name in self.sliders:
            explore(**SLIDERS[name][1]).save(folder(self.out / "sliders") / f"{name}.html")
            yield f"{name}.html"
        api.write(self.out / "api")
        yield "api"
        yield from (script.name for script, _ in self.build.run(jobs))
        write_index(self.build)
        write_text(self.out / INDEX, self._front())

    def _front(self) -> str:
        rows = (
            f'<li><a href="sliders/{name}.html">{html.escape(SLIDERS[name][0])}</a></li>'
            for name in self.sliders
        )
        return PAGE.format(
            title="optiviz: see how optimisers work",
            about="A course, pages with sliders, a gallery and the API of optiviz.",
            css=(HERE / "site.css").read_text(encoding="utf-8"),
            lessons=len(self.course.taught),
            sliders="\n".join(rows),
            pictures=len(self.build.scripts),
            first=api.FIRST,
        )
