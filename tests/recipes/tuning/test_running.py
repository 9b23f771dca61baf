"""One trial: the same number again, a reason where it fails, and what ends the whole search."""

import pickle
import time

import keras
import keras_tuner
import numpy as np
import pytest
from goodfit import zoo
from goodfit.recipes import Config
from goodfit.recipes.studying.measuring import Measure
from goodfit.recipes.studying.places import places_of
from goodfit.recipes.tuning import running
from goodfit.recipes.tuning.assignments import Assignment, Job, TrialResult
from goodfit.recipes.tuning.dimensions import Dimension
from goodfit.recipes.tuning.executors import InProcess
from goodfit.recipes.tuning.guided_space import default_space
from goodfit.recipes.tuning.hypermodel import ConfigHyperModel
from goodfit.recipes.tuning.own_spaces import space_of_builder
from goodfit.recipes.tuning.space import Space
from goodfit.zoo.errors import BadInput, bad_input
from made_search import made_splits

CONFIG = Config(units=(4,), epochs=3, batch_size=32, dropout=0.1, learning_rate=0.01)
SPACE = default_space(CONFIG)
VALUES = {"learning_rate": 0.02, "batch_size": 16, "dropout": 0.2, "optimizer": "adam"}


SPLITS = made_splits()
PLACES = places_of(SPLITS, seeds=5, seed=0)[0][:2]


def made_job(**changes):
    given = {"config": CONFIG, "splits": SPLITS, "space": SPACE, "places": PLACES}
    return Job(**{**given, "measure": Measure("log_loss", True), **changes})


def assigned(values=VALUES, places=(0, 1), epochs=None, seed=7, **changes):
    given = {"search": "key", "trial": "trial-0001", "attempt": 1} | changes
    return Assignment(**given, values=values, places=places, epochs=epochs, seed=seed)


def own_model(hp):
    """Return a compiled model that takes the three columns as one table."""
    model = keras.Sequential(
        [
            keras.Input((3,)),
            keras.layers.Dense(hp.Int("width", 2, 8), activation="relu"),
            keras.layers.Dense(1, activation="sigmoid"),
        ]
    )
    rate = hp.Float("rate", 1e-3, 1e-1, sampling="log")
    model.compile(keras.optimizers.Adam(rate), "binary_crossentropy")
    return model


@pytest.fixture(scope="module")
def ran():
    job = made_job()
    return job, job.run(assigned())


def test_the_same_assignment_gives_the_same_number_again_and_in_another_process_s_job(ran):
    job, result = ran
    assert result.status == "completed"
    assert len(set(result.scores)) == 2
    assert job.run(assigned()).scores == result.scores
    copy = pickle.loads(pickle.dumps(job))
    assert "_runner" not in vars(copy)
    assert copy.run(pickle.loads(pickle.dumps(assigned()))).scores == result.scores


def test_another_seed_or_another_value_gives_another_number(ran):
    _, result = ran
    job = made_job()
    scores = [
        job.run(assigned(places=(0,), **changes)).scores[0]
        for changes in ({}, {"seed": 8}, {"values": {**VALUES, "learning_rate": 0.04}})
    ]
    assert scores[0] == result.scores[0]
    assert len(set(scores)) == 3


def test_what_a_result_tells(ran):
    _, result = ran
    assert result.epochs == (3, 3)
    assert len(result.history) == 3
    assert result.score == pytest.approx(np.mean(result.scores))
    assert result.spread == pytest.approx(np.std(result.scores, ddof=1))
    assert result.seconds > 0
    assert result.memory > 1e6
    assert result.figures["parameters"] > 0
    again = TrialResult.from_dict(result.to_dict())
    assert again == result


def test_an_executor_in_this_process_runs_one_after_the_other():
    told = []
    executor = InProcess(made_job(), lambda kind, data: told.append((kind, data["epoch"])))
    for attempt in (1, 2):
        executor.submit(assigned(places=(0,), epochs=2, attempt=attempt))
    assert [result.key for result in executor.results(0.0)] == [("trial-0001", 1)]
    assert told == [("epoch", 1), ("epoch", 2)]
    executor.close()
    assert executor.results(0.0) == []


def test_a_trial_that_diverges_has_failed_and_no_further_place_is_trained():
    result = made_job().run(assigned({**VALUES, "optimizer": "sgd", "learning_rate": 1e38}))
    assert result.status == "failed"
    assert len(result.scores) == 1
    assert "finite" in result.reason
    assert any(finding.fault == "nan_loss" for finding in result.findings)


def test_values_that_no_config_can_have_make_an_invalid_trial():
    space = Space((Dimension("optimizer", "choice", options=("adam", "adagrad")),))
    result = made_job(space=space).run(assigned({"optimizer": "adagrad"}))
    assert result.status == "invalid"
    assert "adagrad" in result.reason


def test_a_trial_that_the_time_ends_is_neither():
    result = made_job(deadline=time.time() - 1).run(assigned(epochs=2))
    assert result.status == "stopped"
    assert result.scores == ()


@pytest.mark.parametrize(
    ("error", "status"), [(MemoryError("no room"), "failed"), (KeyboardInterrupt(), None),
                          (bad_input("file_unwritable", "The disk is full"), None)],
)  # fmt: skip
def test_what_is_one_trial_s_and_what_is_every_trial_s(monkeypatch, error, status):
    def broken(*_args, **_options):
        raise error

    monkeypatch.setattr(running, "place_outcome", broken)
    if status is None:
        with pytest.raises(type(error)):
            made_job().run(assigned())
    else:
        result = made_job().run(assigned())
        assert (result.status, "no room" in result.reason) == (status, True)


def test_epochs_of_an_assignment_are_at_most_those_of_the_config():
    job = made_job()
    assert job.run(assigned(places=(0,), epochs=1)).epochs == (1,)


def test_a_model_of_one_s_own_is_trained_and_scored_alike():
    space = space_of_builder(own_model)
    assert [(each.setting, each.kind, each.log) for each in space] == [
        ("width", "integer", False), ("rate", "float", True),
    ]  # fmt: skip
    job = made_job(space=space, hypermodel=own_model)
    given = assigned({"width": 4, "rate": 0.05}, places=(0,), epochs=2)
    first, again = (job.run(given) for _ in range(2))
    assert first.status == "completed"
    assert first.scores == again.scores
    assert first.epochs == (2,)
    assert 0 < first.score < 2


def test_a_hypermodel_s_own_fit_and_a_builder_that_returns_a_config():
    class Mine(keras_tuner.HyperModel):
        def build(self, hp):
            return own_model(hp)

        def fit(self, hp, model, *args, **kwargs):
            return model.fit(*args, batch_size=hp.Choice("rows", [8, 16]), **kwargs)

    values = {"width": 4, "rate": 0.05, "rows": 16}
    result = made_job(hypermodel=Mine()).run(assigned(values, places=(0,), epochs=1))
    assert result.status == "completed"

    def config(hp):
        return CONFIG.replace(dropout=hp.Float("drop", 0.0, 0.5))

    once = {"places": (0,), "epochs": 1}
    made = made_job(hypermodel=config).run(assigned({"drop": 0.2}, **once))
    values = {**VALUES, "learning_rate": 0.01, "batch_size": 32}
    same = made_job().run(assigned(values, **once))
    assert made.scores == same.scores


def test_a_builder_that_refuses_values_and_one_that_is_no_builder():
    def refuses(hp):
        raise ValueError("units must be even")

    result = made_job(hypermodel=refuses).run(assigned({"width": 3}))
    assert (result.status, "even" in result.reason) == ("invalid", True)
    with pytest.raises(BadInput, match="compiled"):
        made_job(hypermodel=lambda hp: keras.Sequential()).run(assigned({}))


def test_conditions_of_a_builder_are_found_by_building_under_each():
    def build(hp):
        kind = hp.Choice("kind", ["plain", "deep"])
        with hp.conditional_scope("kind", ["deep"]):
            if kind == "deep":
                hp.Int("layers", 1, 3)

    space = space_of_builder(build)
    assert space.dimensions[1].when == ("kind", ("deep",))
    with pytest.raises(BadInput, match="no hyperparameter"):
        space_of_builder(lambda hp: None)


def test_a_config_is_a_hypermodel_of_any_tuner_of_keras_tuner(tmp_path):
    model = ConfigHyperModel(CONFIG, SPLITS, Space(SPACE.dimensions[:3]))
    tuner = keras_tuner.RandomSearch(
        model, "val_loss", max_trials=1, seed=3, directory=tmp_path, project_name="s"
    )
    tuner.search(verbose=0)
    best = tuner.oracle.get_best_trials(1)[0]
    assert set(best.hyperparameters.values) == {"learning_rate", "batch_size", "dropout"}
    again = tuner.get_best_models(1)[0]
    labels = np.asarray(SPLITS.validation.labels, float)
    rows = zoo.to_tensors(SPLITS.validation.features, SPLITS.validation.columns)
    answers = np.clip(np.asarray(again(rows))[:, 0], 1e-7, 1 - 1e-7)
    loss = -np.mean(labels * np.log(answers) + (1 - labels) * np.log(1 - answers))
    assert loss == pytest.approx(best.score, abs=1e-4)
