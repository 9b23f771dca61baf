"""WAV files: whole numbers of 8 to 32 bits or floats, one channel or several, any rate."""

from __future__ import annotations

import math
import struct
import warnings
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["read_wav", "resampled", "write_wav"]

# What the reader raises for files that are no WAV, or cut off.
_BROKEN = (ValueError, EOFError, OSError, struct.error, UnboundLocalError, ZeroDivisionError)


def read_wav(path: Path) -> tuple[int, NDArray[np.float32]]:
    """Return samples per second and the samples, several channels as their mean.

    Whole numbers become floats from -1 to 1, whatever their bits; floats stay as they are.

    Args:
        path: A .wav file.

    Raises:
        ValueError: It is no such file, is cut off, holds no samples or one that is not finite.

    Examples:
        >>> import tempfile
        >>> place = Path(tempfile.mkdtemp()) / "a.wav"
        >>> write_wav(place, 8_000, np.array([0.0, 0.5, -1.0]))
        >>> read_wav(place)
        (8000, array([ 0. ,  0.5, -1. ], dtype=float32))
    """
    from scipy.io import wavfile

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", wavfile.WavFileWarning)  # chunks beside the sound
            warnings.filterwarnings("error", "Reached EOF", wavfile.WavFileWarning)
            rate, data = wavfile.read(path)
    except (*_BROKEN, wavfile.WavFileWarning) as error:
        raise ValueError(str(error) or type(error).__name__) from error
    samples: Any = _floats(data)
    if samples.ndim == 2:
        samples = samples.mean(axis=1, dtype=np.float32)
    if not samples.size or rate < 1:
        raise ValueError("no samples")
    if not np.isfinite(samples).all():
        raise ValueError("samples that are not finite")
    return int(rate), samples


def resampled(samples: NDArray[np.float32], rate: int, wanted: int) -> NDArray[np.float32]:
    """Return samples at another rate, without the frequencies that it cannot hold.

    Examples:
        >>> resampled(np.zeros(441, np.float32), 44_100, 8_000).shape
        (80,)
    """
    if rate == wanted:
        return samples
    from scipy.signal import resample_poly

    shared = math.gcd(rate, wanted)
    return np.asarray(resample_poly(samples, wanted // shared, rate // shared), np.float32)


def write_wav(path: Path, rate: int, samples: NDArray[Any]) -> None:
    """Write samples from -1 to 1 as whole numbers of 16 bits; what lies beyond is cut."""
    from scipy.io import wavfile

    whole = np.clip(np.round(np.asarray(samples) * 32_768), -32_768, 32_767).astype("<i2")
    wavfile.write(path, rate, whole)


def _floats(data: NDArray[Any]) -> NDArray[np.float32]:
    """Return samples as floats; those of 24 bits were read as the upper part of 32."""
    if data.dtype.kind == "f":
        return data.astype(np.float32)
    if data.dtype.kind == "u":  # 8 bits, with silence in the middle
        return ((data.astype(np.float32) - 128.0) / 128.0).astype(np.float32)
    return (data.astype(np.float64) / 2.0 ** (8 * data.dtype.itemsize - 1)).astype(np.float32)
