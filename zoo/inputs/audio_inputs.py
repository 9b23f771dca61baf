"""Recordings inside the model: from a waveform to the logarithm of its mel spectrogram."""

# Keras types the results of its operations loosely.
# pyright: reportOptionalOperand=false, reportOperatorIssue=false, reportArgumentType=false
# pyright: reportOptionalSubscript=false, reportIndexIssue=false, reportCallIssue=false
from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..masking import masked_mean
from ..ragged import row_lengths
from ..tasks import Column
from ..tensors import clean_arrays
from .number_inputs import number_block

if TYPE_CHECKING:
    import keras

__all__ = ["audio_block", "audio_frames", "frame_step", "mel_bands", "numbers_of_sample"]

WINDOW_SECONDS = 0.025
STEP_SECONDS = 0.010
MOST_BANDS = 40
LOWEST_HERTZ = 20.0
# Softer than the noise of 16 bits; silence is not minus infinity.
FLOOR = 1e-6
# A spectrum holds about eight numbers for each sample while it is worked out.
_NUMBERS_OF_SAMPLE = 8
_NUMBERS_AT_ONCE = 2**25


def frame_step(rate: int) -> int:
    """Return the samples from one frame to the next: 10 milliseconds.

    Examples:
        >>> frame_step(8_000), frame_step(44_100)
        (80, 441)
    """
    return max(1, round(rate * STEP_SECONDS))


def numbers_of_sample() -> int:
    """Return how many numbers one sample costs while its spectrum is worked out."""
    return _NUMBERS_OF_SAMPLE


def mel_bands(rate: int) -> int:
    """Return how many bands of frequency are told apart: 40, fewer where the rate is low.

    Examples:
        >>> mel_bands(8_000), mel_bands(1_000)
        (40, 5)
    """
    # With more of them, the narrowest would lie between two frequencies and hold nothing.
    return max(1, min(MOST_BANDS, _transform_length(rate) // 6))


def audio_block(
    column: Column, values: Any, longest: int, name: str = "encode_audio"
) -> keras.Model | None:
    """Return the part of a preprocessor that encodes one recording.

    Each band of the logarithmic mel spectrogram is standardised over all frames of all training
    rows, after the level of each recording was taken out. Rows are read some at a time, so that no
    more than those are held as spectra.

    Args:
        column: The recording's column, which knows the rate.
        values: Training rows, as `Column` describes them.
        longest: Frames of a row that are read at most, from its beginning.
        name: The name of the layer.

    Returns:
        A model from waveforms `(rows, samples)`, NaN after the end of a row, to a dictionary: under
        "" float32 `(rows, frames, bands)`, 0 in the padding; under "present" `(rows, frames, 1)`,
        0 in the padding, else 1. None when every frame is the same.

    Guide: SEQ-1, PH-1d.
    """
    import keras

    # 1. Layers.
    spectrum = audio_frames(column.rate, longest)
    mean, deviation = _statistics(spectrum, column, values)
    if not (deviation > 0).any():
        return None
    missing = np.zeros(len(mean))
    encode = number_block(mean, deviation, missing, "encode_bands", every_step=True)

    # 2. Graph.
    waveform = keras.Input((None,), name="waveform", dtype="float32")
    found: Any = spectrum(waveform)
    present = found["present"]  # (n, t, 1)
    features: Any = encode(found["bands"])  # (n, t, bands)
    return keras.Model(waveform, {"": features * present, "present": present}, name=name)


def audio_frames(rate: int, longest: int) -> keras.Model:
    """Return a model from waveforms to the logarithm of the power in each band of each frame.

    A frame is a window of 25 milliseconds around every 10th, from the first sample on; there is one
    for each full or begun step of a recording. What follows a recording is silence to its last
    frames, whether other rows are longer or not: so padding changes nothing. The mean of the
    logarithms over bands and frames is taken out, so that loudness changes nothing either.

    Args:
        rate: Samples per second.
        longest: Frames of a row that are read at most.

    Returns:
        A model from `(n, samples)`, NaN after the end of a row (and inside it for a sample that is
        missing, which counts as silence), to `bands`, float32 `(n, t, bands)`, and `present`
        `(n, t, 1)`, 1 for frames that begin before the end of a row, else 0.
    """
    import keras
    from keras import layers, ops

    step, transform = frame_step(rate), _transform_length(rate)
    beyond = -(-transform // step)  # steps of silence that keep the mirrored end out of reach

    # 1. Layers. Its own decibels would be bounded below by the loudest recording of a batch.
    mel = layers.MelSpectrogram(
        fft_length=transform,
        sequence_stride=step,
        sequence_length=min(transform, max(2, round(rate * WINDOW_SECONDS))),
        sampling_rate=rate,
        num_mel_bins=mel_bands(rate),
        min_freq=min(LOWEST_HERTZ, rate / 8),
        power_to_db=False,
        dtype="float32",
        name="mel_spectrogram",
    )

    # 2. Graph.
    waveform = keras.Input((None,), name="waveform", dtype="float32")
    x: Any = waveform[:, : longest * step]
    absent: Any = ops.isnan(x)
    known = ops.cast(ops.logical_not(absent), "float32")
    after = ops.flip(ops.cumsum(ops.flip(known, axis=1), axis=1), axis=1)
    inside = ops.cast(ops.greater(after, 0.0), "float32")  # (n, samples)
    present: Any = ops.pad(inside, [(0, 0), (0, 1)])[:, ::step][:, :longest]  # (n, t)
    silent = ops.pad(ops.where(absent, 0.0, x), [(0, 0), (0, beyond * step)])
    power: Any = mel(silent)  # (n, bands, t + beyond)
    bands: Any = ops.swapaxes(ops.log(ops.maximum(power, FLOOR)), 1, 2)[:, :-beyond][:, :longest]
    present = ops.expand_dims(present, -1)
    # How loud a recording is depends on the microphone more than on what is recorded.
    level: Any = ops.mean(masked_mean(bands, present), axis=-1, keepdims=True)  # (n, 1)
    outputs = {"bands": bands - ops.expand_dims(level, -1), "present": present}
    return keras.Model(waveform, outputs, name="mel_frames")


def _transform_length(rate: int) -> int:
    """Return the samples of one Fourier transform: the next power of two after the window."""
    return 2 ** max(2, int(np.ceil(np.log2(max(2, round(rate * WINDOW_SECONDS))))))


def _statistics(
    spectrum: keras.Model, column: Column, values: Any
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return mean and standard deviation of each band over all frames of all rows."""
    longest = max(1, int(row_lengths(values).max(initial=1)))
    step = max(1, _NUMBERS_AT_ONCE // (_NUMBERS_OF_SAMPLE * longest))
    bands = spectrum.output["bands"].shape[-1]
    count, total, square = 0.0, np.zeros(bands), np.zeros(bands)
    shift = None
    for start in range(0, len(values), step):
        piece = clean_arrays({column.name: values[start : start + step]}, [column])
        found = {key: np.asarray(x) for key, x in spectrum(piece[column.name]).items()}
        frames = found["bands"][found["present"][..., 0] > 0].astype(np.float64)
        if not len(frames):
            continue
        # Around the first mean, so that no digits are lost where the power hardly varies.
        shift = frames.mean(axis=0) if shift is None else shift
        count += len(frames)
        total += (frames - shift).sum(axis=0)
        square += np.square(frames - shift).sum(axis=0)
    if shift is None:
        return np.zeros(bands), np.zeros(bands)
    middle = total / count
    deviation = np.sqrt(np.maximum(square / count - np.square(middle), 0.0))
    return shift + middle, np.where(deviation > 1e-6, deviation, 0.0)
