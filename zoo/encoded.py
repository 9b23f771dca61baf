"""What the encoded tensors between a preprocessor and a trunk are called."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = [
    "LEVEL",
    "SPREAD",
    "WINDOW_KEYS",
    "is_frames",
    "is_image",
    "is_mark",
    "is_text",
    "ordered",
    "present_key",
]

_PRESENT = "_present"
LEVEL, SPREAD = "window_level", "window_spread"
"""What brings a forecast back to the unit of its series; no trunk is given it."""
WINDOW_KEYS = {"ahead": "dense", "level": LEVEL, "spread": SPREAD}
"""Where the parts of an encoded window go that are no steps."""


def is_text(key: str) -> bool:
    """Return whether an encoded tensor holds the numbers of words, characters or bytes."""
    return key.startswith("text_")


def is_image(key: str) -> bool:
    """Return whether an encoded tensor holds the pixels of an image."""
    return key.startswith("image_")


def is_frames(key: str) -> bool:
    """Return whether an encoded tensor holds the pixels of the frames of a film."""
    return key.startswith("frames_") and not is_mark(key)


def is_mark(key: str) -> bool:
    """Return whether an encoded tensor only marks which steps of another are there."""
    return key.endswith(_PRESENT)


def present_key(key: str) -> str:
    """Return the name of the tensor that marks which steps of `key` are there."""
    return key + _PRESENT


def ordered(keys: Iterable[str]) -> list[str]:
    """Return the names of those tensors that hold steps in an order.

    Examples:
        >>> ordered(["dense", "text_0", "sequence_0", "sequence_0_present"])
        ['text_0', 'sequence_0']
    """
    return [
        key
        for key in keys
        if is_text(key) or is_frames(key) or (key.startswith("sequence_") and not is_mark(key))
    ]
