"""Fills the API pages: each room's public names, by the module or folder that defines them."""

import ast
import re
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
MARK = re.compile(r"^<!-- public names of goodfit\.(\w+) -->$", re.MULTILINE)


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Replace the mark of an API page by one mkdocstrings entry for each public name."""
    return MARK.sub(lambda match: public_names(match.group(1)), markdown)


def public_names(room: str) -> str:
    """Return the entries of one room, by its modules and folders in the order of its stub."""
    stub = ast.parse((ROOT / room / "__init__.pyi").read_text(encoding="utf-8"))
    sections: dict[str, list[str]] = {}
    for node in stub.body:
        if isinstance(node, ast.ImportFrom) and node.module:
            names = sections.setdefault(node.module.split(".")[0], [])
            names += [f"{node.module}.{alias.name}" for alias in node.names]
    lines = []
    for section, names in sections.items():
        lines += [f"## {section.replace('_', ' ').capitalize()}", "", summary(room, section), ""]
        for name in sorted(names, key=lambda name: name.rsplit(".", 1)[1].lower()):
            lines += [f"::: goodfit.{room}.{name}", ""]
    return "\n".join(lines)


def summary(room: str, section: str) -> str:
    """Return the first line of the docstring of a module or folder."""
    path = ROOT / room / f"{section}.py"
    path = path if path.exists() else ROOT / room / section / "__init__.py"
    return (ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "").split("\n")[0]
