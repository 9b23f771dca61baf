"""Fills the API pages: each room's public names, grouped by the module that defines them."""

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
    """Return the entries of one room, in the order of its stub."""
    stub = ast.parse((ROOT / room / "__init__.pyi").read_text(encoding="utf-8"))
    modules: dict[str, list[str]] = {}
    for node in stub.body:
        if isinstance(node, ast.ImportFrom) and node.module:
            modules.setdefault(node.module, []).extend(alias.name for alias in node.names)
    lines = []
    for module, names in modules.items():
        path = ROOT / room / f"{module.replace('.', '/')}.py"
        summary = (ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "").split("\n")
        lines += [f"## {module.replace('_', ' ').capitalize()}", "", summary[0], ""]
        for name in sorted(names):
            lines += [f"::: goodfit.{room}.{module}.{name}", ""]
    return "\n".join(lines)
