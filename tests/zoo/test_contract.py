"""Every builder on the list keeps the contract, for each task and each input that it names.

Each pair of a builder, a task and an input is in at least one of the cases that always run: a head
does not know what is read below it. All products of the three are run with `-m slow`.
"""

import numpy as np
import pytest
from goodfit.zoo import (
    ROW_TASKS,
    BadInput,
    Column,
    Task,
    build,
    list_models,
    model_inputs,
    parts,
    to_tensors,
)

CARDS = {card.name: card for card in list_models()}
# A value that each setting must refuse.
WRONG = {
    "units": (),
    "filters": (0,),
    "cell": "grru",
    "embedding_width": 0,
    "layers": 0,
    "heads": -1,
    "dropout": 1.0,
    "l2": -1.0,
    "bidirectional": "perhaps",
    "batch_normalization": 2,
    "mix_variables": "both",
    "activation": "rellu",
    "target_mean": float("nan"),
    "target_scale": 0.0,
}
# Of which inputs a task can be asked; a builder that names one of each kind must serve the pair.
ASKED = {
    **dict.fromkeys(ROW_TASKS, ("table", "text", "sequence", "image", "audio", "frames")),
    "forecasting": ("sequence",),
    "sequence_labelling": ("text", "sequence", "frames"),
    "next_token": ("text",),
    "translation": ("text",),
    "speech": ("audio",),
    "span": ("text",),
}
CASES = [
    (card.name, kind, given)
    for card in CARDS.values()
    for kind in card.tasks
    for given in ASKED[kind]
    if given in card.inputs
]


def pairs(case):
    """Return which builder meets which task and input in a case, and which task which input."""
    name, kind, given = case
    return {(name, kind), (name, given), (kind, given)}


def covering(cases):
    """Return few cases with all pairs of all cases: the next is the one with most new pairs."""
    missing = set().union(*map(pairs, cases))
    chosen = set()
    while missing:
        case = max(cases, key=lambda case: len(pairs(case) & missing))
        chosen.add(case)
        missing -= pairs(case)
    return chosen


FEW = covering(CASES)


def largest(first, second):
    return float(np.abs(first - second).max(initial=0.0))


@pytest.mark.parametrize("card", CARDS.values(), ids=CARDS)
def test_each_task_and_each_input_of_a_builder_belong_to_a_case(card):
    served = [(kind, given) for name, kind, given in CASES if name == card.name]
    assert {kind for kind, _ in served} == set(card.tasks)
    assert {given for _, given in served} == set(card.inputs)


def test_the_cases_that_always_run_have_every_pair_of_builder_task_and_input():
    """A new builder, task or input is met by each that it can be met by, without a word here."""
    assert set(CASES) >= FEW
    assert set().union(*map(pairs, FEW)) == set().union(*map(pairs, CASES))
    for card in CARDS.values():
        met = [(kind, given) for name, kind, given in FEW if name == card.name]
        assert {kind for kind, _ in met} == set(card.tasks)
        assert {given for _, given in met} == set(card.inputs)


@pytest.mark.parametrize(
    ("name", "kind", "given"),
    [pytest.param(*case, marks=() if case in FEW else pytest.mark.slow) for case in CASES],
)
def test_builder_keeps_the_contract(made, tiny, built, name, kind, given, tmp_path):
    import keras
    from goodfit.recipes.training.building import compiled_trunk, encode, encoded_rows
    from goodfit.recipes.training.saving import raw_outputs

    dataset, config = made(kind, given), tiny(name)
    splits, model, scale = built(config, dataset)
    found, features, columns = parts(model), dataset.features, dataset.columns

    # Uncompiled, of plain Keras layers, keyed by column name.
    assert not model.compiled
    assert {column.name for column in columns} <= set(model.input)
    modules = {type(layer).__module__ for layer in model._flatten_layers()}
    assert all(module.startswith("keras.") for module in modules), modules

    # The joined model is its parts, one after the other, and answers as the task says.
    output = raw_outputs(model, features, columns)
    encoded = encode(model, dataset)
    np.testing.assert_array_equal(output, np.asarray(found.answer(encoded)))
    assert len(output) == len(dataset)
    assert np.isfinite(output).all()
    held_to_the_task(output, dataset.task)

    # Training the trunk trains the joined model, and lowers the loss.
    trunk = compiled_trunk(model, config, splits)
    trunk.run_eagerly = True  # nothing to trace: two steps are taken
    x, y, weights = encoded_rows(model, dataset, config, scale, weighted=True)
    before = trunk.test_on_batch(x, y, weights, return_dict=True)["loss"]
    for _ in range(2):
        trunk.train_on_batch(x, y, weights)
    after = trunk.test_on_batch(x, y, weights, return_dict=True)["loss"]
    assert after < before
    answers = raw_outputs(model, features, columns)
    assert largest(answers, output) > 0

    # Saved and reopened by Keras alone, it answers the same to the last digit.
    model.save(tmp_path / "model.keras")
    reopened = keras.models.load_model(tmp_path / "model.keras", compile=False)
    assert largest(raw_outputs(reopened, features, columns), answers) == 0.0

    if given in ("text", "sequence", "audio", "frames"):
        padding_does_not_matter(built, model, config, dataset, answers, encoded, weights)


def held_to_the_task(output, task):
    """Check the shape of an output, and that probabilities are such."""
    if task.kind in ROW_TASKS:
        assert output.shape == (len(output), task.outputs)
    elif task.kind == "sequence_labelling":
        assert output.shape[2] == task.outputs
    elif task.kind == "forecasting":
        assert output.shape[1:] == (task.horizon, len(task.names))
    elif task.kind == "span":
        assert output.shape[1] == 2
    if task.kind == "speech":
        assert output.shape[2] == task.outputs
        np.testing.assert_allclose(np.exp(output).sum(axis=-1), 1, atol=1e-5)
    elif task.kind not in ("regression", "forecasting", "binary", "multilabel"):
        np.testing.assert_allclose(output.sum(axis=-1), 1, atol=1e-5)
    elif task.is_classification:
        assert ((output >= 0) & (output <= 1)).all()


def padding_does_not_matter(built, model, config, dataset, answers, encoded, weights):
    """Compare answers of rows among longer ones with those of the rows by themselves."""
    from goodfit.recipes.training.saving import raw_outputs

    per_step = weights if weights is not None and weights.ndim == 2 else None
    texts = [key for key in encoded if key.startswith("text_")]
    if texts:
        # A text is padded to a length that is part of the model: the same weights in a shorter one.
        sizes = np.max([(encoded[key] != 0).sum(axis=1) for key in texts], axis=0)
        shortest = int(np.sort(sizes)[-2])
        assert shortest < sizes.max(), "no row of the made data is longer than all others"
        kept = np.flatnonzero(sizes <= shortest)
        _, alone, _ = built(config.replace(text_length=shortest), dataset)
        alone.set_weights(model.get_weights())
        pairs = [(kept, raw_outputs(alone, dataset.features, dataset.columns)[kept])]
    else:
        few = np.arange(2)
        one_by_one = [dataset.take(few[row : row + 1]) for row in few]
        pairs = [
            (few[row : row + 1], raw_outputs(model, rows.features, rows.columns))
            for row, rows in enumerate(one_by_one)
        ]
    for rows, alone in pairs:
        among = answers[rows]
        shared = tuple(slice(min(a, b)) for a, b in zip(among.shape, alone.shape, strict=True))
        difference = np.abs(among[shared] - alone[shared])
        if per_step is not None and difference.ndim == 3:
            difference = difference * (per_step[rows][:, : difference.shape[1], None] > 0)
        scale = max(1.0, float(np.abs(alone[shared]).max()))
        assert difference.max() <= 1e-5 * scale


@pytest.mark.parametrize("name", CARDS)
def test_wrong_settings_are_named_all_at_once(name, made):
    card = CARDS[name]
    kind, given = next((kind, given) for other, kind, given in CASES if other == name)
    untried = sorted(set(card.settings) - set(WRONG))
    assert not untried, f"give WRONG a value that {name} must refuse for: {', '.join(untried)}"
    dataset = made(kind, given)
    preprocessor = model_inputs(dataset.columns, dataset.features)
    wrong = {key: WRONG[key] for key in card.settings}
    with pytest.raises(BadInput) as raised:
        build(name, preprocessor, dataset.task, **wrong)
    told = str(raised.value)
    assert all(setting in told for setting in wrong), told
    with pytest.raises(BadInput, match="Did you mean"):
        build(name, preprocessor, dataset.task, **{f"{next(iter(card.settings))}s": 1})


# Each input alone: the made table has a text beside, which any builder of texts may read.
ALONE = {
    "table": (Column("age", "number"), np.arange(8.0)),
    "text": (Column("note", "text"), np.array(["a b", "b", "c a", "b c"] * 2, object)),
    "sequence": (Column("steps", "sequence", 2), np.arange(48.0).reshape(8, 3, 2)),
    "image": (Column("p", "image", shape=(5, 4, 1)), np.arange(160.0).reshape(8, 5, 4, 1)),
    "frames": (Column("film", "frames", shape=(3, 4, 1)), np.arange(192.0).reshape(8, 2, 3, 4, 1)),
    "audio": (Column("s", "audio", rate=8_000), np.sin(np.arange(8_192.0)).reshape(8, 1_024)),
}
TASKS = {
    "binary": Task("binary", ("no", "yes")),
    "forecasting": Task("forecasting", ("wave",), horizon=2, season=2),
    "sequence_labelling": Task("sequence_labelling", ("a", "b")),
    "speech": Task("speech", ("h", "l")),
    **{kind: Task(kind) for kind in ("next_token", "translation", "span")},
}


@pytest.fixture(scope="module")
def encoders():
    """Inputs of each kind by themselves, adapted."""
    return {
        kind: model_inputs((column,), {column.name: values})
        for kind, (column, values) in ALONE.items()
    }


@pytest.mark.parametrize("card", CARDS.values(), ids=CARDS)
def test_inputs_and_tasks_that_a_builder_does_not_serve_are_refused(card, encoders):
    """A table for one that reads in order, an image for one that writes, and so on."""
    settings = {key: value for key, value in {"layers": 1}.items() if key in card.settings}
    task = next(task for kind, task in TASKS.items() if kind in card.tasks)
    for given, preprocessor in encoders.items():
        if given not in card.inputs:
            with pytest.raises(BadInput):
                build(card.name, preprocessor, task, **settings)
    for kind, other in TASKS.items():
        if kind not in card.tasks:
            with pytest.raises(BadInput, match=kind):
                build(card.name, encoders[card.inputs[0]], other, **settings)


def test_values_of_another_shape_are_named_with_the_shape_expected():
    """One color for three, one number for two, two channels of sound, all in one message."""
    kinds = ("image", "sequence", "frames", "audio")
    columns = [ALONE[kind][0] for kind in kinds]
    wrong = [
        np.zeros((8, 5, 4, 3)),
        np.zeros((8, 3, 1)),
        np.zeros((8, 2, 3, 4, 2)),
        np.zeros((8, 1_024, 2)),
    ]
    names = [column.name for column in columns]
    with pytest.raises(BadInput) as raised:
        to_tensors(dict(zip(names, wrong, strict=True)), columns)
    problems = raised.value.problems
    assert len(problems) == len(columns)
    for problem, name, values in zip(problems, names, wrong, strict=True):
        assert f"'{name}'" in problem.message
        assert str(values.shape[-1]) in problem.received
        assert problem.expected


@pytest.mark.parametrize("card", CARDS.values(), ids=CARDS)
def test_docstring_tells_what_one_needs_to_know(card):
    text = card.builder.__doc__
    for word in ("Shapes", "Parameters", "Cost", "Source", "Guide:", "Raises:"):
        assert word in text, f"{card.name} does not tell: {word}"
