"""What a repair keeps, undoes and refuses, one change at a time."""

import math
import subprocess
import sys

import keras
import numpy as np
import pytest
from goodfit.callbacks import History, repair
from goodfit.callbacks.evidence import Evidence
from goodfit.callbacks.gathering.given_data import Rows
from goodfit.callbacks.repairing import engine as engine_module
from goodfit.callbacks.repairing import judgement as judgement_module
from goodfit.callbacks.repairing.engine import Engine
from goodfit.callbacks.repairing.judgement import judgement
from goodfit.callbacks.repairing.pool import Pool, rows_of
from goodfit.callbacks.repairing.remedies import REMEDIES
from goodfit.callbacks.repairing.repaired import Repaired
from goodfit.callbacks.repairing.running import Outcome, Runner
from goodfit.callbacks.repairing.scoring import Score, better_by, in_words
from goodfit.callbacks.repairing.subject import Head
from goodfit.callbacks.repairing.trial import Change, Remedy, Trial
from goodfit.zoo.errors import BadInput
from made_repairs import HELD, RANDOM, TRAIN, X, Y, finding, mended, small

layers = keras.layers


def test_what_helps_is_kept():
    model = small(kernel_initializer="zeros", bias_initializer=keras.initializers.Constant(-5.0))
    done, lines = mended(model, "dead_relu", epochs=8)
    assert [attempt.kept for attempt in done.log] == [True]
    assert done.model is not model
    assert done.score_after > done.score_before + 0.1
    assert "Kept" in lines[0]


def test_a_change_that_makes_it_worse_leaves_model_and_weights_as_they_were(monkeypatch):
    def spoil(trial, subject, finding):
        change = Change("The rate is spoilt.", "optimizer.learning_rate", 0.03, 50.0)
        return trial.with_(change, optimizer={"learning_rate": 50.0})

    remedies = {"oscillating_loss": (Remedy("spoil", spoil, "spoil it"),)}
    monkeypatch.setattr(engine_module, "REMEDIES", remedies)
    model = small()
    done, lines = mended(model, "oscillating_loss", epochs=6)
    assert done.model is model
    assert not done.changes
    assert [attempt.kept for attempt in done.log] == [False]
    assert float(model.optimizer.learning_rate) == pytest.approx(0.03)
    assert done.score_after == done.score_before
    assert "No remedy that was tried helped" in done.refused["oscillating_loss"]
    assert "1 retraining," in lines[1]


@pytest.mark.slow
def test_raw_rows_and_raw_units_in_a_file_that_plain_keras_opens(tmp_path):
    y = (X[:, 0] * 800 + X[:, 1] * 300 + 40_000).astype("float32")
    again, _ = mended(
        small(0.02, activation=None, loss="mse"), "unnormalised_target", X, y, 20, trials=1
    )
    assert again.score_after > 0.5
    assert abs(again.model.predict(X[HELD], verbose=0).mean() - 40_000) < 500
    again.model.save(tmp_path / "mended.keras")
    expected = again.model.predict(X[HELD], verbose=0)
    np.save(tmp_path / "x.npy", X[HELD])
    code = (
        "import keras, numpy as np, sys\n"
        f"model = keras.saving.load_model(r'{tmp_path / 'mended.keras'}')\n"
        f"answers = model.predict(np.load(r'{tmp_path / 'x.npy'}'), verbose=0)\n"
        f"np.save(r'{tmp_path / 'answers.npy'}', answers)\n"
        "assert not any(name.startswith('goodfit') for name in sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
    np.testing.assert_allclose(np.load(tmp_path / "answers.npy"), expected, rtol=1e-5)


def test_subclassed_models_are_trained_anew_but_not_rebuilt():
    class Own(keras.Model):
        def __init__(self):
            super().__init__()
            self.dense = layers.Dense(1, "sigmoid")

        def call(self, inputs):
            return self.dense(inputs)

    model = Own()
    model.compile(keras.optimizers.SGD(1e-7), "binary_crossentropy")
    done, _ = mended(model, "lr_too_low", epochs=6, trials=2)
    assert done.model is model
    assert done.log
    done, _ = mended(model, "vanishing_gradient")
    assert "a class of its own" in done.refused["vanishing_gradient"]


def test_what_cannot_be_mended_is_said():
    done, lines = mended(small(), "degenerate_input", epochs=1)
    assert "no information" in done.refused["degenerate_input"]
    assert lines[-1] == done.refused["degenerate_input"]


def test_the_number_of_trials_is_kept_to():
    done, _ = mended(small(), "saturated_activation", trials=0, epochs=1)
    assert done.retrainings == 0
    assert "No trial was left" in done.refused["saturated_activation"]
    with pytest.raises(BadInput):
        repair(small(), X, Y, trials=-1)
    with pytest.raises(BadInput):
        repair(small(), X, Y, times=0)
    with pytest.raises(BadInput):
        repair(keras.Sequential([layers.Dense(1)]), X, Y)


def test_rows_are_read_from_every_source():
    dataset = __import__("tensorflow").data.Dataset.from_tensor_slices((X, Y)).batch(50)
    np.testing.assert_array_equal(rows_of(dataset).x, X)
    assert rows_of(dataset.repeat()) is None
    assert len(rows_of(dataset.repeat(), steps=2).x) == 100

    class Source(keras.utils.PyDataset):
        def __len__(self):
            return 2

        def __getitem__(self, index):
            return X[index * 30 : index * 30 + 30], Y[index * 30 : index * 30 + 30]

    np.testing.assert_array_equal(rows_of(Source()).y, Y[:60])
    generator = ((X[:10], Y[:10]) for _ in range(9))
    assert rows_of(generator) is None
    assert len(rows_of(generator, steps=3).x) == 30


def test_scores_compare_on_the_same_rows_only():
    noisy = Score(0.1, RANDOM.normal(0.9, 0.5, 50))
    same = Score(0.12, noisy.errors - RANDOM.normal(0.0, 0.5, 50))
    assert abs(better_by(same, noisy)) < 3
    assert better_by(Score(0.5, noisy.errors - 0.4), noisy) == math.inf
    assert better_by(Score(-math.inf), noisy) == -math.inf
    assert Engine(None).trials == 6


def test_histories_of_outcomes_need_not_exist():
    outcome = Outcome(None, None, None, [], Evidence())
    assert judgement_module._loss(outcome) == math.inf
    known = Evidence(History.read({"loss": [1.0, 0.5]}))
    assert judgement_module._loss(Outcome(None, None, None, [], known)) == 0.5


@pytest.mark.parametrize(("gain", "kept"), [(0.0, False), (0.002, False), (0.3, True)])
def test_a_longer_training_is_kept_only_for_a_better_score(gain, kept):
    errors = np.abs(RANDOM.normal(0.5, 0.1, 60))
    old, new = Score(0.5, errors), Score(0.5 + gain, errors - gain + RANDOM.normal(0, 1e-3, 60))

    class Scored:
        def score(self, outcome, judge, rows):
            return new if outcome is longer else old

    rows = Trial(Pool.of(Rows(X[TRAIN], Y[TRAIN]), Rows(X[HELD], Y[HELD])))
    first = Outcome(rows, None, None, [finding("too_few_epochs", "warning")], Evidence())
    longer = Outcome(rows, None, None, [], Evidence())
    (remedy,) = REMEDIES["too_few_epochs"]
    assert judgement(Scored(), first, longer, first.findings[0], remedy).kept is kept


class Made:
    """Carries out trials by a table: changes to score and findings."""

    subject = None

    def __init__(self, table):
        self.table = table
        self.noise = RANDOM.normal(0, 1e-3, 60)

    def run(self, trial):
        faults = self.table[tuple(change.what for change in trial.changes)][1]
        found = [finding(fault) for fault in faults]
        return Outcome(trial, None, None, found, Evidence(), seconds=trial.epochs)

    def score(self, outcome, judge, rows):
        value = self.table[tuple(change.what for change in outcome.trial.changes)][0]
        return Score(value, 1 - value + self.noise)


def by_name(name, **values):
    def apply(trial, subject, finding):
        done = [change.what for change in trial.changes]
        epochs = trial.epochs * values.get("longer", 1)
        return None if name in done else trial.with_(Change(name, name), epochs=epochs)

    return Remedy(name, apply, name, certain=values.get("certain", False))


def searched(monkeypatch, table, remedies, **options):
    monkeypatch.setattr(engine_module, "REMEDIES", remedies)
    rows = Trial(Pool.of(Rows(X[TRAIN], Y[TRAIN]), Rows(X[HELD], Y[HELD])))
    faults = [finding(fault) for fault in table[()][1]]
    lines = []
    engine = Engine(Made(table), say=lines.append, **options)
    first = Outcome(rows, None, None, faults, Evidence(), seconds=1.0)
    return engine, engine.mend(first), lines


CERTAIN = {"wrong_loss": (by_name("loss", certain=True), by_name("other"))}
SCALED = {"unnormalised_input": (by_name("scaled"),)}


def test_what_is_certain_is_kept_for_now_and_judged_with_what_follows(monkeypatch):
    both = ["wrong_loss", "unnormalised_input"]
    table = {(): (0.3, both), ("loss",): (0.1, both[1:]), ("loss", "scaled"): (0.9, [])}
    engine, best, lines = searched(monkeypatch, table, CERTAIN | SCALED)
    assert [change.what for change in best.trial.changes] == ["loss", "scaled"]
    assert [(each.kept, each.for_now) for each in engine.log] == [(True, False)] * 2
    assert "Kept for now: the score went from 0.300 to 0.100" in lines[0]
    assert engine.retrainings == 2


def test_what_was_kept_for_now_in_vain_is_undone_and_the_rest_is_tried(monkeypatch):
    both = ["wrong_loss", "unnormalised_input"]
    table = {
        (): (0.3, both),
        ("loss",): (0.1, both[1:]),
        ("loss", "scaled"): (0.2, []),
        ("other",): (0.5, both[1:]),
        ("other", "scaled"): (0.6, []),
    }
    engine, best, lines = searched(monkeypatch, table, CERTAIN | SCALED)
    assert [change.what for change in best.trial.changes] == ["other", "scaled"]
    assert [each.kept for each in engine.log] == [False, False, True, True]
    assert "What was kept for now is undone" in lines[2]
    _, best, _ = searched(monkeypatch, table, CERTAIN | SCALED, trials=1)
    assert not best.trial.changes


def test_what_is_said_beside_is_tried_last_and_for_a_gain_alone(monkeypatch):
    remedies = {"underfitting": (by_name("wide"),), "bad_init": (by_name("drawn"),)}
    table = {(): (0.3, ["underfitting"]), ("wide",): (0.2, []), ("drawn",): (0.301, [])}
    monkeypatch.setattr(engine_module, "REMEDIES", remedies)
    rows = Trial(Pool.of(Rows(X[TRAIN], Y[TRAIN]), Rows(X[HELD], Y[HELD])))
    said = [finding("underfitting", "warning"), finding("bad_init", "info")]
    first = Outcome(rows, None, None, said, Evidence())
    engine = Engine(Made(table), say=lambda line: None)
    assert engine.mend(first) is first
    assert [(each.fault, each.remedy) for each in engine.log] == [
        ("underfitting", "wide"),
        ("bad_init", "drawn"),
    ]
    table["drawn",] = 0.9, []
    assert Engine(Made(table), say=lambda line: None).mend(first).trial.changes[0].what == "drawn"
    first.findings = said[1:]
    engine = Engine(Made(table), say=lambda line: None)
    assert engine.mend(first) is first
    assert not engine.log


@pytest.mark.parametrize(("score", "kept"), [(0.301, False), (0.9, True)])
def test_what_may_have_held_back_a_training_that_went_well_is_tried_for_a_gain(
    monkeypatch, score, kept
):
    remedies = {"over_regularised": (by_name("weaker"),)}
    monkeypatch.setattr(engine_module, "REMEDIES", remedies)
    rows = Trial(Pool.of(Rows(X[TRAIN], Y[TRAIN]), Rows(X[HELD], Y[HELD])))
    said = [finding("over_regularised", "info")]
    first = Outcome(rows, None, None, said, Evidence())
    table = {(): (0.3, said), ("weaker",): (score, [])}
    engine = Engine(Made(table), say=lambda line: None)
    assert (engine.mend(first) is not first) == kept
    assert [each.remedy for each in engine.log] == ["weaker"]
    assert engine_module.worth_trying(said)
    assert not engine_module.worth_trying([finding("lr_too_high", "info")])


def test_what_had_no_answer_for_one_fault_is_not_trained_again_for_another(monkeypatch):
    both = ["exploding_gradient", "nan_loss"]
    lower, own = by_name("lower"), by_name("own")
    remedies = {both[0]: (lower,), both[1]: (lower, own)}
    table = {(): (-math.inf, both), ("lower",): (-math.inf, both), ("own",): (0.9, [])}
    engine, best, _ = searched(monkeypatch, table, remedies)
    assert [each.remedy for each in engine.log] == ["lower", "own"]
    assert best.trial.changes[0].what == "own"


def test_no_training_is_begun_that_would_take_too_long(monkeypatch):
    table = {(): (0.3, ["wrong_loss"]), ("fast",): (0.5, [])}
    remedies = {"wrong_loss": (by_name("slow", longer=5), by_name("fast"))}
    engine, best, _ = searched(monkeypatch, table, remedies, seconds=3.0)
    assert [change.what for change in best.trial.changes] == ["fast"]
    table = {(): (0.3, ["wrong_loss"]), ("fast",): (0.2, [])}
    engine, best, _ = searched(monkeypatch, table, remedies, seconds=3.0)
    assert "would take longer than 3 s" in engine.refused["wrong_loss"]


def test_what_early_stopping_ended_is_not_lengthened(monkeypatch):
    history = Evidence(History.read({"loss": [1.0, 0.5], "val_loss": [1.0, 1.5]}))
    outcome = Outcome(Trial(None, epochs=9, patience=15), None, None, [], history)
    assert engine_module._stopped(outcome)
    outcome.trial = Trial(None, epochs=2, patience=15)
    assert not engine_module._stopped(outcome)


def test_weights_of_classes_follow_their_labels_and_stopping_is_ours():
    model = small()
    stopping = keras.callbacks.EarlyStopping(patience=0)
    given = {"class_weight": {1: 2.0, 2: 3.0}}
    runner = Runner(model, None, None, given, callbacks=[stopping])
    trial = Trial(Pool.of(Rows(X, Y)))
    assert runner._options(trial)["class_weight"] == {1: 2.0, 2: 3.0}
    renamed = Trial(trial.pool, renamed={1.0: 0, 2.0: 1}, patience=15)
    assert runner._options(renamed)["class_weight"] == {0: 2.0, 1: 3.0}
    assert [each.patience for each in runner._beside(trial)] == [0]
    assert [each.patience for each in runner._beside(renamed)] == [15]


def test_the_score_is_explained_where_it_is_printed():
    said = str(Repaired(None, (Change("It is longer.", "epochs"),), (), (), -math.inf, 0.5,
                        measure="1 is perfect"))  # fmt: skip
    assert "Score on validation rows none -> 0.500: 1 is perfect." in said
    classes = Head("y", None, None, (1,), "binary_crossentropy")
    assert "Brier skill" in in_words((classes,), Trial(None))
    assert "the same chance" in in_words((classes,), Trial(None, balanced=True))
