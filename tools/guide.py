"""The guide's rules, and where goodfit carries each of them out, found without importing it."""

from __future__ import annotations

import ast
import functools
import importlib.util
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ..zoo.errors import bad_input, did_you_mean
from .guide_rules import GLOSSARY, SECTIONS

__all__ = ["GLOSSARY", "ROOMS", "RULES", "Citation", "Rule", "citations", "select_rules"]

ROOMS = ("zoo", "callbacks", "recipes", "tools")
_CITATION = re.compile(r"\bGuide:\s*([^.]*)\.")


@dataclass(frozen=True)
class Rule:
    """One statement of the guide that software can act on.

    Args:
        id: Its name in docstrings and findings, such as `REG-1`.
        section: The part of the guide that it belongs to.
        statement: What it says, in the project's own words.
    """

    id: str
    section: str
    statement: str


@dataclass(frozen=True)
class Citation:
    """One docstring that names a rule as its source.

    Args:
        rule: What was written; `RULES` holds it when the citation is sound.
        place: The dotted name of the module, class or function.
        file: The file that holds it.
        line: The line of the definition, from 1.
    """

    rule: str
    place: str
    file: Path
    line: int


RULES: dict[str, Rule] = {
    id: Rule(id, section, statement)
    for section, rules in SECTIONS.items()
    for id, statement in rules.items()
}


@functools.cache
def citations() -> tuple[Citation, ...]:
    """Return every citation in the docstrings of the installed rooms, by AST.

    A citation is the word `Guide`, a colon, ids with commas between them, and a full stop.

    Examples:
        >>> any(citation.rule == "PH-1c" for citation in citations())
        True
    """
    found: list[Citation] = []
    for room in ROOMS:
        specification = importlib.util.find_spec(f"goodfit.{room}")
        folders = specification.submodule_search_locations if specification else None
        for folder in map(Path, folders or ()):
            for file in sorted(folder.rglob("*.py")):
                parts = (f"goodfit.{room}", *file.relative_to(folder).with_suffix("").parts)
                module = ".".join(part for part in parts if part != "__init__")
                found += _in_file(file, module)
    return tuple(found)


def select_rules(query: str | None = None) -> list[Rule]:
    """Return the rules that have a name, in the guide's order.

    Args:
        query: An id, a family such as `REG`, or a section; None for all rules.

    Raises:
        BadInput: Nothing has that name ("did you mean").

    Examples:
        >>> [rule.id for rule in select_rules("qs")]
        ['QS-1', 'QS-2', 'QS-3']
        >>> len(select_rules("reg-1"))
        1
    """
    if query is None:
        return list(RULES.values())
    wanted = query.strip().lower()
    for named in (_ids(wanted), _families(wanted), _sections(wanted)):
        if named:
            return named
    names = {*RULES, *(rule.id.split("-")[0] for rule in RULES.values()), *SECTIONS}
    raise bad_input(
        "rule_unknown",
        f"The guide has no rule or section '{query}'",
        expected="an id such as REG-1, a family such as REG, or a section such as Metrics",
        received=repr(query),
        remedy=did_you_mean(query, names),
    )


def _ids(wanted: str) -> list[Rule]:
    return [rule for id, rule in RULES.items() if id.lower() == wanted]


def _families(wanted: str) -> list[Rule]:
    return [rule for id, rule in RULES.items() if id.split("-")[0].lower() == wanted]


def _sections(wanted: str) -> list[Rule]:
    return [rule for rule in RULES.values() if rule.section.lower() == wanted]


def _in_file(file: Path, module: str) -> Iterator[Citation]:
    text = file.read_text(encoding="utf-8")
    if "Guide:" not in text:
        return
    for name, node in _documented(ast.parse(text), module):
        for rule in _cited(ast.get_docstring(node) or ""):
            yield Citation(rule, name, file, getattr(node, "lineno", 1))


def _documented(
    node: ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef, name: str
) -> Iterator[tuple[str, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef]]:
    yield name, node
    for child in node.body:
        if isinstance(child, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield from _documented(child, f"{name}.{child.name}")


def _cited(docstring: str) -> Iterable[str]:
    for match in _CITATION.finditer(docstring):
        for part in match.group(1).split(","):
            yield " ".join(part.split())
