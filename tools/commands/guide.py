"""Print the rules that goodfit follows, and where each of them is carried out."""

from __future__ import annotations

import argparse
from typing import Any

from .result import Result

EPILOG = """\
examples:
  goodfit guide                  every rule
  goodfit guide REG-1            one rule
  goodfit guide DX               a family of rules
  goodfit guide metrics          a section
  goodfit guide glossary         the words that are used, and for what
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument(
        "query", metavar="RULE|SECTION", nargs="*", help="what to show (default: all)"
    )


def run(arguments: argparse.Namespace) -> Result:
    """Print rules with the places that cite them."""
    from ..guide import GLOSSARY, citations, select_rules

    query = " ".join(arguments.query) or None
    words = dict(GLOSSARY) if query is None or query.lower() in ("glossary", "glo") else {}
    rules = [] if query is not None and words else select_rules(query)
    places: dict[str, list[str]] = {}
    for citation in citations():
        places.setdefault(citation.rule, []).append(citation.place)
    data = {
        "rules": [
            {
                "id": rule.id,
                "section": rule.section,
                "statement": rule.statement,
                "places": places.get(rule.id, []),
            }
            for rule in rules
        ],
        "glossary": words,
    }

    def show(terminal: Any) -> None:
        section = ""
        for rule in data["rules"]:
            if rule["section"] != section:
                section = rule["section"]
                terminal.heading(section)
            where = "\n".join(rule["places"]) or "nothing carries it out yet"
            terminal.pairs([(f"{rule['id']:<7}", f"{rule['statement']}\n{where}")])
        if words:
            terminal.heading("Glossary")
            terminal.pairs(words.items())

    return Result(data, show)
