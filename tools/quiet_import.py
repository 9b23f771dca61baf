"""TensorFlow prints two notices about oneDNN while it is imported, which no setting turns off."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import sys
from collections.abc import Iterator
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

__all__ = ["import_quietly"]


def import_quietly(name: str) -> None:
    """Keep what C libraries print while the module `name` is imported, whoever imports it, unseen.

    If the import fails, what was kept is printed after all. Python's own `sys.stderr` must not
    write to the same file descriptor, or it would be kept too.
    """
    if name not in sys.modules:
        sys.meta_path.insert(0, _Finder(name))


class _Finder:
    """A finder of `sys.meta_path`: its base class would cost more to import than all the rest."""

    def __init__(self, name: str) -> None:
        self._name = name

    def find_spec(self, fullname: str, *_: Any) -> ModuleSpec | None:
        if fullname != self._name:
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(fullname)
        if spec is not None and spec.loader is not None:
            loader: Any = _Loader(spec.loader)
            spec.loader = loader
        return spec


class _Loader:
    def __init__(self, loader: Any) -> None:
        self._loader = loader

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        module.__loader__ = self._loader
        if module.__spec__ is not None:
            module.__spec__.loader = self._loader
        with _kept(2):
            self._loader.exec_module(module)


@contextlib.contextmanager
def _kept(descriptor: int) -> Iterator[None]:
    """Send a file descriptor to a temporary file; show that file if the block fails."""
    import tempfile

    before = os.dup(descriptor)
    with tempfile.TemporaryFile() as place:
        os.dup2(place.fileno(), descriptor)
        try:
            yield
        except Exception:
            place.seek(0)
            os.write(before, place.read())
            raise
        finally:
            os.dup2(before, descriptor)
            os.close(before)
