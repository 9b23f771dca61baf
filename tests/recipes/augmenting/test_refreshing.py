"""Training rows are new in each epoch, by seed and order alone; nothing else ever changes."""

import json
import zipfile

import keras
import numpy as np
import pytest
from goodfit.recipes import Config, choose_config, load, split
from goodfit.recipes.augmenting.drawing_lots import Lots
from goodfit.recipes.augmenting.refreshing import refresher
from goodfit.recipes.training.building import build_model, compiled_trunk, encoded_rows
from goodfit.recipes.training.engines import KerasEngine, TracedEngine, epoch_order
from goodfit.recipes.training.fitting import train
from goodfit.recipes.training.loop import run_epochs
from goodfit.recipes.training.runs import open_run
from goodfit.recipes.training.state import TrainingState
from goodfit.zoo.errors import BadInput

SETTINGS = {"epochs": 3, "batch_size": 8, "augmentation": "standard"}


def made(kind: str):
    """Return 40 rows of one kind of column, with two classes."""
    draw = np.random.default_rng(3)
    labels = np.array(["a", "b"] * 20)
    if kind == "image":
        x = draw.integers(0, 255, (40, 6, 6, 1)).astype("uint8")
    elif kind == "frames":
        x = [draw.integers(0, 255, (n, 6, 6, 1)).astype("uint8") for n in draw.integers(2, 5, 40)]
    elif kind == "sequence":
        x = [draw.normal(size=(n, 2)).cumsum(axis=0) for n in draw.integers(9, 20, 40)]
    else:
        words = np.array(["late", "tardy", "kind", "bus", "the", "was", "again", "very"])
        x = [[" ".join(draw.choice(words, 12))] for _ in range(40)]
        return split(load((x, labels), types={"x0": "text"}), seed=1)
    return split(load((x, labels)), seed=1)


def config_of(splits, **settings) -> Config:
    small = {"image": "mlp", "frames": "gru", "sequence": "gru", "text": "mlp"}
    model = small[splits.train.columns[0].kind]
    chosen = choose_config(splits, overrides=[f"model={model}", "units=8"])
    return chosen.replace(**{**SETTINGS, **settings})


def parts(splits, config, synonyms=None):
    """Return a trunk, both parts encoded, and what refreshes the training rows."""
    model, scale = build_model(config, splits)
    trunk = compiled_trunk(model, config, splits)
    data = encoded_rows(model, splits.train, config, scale, weighted=True)
    watched = encoded_rows(model, splits.validation, config, scale, weighted=False)
    refresh = refresher(config, splits.train, model, data[0], synonyms or {"late": ("tardy",)})
    assert refresh is not None
    return trunk, data, watched, refresh


def epoch_of(refresh, x, epoch: int, seed: int = 0, rows: int = 28, batch: int = 8):
    order = epoch_order(seed, epoch, rows)
    refresh.begin(order)
    gathered = {name: values[order] for name, values in x.items()}
    found = refresh.in_batches(gathered, order, batch)
    back = np.argsort(order)
    return {name: values[back] for name, values in found.items()}


@pytest.mark.parametrize("kind", ["image", "frames", "sequence", "text"])
def test_rows_differ_between_epochs_and_seeds_and_repeat_to_the_bit(kind):
    splits = made(kind)
    _, (x, _, _), _, refresh = parts(splits, config_of(splits))
    key = next(iter(x))
    first, second = epoch_of(refresh, x, 0), epoch_of(refresh, x, 1)
    again, other = epoch_of(refresh, x, 0), epoch_of(refresh, x, 0, seed=5)
    assert first[key].shape == x[key].shape
    assert first[key].dtype == x[key].dtype
    np.testing.assert_array_equal(first[key], again[key])
    for changed in (second, other):
        assert (changed[key] != first[key]).any()
    for name in x:  # marks of padding, and the padding itself
        if name.endswith("_present"):
            np.testing.assert_array_equal(first[name], x[name])
            steps = first[key].reshape(*first[key].shape[:2], -1)
            assert (steps * (1 - first[name]) == 0).all()
    # A row is a changed copy of itself, not of another: it stays nearest to what it was.
    flat, plain = (np.asarray(v, float).reshape(len(v), -1) for v in (first[key], x[key]))
    away = np.abs(flat[:, None] - plain[None]).sum(axis=2)
    assert (away.argmin(axis=1) == np.arange(len(flat))).mean() > 0.7


def test_a_text_is_drawn_among_itself_and_its_variants():
    splits = made("text")
    _, (x, _, _), _, refresh = parts(splits, config_of(splits))
    variants = np.asarray(refresh.variants["text_0"])
    assert variants.shape == (17, *x["text_0"].shape)
    np.testing.assert_array_equal(variants[0], x["text_0"])
    for epoch in range(4):
        found = epoch_of(refresh, x, epoch)["text_0"]
        assert ((found[None] == variants).all(axis=2).any(axis=0)).all()


def test_both_engines_train_on_the_same_rows():
    splits = made("image")
    config = config_of(splits)
    logs = []
    for engine_class in (TracedEngine, KerasEngine):
        trunk, data, watched, refresh = parts(splits, config)
        engine = engine_class(trunk, data, watched, 8, refresh=refresh)
        for epoch in range(2):
            list(engine.train(epoch_order(0, epoch, 28), 0))
        logs.append(engine.logs() | engine.validate())
    assert logs[0] == pytest.approx(logs[1], rel=1e-4)


def test_a_compiled_step_takes_changed_rows_too():
    splits = made("image")
    trunk, data, watched, refresh = parts(splits, config_of(splits))
    engine = TracedEngine(trunk, data, watched, 28, jit_compile=True, refresh=refresh)
    losses = []
    for epoch in range(2):
        list(engine.train(epoch_order(0, epoch, 28), 0))
        losses.append(engine.logs()["loss"])
    assert np.isfinite(losses).all()


def test_an_interrupted_training_goes_on_to_the_numbers_of_an_undisturbed_one(tmp_path):
    from goodfit.recipes.training.checkpoints import load_checkpoint, save_checkpoint

    splits = made("image")
    config = config_of(splits, epochs=2)

    def trained(stop_after: int | None):
        trunk, data, watched, refresh = parts(splits, config)
        engine = TracedEngine(trunk, data, watched, 8, refresh=refresh)
        engine._piece = 8
        state = TrainingState()
        if stop_after is not None:  # in the middle of the first epoch
            order, done = epoch_order(config.seed, 0, 28), engine.train(epoch_order(0, 0, 28), 0)
            for _ in range(stop_after):
                state.row = next(done)
            assert 0 < state.row < len(order)
            save_checkpoint(tmp_path / "state.npz", trunk, state)
            trunk, data, watched, refresh = parts(splits, config)
            engine = TracedEngine(trunk, data, watched, 8, refresh=refresh)
            engine.validate()
            state = TrainingState()
            load_checkpoint(tmp_path / "state.npz", trunk, state)
        return run_epochs(trunk, engine, config, 28, state=state), trunk

    (whole, one), (broken, other) = trained(None), trained(2)
    assert [e["val_loss"] for e in whole.history] == [e["val_loss"] for e in broken.history]
    for ours, theirs in zip(one.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_validation_rows_labels_and_the_saved_file_know_nothing_of_it(tmp_path):
    splits = made("image")
    before = splits.train.fingerprint(), splits.validation.fingerprint()
    config = config_of(splits, augmentation_flip=True, epochs=1)
    run = train(config, splits, tmp_path / "run")
    assert (splits.train.fingerprint(), splits.validation.fingerprint()) == before
    with zipfile.ZipFile(run.model_path) as archive:
        assert "Random" not in archive.read("config.json").decode()
    best = run.history[run.record["best_epoch"] - 1]["val_loss"]
    trunk, _, watched, _ = parts(splits, config)
    from goodfit.zoo import parts as parts_of

    trunk.set_weights(parts_of(run.model).trunk.get_weights())
    loss = trunk.evaluate(watched[0], watched[1], verbose=0, return_dict=True)["loss"]
    assert loss == pytest.approx(best, rel=1e-5)
    samples = json.loads((tmp_path / "run" / "run.json").read_text())["augmentation"]
    assert {sample["kind"] for sample in samples} == {"image"}


def test_synonyms_of_a_run_are_kept_for_going_on_with_it(tmp_path):
    splits = made("text")
    given = {"late": ["tardy"], "kind": ["nice"]}
    train(config_of(splits, epochs=1), splits, tmp_path / "run", synonyms=given)
    kept = json.loads((tmp_path / "run" / "synonyms.json").read_text(encoding="utf-8"))
    assert kept == {"late": ["tardy"], "kind": ["nice"]}
    assert open_run(tmp_path / "run").config.augmentation == "standard"
    from goodfit.recipes.augmenting.synonyms import training_synonyms

    again = training_synonyms(config_of(splits), splits.train, None, tmp_path / "run")
    assert again == {"late": ("tardy",), "kind": ("nice",)}


def test_a_model_knows_the_words_that_synonyms_bring_in():
    splits = made("text")
    config = config_of(splits)
    from goodfit.zoo import parts as parts_of

    vocabularies = []
    for further in ((), ("nice", "Tardy", "alarm's")):
        model, _ = build_model(config, splits, further)
        preprocessor = parts_of(model).preprocessor
        vocabularies.append(preprocessor.get_layer("encode_text_0").get_layer("words"))
    plain, more = (layer.get_vocabulary() for layer in vocabularies)
    assert more == [*plain, "alarms", "nice"]  # as this level writes them; "tardy" was there


def test_lots_follow_from_epoch_and_row_alone():
    lots = Lots()

    def dealt(epoch, row):
        lots.begin(epoch_order(0, epoch, 50))
        lots.deal(np.int32(row))
        return [float(keras.random.uniform((), seed=lots.generator)) for _ in range(2)]

    assert dealt(0, 3) == dealt(0, 3)
    assert len({tuple(dealt(epoch, row)) for epoch in range(3) for row in range(3)}) == 9


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"augmentation": "standard"}, "Rows of a table have no change"),
        ({"augmentation_flip": True}, "Set augmentation=standard as well"),
        ({"augmentation": "light", "synonyms": "words.csv"}, "Rows of a table"),
    ],
)
def test_what_cannot_be_done_to_a_table_is_refused(binary_frame, settings, words):
    splits = split(load(binary_frame.drop(columns="note"), "churned"))
    with pytest.raises(BadInput, match=words):
        train(choose_config(splits).replace(**settings), splits)


def test_a_wish_without_its_kind_of_column_is_refused():
    splits = made("image")
    with pytest.raises(BadInput, match="synonyms has nothing to act on"):
        train(config_of(splits, synonyms="words.csv"), splits)
    splits = made("text")
    with pytest.raises(BadInput, match="augmentation_flip has nothing to act on"):
        train(config_of(splits, augmentation_flip=True), splits)
    with pytest.raises(BadInput, match=r"none\.csv cannot be read"):
        train(config_of(splits, synonyms="none.csv"), splits)
    with pytest.raises(BadInput, match="none, light, standard"):
        Config(augmentation="heavy")


def test_words_that_have_labels_of_their_own_stay():
    from goodfit.recipes.augmenting.figures import check_augmentation
    from goodfit.zoo import Column, Task

    columns = (Column("words", "text"),)
    for task in (Task("sequence_labelling", ("a", "b")), Task("span"), Task("translation")):
        with pytest.raises(BadInput, match="its answer belongs to single words"):
            check_augmentation(Config(augmentation="standard"), columns, task)
    check_augmentation(Config(augmentation="light"), columns, Task("binary", ("a", "b")))
