"""Pictures that stay what they are: turned, moved, lit otherwise, as layers of Keras draw it."""

# Keras types the results of its operations loosely.
# pyright: reportOptionalOperand=false, reportOperatorIssue=false, reportArgumentType=false
# pyright: reportGeneralTypeIssues=false, reportOptionalSubscript=false
from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import keras

__all__ = ["BRIGHTNESS", "CONTRAST", "SHIFT", "TURN", "ZOOM", "PictureChanges"]

TURN = 20.0
"""Degrees either way."""
ZOOM = 0.1
"""Share that a picture grows or shrinks by."""
SHIFT = 0.1
"""Share of height and width that it moves by."""
BRIGHTNESS = 0.15
"""Share of the range of pixels that is added or taken away."""
CONTRAST = 0.2
"""Share by which pixels move towards the mean or away from it."""


class PictureChanges:
    """Random layers of Keras that change each picture of a batch in its own way.

    Args:
        least: The smallest value of a pixel in the training rows.
        most: The largest one.
        generator: Decides everything random.
        strength: What every figure is multiplied by.
        flip: Whether half of the pictures are mirrored, left to right; never upside down.

    Guide: REG-4, LVL-1.

    Examples:
        >>> import keras, numpy as np
        >>> change = PictureChanges(0.0, 255.0, keras.random.SeedGenerator(0))
        >>> change(np.full((2, 8, 8, 3), 100.0, "float32")).shape
        TensorShape([2, 8, 8, 3])
    """

    def __init__(
        self,
        least: float,
        most: float,
        generator: keras.random.SeedGenerator,
        *,
        strength: float = 1.0,
        flip: bool = False,
    ) -> None:
        from keras import layers

        self._generator = generator
        self._turn = layers.RandomRotation(TURN / 360.0 * strength)
        self._zoom = layers.RandomZoom(ZOOM * strength)
        self._shift = layers.RandomTranslation(SHIFT * strength, SHIFT * strength)
        light = [
            layers.RandomBrightness(BRIGHTNESS * strength, value_range=(least, most)),
            layers.RandomContrast(CONTRAST * strength, value_range=(least, most)),
        ]
        self._in_place: list[Any] = [*([layers.RandomFlip("horizontal")] if flip else []), *light]

    def __call__(self, pixels: Any) -> Any:
        """Return pictures of the same shape, `(rows, height, width, channels)`."""
        from keras import ops

        # The border is repeated outwards: black corners would be nothing that one ever sees.
        pixels = ops.image.affine_transform(pixels, self._placing(pixels), fill_mode="nearest")
        for layer in self._in_place:
            drawn = layer.get_random_transformation(pixels, seed=self._generator)
            pixels = layer.transform_images(pixels, drawn)
        return pixels

    def films(self, pixels: Any) -> Any:
        """Return films, `(rows, frames, height, width, channels)`; all frames of one alike."""
        from keras import ops

        rows, frames, height, width, channels = ops.shape(pixels)
        # As if each frame were a channel more: so a turn, or a light, is that of the whole film.
        flat = ops.reshape(
            ops.transpose(pixels, (0, 2, 3, 1, 4)), (rows, height, width, frames * channels)
        )
        changed = ops.reshape(self(flat), (rows, height, width, frames, channels))
        return ops.transpose(changed, (0, 3, 1, 2, 4))

    def _placing(self, pixels: Any) -> Any:
        """Return where each place of a picture is taken from, shape `(rows, 8)`.

        The layers themselves would each work out a new picture from the last one, and blur it three
        times.
        """
        from keras import ops

        turn = self._turn.get_random_transformation(pixels, seed=self._generator)
        zoom = self._zoom.get_random_transformation(pixels, seed=self._generator)
        shift = self._shift.get_random_transformation(pixels, seed=self._generator)
        _, height, width, _ = ops.shape(pixels)
        size = zoom["height_zoom"]  # (n, 1), the same for the width
        right, down = (shift["translations"][:, place : place + 1] for place in (0, 1))
        x = (width - 1) / 2.0 * (1.0 - size) - right
        y = (height - 1) / 2.0 * (1.0 - size) - down
        a, b, c, d, e, f = (turn["rotation_matrix"][:, place : place + 1] for place in range(6))
        rows = [a * size, b * size, a * x + b * y + c, d * size, e * size, d * x + e * y + f]
        nothing = ops.zeros_like(size)
        return ops.concatenate([*rows, nothing, nothing], axis=1)
