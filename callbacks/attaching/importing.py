"""Does something as soon as a module has been imported, whoever imports it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

__all__ = ["when_imported"]


def when_imported(name: str, action: Callable[[], object]) -> Callable[[], None]:
    """Call `action` once the module `name` is imported; now, if it is already.

    A script may set the backend of Keras before it imports it, so that we must not come first.

    Args:
        name: The module's name.
        action: What to do then, without arguments.

    Returns:
        What gives the wait up, if the module has not been imported by then.

    Examples:
        >>> stop = when_imported("sys", lambda: print("is there"))
        is there
    """
    if name in sys.modules:
        action()
        return lambda: None
    finder = _Finder(name, action)
    sys.meta_path.insert(0, finder)  # pyright: ignore[reportArgumentType]
    return finder.leave


class _Finder:
    def __init__(self, name: str, action: Callable[[], object]) -> None:
        self._name = name
        self._action = action

    def leave(self) -> None:
        if self in sys.meta_path:
            sys.meta_path.remove(self)  # pyright: ignore[reportArgumentType]

    def find_spec(self, fullname: str, *details: Any) -> ModuleSpec | None:
        if fullname != self._name:
            return None
        # TensorFlow asks where Keras is long before it imports it: the wait goes on.
        spec = self._from_others(fullname, *details)
        if spec is not None and spec.loader is not None:
            loader: Any = _Loader(spec.loader, self)
            spec.loader = loader
        return spec

    def _from_others(self, fullname: str, *details: Any) -> ModuleSpec | None:
        for finder in sys.meta_path:
            if finder is not self and hasattr(finder, "find_spec"):
                spec = finder.find_spec(fullname, *(details or (None,)))
                if spec is not None:
                    return spec
        return None

    def done(self) -> None:
        self.leave()
        self._action()


class _Loader:
    def __init__(self, loader: Any, finder: _Finder) -> None:
        self._loader = loader
        self._finder = finder

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        module.__loader__ = self._loader
        if module.__spec__ is not None:
            module.__spec__.loader = self._loader
        self._loader.exec_module(module)
        self._finder.done()
