"""The reference of commands is what the commands say of themselves.

`python tests/test_reference.py` writes it anew.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import typer.main

from optiviz.cli import program

PAGE = Path(__file__).parent.parent / "docs/reference.md"
BEGIN, END = "<!-- reference -->\n", "<!-- end of reference -->\n"


def reference() -> str:
    """Every command with its options, each command folded away."""
    group: Any = typer.main.get_command(program())
    return "\n".join(_command(name, command) for name, command in group.commands.items())


def _command(name: str, command: Any) -> str:
    purpose = command.help.split("\n\n")[0].replace("\n", " ")
    lines = [f"<details><summary><code>optiviz {name}</code>: {purpose}</summary>", ""]
    lines += ["| option | meaning | default |", "| --- | --- | --- |"]
    for parameter in command.params:
        words, default = _meaning(parameter)
        if parameter.param_type_name == "argument":
            names = f"`{parameter.name.upper()}`"
        else:
            names = " ".join(f"`{option}`" for option in parameter.opts)
        lines.append(f"| {names} | {words} | {default} |")
    return "\n".join([*lines, "", "</details>", ""])


def _meaning(parameter: Any) -> tuple[str, str]:
    """What an option means, and its default, which some tell in words."""
    words = " ".join((parameter.help or "").split()).replace("|", "\\|")
    told = re.search(r" *\[default: (.*)\]$", words)
    if told:
        return words[: told.start()], told[1]
    default = parameter.default
    if default is None or default is False or default == []:
        return words, ""
    values = default if isinstance(default, list | tuple) else [default]
    return words, " ".join(f"`{value}`" for value in values)


def replaced(text: str) -> str:
    begin, end = text.index(BEGIN) + len(BEGIN), text.index(END)
    return f"{text[:begin]}\n{reference()}\n{text[end:]}"


def test_the_reference_is_true() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert replaced(text) == text, "run python tests/test_reference.py"


def test_every_command_and_option_is_explained() -> None:
    group: Any = typer.main.get_command(program())
    for name, command in group.commands.items():
        assert command.help, name
        assert not [p.name for p in command.params if not getattr(p, "help", "")], name


if __name__ == "__main__":
    PAGE.write_text(replaced(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
