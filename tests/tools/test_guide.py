"""Every rule is carried out somewhere, and whoever cites one cites one that exists."""

import ast
import re
from pathlib import Path

import pytest
from goodfit.tools.cli import main
from goodfit.tools.guide import GLOSSARY, RULES, citations, select_rules
from goodfit.zoo import BadInput

ROOT = Path(__file__).parents[2]
FAMILIES = {"SEQ": 11, "ACT": 9, "ARC": 4, "LR": 3, "BAT": 2, "EPO": 1, "OPT": 7, "LOSS": 7}
FAMILIES |= {"MET": 9, "REG": 7, "LVL": 4, "PH": 8, "BP": 4, "CHK": 3, "MIS": 8, "DX": 6}
FAMILIES |= {"WHEN": 4, "QS": 3}

# Rules that nothing carries out yet, and what will. A rule that is cited must leave this list.
LATER = {
    "only an experiment that a user runs can show it": ["SEQ-6", "SEQ-11", "OPT-7"],
}


def cited():
    return {citation.rule for citation in citations()}


def test_the_list_is_whole():
    counts = {}
    for rule in RULES:
        family = rule.split("-")[0]
        counts[family] = counts.get(family, 0) + 1
    assert counts == FAMILIES
    assert all(rule.statement.endswith((".", "?")) for rule in RULES.values())
    words = {"epoch", "batch", "forward pass", "backward pass", "gradient", "learning rate"}
    assert set(GLOSSARY) == words | {"overfitting", "underfitting"}


def test_every_rule_is_carried_out_or_on_the_list():
    later = {rule for rules in LATER.values() for rule in rules}
    assert sorted(set(RULES) - cited() - later) == [], "cited nowhere"


def test_the_list_of_later_rules_shrinks():
    for reason, rules in LATER.items():
        assert set(rules) <= set(RULES)
        done = set(rules) & cited()
        assert not done, f"cited now, so take them off the list ({reason})"


def test_every_citation_is_a_rule():
    unknown = [(c.rule, c.place) for c in citations() if c.rule not in RULES]
    assert not unknown


def test_rules_that_findings_and_choices_name_exist():
    """An id in the code, such as `Finding("overfitting", "DX-6", …)`, reaches people as well."""
    pattern = re.compile(rf"\b(?:{'|'.join(FAMILIES)})-\d+\w?\b")
    unknown = []
    for room in ("zoo", "callbacks", "recipes", "tools"):
        for path in (ROOT / room).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    ids = pattern.findall(node.value)
                    unknown += [(path.name, node.lineno, id) for id in ids if id not in RULES]
    assert not unknown


def test_a_citation_tells_where_it_stands():
    (found,) = [
        c for c in citations() if c.rule == "PH-1c" and c.place.endswith("dataset.SealedTest")
    ]
    assert found.place == "goodfit.recipes.dataset.SealedTest"
    line = found.file.read_text(encoding="utf-8").splitlines()[found.line - 1]
    assert line.startswith("class SealedTest")


@pytest.mark.parametrize(
    ("query", "first", "count"),
    [("reg-1", "REG-1", 1), ("REG", "REG-1", 7), ("metrics", "MET-1", 9), (None, "SEQ-1", 100)],
)
def test_rules_are_found_by_id_family_and_section(query, first, count):
    rules = select_rules(query)
    assert (rules[0].id, len(rules)) == (first, count)


def test_an_unknown_rule_is_bad_input_with_a_hint():
    with pytest.raises(BadInput, match="Did you mean 'Metrics'"):
        select_rules("metrix")


def test_the_command_prints_rules_with_their_places_and_the_glossary(capsys):
    assert main(["guide", "PH-1c"]) == 0
    out = capsys.readouterr().out
    assert RULES["PH-1c"].statement in out
    assert "goodfit.recipes.dataset.SealedTest" in out
    assert main(["guide", "glossary"]) == 0
    assert GLOSSARY["epoch"] in capsys.readouterr().out
    assert main(["guide"]) == 0
    out = capsys.readouterr().out
    assert all(rule in out for rule in RULES)
