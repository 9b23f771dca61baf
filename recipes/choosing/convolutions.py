"""Convolutions over images and over series: how many filters, and whether they are normalised."""

from __future__ import annotations

from collections.abc import Sequence

from ...zoo.tasks import Column
from ..config import Choice, Config

__all__ = ["convolution_settings"]

SERIES_FILTERS = (64, 128, 64)
"""The shape of Wang, Yan and Oates, 2017, at half its width."""


def convolution_settings(model: str, columns: Sequence[Column]) -> dict[str, Choice]:
    """Choose what convolutional networks know, by the name of the setting.

    Args:
        model: Name of the builder.
        columns: The inputs.

    Guide: REG-6, ARC-1.

    Examples:
        >>> steps = [Column("steps", "sequence", 3)]
        >>> convolution_settings("convnet", steps)["filters"].value
        (64, 128, 64)
        >>> convolution_settings("mlp", steps)["batch_normalization"].value
        False
    """
    if any(column.kind == "image" for column in columns):
        reason = "As many again after each halving, so that every layer costs about the same."
        filters = Choice(Config.filters, "ARC-1", {}, reason)
    else:
        reason = "Wide in the middle, as published for series, at half the width."
        filters = Choice(SERIES_FILTERS, "ARC-1", {}, reason)
    normalised = Choice(
        False, "REG-6", {}, "It is for more than 10 layers or an unstable training."
    )
    if model == "convnet":
        reason = "Convolutional networks converge faster with it."
        normalised = Choice(True, "REG-6", {}, reason)
    return {"filters": filters, "batch_normalization": normalised}
