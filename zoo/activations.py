"""Every activation the guide names: what it computes, where it belongs, how its layer starts.

No Keras is needed to import this file.
"""

from __future__ import annotations

from dataclasses import dataclass

from .errors import Problem, bad_input, did_you_mean

__all__ = ["ACTIVATIONS", "Activation", "activation", "activation_problem"]


@dataclass(frozen=True)
class Activation:
    """One activation function and its place.

    Args:
        name: The name Keras gives it.
        rule: The guide's rule on it.
        formula: What it computes of `x`.
        range: The values it can give.
        usage: Where it belongs, one sentence.
        caution: What goes wrong with it; empty where nothing does.
        initializer: How the kernel before it starts, so that signals keep their size: He for
            functions that cut off the negative half, Glorot for the others.
        hidden: Whether a hidden layer may have it at all.
        output: The kinds of task whose output layer has it.
    """

    name: str
    rule: str
    formula: str
    range: str
    usage: str
    caution: str = ""
    initializer: str = "glorot_uniform"
    hidden: bool = True
    output: tuple[str, ...] = ()


ACTIVATIONS: dict[str, Activation] = {
    item.name: item
    for item in (
        Activation(
            "relu",
            "ACT-1",
            "max(0, x)",
            "0 to infinity",
            "Hidden layers, as the default.",
            "A unit that is negative for every row is stuck at zero and learns no more.",
            "he_normal",
        ),
        Activation(
            "leaky_relu",
            "ACT-2",
            "x if x > 0 else 0.2 x",
            "minus infinity to infinity",
            "Hidden layers, when many ReLU units are stuck at zero.",
            "",
            "he_normal",
        ),
        Activation(
            "sigmoid",
            "ACT-3",
            "1 / (1 + exp(-x))",
            "0 to 1",
            "The output layer of a task with two classes, or with one yes or no for each label.",
            "In hidden layers of a deep network the gradient vanishes.",
            output=("binary", "multilabel"),
        ),
        Activation(
            "tanh",
            "ACT-4",
            "(exp(x) - exp(-x)) / (exp(x) + exp(-x))",
            "-1 to 1",
            "Recurrent layers, in the gates.",
            "Its flat ends give a weak gradient, as with the sigmoid.",
        ),
        Activation(
            "softmax",
            "ACT-5",
            "exp(x) / sum(exp(x)) over the units",
            "0 to 1, summing to 1",
            "The output layer of a task with three or more classes.",
            "On one unit it is always 1; in a hidden layer the units compete for a sum of 1.",
            hidden=False,
            output=("multiclass", "sequence_labelling", "next_token", "translation", "span"),
        ),
        Activation(
            "gelu",
            "ACT-6",
            "x times the normal distribution function of x",
            "-0.17 to infinity",
            "Transformers.",
            "",
            "he_normal",
        ),
        Activation(
            "silu",
            "ACT-7",
            "x sigmoid(x)",
            "-0.28 to infinity",
            "Vision, and as a modern alternative to ReLU; also called Swish.",
            "",
            "he_normal",
        ),
        Activation(
            "linear",
            "ACT-8",
            "x",
            "minus infinity to infinity",
            "The output layer of a regression.",
            "Hidden layers without a non-linearity collapse into a single linear one.",
            output=("regression", "forecasting"),
        ),
    )
}
_OTHER_NAMES = {"swish": "silu"}


def activation(name: str) -> Activation:
    """Return what is known about an activation.

    Guide: ACT-1, ACT-2, ACT-3, ACT-4, ACT-5, ACT-6, ACT-7, ACT-8.

    Args:
        name: One of `ACTIVATIONS`, or `swish`, which is `silu`.

    Raises:
        BadInput: There is no activation of that name ("did you mean").

    Examples:
        >>> activation("relu").range
        '0 to infinity'
        >>> activation("swish").name
        'silu'
    """
    known = _OTHER_NAMES.get(name, name) if isinstance(name, str) else name
    if not isinstance(known, str) or known not in ACTIVATIONS:
        names = [*ACTIVATIONS, *_OTHER_NAMES]
        raise bad_input(
            "activation_unknown",
            "There is no activation of this name",
            expected="one of " + ", ".join(names),
            received=repr(name),
            remedy=did_you_mean(str(name), names),
        )
    return ACTIVATIONS[known]


def activation_problem(name: str) -> Problem | None:
    """Return what is wrong with `name` as the activation of a hidden layer, or None."""
    try:
        found = activation(name)
    except ValueError as error:
        return error.args[0]
    if found.hidden:
        return None
    return Problem(
        "activation_hidden",
        f"{name} does not belong in a hidden layer ({found.rule}). {found.caution}",
        "one of " + ", ".join(key for key, item in ACTIVATIONS.items() if item.hidden),
        repr(name),
        "Take relu, the default; the output layer gets softmax by itself where it is due",
    )
