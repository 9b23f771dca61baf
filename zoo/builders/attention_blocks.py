"""Blocks of attention and dense layers, and waves for positions: what every Transformer shares."""

# Keras types the results of its operations loosely.
# pyright: reportOptionalOperand=false, reportOperatorIssue=false, reportArgumentType=false
# pyright: reportOptionalSubscript=false, reportIndexIssue=false
from __future__ import annotations

from typing import Any

__all__ = ["HEADS", "attention_block", "dropped", "fitting_heads", "looked_at", "waves", "waves_at"]

HEADS = 8
"""The guide's figure is 8 to 12 (SEQ-7)."""
_NARROWEST_HEAD = 8
_WIDENING = 4
_LONGEST_WAVE = 10_000


def fitting_heads(heads: int, width: int) -> int:
    """Return how many heads there are: fewer than wanted where one would be narrower than 8.

    Examples:
        >>> fitting_heads(8, 64), fitting_heads(8, 32)
        (8, 4)
    """
    return min(heads, max(1, width // _NARROWEST_HEAD))


def attention_block(
    x: Any,
    heads: int,
    dropout: float,
    name: str,
    *,
    mask: Any = None,
    causal: bool = False,
    memory: Any = None,
    memory_mask: Any = None,
) -> Any:
    """Return `x` after attention and two dense layers, each added to what was.

    Each part is normalised before, not after (pre-norm). The inner dense layer has four times the
    width and GELU.

    Args:
        x: Shape `(n, t, e)`.
        heads: Ways of looking.
        dropout: Share dropped of what each part adds.
        name: The layers are called `<name>_attention`, `_widen`, `_narrow`, `_normalization_1`,
            `_normalization_2` and, with a memory, `_memory` and `_normalization_memory`.
        mask: Where each step may look among the steps, `(n, 1 or t, t)`; everywhere if None.
        causal: Whether each step may look only at itself and at those before it. Where padding is
            at the end, that alone is enough, and no mask is needed.
        memory: Another sequence to look at after the own one, `(n, s, e)`, normalised already.
        memory_mask: Where each step may look in it, `(n, 1 or t, s)`.

    Returns:
        Shape `(n, t, e)`.
    """
    from keras import layers, ops

    width = x.shape[-1]
    # 1. Layers.
    size = max(1, width // heads)
    attend = layers.MultiHeadAttention(heads, size, name=f"{name}_attention")
    widen = layers.Dense(_WIDENING * width, name=f"{name}_widen")
    narrow = layers.Dense(width, name=f"{name}_narrow")
    first = layers.LayerNormalization(name=f"{name}_normalization_1")
    second = layers.LayerNormalization(name=f"{name}_normalization_2")

    # 2. Graph.
    normal = first(x)
    seen = attend(normal, normal, attention_mask=mask, use_causal_mask=causal)
    x = x + dropped(seen, dropout, f"{name}_attention")
    if memory is not None:
        remember = layers.MultiHeadAttention(heads, size, name=f"{name}_memory")
        normal = layers.LayerNormalization(name=f"{name}_normalization_memory")(x)
        seen = remember(normal, memory, attention_mask=memory_mask)  # (n, t, e)
        x = x + dropped(seen, dropout, f"{name}_memory")
    # The approximate form is the one that every export format has.
    thought = narrow(ops.gelu(widen(second(x)), approximate=True))  # (n, t, 4 e) -> (n, t, e)
    return x + dropped(thought, dropout, name)


def dropped(x: Any, dropout: float, name: str) -> Any:
    """Return `x` after a dropout layer `<name>_dropout`, or as it is where nothing is dropped."""
    from keras import layers

    return layers.Dropout(dropout, name=f"{name}_dropout")(x) if dropout else x


def looked_at(present: Any) -> Any:
    """Return which steps every step may look at, shape `(n, 1, t)`, of marks `(n, t, 1)`.

    The first place always may be: a row with nothing to look at could give NaN.
    """
    from keras import ops

    place: Any = ops.cumsum(ops.ones_like(present), axis=1)
    seen = ops.logical_or(ops.greater(present, 0.0), ops.equal(place, 1.0))
    return ops.expand_dims(ops.squeeze(seen, -1), 1)


def waves(present: Any, width: int, dtype: str) -> Any:
    """Return sines and cosines of the position of each step, shape `(n, t, width)`.

    Args:
        present: Any tensor of numbers with a place for each step, `(n, t, 1)`.
        width: Of the vectors that the waves are added to.
        dtype: Of those vectors.
    """
    from keras import ops

    place: Any = ops.cumsum(ops.ones_like(present), axis=1) - 1.0  # (n, t, 1)
    return waves_at(place, width, dtype)


def waves_at(place: Any, width: int, dtype: str) -> Any:
    """Return sines and cosines of positions `(n, t, 1)`, counted from 0; see `waves`."""
    from keras import ops

    half = (width + 1) // 2
    rates = [_LONGEST_WAVE ** (-number / half) for number in range(half)]
    angle = place * ops.convert_to_tensor(rates, "float32")  # (n, t, half)
    both = ops.concatenate([ops.sin(angle), ops.cos(angle)], axis=-1)
    return ops.cast(both[:, :, :width], dtype)
