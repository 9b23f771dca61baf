"""In which order the layers of a model were made, told by the seeds that they drew."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import keras

__all__ = ["Event", "creations"]

_DRAWS = 10_000
_LARGEST_SEED = 10**9


@dataclass(frozen=True)
class Event:
    """A layer drew a seed.

    Args:
        place: The how many-th draw it was.
        layer: The layer.
        is_creation: Whether it drew when it was made, and not when it was first called.
    """

    place: int
    layer: Any
    is_creation: bool


def creations(layers: Sequence[keras.Layer], seed: int) -> list[Event]:
    """Return when layers drew their first seed, and when they drew more as they were called.

    Keras gives a layer without a seed the next number of Python's generator, so the numbers tell
    the order. Layers that draw nothing are left out.

    Args:
        layers: Layers of one model.
        seed: What `keras.utils.set_random_seed` was given before they were made.
    """
    generator = random.Random(seed)
    places = {generator.randint(1, _LARGEST_SEED): place for place in range(_DRAWS)}
    events = []
    for layer in layers:
        own = [places[each] for each in _seeds(layer) if each in places]
        inner = [places[s] for part in _parts(layer) for s in _seeds(part) if s in places]
        if own:
            events.append(Event(min(own), layer, True))
        late = [place for place in inner if not own or place > max(own)]
        if late and not _is_wrapper(layer):
            events.append(Event(min(late), layer, False))
        elif inner and not own:
            events.append(Event(min(inner), layer, True))
    return sorted(events, key=lambda event: event.place)


def _is_wrapper(layer: Any) -> bool:
    """Return whether the layers inside are made with it, and not when it is called."""
    return hasattr(layer, "cell") or hasattr(layer, "layers")


def _parts(layer: Any) -> list[Any]:
    return [part for part in layer._flatten_layers() if part is not layer]


def _seeds(layer: Any) -> Iterator[int]:
    """Return the seeds of a layer's initial weights and of its own generators."""
    import numpy as np

    for value in vars(layer).values():
        seed = getattr(value, "seed", None)
        if isinstance(seed, int) and not isinstance(seed, bool):
            yield seed
        state = getattr(value, "state", None)
        if hasattr(value, "next") and state is not None:
            yield int(np.asarray(state)[0])
