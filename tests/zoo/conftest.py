"""Made data of every kind of input, for every task that such an input can be asked."""

import numpy as np
import pytest
from goodfit.zoo import Column, Task, as_rows

TABLE = (
    Column("age", "number"),
    Column("Fare (EUR)", "number"),
    Column("pixels", "number", 5),
    Column("vip", "boolean"),
    Column("a/b", "category"),
    Column("town", "category"),
    Column("when", "date"),
    Column("note", "text"),
)


def made_rows(count: int, seed: int = 0) -> dict[str, np.ndarray]:
    """Return rows with missing values in every kind of column; towns are too many for 0/1."""
    draw = np.random.default_rng(seed)
    words = np.array(["good", "bad", "late", "kind", "Wine,", "bread."], object)
    rows = {
        "age": draw.normal(40, 10, count),
        "Fare (EUR)": np.exp(draw.normal(0, 2, count)),
        "pixels": draw.normal(0, 1, (count, 5)),
        "vip": draw.integers(0, 2, count).astype(float),
        "a/b": np.array(["x", "y", ""], object)[draw.integers(0, 3, count)],
        "town": np.array([f"town {i}" for i in draw.integers(0, 60, count)], object),
        "when": np.array(
            [str(np.datetime64("2023-11-05T07:30:00") + i * 3600) for i in range(count)], object
        ),
        "note": np.array([" ".join(words[draw.integers(0, 6, 1 + i % 4)]) for i in range(count)]),
    }
    rows["age"][::7] = np.nan
    rows["vip"][::9] = np.nan
    rows["when"][::11] = ""
    rows["note"] = rows["note"].astype(object)
    rows["note"][::5] = ""
    return rows


ROW_TASKS = {
    "binary": Task("binary", ("no", "yes")),
    "multiclass": Task("multiclass", ("a", "b", "c")),
    "multilabel": Task("multilabel", ("x", "y")),
    "regression": Task("regression", ("price", "weight")),
}
COUNT = 32
LONG = 7  # the row that is longer than all others
WORDS = ("bad", "late", "kind", "good")


def hidden(count: int) -> np.ndarray:
    """Return two numbers a row, from which its features and its labels follow."""
    return np.random.default_rng(3).normal(0, 1, (count, 2))


def row_labels(kind: str, z: np.ndarray) -> np.ndarray:
    """Return labels of a task with one answer a row."""
    if kind == "binary":
        return (z[:, 0] > 0).astype("int64")
    if kind == "multiclass":
        return np.digitize(z[:, 0], [-0.5, 0.5])
    if kind == "multilabel":
        return (z > 0).astype("int64")
    return np.stack([100 + 10 * z[:, 0], 5000 + 300 * z[:, 1]], axis=1)


def lengths(count: int, longest: int) -> list[int]:
    """Return lengths from 2 to 4, but for one row."""
    return [longest if row == LONG else 2 + row % 3 for row in range(count)]


def texts(z: np.ndarray) -> np.ndarray:
    """Return a text for each row, of words that tell its first hidden number."""
    ranks = np.digitize(z[:, 0], [-0.7, 0.0, 0.7])
    found = np.empty(len(z), object)
    for row, length in enumerate(lengths(len(z), 7)):
        others = (WORDS[(row + place) % 4] for place in range(length - 1))
        found[row] = " ".join([WORDS[ranks[row]], *others])
    return found


def ragged(z: np.ndarray, unit: int, shape: tuple[int, ...]) -> np.ndarray:
    """Return rows of 2 to 4 units of steps, which tell the hidden numbers, with noise."""
    draw = np.random.default_rng(4)
    rows = []
    for (first, second), length in zip(z, lengths(len(z), 7), strict=True):
        noise = draw.normal(0, 0.2, (length * unit, *shape))
        rows.append(
            noise + first + np.linspace(0, second, length * unit).reshape(-1, *[1] * len(shape))
        )
    return as_rows(rows)


def _table(z):
    rows = made_rows(len(z))
    rows["age"] = np.where(np.isnan(rows["age"]), np.nan, 40 + 10 * z[:, 0])
    rows["Fare (EUR)"] = np.exp(2 * z[:, 1])
    return TABLE, rows


def _text(z):
    columns = (Column("note", "text"), Column("size", "number"))
    return columns, {"note": texts(z), "size": z[:, 1]}


def _sequence(z):
    return (Column("steps", "sequence", 3),), {"steps": ragged(z, 1, (3,))}


def _image(z):
    light = np.random.default_rng(4).normal(0, 20, (len(z), 12, 10, 1))
    light += 120 + 40 * z[:, 0, None, None, None] + 20 * z[:, 1, None, None, None]
    return (Column("picture", "image", shape=(12, 10, 1)),), {"picture": light.clip(0, 255)}


def _audio(z):
    rows = []
    for (first, second), length in zip(z, lengths(len(z), 7), strict=True):
        time = np.arange(length * 240) / 8_000
        rows.append(np.exp(second - 3) * np.sin(2 * np.pi * (900 + 300 * first) * time))
    return (Column("sound", "audio", rate=8_000),), {"sound": as_rows(rows)}


def _frames(z):
    return (Column("film", "frames", shape=(8, 6, 1)),), {"film": ragged(z, 1, (8, 6, 1))}


INPUTS = {
    "table": _table,
    "text": _text,
    "sequence": _sequence,
    "image": _image,
    "audio": _audio,
    "frames": _frames,
}


def _labelled_text(z):
    """Return texts in which each word decides its class."""
    notes = texts(z)
    labels = as_rows([[WORDS.index(word) % 2 for word in note.split()] for note in notes], "int64")
    return (
        (Column("note", "text"),),
        {"note": notes},
        labels,
        Task("sequence_labelling", ("x", "y")),
    )


def _labelled_sequence(z):
    columns, features = _sequence(z)
    labels = as_rows([(steps[:, 0] > 0) for steps in features["steps"]], "int64")
    return columns, features, labels, Task("sequence_labelling", ("low", "high"))


def _labelled_frames(z):
    """Return films of which each frame is light or dark."""
    columns, features = _frames(z)
    labels = as_rows([film.mean(axis=(1, 2, 3)) > 0 for film in features["film"]], "int64")
    return columns, features, labels, Task("sequence_labelling", ("dark", "light"))


def _continued_text(z):
    """Return texts whose words follow each other in a circle; the labels are the texts."""
    notes = texts(z)
    return (Column("note", "text"),), {"note": notes}, notes, Task("next_token")


def _text_pair(z):
    """Return texts and what follows from them, word by word: the word beside each, in capitals."""
    notes = texts(z)
    answers = np.empty(len(notes), object)
    answers[:] = [" ".join("ABCD"[WORDS.index(word)] for word in note.split()) for note in notes]
    columns = (Column("note", "text"), Column("answer so far", "text"))
    return columns, {"note": notes, "answer so far": answers}, answers, Task("translation")


def _forecast_window(z):
    """Return windows of two waves, of which the first goes on; single steps are missing."""
    places = np.arange(13) + 5 * z[:, :1]
    steps = np.stack([np.sin(places) * 3 + 100, np.cos(places)], axis=2).astype("float32")
    labels = steps[:, 9:, :1].copy()
    steps = steps[:, :10]
    steps[:, 9] = np.nan  # the first step ahead
    steps[::5, 4, 0] = np.nan
    task = Task("forecasting", ("wave",), horizon=4, season=6)
    return (Column("window", "sequence", 2),), {"window": steps}, labels, task


def _spoken(z):
    """Return recordings in which one sign is said, high or low."""
    columns, features = _audio(z)
    labels = np.array(["h" if first > 0 else "l" for first in z[:, 0]], object)
    return columns, features, labels, Task("speech", ("h", "l"))


def _asked_passage(z):
    """Return passages and questions that name a word in them; where it stands is in `extras`."""
    passages = texts(z)
    asked = [passage.split()[row % 2] for row, passage in enumerate(passages)]
    columns = (Column("passage", "text"), Column("question", "text"))
    questions = np.array([f"where is {word}" for word in asked], object)
    features = {"passage": passages, "question": questions}
    return columns, features, np.array(asked, object), Task("span")


# For each task whose answer is a sequence, and each input that it is asked of, made data.
SEQUENCES = {
    ("forecasting", "sequence"): _forecast_window,
    ("next_token", "text"): _continued_text,
    ("span", "text"): _asked_passage,
    ("speech", "audio"): _spoken,
    ("translation", "text"): _text_pair,
    ("sequence_labelling", "text"): _labelled_text,
    ("sequence_labelling", "sequence"): _labelled_sequence,
    ("sequence_labelling", "frames"): _labelled_frames,
}


def made_data(kind: str, given: str, count: int = COUNT):
    """Return made rows as a data set, for a task of this kind and this kind of input."""
    from goodfit.recipes.dataset import Dataset

    z = hidden(count)
    if kind in ROW_TASKS and given in INPUTS:
        columns, features = INPUTS[given](z)
        labels, task = row_labels(kind, z), ROW_TASKS[kind]
    elif (kind, given) in SEQUENCES:
        columns, features, labels, task = SEQUENCES[kind, given](z)
    else:
        pytest.fail(
            f"There are no made data for {kind} of {given}: add them to SEQUENCES (or INPUTS) in "
            "tests/zoo/conftest.py, so that the builder that names both is held to the contract."
        )
    target = task.names if kind in ("multilabel", "regression") else ("answer",)
    extras = {}
    if kind == "span":
        from goodfit.recipes.answering.spans import PLACES

        extras[PLACES] = np.arange(count)[:, None] % 2 + np.zeros((1, 2), np.int64)
    return Dataset(features, labels, tuple(columns), task, tuple(target), extras=extras)


# What makes any builder tiny; of these, each takes those that it has.
TINY = {
    "units": (6,),
    "filters": (6, 4),
    "embedding_width": 8,
    "layers": 1,
    "heads": 2,
    "dropout": 0.0,
    "bidirectional": True,
    "text_length": 64,
    "learning_rate": 0.01,
}


def tiny_config(name: str):
    """Return a configuration of a tiny model of this name."""
    from goodfit.recipes import Config
    from goodfit.recipes.model_settings import known_settings, taken_settings

    known, takers = known_settings(name), taken_settings()
    settings = {key: v for key, v in TINY.items() if key in known or key not in takers}
    return Config().replace(model=name, **settings)


def built_model(config, dataset):
    """Return made data as divided rows, a model of them and the scale of its target."""
    from goodfit.recipes.config import Choice
    from goodfit.recipes.dataset import SealedTest, Splits
    from goodfit.recipes.training.building import build_model

    splits = Splits(dataset, dataset, SealedTest(dataset), Choice("made"))
    return splits, *build_model(config, splits)


@pytest.fixture(scope="session")
def made():
    """A function that returns made data for a kind of task and a kind of input."""
    return made_data


@pytest.fixture(scope="session")
def tiny():
    """A function that returns the configuration of a tiny model by the name of its builder."""
    return tiny_config


@pytest.fixture(scope="session")
def built():
    """A function that builds a model from a configuration and made data."""
    return built_model


@pytest.fixture(scope="session")
def table():
    """The columns of the made table."""
    return TABLE


@pytest.fixture(scope="session")
def rows():
    """Return 240 rows of the made table to adapt on."""
    return made_rows(240)


@pytest.fixture(scope="session")
def preprocessor(table, rows):
    """Inputs adapted on the made rows, shared because nothing in them is trained."""
    from goodfit.zoo import model_inputs

    return model_inputs(table, rows, maximum_one_hot=20)


@pytest.fixture(scope="session")
def encode(table, preprocessor):
    """A function from raw rows to encoded tensors."""
    from goodfit.zoo import to_tensors

    return lambda rows: preprocessor(to_tensors(rows, table))
