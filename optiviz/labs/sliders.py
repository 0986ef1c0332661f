"""`optiviz.sliders`: ipywidgets for the settings of any rule, made from their bounds."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

from optiviz.errors import UserError, needs_extra
from optiviz.optim import SYMBOLS, Optimizer, parse

DECADES = (3, 2)  # below and above the value that a setting without an end begins with
STEP = 0.001  # of a setting that has both ends


def sliders(rule: Optimizer | str) -> Any:
    """Controls for the settings of a rule, below one another, for a notebook or an app.

    The box's trait `rule` is the rule as it is set; `observe` tells of another one.

    Args:
        rule: a rule, or words such as "adam:lr=0.1". A setting that is a schedule or an array
            stays as it is.

    Raises:
        UserError: the extra `apps` is missing, or words that are no rule.

    >>> box = sliders("momentum:lr=0.02")
    >>> [control.description for control in box.children]
    ['η', 'β', 'form', 'cautious']
    >>> box.children[1].value = 0.5
    >>> box.rule
    Momentum(lr=0.02, beta=0.5, form='inside', cautious=False)
    """
    try:
        import ipywidgets  # noqa: PLC0415, an extra
        import traitlets  # noqa: PLC0415
    except ImportError:
        raise needs_extra("sliders", "apps") from None
    made = parse(rule) if isinstance(rule, str) else rule
    if not isinstance(made, Optimizer):
        raise UserError(f'sliders needs a rule, or words such as "adam:lr=0.1", got {made!r}.')
    fields = (field for field in dataclasses.fields(made) if field.name in made.settings())
    offered = {field.name: _control(ipywidgets, made, field) for field in fields}
    controls = {name: control for name, control in offered.items() if control}
    box = ipywidgets.VBox([*controls.values()])
    box.add_traits(rule=traitlets.Any(made))

    def read(_: Any) -> None:
        settings = {name: control.value for name, control in controls.items()}
        box.rule = dataclasses.replace(box.rule, **settings)

    for control in controls.values():
        control.observe(read, "value")
    return box


def _control(ipywidgets: Any, rule: Optimizer, field: Any) -> Any:
    """The control of one setting; None where its value is no single number, word or switch."""
    value = getattr(rule, field.name)
    facts = {"value": value, "description": SYMBOLS.get(field.name, field.name)}
    facts["tooltip"] = field.name
    if field.type == "bool":
        return ipywidgets.Checkbox(**facts, indent=False)
    if choices := field.metadata.get("choices"):
        return ipywidgets.Dropdown(options=choices, **facts)
    bound = field.metadata.get("bound")
    if bound is None or not isinstance(value, int | float):
        return None
    if bound.whole:
        return ipywidgets.IntSlider(**facts, min=bound.low, max=bound.high - 1)
    if bound.high == math.inf and value > 0:
        middle = math.log10(value)  # a browser keeps to the steps from the lower end
        ends = {"min": middle - DECADES[0], "max": middle + DECADES[1], "step": 0.05}
        return ipywidgets.FloatLogSlider(**facts, **ends, readout_format=".2g")
    high = 1.0 if bound.high == math.inf else bound.high - STEP
    ends = {"min": bound.low, "max": max(high, value), "step": STEP}
    return ipywidgets.FloatSlider(**facts, **ends, readout_format=".3f")
