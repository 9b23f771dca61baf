"""Actions in films: folders of frames or animated GIFs by class, or arrays of frames.

    goodfit train made/gestures                         # the folder below, from the command line
    python -m goodfit.recipes.action_recognition        # makes the folder first

On two CPU cores it takes 11 seconds on 320 made films of 8 to 14 frames of 16 × 16 pixels (a dot
that circles either way, nods or waves); seen there: accuracy 1.00 on 48 validation and on 48 test
rows, where a linear model of the mean, the spread, the first and the last frame reaches 0.69. Read
`recognise_actions` from top to bottom: it is the whole recipe, made to be copied. The joints of a
body instead of pixels are a sequence: `quickstart((list_of_arrays, y))`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from .choosing.configuring import choose_config
from .completing import Clock, carry_out
from .reading.loading import load
from .splitting.parts import split
from .training.fitting import Listener
from .training.runs import Run

__all__ = ["recognise_actions"]

EPOCHS = 20


def recognise_actions(
    source: Any,
    *,
    output: str | Path | None = None,
    size: tuple[int, int] | None = None,
    epochs: int = EPOCHS,
    seed: int = 0,
    test: bool = False,
    progress: Listener | None = None,
) -> Run:
    """Train a network that looks at each frame, then at their order, on films of one class each.

    Args:
        source: A folder that holds one folder for each class, of GIFs or of folders of frames; or a
            pair `(x, y)`, where `x` is a list of arrays `(frames, height, width, channels)`.
        output: A new folder for the run; in memory when left out.
        size: Height and width to bring frames of a folder to; found out when left out.
        epochs: At most this many passes over the training rows.
        seed: Decides the split, the first weights and the order of the rows.
        test: Open the sealed test rows at the end. They are meant to be opened once.
        progress: Told of steps and epochs.

    Returns:
        The run. `predict(run, "film.gif")` answers for one film or a folder of them.

    Raises:
        BadInput: Frames cannot be read, or there are too few; every one is named.

    Guide: SEQ-1, SEQ-5, SEQ-10.
    """
    clock = Clock(progress)
    clock.step("load", "reading the films")
    dataset = load(source) if size is None else load(source, size=size)

    clock.step("prepare", "auditing and splitting")
    splits = split(dataset, seed=seed)
    config = choose_config(splits, seed=seed).replace(
        reason="it is the recipe for films",
        # A few convolutions that all frames share make a vector of each; the two gates of a GRU
        # follow these. A film of more than a hundred frames is one for a transformer_encoder.
        model="gru",
        embedding_width=64,
        units=(64,),
        # From both ends, since the whole film is there before the answer is due.
        bidirectional=True,
        dropout=0.3,
        batch_size=8 if len(splits.train) < 1_000 else 32,
        epochs=epochs,
        early_stopping_patience=10,
    )
    return carry_out(config, dataset, splits, output, clock=clock, test=test)


if __name__ == "__main__":
    from .making.showing import show_example

    show_example("gestures", recognise_actions)
