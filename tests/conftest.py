"""What every test starts from: a quiet TensorFlow on few threads, one seed, and small made data.

Fixtures that any test may use:

- `mixed_frame`: 240 made customers as a pandas data frame, a fresh copy for each test. Columns:
  `age` (numbers, some missing), `income` (skewed numbers), `visits` (whole numbers), `plan`
  (categories, some missing), `active` (true or false), `joined` (ISO dates, some missing), `note`
  (short free text), and three targets: `churned` (yes or no), `segment` (three classes), `spend`
  (a number).
- `binary_frame`, `multiclass_frame`, `regression_frame`: the same rows with only the one target,
  which stands last.
- `made_csv`: a session-wide folder that holds `binary.csv`, `multiclass.csv`, `regression.csv` with
  these three tables. Read them, never write there.

The targets follow from the features, so that a model can learn them and a test can say so.
"""

import os
import random
import signal
import sys
import tempfile
from functools import cache
from pathlib import Path

# Before anything imports TensorFlow, Keras or matplotlib, which read these once.
os.environ.update(
    {
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "CUDA_VISIBLE_DEVICES": "-1",
        "KERAS_BACKEND": "tensorflow",
        # An empty home: nobody's keras.json may change the float type.
        "KERAS_HOME": tempfile.mkdtemp(prefix="goodfit-keras-"),
        "MPLBACKEND": "Agg",
        "NO_COLOR": "1",
        "COLUMNS": "100",
    }
)
os.environ.update(
    dict.fromkeys(
        ("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", "OMP_NUM_THREADS"),
        # Where every core has a process of its own, more threads stand in each other's way.
        "1" if "PYTEST_XDIST_WORKER" in os.environ else "2",
    )
)
os.environ.pop("FORCE_COLOR", None)

import numpy as np
import pandas as pd
import pytest

# A shell that starts the tests in the background has Ctrl-C ignored, and we press it.
signal.signal(signal.SIGINT, signal.default_int_handler)

ROWS = 240


@pytest.fixture(autouse=True)
def seeded():
    """Start each test from the same random numbers, whichever ran before it."""
    random.seed(0)
    np.random.seed(0)
    if "keras" in sys.modules:
        sys.modules["keras"].utils.set_random_seed(0)


@cache
def made_customers() -> pd.DataFrame:
    """Return the made table; the targets depend on age, income, visits, plan and joined."""
    generator = np.random.default_rng(7)
    age = generator.integers(18, 80, ROWS).astype(float)
    income = np.round(np.exp(generator.normal(10, 0.5, ROWS)), 2)
    visits = generator.poisson(4, ROWS)
    plan = generator.choice(["basic", "plus", "premium"], ROWS, p=[0.5, 0.3, 0.2])
    days = generator.integers(0, 2000, ROWS)
    joined = np.datetime64("2018-01-01") + days
    words = np.array([["late parcel", "kind staff"], ["wrong size", "good price"]])
    score = (
        (40 - age) / 20
        - (visits - 4) / 3
        + np.where(plan == "basic", 1.0, np.where(plan == "plus", 0.0, -1.5))
        + (days - 1000) / 1000
    )
    unhappy = score + generator.normal(0, 0.4, ROWS) > 0
    sounds_unhappy = unhappy ^ (generator.random(ROWS) < 0.25)
    picks = generator.integers(0, 2, ROWS)
    note = [
        f"{words[pick, 0 if sad else 1]} {i % 7}"
        for i, (pick, sad) in enumerate(zip(picks, sounds_unhappy, strict=True))
    ]
    frame = pd.DataFrame(
        {
            "age": age,
            "income": income,
            "visits": visits,
            "plan": plan.astype(object),
            "active": generator.random(ROWS) > 0.3,
            "joined": joined.astype(str).astype(object),
            "note": note,
            "churned": np.where(unhappy, "yes", "no"),
            "segment": np.select([score > 0.8, score > -0.8], ["leaving", "steady"], "loyal"),
            "spend": np.round(120 - 25 * score + income / 1000 + generator.normal(0, 4, ROWS), 2),
        }
    )
    for column, share in {"age": 0.08, "plan": 0.05, "joined": 0.04}.items():
        frame.loc[generator.random(ROWS) < share, column] = None
    return frame


TARGETS = {"binary": "churned", "multiclass": "segment", "regression": "spend"}


def with_target(kind: str) -> pd.DataFrame:
    """Return a copy of the made table with the target of one task only."""
    others = [name for task, name in TARGETS.items() if task != kind]
    return made_customers().drop(columns=others)


@pytest.fixture
def mixed_frame() -> pd.DataFrame:
    """Made customers with all three targets."""
    return made_customers().copy()


@pytest.fixture
def binary_frame() -> pd.DataFrame:
    """Made customers with the target `churned`."""
    return with_target("binary")


@pytest.fixture
def multiclass_frame() -> pd.DataFrame:
    """Made customers with the target `segment`."""
    return with_target("multiclass")


@pytest.fixture
def regression_frame() -> pd.DataFrame:
    """Made customers with the target `spend`."""
    return with_target("regression")


@pytest.fixture(scope="session")
def made_csv(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with `binary.csv`, `multiclass.csv` and `regression.csv`."""
    folder = tmp_path_factory.mktemp("made")
    for kind in TARGETS:
        with_target(kind).to_csv(folder / f"{kind}.csv", index=False)
    return folder
