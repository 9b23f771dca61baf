"""The lines of a script that encode images, sequences, recordings and windows of series."""

from __future__ import annotations

import numpy as np

from ...zoo.inputs.audio_inputs import FLOOR, LOWEST_HERTZ, frame_step, mel_bands
from ...zoo.inputs.number_inputs import NUMBER_BOUND, number_statistics
from ...zoo.inputs.window_inputs import manner
from ...zoo.ragged import row_lengths
from ...zoo.tasks import Column
from ...zoo.tensors import clean_arrays
from .plan import Plan, cannot
from .writing import comment

__all__ = [
    "film_lines",
    "image_lines",
    "recording_lines",
    "sequence_lines",
    "standardised",
    "window_lines",
]

MOST_WINDOWS = 2_000


def standardised(known: str, given: str, block: np.ndarray, booleans: int = 0) -> list[str]:
    """Return the lines that standardise numbers, which they leave in `x`.

    Args:
        known: The variable of the training rows, shape `(rows, width)`, in double precision.
        given: The tensor, as text.
        block: The training rows themselves, which decide what lines are needed.
        booleans: How many of the last columns hold 0 and 1.
    """
    _, deviation, missing = number_statistics(block)
    lines = []
    if (missing == 1).any():
        lines.append(f"{known}[:, np.isnan({known}).all(axis=0)] = 0.0  # nothing is known")
    lines.append(f"mean, variance = np.nanmean({known}, axis=0), np.nanvar({known}, axis=0)")
    if booleans:
        lines.append(f"mean[-{booleans}:], variance[-{booleans}:] = 0.5, 0.25  # yes and no")
    if (deviation == 0).any():
        lines += [
            f"varies = np.nanmax({known}, axis=0) > np.nanmin({known}, axis=0)",
            'variance[~varies] = np.finfo("float32").max  # a constant says nothing, and becomes 0',
        ]
    if ((deviation > 0) & ((deviation < 1e-6) | (deviation > 1e15))).any():
        raise cannot("A run on numbers below 0.000001 or above 10^15", "numbers of usual size")
    lines += [
        "standardise = layers.Normalization(mean=mean.tolist(), variance=variance.tolist())",
        f"absent = ops.isnan({given})",
        f"x = ops.where(absent, 0.0, standardise({given}))  # missing: the mean",
        f"x = x / ops.sqrt(1.0 + ops.square(x / {NUMBER_BOUND}))",
    ]
    if ((missing > 0) & (missing < 1)).any():
        lines += [
            f"gaps = np.flatnonzero(np.isnan({known}).any(axis=0))  # an indicator for each",
            'gap = ops.cast(ops.take(absent, gaps, axis=-1), "float32")',
            "x = ops.concatenate([x, gap], axis=-1)",
        ]
    return lines


def image_lines(column: Column) -> list[str]:
    """Return the lines that standardise the channels of an image."""
    why = "Pixels: each channel gets mean 0 and deviation 1 over all pixels of the training rows."
    return [
        *comment(why),
        'pixels = features["image_0"][train]',
        "mean = pixels.mean(axis=(0, 1, 2), dtype=float)",
        'squares = np.square(pixels - mean.astype("float32"))',
        "variance = squares.mean(axis=(0, 1, 2), dtype=float)",
        f'inputs["image_0"] = keras.Input({column.shape}, name="image_0")',
        "standardise = layers.Normalization(mean=mean.tolist(), variance=variance.tolist())",
        'encoded["image_0"] = standardise(inputs["image_0"])',
    ]


def film_lines(plan: Plan, column: Column) -> list[str]:
    """Return the lines that standardise the channels of films."""
    longest = plan.config.sequence_length
    block = clean_arrays(plan.dataset.features, [column])[column.name]
    cut = f"[:, :{longest}]" if block.shape[1] > longest else ""
    why = "Pixels: each channel gets mean 0 and deviation 1 over all frames of the training rows."
    return [
        *comment(why),
        f'pixels = features["frames_0"][train]{cut}',
        "mean = np.nanmean(pixels, axis=(0, 1, 2, 3), dtype=float)",
        'squares = np.square(pixels - mean.astype("float32"))',
        "variance = np.nanmean(squares, axis=(0, 1, 2, 3), dtype=float)",
        f'inputs["frames_0"] = keras.Input({(None, *column.shape)}, name="frames_0")',
        f'frames = inputs["frames_0"]{cut}',
        "standardise = layers.Normalization(mean=mean.tolist(), variance=variance.tolist())",
        'encoded["frames_0"] = ops.where(ops.isnan(frames), 0.0, standardise(frames))',
        "seen = ops.any(ops.logical_not(ops.isnan(frames)), axis=(2, 3, 4))",
        *_present("ops.expand_dims(seen, -1)"),
        'encoded["frames_0_present"] = present',
    ]


def sequence_lines(plan: Plan, column: Column) -> list[str]:
    """Return the lines that encode a sequence of numbers."""
    rows = clean_arrays(plan.splits.train.features, [column])[column.name]
    longest = plan.config.sequence_length
    cut = f"[:, :{longest}]" if rows.shape[1] > longest else ""
    rows = rows[:, :longest]
    known = ~np.isnan(rows).all(axis=2)
    inside = np.flip(np.maximum.accumulate(np.flip(known, 1), 1), 1)
    return [
        *comment(
            "Steps: each number gets mean 0 and deviation 1 over the steps of the training rows, "
            f"bounded softly at {NUMBER_BOUND:g} deviations. After the end of a row stands NaN."
        ),
        f'inputs["sequence_0"] = keras.Input((None, {column.width}), name="sequence_0")',
        f'steps = inputs["sequence_0"]{cut}',
        f'known = features["sequence_0"][train]{cut}',
        "there = ~np.isnan(known).all(axis=2)",
        "known = known[np.maximum.accumulate(there[:, ::-1], axis=1)[:, ::-1]].astype(float)",
        *standardised("known", "steps", rows[inside]),
        *_present("ops.any(ops.logical_not(ops.isnan(steps)), axis=2, keepdims=True)"),
        'encoded["sequence_0"] = x * present',
        'encoded["sequence_0_present"] = present',
    ]


def _present(known: str) -> list[str]:
    return [
        "# 1 for each step up to the last that holds a number, 0 for padding.",
        f'known_steps = ops.cast({known}, "float32")',
        "after = ops.flip(ops.cumsum(ops.flip(known_steps, axis=1), axis=1), axis=1)",
        'present = ops.cast(ops.greater(after, 0.0), "float32")',
    ]


def recording_lines(plan: Plan, column: Column) -> list[str]:
    """Return the lines that encode a recording as a mel spectrogram."""
    rate, longest = column.rate, plan.config.sequence_length
    step = frame_step(rate)
    window = max(2, round(rate * 0.025))
    transform = 2 ** max(2, int(np.ceil(np.log2(window))))
    beyond = -(-transform // step)
    samples = int(row_lengths(plan.dataset.features[column.name]).max())
    cut = f"[:, :{longest * step}]" if samples > longest * step else ""
    frames = f"[:, :{longest}]" if cut else ""
    return [
        *comment(
            f"Sound: the logarithm of the power in {mel_bands(rate)} bands of pitch, every 10 "
            "milliseconds, less the mean of the recording, so that loudness does not matter."
        ),
        'inputs["recording"] = keras.Input((None,), name="recording")',
        f'waveform = inputs["recording"]{cut}',
        "absent = ops.isnan(waveform)  # after the end",
        *_present("ops.logical_not(absent)"),
        f"present = ops.pad(present, [(0, 0), (0, 1)])[:, ::{step}]{frames}",
        "present = ops.expand_dims(present, -1)",
        "mel = layers.MelSpectrogram(",
        f"    fft_length={transform},",
        f"    sequence_stride={step},",
        f"    sequence_length={min(transform, window)},",
        f"    sampling_rate={rate},",
        f"    num_mel_bins={mel_bands(rate)},",
        f"    min_freq={min(LOWEST_HERTZ, rate / 8)},",
        "    power_to_db=False,",
        ")",
        f"silent = ops.pad(ops.where(absent, 0.0, waveform), [(0, 0), (0, {beyond * step})])",
        f"bands = ops.log(ops.maximum(mel(silent), {FLOOR}))",
        f"bands = ops.swapaxes(bands, 1, 2)[:, :-{beyond}]{frames}",
        "count = ops.maximum(ops.sum(present, axis=1), 1.0)",
        "level = ops.mean(ops.sum(bands * present, axis=1) / count, axis=-1, keepdims=True)",
        "bands = bands - ops.expand_dims(level, -1)",
        "spectrum = keras.Model(inputs, [bands, present])",
        "heard = {name: values[train] for name, values in features.items()}",
        "heard = spectrum.predict(heard, batch_size=64, verbose=0)",
        "known = heard[0][heard[1][..., 0] > 0].astype(float)  # the frames of all training rows",
        *standardised("known", "bands", np.array([[0.0], [1.0]])),
        'encoded["sequence_0"] = x * present',
        'encoded["sequence_0_present"] = present',
    ]


def window_lines(plan: Plan, column: Column) -> list[str]:
    """Return the lines that encode windows of a series; see `window_block` of the zoo."""
    values = plan.splits.train.features[column.name]
    count = int(np.isnan(values[:, -1]).all(axis=0).sum())
    known = column.width - count
    flat = values[:, :-1, :count].reshape(-1, count)
    mean, deviation, missing = number_statistics(flat)
    unit = np.where(deviation > 0, deviation, 1.0)
    sample = values[:: -(-len(values) // MOST_WINDOWS), :-1, :count].astype(np.float64)
    by_last, own, _ = manner((sample - mean) / unit)
    thin = f"[:: {-(-len(values) // MOST_WINDOWS)}]" if len(values) > MOST_WINDOWS else ""
    gaps = bool((missing > 0).any())
    level = "its last value" if by_last else "its mean"
    lines = comment(
        f"A window is brought to its own level, {level}, and to a spread of 1; so a level that "
        "was never seen in training is none to the network."
    )
    lines += [
        f'known = features["window"][train][:, :-1, :{count}].astype(float)',
        "mean, unit = np.nanmean(known, axis=(0, 1)), np.nanstd(known, axis=(0, 1))",
    ]
    if (deviation == 0).any():
        lines.append("unit[unit == 0] = 1.0")
    lines += [
        f"deviations = np.nan_to_num(np.nanstd((known{thin} - mean) / unit, axis=1))"
        if gaps
        else f"deviations = np.std((known{thin} - mean) / unit, axis=1)",
        "moving = deviations[deviations > 0]",
        "floor = np.full(len(unit), np.quantile(moving, 0.05))"
        if own
        else "floor = np.sqrt(np.mean(deviations**2, axis=0))",
    ]
    if not own:
        del lines[-2]
        lines.append("floor[floor == 0] = 1.0") if (deviation == 0).any() else None
    lines += [
        'mean, unit, floor = (each.astype("float32") for each in (mean, unit, floor))',
        f'inputs["window"] = keras.Input({values.shape[1:]}, name="window")',
        f'past = (inputs["window"][:, :-1, :{count}] - mean) / unit',
    ]
    lines += [
        "absent = ops.isnan(past)",
        'there = ops.cast(ops.logical_not(absent), "float32")',
        "filled = ops.where(absent, 0.0, past)",
    ]
    lines += _level(by_last, own)
    steps = ["(filled - level) / spread * there"]
    if gaps:
        steps.append("1.0 - there")
    if known:
        steps.append(f'inputs["window"][:, :-1, {count}:]')
        lines.append(f'encoded["dense"] = inputs["window"][:, -1, {count}:]  # of the step ahead')
    if len(steps) > 1:
        lines.append(f"steps = [{', '.join(steps)}]")
        lines.append('encoded["sequence_0"] = ops.concatenate(steps, axis=2)')
    else:
        lines.append(f'encoded["sequence_0"] = {steps[0]}')
    return [
        *lines,
        'encoded["sequence_0_present"] = ops.ones_like(past[:, :, :1])',
        "scales = {",
        '    "level": ops.squeeze(level, 1) * unit + mean,',
        '    "spread": ops.squeeze(spread, 1) * unit,',
        "}",
    ]


def _level(by_last: bool, own: bool) -> list[str]:
    lines: list[str] = []
    if own or not by_last:
        lines += [
            "count = ops.maximum(ops.sum(there, axis=1, keepdims=True), 1.0)",
            "middle = ops.sum(filled, axis=1, keepdims=True) / count",
        ]
    if by_last:
        lines += [
            "place = ops.cumsum(ops.ones_like(there), axis=1) * there",
            "last = ops.equal(place, ops.max(place, axis=1, keepdims=True))",
            "level = ops.sum(ops.where(last, filled, 0.0) * there, axis=1, keepdims=True)",
        ]
    else:
        lines.append("level = middle")
    if not own:
        return [*lines, "spread = ops.ones_like(level) * floor"]
    return [
        *lines,
        "squares = ops.sum(ops.square(filled - middle) * there, axis=1, keepdims=True)",
        "spread = ops.maximum(ops.sqrt(squares / count + 1e-12), floor)",
    ]
