"""What goes wrong between the layers: gradients, dead and flat units, weights made badly."""

from __future__ import annotations

from functools import partial
from typing import Any

import keras
from case import Case, Training
from keras import initializers, layers, optimizers
from open_half import rows as data
from open_half.parts import decides, explains, picks, put, recurrent, stack


def deep(seed: int, activation: str = "relu", layers_: int = 10, **options: Any) -> Training:
    """Ten layers on clusters."""
    keras.utils.set_random_seed(seed)
    rows = data.clusters(seed)
    return put(
        stack((12,), (32,) * layers_, 4, "softmax", activation, **options),
        rows,
        picks(rows.test_x, rows.test_y),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )


def deep_rings(seed: int, activation: str = "relu") -> Training:
    """Eight layers and SGD on rings."""
    keras.utils.set_random_seed(seed)
    rows = data.rings(seed)
    return put(
        stack((2,), (16,) * 8, 1, "sigmoid", activation, kernel_initializer="he_normal"),
        rows,
        decides(rows.test_x, rows.test_y),
        optimizer=optimizers.SGD(0.03, momentum=0.9),
        loss="binary_crossentropy",
        metrics=["accuracy"],
    )


def first_mark(seed: int, cell: Any = layers.GRU, **options: Any) -> Training:
    """The class was said ninety steps ago."""
    keras.utils.set_random_seed(seed)
    rows = data.first_mark(seed, steps=90)
    return put(
        recurrent(cell, (90, 2), 16, 1, "sigmoid", **options),
        rows,
        decides(rows.test_x, rows.test_y),
        optimizer=optimizers.Adam(0.01),
        loss="binary_crossentropy",
        metrics=["accuracy"],
        epochs=15,
        batch_size=64,
    )


def sales_sum(seed: int, reduction: str = "sum_over_batch_size") -> Training:
    """Sales, the errors of a batch of 64 summed up or averaged."""
    keras.utils.set_random_seed(seed)
    rows = data.standard(data.sales(seed), 5000, 1000)
    return put(
        recurrent(layers.SimpleRNN, (24, 1), 16, 1),
        rows,
        explains(rows.test_x, rows.test_y),
        optimizer=optimizers.SGD(0.05),
        loss=keras.losses.MeanSquaredError(reduction=reduction),
        batch_size=64,
    )


def residual(seed: int, norm: bool = True) -> Training:
    """Eight blocks that each add to what they get."""
    keras.utils.set_random_seed(seed)
    rows = data.curve(seed)
    given = keras.Input((10,))
    x = layers.Dense(16)(given)
    for _ in range(8):
        inner = layers.LayerNormalization()(x) if norm else x
        inner = layers.Dense(16, activation="relu", kernel_initializer="he_normal")(inner)
        x = x + layers.Dense(16, kernel_initializer="he_normal")(inner)
    x = layers.LayerNormalization()(x) if norm else x
    return put(
        keras.Model(given, layers.Dense(1)(x)),
        rows,
        explains(rows.test_x, rows.test_y),
        optimizer=optimizers.SGD(0.01, momentum=0.9),
        loss="mse",
    )


def digits_biased(seed: int, bias: float = 0.0) -> Training:
    """Digits; the biases of the hidden layers start at a value."""
    keras.utils.set_random_seed(seed)
    rows = data.digits(seed).inputs(lambda x: x / 16)
    start = initializers.Constant(bias)
    return put(
        stack((64,), (64, 32), 10, "softmax", bias_initializer=start),
        rows,
        picks(rows.test_x, rows.test_y),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )


def narrow(seed: int, activation: str = "relu", width: int = 2) -> Training:
    """Twelve layers of two units."""
    keras.utils.set_random_seed(seed)
    rows = data.rings(seed)
    return put(
        stack((2,), (width,) * 12, 1, "sigmoid", activation),
        rows,
        decides(rows.test_x, rows.test_y),
        optimizer=optimizers.Adam(0.005),
        loss="binary_crossentropy",
        metrics=["accuracy"],
    )


def pictures(seed: int, low: float = -0.1, high: float = 0.1) -> Training:
    """Digits as pictures through a convolution with uniform weights."""
    keras.utils.set_random_seed(seed)
    rows = data.digits(seed).inputs(lambda x: (x / 16).reshape(-1, 8, 8, 1))
    even = initializers.RandomUniform(low, high)
    model = keras.Sequential(
        [
            keras.Input((8, 8, 1)),
            layers.Conv2D(12, 3, activation="relu", kernel_initializer=even),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dense(32, activation="relu"),
            layers.Dense(10, activation="softmax"),
        ]
    )
    return put(
        model,
        rows,
        picks(rows.test_x, rows.test_y),
        optimizer=optimizers.Adam(0.003),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )


def tanh_net(seed: int, deviation: float = 0.2) -> Training:
    """Two layers of tanh; the weights start with a deviation."""
    keras.utils.set_random_seed(seed)
    rows = data.clusters(seed, classes=3)
    start = initializers.RandomNormal(stddev=deviation)
    return put(
        stack((12,), (48, 48), 3, "softmax", "tanh", kernel_initializer=start),
        rows,
        picks(rows.test_x, rows.test_y),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )


def sums_gru(seed: int, scale: float = 1.0) -> Training:
    """Sums of marked numbers that are multiplied inside the model before they reach the gates."""
    keras.utils.set_random_seed(seed)
    rows = data.running_sum(seed)
    model = keras.Sequential(
        [keras.Input((25, 2)), layers.Rescaling(scale), layers.GRU(16), layers.Dense(1)]
    )
    return put(
        model,
        rows,
        explains(rows.test_x, rows.test_y),
        optimizer=optimizers.Adam(0.01),
        loss="mse",
        epochs=15,
    )


def sales_lstm(seed: int, **options: Any) -> Training:
    """Sales, with options of the recurrent layer."""
    keras.utils.set_random_seed(seed)
    rows = data.standard(data.sales(seed), 5000, 1000)
    return put(
        recurrent(layers.LSTM, (24, 1), 16, 1, **options),
        rows,
        explains(rows.test_x, rows.test_y),
        optimizer=optimizers.Adam(0.005),
        loss="mse",
        epochs=15,
    )


def started(seed: int, start: Any = "glorot_uniform") -> Training:
    """Wine, all weights started alike."""
    keras.utils.set_random_seed(seed)
    rows = data.wine(seed).scaled()
    model = keras.Sequential(
        [
            keras.Input((13,)),
            layers.Dense(16, activation="relu", kernel_initializer=start),
            layers.Dense(16, activation="relu", kernel_initializer=start),
            layers.Dense(3, activation="softmax", kernel_initializer=start),
        ]
    )
    return put(
        model,
        rows,
        picks(rows.test_x, rows.test_y),
        optimizer=optimizers.Adam(0.005),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
        batch_size=16,
    )


def lines(seed: int, activation: str | None = "relu") -> Training:
    """Rings through three layers."""
    keras.utils.set_random_seed(seed)
    rows = data.rings(seed)
    return put(
        stack((2,), (32, 32, 16), 1, "sigmoid", activation),
        rows,
        decides(rows.test_x, rows.test_y),
        optimizer=optimizers.Adam(0.005),
        loss="binary_crossentropy",
        metrics=["accuracy"],
    )


def curve_lines(seed: int, activation: str | None = "relu") -> Training:
    """A curved target through three layers."""
    keras.utils.set_random_seed(seed)
    rows = data.curve(seed, noise=0.3)
    return put(
        stack((10,), (64, 32), 1, None, activation),
        rows,
        explains(rows.test_x, rows.test_y),
        optimizer=optimizers.Adam(0.005),
        loss="mse",
    )


def waves_convolved(seed: int, activation: str | None = "relu") -> Training:
    """Waves through two convolutions."""
    keras.utils.set_random_seed(seed)
    rows = data.waves(seed)
    model = keras.Sequential(
        [
            keras.Input((40, 1)),
            layers.Conv1D(16, 5, activation=activation),
            layers.Conv1D(16, 5, activation=activation),
            layers.GlobalAveragePooling1D(),
            layers.Dense(3, activation="softmax"),
        ]
    )
    return put(
        model,
        rows,
        picks(rows.test_x, rows.test_y),
        optimizer=optimizers.Adam(0.01),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )


VANISHED = ("class_collapse", "underfitting", "saturated_activation")

CASES: tuple[Case, ...] = (
    Case(
        "ten_sigmoid_layers",
        "mlp",
        partial(deep, activation="sigmoid"),
        fault="vanishing_gradient",
        also=VANISHED,
        twin=deep,
        architecture=True,
        why="Each sigmoid passes back at most a quarter of the gradient; ten pass nothing.",
    ),
    Case(
        "eight_sigmoid_layers_sgd",
        "mlp",
        partial(deep_rings, activation="sigmoid"),
        fault="vanishing_gradient",
        also=VANISHED,
        twin=deep_rings,
        architecture=True,
        why="Sigmoid hidden layers under SGD: the first ones never move.",
    ),
    Case(
        "plain_rnn_asked_ninety_steps",
        "simple_rnn",
        partial(first_mark, cell=layers.SimpleRNN, recurrent_initializer="glorot_uniform"),
        fault="vanishing_gradient",
        also=("underfitting", "overfitting"),
        twin=partial(first_mark, bias_initializer=initializers.Constant(2.5)),
        architecture=True,
        why="What was said 90 steps ago is beyond the memory of a plain recurrent layer.",
    ),
    Case(
        "sales_errors_summed",
        "simple_rnn",
        partial(sales_sum, reduction="sum"),
        fault="exploding_gradient",
        also=("nan_loss", "lr_too_high", "wrong_loss", "oscillating_loss", "saturated_activation"),
        twin=sales_sum,
        why="Errors summed over a batch of 64 make gradients 64 times as large.",
    ),
    Case(
        "residual_tower_without_norm",
        "mlp",
        partial(residual, norm=False),
        fault="exploding_gradient",
        also=("nan_loss", "lr_too_high", "bad_init"),
        twin=residual,
        architecture=True,
        why="Eight added blocks make the signal larger each; without norm it grows eighty-fold.",
    ),
    Case(
        "digits_bias_minus_five",
        "mlp",
        partial(digits_biased, bias=-5.0),
        fault="dead_relu",
        also=("bad_init", "class_collapse", "underfitting"),
        twin=digits_biased,
        why="With biases of -5 no unit ever fires, so none learns.",
    ),
    Case(
        "twelve_narrow_relu_layers",
        "mlp",
        narrow,
        fault="dead_relu",
        also=("vanishing_gradient", "class_collapse", "underfitting"),
        twin=partial(narrow, activation="leaky_relu", width=12),
        architecture=True,
        why="Two rectifiers a layer, twelve layers: somewhere both are dead.",
    ),
    Case(
        "pictures_negative_kernels",
        "mlp",
        partial(pictures, low=-0.3, high=-0.01),
        fault="dead_relu",
        also=("bad_init", "class_collapse", "underfitting"),
        twin=pictures,
        why="Pixels are positive and all kernels negative: every unit is off.",
    ),
    Case(
        "tanh_weights_of_five",
        "mlp",
        partial(tanh_net, deviation=5.0),
        fault="saturated_activation",
        also=("bad_init", "overfitting", "exploding_gradient"),
        twin=tanh_net,
        why="Weights of deviation 5 put every tanh on its flat ends.",
    ),
    Case(
        "sums_gru_times_hundred",
        "gru",
        partial(sums_gru, scale=100.0),
        fault="saturated_activation",
        also=("unnormalised_input", "underfitting"),
        twin=sums_gru,
        architecture=True,
        why="The model multiplies its series by 100: gates and candidates are flat.",
    ),
    Case(
        "wine_all_weights_zero",
        "mlp",
        partial(started, start="zeros"),
        fault="bad_init",
        also=("class_collapse", "underfitting", "dead_relu", "vanishing_gradient"),
        twin=started,
        why="With all weights zero no gradient passes a rectifier.",
    ),
    Case(
        "wine_all_weights_alike",
        "mlp",
        partial(started, start=initializers.Constant(0.1)),
        fault="bad_init",
        also=("class_collapse", "underfitting"),
        twin=started,
        why="Units that start alike stay alike: each layer is one unit.",
    ),
    Case(
        "sales_lstm_weights_of_five",
        "lstm",
        partial(
            sales_lstm,
            kernel_initializer=initializers.RandomNormal(stddev=5.0),
            recurrent_initializer=initializers.RandomNormal(stddev=5.0),
        ),
        fault="bad_init",
        also=("saturated_activation", "exploding_gradient", "underfitting"),
        twin=sales_lstm,
        why="Kernels of deviation 5 shut and open the gates at random.",
    ),
    Case(
        "rings_without_activation",
        "mlp",
        partial(lines, activation=None),
        fault="missing_activation",
        also=("underfitting", "class_collapse"),
        twin=lines,
        architecture=True,
        why="Three linear layers are one line, and rings are not divided by a line.",
    ),
    Case(
        "curve_without_activation",
        "mlp",
        partial(curve_lines, activation=None),
        fault="missing_activation",
        also=("underfitting",),
        twin=curve_lines,
        architecture=True,
        why="Linear layers fit a plane to what is curved.",
    ),
    Case(
        "waves_convolved_without_activation",
        "mlp",
        partial(waves_convolved, activation=None),
        fault="missing_activation",
        also=("underfitting", "class_collapse"),
        twin=waves_convolved,
        architecture=True,
        why="The mean of linear filters is the mean of the series, which is the same for all.",
    ),
)
