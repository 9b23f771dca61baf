"""Question answering: a passage read beside its question, and where the answer begins and ends."""

# Keras types the results of its operations loosely.
# pyright: reportOptionalOperand=false, reportOperatorIssue=false, reportArgumentType=false
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ..encoded import is_mark, ordered
from ..errors import Problem
from ..masking import word_mask
from ..tasks import Task
from .streams import Steps, sequence_steps

if TYPE_CHECKING:
    import keras

__all__ = ["answer_ends", "asked", "side_by_side", "span_problems", "span_steps"]

_IMPOSSIBLE = -1e9


def span_problems(preprocessor: keras.Model, task: Task, name: str) -> list[Problem]:
    """Return what keeps the builder `name` from answering questions from these inputs."""
    keys = list(preprocessor.output)
    texts = [key for key in keys if key.startswith("text_")]
    if len(texts) == 2 and [key for key in keys if not is_mark(key)] == texts:
        return []
    return [
        Problem(
            "model_inputs",
            f"The model {name} answers a {task.kind} task from a passage and a question",
            "two text columns that hold words, the passage first, and nothing beside them",
            ", ".join(keys),
            "Name them, as in --text passage question, and leave others out with --ignore",
        )
    ]


def span_steps(
    inputs: Mapping[str, Any], counts: Mapping[str, int], width: int
) -> tuple[Steps, Steps]:
    """Return the words of the passage and of the question, embedded, `(n, t, e)` and `(n, q, e)`.

    Where both have one vocabulary, they share the embedding, and a vector is learned that is added
    to each word of the passage that the question holds too. Unknown words are nobody's equal.

    Args:
        inputs: The inputs of a trunk.
        counts: How many numbers each input of whole numbers can hold.
        width: Of the vector that stands for a word.
    """
    from keras import layers, ops

    first, second = ordered(inputs)
    passage, question = inputs[first], inputs[second]
    if counts[first] != counts[second]:
        one, other = sequence_steps(inputs, counts, width)
        return one, other
    embed = layers.Embedding(counts[first], width, name="embed_words")
    same: Any = ops.equal(ops.expand_dims(passage, 2), ops.expand_dims(question, 1))  # (n, t, q)
    known = ops.expand_dims(ops.greater(passage, 1), 2)  # 0 is padding, 1 an unknown word
    # Counted, not asked whether there is any: LiteRT has no test of a truth value's sign.
    count: Any = ops.sum(ops.cast(ops.logical_and(same, known), "int32"), axis=2)  # (n, t)
    matched = layers.Embedding(2, width, name="embed_matched")(ops.minimum(count, 1))
    return (
        Steps(first, embed(passage) + matched, word_mask(passage)),
        Steps(second, embed(question), word_mask(question)),
    )


def asked(passage: Any, question: Any, present: Any) -> Any:
    """Return each state of the passage with what the question has for it, `(n, t, 3 u)`.

    Args:
        passage: States after reading it, `(n, t, u)`.
        question: States after reading it, `(n, q, u)`.
        present: 1 for each word of the question, 0 in the padding, `(n, q, 1)`.
    """
    from keras import layers

    # 1. Layers: one head is one picture of which word of the question is looked at.
    width = passage.shape[-1]
    attend = layers.MultiHeadAttention(1, width, name="question_attention")
    both = layers.Concatenate(name="passage_and_question")

    # 2. Graph.
    heard = attend(passage, question, attention_mask=_seen(present))  # (n, t, u)
    return both([passage, heard, passage * heard])


def side_by_side(passage: Steps, question: Steps) -> Steps:
    """Return passage and question as one sequence, `(n, t + q, e)`, told apart by what is added."""
    from keras import layers, ops

    # 1. Layers.
    which = layers.Embedding(2, passage.x.shape[-1], name="embed_part")
    join = layers.Concatenate(axis=1, name="passage_then_question")

    # 2. Graph.
    parts = []
    for number, steps in enumerate((passage, question)):
        part: Any = ops.cast(ops.full_like(steps.present[:, :, 0], number), "int32")
        parts.append(steps.x + which(part))
    present = ops.concatenate([passage.present, question.present], axis=1)
    return replace(passage, x=join(parts), present=present)


def answer_ends(states: Any, present: Any) -> Any:
    """Return for each word of the passage how likely it is the first and the last of the answer.

    Args:
        states: Of the words of the passage, `(n, t, u)`.
        present: 1 for each word, 0 in the padding, `(n, t, 1)`.

    Returns:
        Probabilities, `(n, 2, t)`; those of padding are 0, unless there is no word at all.
    """
    from keras import layers, ops

    # 1. Layers: in single precision, whatever the policy, or what is impossible overflows.
    score = layers.Dense(2, dtype="float32", name="output")
    share = layers.Softmax(dtype="float32", name="probabilities")

    # 2. Graph.
    scores: Any = ops.transpose(score(states), (0, 2, 1))  # (n, t, 2) -> (n, 2, t)
    there = ops.greater(ops.transpose(present, (0, 2, 1)), 0.0)  # (n, 1, t)
    # Chosen, not added: LiteRT adds in another order, in which a score beside 1e9 is lost.
    return share(ops.where(there, scores, _IMPOSSIBLE))


def _seen(present: Any) -> Any:
    """Return which words of the question may be looked at, `(n, 1, q)`; the first always may."""
    from keras import ops

    place: Any = ops.cumsum(ops.ones_like(present), axis=1)
    seen = ops.logical_or(ops.greater(present, 0.0), ops.equal(place, 1.0))
    return ops.expand_dims(ops.squeeze(seen, -1), 1)
