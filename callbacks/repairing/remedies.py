"""Which remedies are tried for which fault, in which order."""

from __future__ import annotations

from . import remedies_data as data
from . import remedies_fit as fit
from . import remedies_head as head
from . import remedies_layers as layers
from . import remedies_rate as rate
from . import remedies_rows as rows
from . import remedies_split as division
from .subject import Subject
from .trial import Remedy, Trial

__all__ = ["BEYOND_REPAIR", "REMEDIES"]


def _rate(trial: Trial, subject: Subject) -> float | None:
    return subject.rate(trial)


def _epochs(trial: Trial, subject: Subject) -> float:  # noqa: ARG001
    return trial.epochs


def _changes(trial: Trial, subject: Subject) -> float:  # noqa: ARG001
    return len(trial.changes)


LEAVE_OUT = Remedy("leave_out_rows", rows.leave_out_rows, "leave out rows with NaN")
UNANSWERED = Remedy(
    "leave_out_unanswered", rows.leave_out_unanswered, "leave out rows without an answer"
)
EDGES = Remedy("fill_infinity", rows.fill_infinity, "fill infinity with the nearest number")
FILL = Remedy("fill_gaps", rows.fill_gaps, "fill gaps with the mean")
LABELS = Remedy("mend_labels", data.mend_labels, "make labels class numbers again", certain=True)
COLUMNS = Remedy(
    "drop_empty_columns", data.drop_empty_columns, "leave out empty columns", certain=True
)
INPUTS = Remedy("standardise_inputs", data.standardise_inputs, "standardise inputs in the model")
TARGETS = Remedy("standardise_targets", data.standardise_targets, "learn standardised targets")
APART = Remedy("set_apart", division.set_apart, "keep rows for validation", judged=False)
SCALE = Remedy(
    "match_scale",
    division.match_scale,
    "give validation rows the scale of the others",
    judged=False,
)
REDIVIDE = Remedy("redivide", division.redivide, "divide the rows anew", judged=False)
SHARED = Remedy("drop_shared", division.drop_shared, "judge by unseen rows only", judged=False)
WEIGHTS = Remedy("class_weights", rows.class_weights, "weigh classes alike")
MIX = Remedy("mix_rows", rows.mix_rows, "mix the training rows")
EVEN = Remedy("drop_weights", rows.drop_weights, "let rows weigh the same")
EVERY = Remedy("all_classes", head.all_classes, "let the loss pass over no class")
LOSS = Remedy("fit_loss", head.fit_loss, "choose the loss by the labels", certain=True)
HEAD = Remedy("fit_head", head.fit_head, "choose output and loss by the labels", certain=True)
KNOWN_LOSS = Remedy("known_loss", head.known_loss, "a loss of Keras's own for the user's own")
STEPS = Remedy(
    "fit_steps", head.fit_steps, "answer once, or at each step, as the targets", certain=True
)
RELU = Remedy("relu_hidden", layers.relu_hidden, "ReLU in hidden layers")
SELU = Remedy("selu_hidden", layers.selu_hidden, "SELU in hidden layers")
LEAKY = Remedy("leaky_relu", layers.leaky_relu, "leaky ReLU in hidden layers")
DRAWN = Remedy("usual_initializers", layers.usual_initializers, "the usual initial weights")
FRESH = Remedy("fresh_weights", layers.fresh_weights, "new initial weights")
NORM = Remedy("batch_norm", layers.batch_norm, "batch normalization")
GRU = Remedy("gru_cells", layers.gru_cells, "GRU for SimpleRNN")
ORDER = Remedy("read_in_order", layers.read_in_order, "a GRU for a mean over the steps")
PLACES = Remedy("tell_places", layers.tell_places, "a bias of its own for each step")
LSTM = Remedy("lstm_cells", layers.lstm_cells, "LSTM for SimpleRNN")
LOWER = Remedy("lower_rate", rate.lower_rate, "divide the learning rate by 10", level=_rate)
BRAKES = Remedy("usual_momentum", rate.usual_momentum, "a momentum of 0.9")
USUAL = Remedy("usual_rate", rate.usual_rate, "the optimizer's usual learning rate")
FOUND = Remedy("found_rate", rate.found_rate, "the learning rate that a range test finds")
HIGHER = Remedy("raise_rate", rate.raise_rate, "multiply the learning rate by 5", level=_rate)
PLATEAU = Remedy("reduce_on_plateau", rate.reduce_on_plateau, "reduce the rate on plateau")
CLIP = Remedy("clip_gradients", rate.clip_gradients, "clip gradients")
BATCH = Remedy("larger_batch", rate.larger_batch, "larger batches")
BEST = Remedy("restore_best", fit.restore_best, "restore the best epoch")
STOPPING = Remedy("early_stopping", fit.early_stopping, "stop early")
LONGER = Remedy("more_epochs", fit.more_epochs, "train longer", must_gain=True, level=_epochs)
DROPOUT = Remedy("add_dropout", fit.add_dropout, "dropout", level=_changes)
L2 = Remedy("add_l2", fit.add_l2, "an L2 penalty")
WEAKEN = Remedy("weaken_regularization", fit.weaken_regularization, "weaker regularization")
REMOVE = Remedy("remove_regularization", fit.remove_regularization, "no regularization")
WIDEN = Remedy("widen", fit.widen, "wider layers", level=_changes)
DEEPEN = Remedy("deepen", fit.deepen, "one more layer")

REMEDIES: dict[str, tuple[Remedy, ...]] = {
    "nan_input": (EDGES, LEAVE_OUT, FILL),
    "bad_labels": (LABELS, HEAD),
    "label_shape_mismatch": (STEPS, COLUMNS, HEAD),
    "wrong_loss": (EVERY, LOSS, HEAD, LABELS),
    "wrong_output_activation": (HEAD, LOSS),
    "unnormalised_input": (INPUTS, NORM),
    "unnormalised_target": (TARGETS,),
    "bad_split": (SCALE, REDIVIDE),
    "leakage": (SHARED,),
    "no_validation": (APART,),
    "nan_loss": (EDGES, LEAVE_OUT, UNANSWERED, LOWER, CLIP, DRAWN, INPUTS, KNOWN_LOSS, RELU),
    "lr_too_high": (BRAKES, LOWER, CLIP, DRAWN),
    "lr_too_low": (USUAL, FOUND, HIGHER, LONGER),
    "oscillating_loss": (MIX, BRAKES, LOWER, PLATEAU, BATCH),
    "too_few_epochs": (LONGER,),
    "bad_init": (DRAWN, NORM),
    "missing_activation": (RELU,),
    "dead_relu": (DRAWN, LEAKY, LOWER, INPUTS),
    "saturated_activation": (RELU, DRAWN, GRU, INPUTS, NORM, SELU),
    "vanishing_gradient": (RELU, GRU, LSTM, SELU, DRAWN, NORM),
    "exploding_gradient": (DRAWN, CLIP, LOWER, RELU, INPUTS),
    "class_collapse": (EVERY, MIX, EVEN, WEIGHTS, LOWER, DRAWN, USUAL, INPUTS),
    "imbalanced": (EVEN, WEIGHTS),
    "over_regularised": (WEAKEN, REMOVE),
    "overfitting": (BEST, STOPPING, DROPOUT, L2),
    "underfitting": (LONGER, WIDEN, ORDER, PLACES, DEEPEN, USUAL),
}
"""Fault: its remedies in the order in which they are tried."""

BEYOND_REPAIR: dict[str, str] = {
    "degenerate_input": "The inputs carry no information: only other data can change that.",
    "bad_labels": "What the labels were before cannot be told from what they are now.",
}
"""Fault: why nothing can be done about it where no remedy applies."""
