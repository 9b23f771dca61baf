"""The real data sets that scikit-learn brings along, by name."""

from __future__ import annotations

from ...zoo.errors import require
from .tables import Table

__all__ = ["BUNDLED", "read_bundled"]

# Name: (loader in sklearn.datasets, name of the target).
BUNDLED = {
    "breast_cancer": ("load_breast_cancer", "diagnosis"),
    "wine": ("load_wine", "cultivar"),
    "iris": ("load_iris", "species"),
    "diabetes": ("load_diabetes", "progression"),
    "digits": ("load_digits", "digit"),
}


def read_bundled(name: str) -> tuple[Table, str]:
    """Return one of `BUNDLED` as a table with class names as text, and the name of its target.

    Raises:
        MissingExtra: The package scikit-learn is not installed.
    """
    import pandas as pd

    from .readers import read_frame

    loader, target = BUNDLED[name]
    bunch = getattr(require("sklearn.datasets", "recipes"), loader)()
    names = [str(feature).removesuffix(" (cm)") for feature in bunch.feature_names]
    frame = pd.DataFrame(bunch.data, columns=pd.Index(names))
    classes = getattr(bunch, "target_names", None)
    values = bunch.target if classes is None else classes.astype(str).astype(object)[bunch.target]
    frame[target] = values
    return read_frame(frame, name, f"the bundled set {name}"), target
