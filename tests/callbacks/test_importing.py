"""What is to be done once a module is imported is done once, and not because somebody asked."""

import importlib
import importlib.util
import sys

import pytest
from goodfit.callbacks.attaching.importing import when_imported


@pytest.fixture
def module(tmp_path, monkeypatch):
    """Return the name of a module that can be imported, and is not yet."""
    (tmp_path / "not_yet_there.py").write_text("value = 3")
    monkeypatch.syspath_prepend(str(tmp_path))
    yield "not_yet_there"
    sys.modules.pop("not_yet_there", None)


@pytest.fixture(autouse=True)
def finders_as_they_were():
    before = list(sys.meta_path)
    yield
    assert sys.meta_path == before


def test_it_is_done_after_the_import_and_once(module):
    seen = []
    when_imported(module, lambda: seen.append(sys.modules[module].value))
    assert seen == []
    imported = importlib.import_module(module)
    importlib.reload(imported)
    assert seen == [3]
    assert type(imported.__loader__).__name__ == "SourceFileLoader"


def test_whoever_only_asks_where_it_is_does_not_end_the_wait(module):
    """Bug prevented: TensorFlow looks for Keras long before it imports it."""
    seen = []
    when_imported(module, lambda: seen.append(module))
    assert importlib.util.find_spec(module) is not None
    assert seen == []
    importlib.import_module(module)
    assert seen == [module]


def test_given_up_and_never_there(module):
    seen = []
    when_imported(module, lambda: seen.append(module))()
    importlib.import_module(module)
    stop = when_imported("no_such_module_anywhere", lambda: seen.append(module))
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module("no_such_module_anywhere")
    stop()
    assert seen == []
