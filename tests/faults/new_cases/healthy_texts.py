"""Healthy trainings on texts: attention, masks, marks for each letter, several answers."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from case import Case, Training
from keras import layers, ops, optimizers
from keras.optimizers import schedules
from new_cases import series
from new_cases.models import SPARSE, encoder, healthy, stopping, streamed
from open_half.parts import picks, put
from open_half.rows import Rows, one_hot


def warmed_up(seed: int) -> Training:
    """A Transformer whose rate climbs for two epochs; AdamW and dropout."""
    keras.utils.set_random_seed(seed)
    rows = series.tickets(seed, train=1600)
    rate = schedules.CosineDecay(0.0, 240, warmup_target=0.004, warmup_steps=60)
    return put(
        encoder(20, 4, "softmax", words=80, drop=0.3),
        rows,
        picks(rows.test_x, rows.test_y),
        optimizer=optimizers.AdamW(rate, weight_decay=0.01),
        loss=SPARSE,
        metrics=["accuracy"],
        epochs=6,
    )


def masked(seed: int) -> Training:
    """Messages of any length, masked, read from both ends; smoothed columns, logits."""
    keras.utils.set_random_seed(seed)
    rows = series.tickets(seed)
    score = picks(rows.test_x, rows.test_y)
    model = keras.Sequential(
        [
            keras.Input((20,), dtype="int32"),
            layers.Embedding(80, 12, mask_zero=True),
            layers.Bidirectional(layers.GRU(10)),
            layers.Dropout(0.3),
            layers.Dense(4),
        ]
    )
    smooth = keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=0.1)
    made = put(
        model,
        rows.targets(one_hot(4)),
        score,
        optimizer=optimizers.Adam(0.005),
        loss=smooth,
        metrics=["accuracy"],
        epochs=12,
        callbacks=[stopping(4)],
    )
    return streamed(made, seed)


def letter_marks(seed: int) -> Training:
    """A class for each letter, from what stands before and after it."""
    keras.utils.set_random_seed(seed)
    rows = series.tagged(seed, train=900).targets(lambda y: y.astype("int32"))
    model = keras.Sequential(
        [
            keras.Input((12,), dtype="int32"),
            layers.Embedding(series.LETTERS, 8),
            layers.Bidirectional(layers.LSTM(12, return_sequences=True)),
            layers.Dense(2, activation="softmax"),
        ]
    )

    def score(model: Any) -> float:
        said = np.asarray(model.predict(rows.test_x, verbose=0)).argmax(-1)
        return float(np.mean(said == rows.test_y))

    return put(
        model,
        rows,
        score,
        optimizer=optimizers.Adam(0.01),
        loss=SPARSE,
        metrics=["accuracy"],
        epochs=12,
    )


def next_letters(seed: int) -> Training:
    """The next letter at each place, which a language leaves open: one in three is much."""
    keras.utils.set_random_seed(seed)
    rows = series.languages(seed, kinds=1, steps=17, mixed=0.2)
    cut = lambda x: x[:, :16]  # noqa: E731
    late = lambda x: x[:, 1:]  # noqa: E731
    rows = Rows(
        cut(rows.x),
        late(rows.x),
        cut(rows.valid_x),
        late(rows.valid_x),
        cut(rows.test_x),
        late(rows.test_x),
    )
    given = keras.Input((16,), dtype="int32")
    x = layers.Embedding(27, 16)(given) + layers.Embedding(16, 16)(ops.arange(16))
    seen = layers.MultiHeadAttention(2, 8)(x, x, use_causal_mask=True)
    x = layers.LayerNormalization()(x + seen)
    x = layers.LayerNormalization()(x + layers.Dense(16)(layers.Dense(32, activation="gelu")(x)))

    def score(model: Any) -> float:
        said = np.asarray(model.predict(rows.test_x, verbose=0)).argmax(-1)
        return float(np.mean(said == rows.test_y))

    return put(
        keras.Model(given, layers.Dense(27)(x)),
        rows,
        score,
        optimizer=optimizers.Adam(0.005),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
        epochs=10,
    )


def tuned_again(seed: int) -> Training:
    """A Transformer that knows its messages, trained on at 0.00002."""
    keras.utils.set_random_seed(seed)
    rows = series.tickets(seed, train=1600)
    made = put(
        encoder(20, 4, "softmax", words=80, drop=0.3),
        rows,
        picks(rows.test_x, rows.test_y),
        optimizer=optimizers.Adam(0.003),
        loss=SPARSE,
        metrics=["accuracy"],
        epochs=4,
    )
    made.model.fit(made.x, made.y, epochs=3, verbose=0)
    made.model.compile(optimizers.Adam(2e-5), SPARSE, metrics=["accuracy"])
    return made


def message_and_customer(seed: int) -> Training:
    """A message and three numbers in; what is asked and how urgent it is out."""
    keras.utils.set_random_seed(seed)
    rows = series.tickets(seed)
    draw = np.random.default_rng(seed)
    parts: list[Any] = []
    for x, y in ((rows.x, rows.y), rows.valid, (rows.test_x, rows.test_y)):
        who = draw.normal(0, 1, (len(y), 3)).astype("float32")
        haste = (np.where(y == 2, 1.0, 0.0) + who[:, 0] + draw.normal(0, 0.3, len(y))) / 1.2
        parts += [{"text": x, "who": who}, {"kind": y, "haste": haste.astype("float32")}]
    text = keras.Input((20,), name="text", dtype="int32")
    who = keras.Input((3,), name="who")
    read = layers.LSTM(12)(layers.Embedding(80, 8, mask_zero=True)(text))
    both = layers.Dense(16, activation="relu")(layers.Concatenate()([read, who]))
    kind = layers.Dense(4, activation="softmax", name="kind")(both)
    haste = layers.Dense(1, name="haste")(both)
    rows = Rows(*parts)
    return put(
        keras.Model({"text": text, "who": who}, {"kind": kind, "haste": haste}),
        rows,
        picks(rows.test_x, rows.test_y["kind"]),
        optimizer=optimizers.Adam(0.005),
        loss={"kind": SPARSE, "haste": "mse"},
        metrics={"kind": ["accuracy"]},
        epochs=15,
        callbacks=[stopping(4)],
    )


CASES: tuple[Case, ...] = (
    healthy("warmed_up_attention", "transformer", warmed_up, "The rate begins at 0, as it should."),
    healthy("masked", "gru", masked, "Smoothed columns and logits keep the loss above 0."),
    healthy("letter_marks", "lstm", letter_marks, "Two shares at each letter are asked."),
    healthy("next_letters", "transformer", next_letters, "A language leaves the next letter open."),
    healthy("tuned_again_attention", "transformer", tuned_again, "Nothing is left to gain."),
    healthy("message_and_customer", "lstm", message_and_customer, "Two inputs, two answers."),
)
