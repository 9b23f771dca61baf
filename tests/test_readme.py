"""Every command and every block of Python in README.md and docs/ runs as it stands.

The blocks of one document run in its order, in one temporary folder and one namespace, as a reader
would copy them. `goodfit …` runs in this process, which saves starting TensorFlow for each. A
comment at the end of a command names its exit code when that is not 0: `# exit code 2`. The two
install commands are compared with what `.ci/run` and pyproject.toml say instead of being run here.
Two things are less here than for a reader, as they change no step: the rows of the made data, and
the minutes of a search, which trains its baseline however few they are.
"""

import contextlib
import importlib
import io
import re
import shlex
import tomllib
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
DOCUMENTS = [README, *sorted((ROOT / "docs").rglob("*.md"))]
FENCE = re.compile(r"^( *)```(\w*)[^\n]*\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
INSTALL = "python3.11 -m pip install --target .uv uv && .uv/bin/uv run --python 3.11 "
# Commands that are shown and not run here, by their first words.
NOT_RUN = (
    INSTALL.split(" && ")[0],  # compared below
    "pip install",  # packages come from a registry
    "source .venv/bin/activate",
    "tensorboard --logdir",  # a server that does not end
    "goodfit board",  # likewise
    ".ci/run",  # runs these tests
    "git clone",
    "cd ",
    "uv ",
)
MINUTES = "0.1"
# Of the made data, how many there are of what.
FEWER = {
    "gestures": {"FILMS": 80},
    "phrases": {"ROWS": 300},
    "shapes": {"IMAGES": 120},
    "spoken": {"RECORDINGS": 80},
    "story": {"PARAGRAPHS": 80},
    "tones": {"OF_EACH": 12},
}


@dataclass(frozen=True)
class Block:
    language: str
    text: str
    line: int


def blocks(document: Path) -> list[Block]:
    text = document.read_text(encoding="utf-8")
    found = []
    for match in FENCE.finditer(text):
        indent, language, body = match.groups()
        dedented = re.sub(rf"^{indent}", "", body, flags=re.MULTILINE)
        found.append(Block(language, dedented, text.count("\n", 0, match.start()) + 2))
    return found


def commands(block: Block) -> list[str]:
    joined = block.text.replace("\\\n", " ")
    return [line.strip() for line in joined.splitlines() if line.strip() and line[0] != "#"]


def run_goodfit(command: str) -> None:
    """Run one `goodfit` command line here and compare its exit code with what it should be."""
    from goodfit.tools.cli import main

    told = re.search(r"#.*\bexit code (\d+)", command)
    words = shlex.split(command, comments=True)[1:]
    output = None
    if ">" in words:
        position = words.index(">")
        words, output = words[:position], words[position + 1]
    if "--minutes" in words:
        words[words.index("--minutes") + 1] = MINUTES
    stdout, stderr = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(stdout), contextlib.redirect_stderr(stderr):
        try:
            code = main(words)
        except SystemExit as stop:  # how argparse ends --help
            code = stop.code
    if output:
        Path(output).write_text(stdout.getvalue(), encoding="utf-8")
    expected = int(told.group(1)) if told else 0
    assert (code or 0) == expected, f"{command}\n{stdout.getvalue()}{stderr.getvalue()}"


@pytest.fixture
def less_made(monkeypatch):
    for name, sizes in FEWER.items():
        module = importlib.import_module(f"goodfit.recipes.making.{name}")
        for constant, size in sizes.items():
            assert getattr(module, constant) > size
            monkeypatch.setattr(module, constant, size)


def runnable(document: Path) -> bool:
    return any(
        block.language == "python"
        or any(command.startswith("goodfit ") for command in commands(block))
        for block in blocks(document)
        if block.language in ("python", "sh")
    )


@pytest.mark.parametrize(
    "document",
    [document for document in DOCUMENTS if runnable(document)],
    ids=lambda document: document.relative_to(ROOT).as_posix(),
)
@pytest.mark.usefixtures("less_made")
def test_the_commands_and_the_python_of_a_document_run(document, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    namespace: dict[str, object] = {"__name__": "__main__"}
    for block in blocks(document):
        place = f"{document.name}:{block.line}"
        if block.language == "python":
            # The line numbers of a failure are those of the document.
            exec(compile("\n" * (block.line - 1) + block.text, place, "exec"), namespace)
        elif block.language == "sh":
            for command in commands(block):
                if command.startswith(NOT_RUN):
                    continue
                assert command.startswith("goodfit "), f"{place}: {command} is not run"
                run_goodfit(command)
    capsys.readouterr()


def test_every_block_says_its_language():
    """A block without one would be skipped without a word."""
    for document in DOCUMENTS:
        for block in blocks(document):
            known = ("python", "sh", "text", "json", "toml", "csv")
            assert block.language in known, f"{document.name}:{block.line}"


def test_the_two_install_commands_agree_with_ci_and_pyproject():
    lines = [line for block in blocks(README) for line in commands(block)]
    first, second = [line for line in lines if line.startswith("python3.11")]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert first == INSTALL + "--extra all goodfit fit breast_cancer --minutes 2"
    assert second == INSTALL + "--group test pytest"
    assert "all" in project["project"]["optional-dependencies"]
    assert "goodfit" in project["project"]["scripts"]
    assert "goodfit[all]" in project["dependency-groups"]["test"]
    # What .ci/run looks for in the README must be the second command and nothing else.
    pattern = re.search(r"grep -E '([^']+)' README\.md", (ROOT / ".ci/run").read_text())
    assert pattern is not None
    text = README.read_text(encoding="utf-8").splitlines()
    assert [line for line in text if re.search(pattern.group(1), line)] == [second]


def test_links_between_documents_lead_somewhere():
    for document in [*DOCUMENTS, ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md"]:
        for target in re.findall(r"\]\(([^)#]+)[^)]*\)", document.read_text(encoding="utf-8")):
            if "://" not in target:
                assert (document.parent / target).exists(), f"{document.name}: {target}"
