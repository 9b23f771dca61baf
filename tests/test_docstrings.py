"""The examples in docstrings run, under the names that users import (`goodfit.zoo.…`)."""

import doctest
import importlib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


def modules_with_examples() -> list[str]:
    found = []
    for room in ("zoo", "callbacks", "recipes", "tools"):
        for path in sorted((ROOT / room).rglob("*.py")):
            if ">>> " in path.read_text(encoding="utf-8"):
                parts = path.relative_to(ROOT).with_suffix("").parts
                found.append(".".join(["goodfit", *parts]).removesuffix(".__init__"))
    return found


@pytest.mark.parametrize("name", modules_with_examples())
def test_examples_of_a_module(name, request, tmp_path, tmp_path_factory, monkeypatch):
    def fixture(wanted: str):
        """Stand in for pytest's `getfixture`, with an empty folder for each example."""
        if wanted == "tmp_path":
            return tmp_path_factory.mktemp("example")
        return request.getfixturevalue(wanted)

    monkeypatch.chdir(tmp_path)
    module = importlib.import_module(name)
    report: list[str] = []
    runner = doctest.DocTestRunner(optionflags=FLAGS)
    for example in doctest.DocTestFinder(exclude_empty=True).find(
        module, name, extraglobs={"getfixture": fixture}
    ):
        runner.run(example, out=report.append)
    results = runner.summarize(verbose=False)
    assert results.attempted > 0, f"{name} shows examples that doctest does not find"
    assert results.failed == 0, "".join(report)
