"""What no page of ours would send."""

from __future__ import annotations

import math
from typing import Any

DEEP: Any = []
for _ in range(14):
    DEEP = [DEEP]

NUMBERS = [
    0,
    -1,
    True,
    7,
    3000,
    10**9,
    10**400,
    -(2**63),
    1e-300,
    1e308,
    math.inf,
    -math.inf,
    math.nan,
]
WORDS = [
    *("", " ", "x", "None", "1", "∞", "९", "\x00", "\ud800", "\u202e", "x" * 60_000, "9" * 4000),
    *("this:Zen", "torch:AdamW", "optax:adam", "keras:Adam", "os:system", "builtins:exec"),
    *("momentum:beta=7", "adam:lr=nan", "/etc/passwd", "../../x", "file:///etc/passwd", "~/x"),
    *("x**2+y**2", "__import__('os').system('id')", "{0.__class__}", "%s%n", "$(id)", "`id`"),
    *("<script>alert(1)</script>", "'; DROP TABLE runs; --", "https://evil.example", "\r\nX: y"),
    *("00000000110000", "3000", "1" * 90, "1,1,1,1,1,1", "1000,1000,1000", "-1", "1e9", "1_000"),
    *("?optim=this:Zen", "?optim=torch:AdamW&steps=1e9", "?problem=x**2", "?start=nan,inf"),
    *("?seed=-1&batch=1e99", "?schedule=cosine:end=nan", "&" * 1900, "?" + "optim=sgd&" * 190),
]
LANES = [
    [{"rule": "this:Zen"}],
    [{"rule": "torch:AdamW", "lr": 0.001}],
    [{"rule": "sgd", "lr": 0.1}] * 12,
    [{"rule": {"rule": "sgd"}}, [], None, 7],
    [{"rule": "adam", "lr": -1, "beta1": 2, "__class__": "x", "rho": "this:Zen"}],
    [{"rule": "sgd", "lr": math.nan, "lr_schedule": "x"}],
]
FORMS = [
    *({"lanes": lanes} for lanes in LANES),
    {"lanes": LANES[1], "hidden": "3000", "epochs": 10**9, "batch_size": 0, "seed": -1, "end": 2},
    {"hidden": [3000], "schedule": "optax:cosine", "epochs": "9" * 30, "seed": math.inf},
    {"hidden": "00000000110000", "epochs": 50, "batch_size": 1},
    {"hidden": "1000,1000,1000,1000,1000"},
    {"lanes": [{"rule": "sgd"}], "dataset": "/etc/passwd", "threads": 10**6, "compiled": True},
    {"state": {"lanes": LANES[1]}, "optim": "this:Zen", "recipe": {}},
    {"problem": "x**2+y**2", "steps": 10**9, "lanes": LANES[2]},
    *({"problem": text} for text in ("x+" * 90 + "x", "sin(" * 49 + "x" + ")" * 49, "x**y" * 9)),
    *(
        {"problem": text}
        for text in ("x.__class__", "exec('x')", "x if y else x", "[x for x in y]")
    ),
    *(
        {"problem": text}
        for text in ("9**9**9**9*x", "1e308*x*1e308", "x/0", "log(-x*x)", "y/1e308")
    ),
    *({"problem": "x*x+y*y", "shape": {"left": n, "top": n}} for n in (math.nan, 1e308, 4, "3")),
    {"problem": "x*x+y*y", "shape": {"left": -1e4, "right": 1e4, "bottom": {}}, "start": [2e4, 0]},
    {"problem": ["x*x"], "shape": [["left", 1]]},
    {"problem": "mine.py:f", "shape": {"condition": math.inf, "noise": -1}, "start": [1e308, "x"]},
    {"steps": 10**400, "batch": -1, "seed": 1e99, "decay": {"end": math.nan}, "start": [0] * 9_999},
]
PINNED = [
    *({"pins": {"A": form, "B": [], "<b>": form, "C": {"lanes": [form]}}} for form in FORMS),
    {"pins": [1]},
    {"pins": {"A": {"lanes": LANES[2], "steps": 10**9, "pins": {"A": {}}}}},
]
FILES = [
    *(
        "{",
        "[" * 5_000,
        "null",
        '{"link": "?optim=this:Zen"}',
        "<script>alert(1)</script>",
        "1e999",
    ),
    '{"optiviz": "session of the surface lab", "version": 1, "link": "<b>&optim=sgd&pin-A=x&t=-1"}',
    '{"optiviz": "session of the surface lab", "version": 1e9, "link": []}',
]
SENT = [
    *({"controls": form, "serial": form} for form in [*FORMS, *PINNED]),
    *({"query": w} for w in [*WORDS, "?pin-A=optim=this:Zen;steps=1e9&pin-Z=x&t=nan"]),
    *({"file": file} for file in [*FILES, *WORDS, 7, None, {}]),
]
WISHES = [{"ending": w, "theme": w} for w in WORDS] + [{"ending": ".png", "theme": "/etc/passwd"}]
ROWS: list[Any] = [[0, None, 2.3, 0.1], [0.1, 1.0, 0.5, 0.9], [1, 0.3, 0.2, 0.95]]
RUN = {"link": "optim=sgd:lr=0.5", "step": 600, "rows": ROWS, "fate": "", "verdict": "", "sum": ""}
RUNS = [
    RUN,
    *(
        RUN | {"rows": rows}
        for rows in ([[0]], [ROWS[2], ROWS[1]], ROWS * 900, [[1e308] * 4], [{}])
    ),
    *(RUN | {"rows": [[0.1, v, v, v]]} for v in (math.inf, -1, 10**400, "1", True, [], {})),
    *(RUN | {"link": w} for w in ("optim=this:Zen&epochs=1e9", "&" * 9000, "hidden=3000,3000", "")),
    *(RUN | {"step": step} for step in (-1, 10**9, 1.5, math.nan, None)),
    *(RUN | odd for odd in ({"fate": "x"}, {"sum": "<b>"}, {"verdict": "x" * 50_000})),
    {"optiviz": "session of the MNIST lab", "version": 1, "link": "optim=this:Zen", "serial": []},
    {"optiviz": "session of the MNIST lab", "version": [], "link": {}},
]
KEYS = [[*range(2000)], [1] * 20_000, [[1]], [None, "x", {}]]
VALUES: list[Any] = [
    None,
    *NUMBERS,
    *WORDS,
    DEEP,
    {},
    [],
    *LANES,
    *FORMS,
    *SENT,
    *WISHES,
    *KEYS,
    *RUNS,
]
