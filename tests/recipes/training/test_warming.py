"""A rate that rises: the formula, traced or not, after a halving, and after a resume."""

import keras
import numpy as np
import pytest
from goodfit.recipes.config import Config
from goodfit.recipes.training.checkpoints import load_checkpoint, save_checkpoint
from goodfit.recipes.training.compiling import compile_model
from goodfit.recipes.training.engines import KerasEngine, TracedEngine
from goodfit.recipes.training.loop import run_epochs
from goodfit.recipes.training.state import TrainingState
from goodfit.recipes.training.warming import full_rate
from goodfit.zoo.errors import BadInput
from goodfit.zoo.tasks import Task

ROWS = 12
DATA = ({"x": np.ones((ROWS, 1), np.float32)}, np.zeros((ROWS, 1), np.float32), None)
TASK = Task("regression", ("y",))


def made(**settings):
    keras.utils.set_random_seed(0)
    x = keras.Input((1,), name="x")
    model = keras.Model({"x": x}, keras.layers.Dense(1, use_bias=False)(x))
    config = Config(optimizer="sgd", learning_rate=0.1, metrics=(), loss="mse").replace(**settings)
    compile_model(model, config, TASK)
    model.set_weights([np.ones((1, 1))])
    model.optimizer.build(model.trainable_variables)
    return model, config


def expected(steps, warmup, weight=1.0, rate=0.1):
    """Return the weight after plain steps down the slope `2 w` of `w²`, the rate rising."""
    for step in range(steps):
        weight -= rate * min((step + 1) / warmup, 1) * 2 * weight if warmup else rate * 2 * weight
    return weight


@pytest.mark.parametrize("engine", [TracedEngine, KerasEngine])
@pytest.mark.parametrize("warmup", [0, 1, 5, 100])
def test_the_rate_rises_evenly_and_then_stays(engine, warmup):
    model, config = made(warmup_steps=warmup, epochs=2, batch_size=2)
    run_epochs(model, engine(model, DATA, DATA, 2), config, ROWS, state=TrainingState())
    found = float(np.asarray(model.optimizer.iterations))
    assert found == 12  # 2 epochs of 6 batches
    best = [expected(6, warmup), expected(12, warmup)]
    assert float(model.get_weights()[0][0, 0]) == pytest.approx(min(best), rel=1e-5)


def test_a_halved_rate_is_half_of_the_full_one_even_while_it_rises():
    """The bug: half of what the rate had risen to, which is next to nothing."""

    class Worse:
        value = 0.0

        def train(self, order, first_row):
            yield len(order)

        def logs(self):
            return {"loss": 1.0}

        def validate(self):
            self.value += 1.0
            return {"val_loss": self.value}

    model, config = made(warmup_steps=50, epochs=3, reduce_learning_rate_patience=2)
    assert full_rate(model.optimizer) == pytest.approx(0.1)
    state = run_epochs(model, Worse(), config, 4, state=TrainingState())
    assert full_rate(model.optimizer) == pytest.approx(0.05)
    assert state.history[0]["learning_rate"] == pytest.approx(0.1 / 50)


def test_a_resumed_training_goes_on_where_the_rate_was(tmp_path):
    whole, _ = made(warmup_steps=10, epochs=1, batch_size=2)
    engine = TracedEngine(whole, DATA, DATA, 2)
    order = np.arange(ROWS, dtype=np.int32)
    list(engine.train(order, 0))
    half, _ = made(warmup_steps=10)
    list(TracedEngine(half, DATA, DATA, 2).train(order[:6], 0))
    save_checkpoint(tmp_path / "place.npz", half, TrainingState())
    again, _ = made(warmup_steps=10)
    engine = TracedEngine(again, DATA, DATA, 2)
    engine.validate()
    load_checkpoint(tmp_path / "place.npz", again, TrainingState())
    list(engine.train(order, 6))
    np.testing.assert_array_equal(again.get_weights()[0], whole.get_weights()[0])


def test_a_saved_model_names_no_class_of_ours(tmp_path):
    """The bug: a file that only a process with goodfit could open."""
    model, _ = made(warmup_steps=10)
    model.save(tmp_path / "model.keras")
    opened = keras.models.load_model(tmp_path / "model.keras")
    assert type(opened.optimizer) is keras.optimizers.SGD


def test_weight_decay_rises_with_the_rate_and_nonsense_is_refused():
    model, _ = made(warmup_steps=4, optimizer="adamw", weight_decay=0.5)
    model.optimizer.apply([np.zeros((1, 1), np.float32)], model.trainable_variables)
    assert float(model.get_weights()[0][0, 0]) == pytest.approx(1 - 0.5 * 0.1 / 4)
    with pytest.raises(BadInput):
        Config(warmup_steps=-1)
