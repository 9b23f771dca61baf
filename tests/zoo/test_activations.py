import numpy as np
import pytest
from goodfit.zoo import ACTIVATIONS, HEADS, TASK_KINDS, BadInput, activation, constant, funnel


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_what_is_said_of_an_activation_is_true_in_keras(name):
    import keras

    x = np.linspace(-30, 30, 601, dtype="float32").reshape(-1, 1)
    values = np.asarray(keras.activations.get(name)(np.concatenate([x, -x], axis=1)))[:, 0]
    item = ACTIVATIONS[name]
    low, high = item.range.split(",")[0].split(" to ")
    bounds = {"minus infinity": -np.inf, "infinity": np.inf}
    low, high = (bounds.get(word) or float(word) for word in (low, high))
    assert values.min() >= low - 0.005
    assert values.max() <= high + 1e-6
    if np.isfinite(low):
        assert values.min() < low + 0.01
    if np.isfinite(high):
        assert values.max() > high - 0.01
    else:
        assert values.max() > 20
    stops = float(values[0]) == pytest.approx(0, abs=1e-6)
    assert (item.initializer == "he_normal") == (name == "leaky_relu" or (stops and high == np.inf))


def test_activations_cover_the_guide_and_heads_use_them():
    rules = {item.rule for item in ACTIVATIONS.values()}
    assert rules == {f"ACT-{number}" for number in range(1, 9)}
    assert set(HEADS) == set(TASK_KINDS)
    for kind, head in HEADS.items():
        # The logarithm of softmax is no activation of the guide; CTC takes it instead of softmax.
        if head.activation != "log_softmax":
            assert kind in ACTIVATIONS[head.activation].output


def test_swish_is_silu_and_a_slip_is_answered():
    assert activation("swish") is ACTIVATIONS["silu"]
    with pytest.raises(BadInput, match="Did you mean 'relu'"):
        activation("rellu")


def test_widths():
    assert funnel(512, 4) == (512, 256, 128, 64)
    assert constant(256, 3) == (256, 256, 256)
    with pytest.raises(BadInput, match="8 units"):
        funnel(4, 4)
    with pytest.raises(BadInput) as caught:
        constant(0, -1)
    assert len(caught.value.problems) == 2
