"""The shape of the house: imports go down, names resolve, every public thing is typed and told."""

import ast
import dataclasses
import importlib
import inspect
import re
import subprocess
import sys
import warnings
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
# What each room may import besides itself, from the ground floor up.
BELOW = {
    "zoo": (),
    "callbacks": ("zoo.errors", "zoo.tasks"),
    "recipes": ("zoo", "callbacks"),
    "tools": ("zoo", "callbacks", "recipes"),
}
GUIDANCE = 300  # lines of a file; more is a sign that it does two things
LIMIT = 500
BENCHES = ROOT / "tools" / "bench"  # scripts that use the packages from outside; not in the wheel
SOURCES = sorted(
    path for room in BELOW for path in (ROOT / room).rglob("*.py") if BENCHES not in path.parents
)
TREES = {path: ast.parse(path.read_text(encoding="utf-8")) for path in SOURCES}


def label(path: Path) -> str:
    return str(path.relative_to(ROOT))


def stub_names(room: str) -> dict[str, str]:
    """Return {public name: module} as the room's stub declares them."""
    tree = ast.parse((ROOT / room / "__init__.pyi").read_text(encoding="utf-8"))
    return {
        alias.asname or alias.name: node.module or ""
        for node in tree.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }


PUBLIC = [(room, name) for room in BELOW for name in stub_names(room)]
PUBLIC_IDS = [f"{room}.{name}" for room, name in PUBLIC]


def imported(path: Path, node: ast.AST) -> list[str]:
    """Return the names, counted from `goodfit`, of our own modules that an import reaches."""
    if isinstance(node, ast.Import):
        return [
            a.name.removeprefix("goodfit.") for a in node.names if a.name.split(".")[0] == "goodfit"
        ]
    if not isinstance(node, ast.ImportFrom):
        return []
    if node.level == 0:
        return [node.module or ""] if (node.module or "").split(".")[0] == "goodfit" else []
    parts = list(path.relative_to(ROOT).parent.parts)
    base = parts[: len(parts) - (node.level - 1)]
    module = [*base, *(node.module or "").split(".")] if node.module else base
    if len([part for part in module if part]) > 1:
        return [".".join(part for part in module if part)]
    return [".".join([*(part for part in module if part), alias.name]) for alias in node.names]


@pytest.mark.parametrize("path", SOURCES, ids=label)
def test_imports_are_relative_and_go_downward(path):
    room = path.relative_to(ROOT).parts[0]
    allowed = (room, *BELOW[room])
    wrong = []
    for node in ast.walk(TREES[path]):
        for name in imported(path, node):
            fits = any(name == place or name.startswith(f"{place}.") for place in allowed)
            if not fits or getattr(node, "level", 0) == 0:
                wrong.append(f"line {node.lineno}: {name}")
    assert not wrong, f"{label(path)} may import, relatively, only {allowed}"


@pytest.mark.parametrize("path", [p for p in SOURCES if "zoo" in p.parts], ids=label)
def test_zoo_makes_plain_keras_models_only(path):
    """A class of ours, or a Lambda, in a saved model would ask its reader for goodfit."""
    for node in ast.walk(TREES[path]):
        if isinstance(node, ast.ClassDef):
            bases = {ast.unparse(base).split(".")[-1] for base in node.bases}
            assert not bases & {"Layer", "Model", "Loss", "Metric", "Initializer", "Regularizer"}
        if isinstance(node, ast.Attribute):
            assert node.attr not in ("Lambda", "register_keras_serializable"), f"line {node.lineno}"


@pytest.mark.parametrize("path", SOURCES, ids=label)
def test_no_assert_and_no_pickle_in_packages(path):
    for node in ast.walk(TREES[path]):
        assert not isinstance(node, ast.Assert), f"{label(path)}:{node.lineno}"
        if isinstance(node, ast.Import):
            assert not {a.name for a in node.names} & {"pickle", "dill", "cloudpickle", "joblib"}


def test_goodfit_is_a_namespace_without_init():
    import goodfit

    assert goodfit.__file__ is None
    assert not (ROOT / "__init__.py").exists()
    assert not list((ROOT / "tests").rglob("__init__.py"))
    for room in BELOW:
        assert (ROOT / room / "py.typed").exists()


@pytest.mark.parametrize("room", BELOW)
def test_no_module_is_named_like_a_public_name(room):
    """`from goodfit.recipes import load` would hand over the module instead of the function."""
    files = (ROOT / room).glob("*.py")
    folders = (path.parent for path in (ROOT / room).glob("*/__init__.py"))
    modules = {path.stem for path in (*files, *folders)}
    assert not modules & set(stub_names(room))


@pytest.mark.parametrize("room", BELOW)
def test_stub_names_are_those_that_the_room_hands_out(room):
    module = importlib.import_module(f"goodfit.{room}")
    names = stub_names(room)
    assert set(module.__all__) == set(names)
    for name, home in names.items():
        assert getattr(module, name) is getattr(
            importlib.import_module(f"goodfit.{room}.{home}"), name
        )


def test_test_files_have_names_of_their_own():
    """A repeated name would hide which file of the mirror layout failed."""
    names = [path.name for path in (ROOT / "tests").rglob("test_*.py")]
    assert sorted(set(names)) == sorted(names)


def documented(thing: object) -> list[str] | None:
    """Return the names under `Args:` of a google docstring, or None without that section."""
    section = re.search(r"^Args:\n((?:[ ]+.*\n?|\n)+)", inspect.getdoc(thing) or "", re.MULTILINE)
    if section is None:
        return None
    lines = section.group(1).splitlines()
    indent = min(len(line) - len(line.lstrip()) for line in lines if line.strip())
    found = [re.match(rf"[ ]{{{indent}}}\*{{0,2}}(\w+)(?: \([^)]*\))?:", line) for line in lines]
    return [match.group(1) for match in found if match]


def parameters(function: object) -> list[inspect.Parameter]:
    values = inspect.signature(function).parameters.values()  # type: ignore[arg-type]
    return [p for p in values if p.name not in ("self", "cls") and not p.name.startswith("_")]


def methods(cls: type) -> dict[str, object]:
    """Return the public methods and properties that a class of ours defines itself."""
    found = {}
    for name, member in vars(cls).items():
        member = getattr(member, "__func__", member)
        if not name.startswith("_") and (
            inspect.isfunction(member) or isinstance(member, property)
        ):
            found[name] = member
    return found


def untyped(function: object) -> list[str]:
    """Return the parameters of a function, and `return`, that carry no annotation."""
    if isinstance(function, property):
        function = function.fget
    missing = [p.name for p in parameters(function) if p.annotation is p.empty]
    if inspect.signature(function).return_annotation is inspect.Signature.empty:  # type: ignore[arg-type]
        missing.append("return")
    return missing


@pytest.mark.parametrize(("room", "name"), PUBLIC, ids=PUBLIC_IDS)
def test_public_names_are_documented_as_their_signature_says(room, name):
    thing = getattr(importlib.import_module(f"goodfit.{room}"), name)
    if not (inspect.isclass(thing) or inspect.isfunction(thing)):
        return  # a constant: its module tells what it is
    assert inspect.getdoc(thing), f"{room}.{name} has no docstring"
    names = [p.name for p in parameters(thing if inspect.isfunction(thing) else thing.__init__)]
    told = documented(thing)
    if dataclasses.is_dataclass(thing) and all(
        "note" in f.metadata or f.name == "reasons" for f in dataclasses.fields(thing)
    ):
        return  # each setting carries its own note
    if issubclass(thing, Exception) if inspect.isclass(thing) else False:
        names = names if told else []
    assert (told or []) == names, f"Args of {room}.{name} against its signature"


@pytest.mark.parametrize(("room", "name"), PUBLIC, ids=PUBLIC_IDS)
def test_public_names_are_typed_and_their_methods_told(room, name):
    thing = getattr(importlib.import_module(f"goodfit.{room}"), name)
    if inspect.isfunction(thing):
        assert not untyped(thing)
        return
    if not inspect.isclass(thing):
        return
    if "__init__" in vars(thing) and not dataclasses.is_dataclass(thing):
        assert set(untyped(thing.__init__)) <= {"return"}
    for method, member in methods(thing).items():
        assert inspect.getdoc(member), f"{name}.{method} has no docstring"
        assert not untyped(member), f"{name}.{method}"
        told = documented(member)
        if told is not None:
            assert told == [p.name for p in parameters(member)], f"Args of {name}.{method}"


def test_importing_the_rooms_is_light():
    """The command line must answer before Keras could even start."""
    heavy = ["keras", "tensorflow", "sklearn", "pandas", "matplotlib", "rich", "jinja2", "pyarrow"]
    code = (
        "import sys, goodfit.zoo, goodfit.callbacks, goodfit.recipes, goodfit.tools.cli\n"
        "import goodfit.zoo.errors, goodfit.zoo.tasks, goodfit.recipes.config\n"
        f"print([name for name in {heavy} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "[]"


def texts() -> list[Path]:
    """Return every text file that belongs to the project."""
    places = [ROOT / name for name in (*BELOW, "tests", "docs", ".ci")]
    top = [path for path in ROOT.iterdir() if path.suffix in (".md", ".toml", ".yml")]
    suffixes = {".py", ".pyi", ".md", ".html", ".css", ".js", ".toml", ".yml", ""}
    inside = [p for place in places for p in place.rglob("*") if p.is_file()]
    return top + [p for p in inside if p.suffix in suffixes and "__pycache__" not in p.parts]


def test_no_file_names_a_registry_or_the_place_it_was_written():
    # Put together from halves, so that this file does not name them either.
    hosts = ["py" + "pi.org", "python" + "hosted.org", "npm" + "js.org", "ana" + "conda.org"]
    places = ["/wo" + "rk/", "/tmp" + "/spec", "/ro" + "ot/"]
    wrong = re.compile("|".join(map(re.escape, hosts + places)))
    found = [label(path) for path in texts() if wrong.search(path.read_text(encoding="utf-8"))]
    assert not found


def test_files_stay_short_enough_to_read_in_one_go():
    lengths = {label(p): p.read_text(encoding="utf-8").count("\n") for p in SOURCES}
    long = {name: lines for name, lines in lengths.items() if lines > GUIDANCE}
    if long:
        warnings.warn(f"longer than {GUIDANCE} lines: {long}", stacklevel=1)
    assert not {name: lines for name, lines in long.items() if lines > LIMIT}
