"""The functions of a script that change the images of each batch: augmentation."""

from __future__ import annotations

from ...zoo.tasks import Column
from ..augmenting.figures import STRENGTHS
from ..augmenting.pictures import BRIGHTNESS, CONTRAST, SHIFT, TURN, ZOOM
from ..augmenting.raw_rows import pixel_range
from .plan import Plan
from .writing import literal

__all__ = ["picture_changes"]

_LAYERS = """
turn = layers.RandomRotation({turn} / 360)  # degrees, either way
zoom, shift = layers.RandomZoom({zoom}), layers.RandomTranslation({shift}, {shift})
lights = [
{flip}    layers.RandomBrightness({brightness}, value_range={limits}),
    layers.RandomContrast({contrast}, value_range={limits}),
]
"""
_FUNCTIONS = '''
def placing(pixels):
    """Return where each pixel is taken from: turned, grown and moved at once, to blur but once."""
    turned = turn.get_random_transformation(pixels, seed=draws)["rotation_matrix"]
    size = zoom.get_random_transformation(pixels, seed=draws)["height_zoom"]
    moved = shift.get_random_transformation(pixels, seed=draws)["translations"]
    _, height, width, _ = pixels.shape
    x = (width - 1) / 2.0 * (1.0 - size) - moved[:, 0:1]
    y = (height - 1) / 2.0 * (1.0 - size) - moved[:, 1:2]
    a, b, c, d, e, f = (turned[:, place : place + 1] for place in range(6))
    rows = [a * size, b * size, a * x + b * y + c, d * size, e * size, d * x + e * y + f]
    return ops.concatenate([*rows, ops.zeros_like(size), ops.zeros_like(size)], axis=1)


def changed(taken, rows, order):
    """Return the images of a batch turned, moved and lit otherwise, anew in each epoch."""
    deal(order, rows)
    middle, spread = mean.astype("float32"), np.sqrt(variance.astype("float32"))
    pixels = ops.convert_to_tensor(taken["image_0"] * spread + middle)
FLAT    pixels = ops.image.affine_transform(pixels, placing(pixels), fill_mode="nearest")
    for layer in lights:
        drawn = layer.get_random_transformation(pixels, seed=draws)
        pixels = layer.transform_images(pixels, drawn)
BACK    return taken | {"image_0": (np.asarray(pixels) - middle) / spread}
'''
_FLAT = """    # As if each frame were a channel more: so a turn, or a light, is of the whole film.
    count, frames, height, width, channels = pixels.shape
    pixels = ops.transpose(pixels, (0, 2, 3, 1, 4))
    pixels = ops.reshape(pixels, (count, height, width, frames * channels))
"""
_BACK = """    pixels = ops.reshape(pixels, (count, height, width, frames, channels))
    pixels = ops.transpose(pixels, (0, 3, 1, 2, 4))
    present = taken["frames_0_present"][:, :, :, None, None]
"""
_OF_FILMS = {
    "image_0": "frames_0",
    "the images of": "the films of",
    "/ spread}": "/ spread * present}",
}


def picture_changes(plan: Plan, column: Column) -> list[str]:
    """Return the functions that change a batch of images or films.

    Args:
        plan: Of a run that changes these.
        column: The images or films.
    """
    config = plan.config
    strength = STRENGTHS[config.augmentation]
    figures = {"turn": TURN, "zoom": ZOOM, "shift": SHIFT}
    figures |= {"brightness": BRIGHTNESS, "contrast": CONTRAST}
    told = {name: literal(value * strength) for name, value in figures.items()}
    flip = '    layers.RandomFlip("horizontal"),\n' if config.augmentation_flip else ""
    limits = literal(pixel_range(plan.splits.train.features[column.name]))
    made: str = _LAYERS.format(**told, flip=flip, limits=limits)
    if column.kind == "image":
        return [made.strip(), _FUNCTIONS.replace("FLAT", "").replace("BACK", "").strip()]
    functions = _FUNCTIONS.replace("FLAT", _FLAT).replace("BACK", _BACK)
    for word, other in _OF_FILMS.items():
        functions = functions.replace(word, other)
    return [made.strip(), functions.strip()]
