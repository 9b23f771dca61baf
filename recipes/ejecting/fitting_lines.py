"""The part of a script that trains: labels, loss, optimizer, the order of rows, when to stop."""

from __future__ import annotations

from ...zoo.ragged import row_lengths
from ...zoo.tasks import TABLE_KINDS
from ..training.batches import MOST_ROWS, rows_at_once, rows_of_size
from ..training.compiling import ADAMW_WEIGHT_DECAY, LOSSES, METRICS, OPTIMIZERS
from ..training.loop import LEARNING_RATE_FACTOR, LEARNING_RATE_FLOOR
from .changes import CHANGED, changes
from .due_lines import SCALES, class_weight_lines, has_gaps, label_lines, scaled
from .plan import Plan
from .sequence_answers import SEQUENCE_ANSWERS
from .writing import assigned, call, comment, first_sentence, literal

__all__ = ["BATCHES", "WARM_UP", "joined", "settings", "training"]

BATCHES = '''
def batches(inputs, *others):
    """Yield the training rows in batches, each epoch in an order that follows from the seed."""
    for epoch in itertools.count():
        order = np.random.default_rng([SEED, epoch]).permutation(len(train))
        for start in range(0, len(order), BATCH_SIZE):
            rows = order[start : start + BATCH_SIZE]
            taken = {name: values[rows] for name, values in inputs.items()}
            yield taken, *(values[rows] for values in others)
'''
WARM_UP = '''
class WarmUp(keras.callbacks.Callback):
    """Lets the learning rate rise to its full size in the first updates."""

    updates = 0

    def on_train_batch_begin(self, batch, logs=None):
        """Set the rate of one more update."""
        del batch, logs
        self.updates += 1
        if self.updates <= WARMUP_STEPS:
            self.model.optimizer.learning_rate = LEARNING_RATE * self.updates / WARMUP_STEPS
'''


def settings(plan: Plan) -> list[str]:
    """Return the settings of the training as constants, each with the reason that the run knew."""
    config, record = plan.config, plan.run.record
    names = {"seed": "SEED", "batch_size": "BATCH_SIZE", "learning_rate": "LEARNING_RATE"}
    if config.warmup_steps:
        names["warmup_steps"] = "WARMUP_STEPS"
    lines: list[str] = []
    for setting, name in names.items():
        lines += assigned(name, getattr(config, setting), _why(plan, setting))
    stopped = record.get("stopped_by", "")
    if "epochs without" in stopped or "epochs are done" in stopped:
        lines += assigned("EPOCHS", config.epochs, _why(plan, "epochs"))
    else:
        why = f"The run ended here: {stopped}."
        lines += assigned("EPOCHS", max(1, record["epochs"]), why)
    if config.early_stopping_patience:
        why = _why(plan, "early_stopping_patience")
        lines += assigned("PATIENCE", config.early_stopping_patience, why)
    if plan.task.kind == "binary":
        choice = record.get("threshold_choice") or {}
        why = first_sentence(choice.get("reason") or "It is the middle.")
        lines += assigned(
            "THRESHOLD", record["threshold"], f"A probability above it is a yes. {why}"
        )
    return lines


def _why(plan: Plan, setting: str) -> str:
    choice = plan.config.why(setting)
    return first_sentence(choice.reason)


def training(plan: Plan) -> tuple[list[str], list[str]]:
    """Return the lines that compile `network` and train it on tensors that are encoded once.

    Returns:
        The lines, and the functions that they call.
    """
    config, task = plan.config, plan.task
    (changing, before), batches = changes(plan), BATCHES.strip()
    if changing:
        batches = batches.replace("            yield", f"{CHANGED}\n            yield")
    functions = [*changing, batches, *([WARM_UP.strip()] if config.warmup_steps else [])]
    functions += _encoders(plan)
    lines = [
        *comment(
            "What is encoded never changes, so it is done once, and the network trained on it."
        ),
        "encoded_train, encoded_validation = encode(take(train)), encode(take(validation))",
        *before,
    ]
    arrays, watched = ["encoded_train"], ["encoded_validation"]
    if task.kind == "forecasting":
        told = ["targets", "weights"] if has_gaps(plan) else ["targets"]
        functions.append(scaled(told))
        for part, names in (("train", arrays), ("validation", watched)):
            made = [f"{each}_{part}" for each in told]
            lines.append(f"{', '.join(made)} = in_spreads({part}, encoded_{part})")
            names += made
    elif task.kind in SEQUENCE_ANSWERS:
        parts = '[f"{word} " for word in text.split()]'
        parts = parts if any(len(name) > 1 for name in task.names) else "text"
        functions.append(SEQUENCE_ANSWERS[task.kind].due.strip().replace("PARTS", parts))
        lines = [*comment("What is encoded never changes, so it is done once.")]
        lines.append("encoded_train, targets_train, weights_train = due(train)")
        lines.append("encoded_validation, targets_validation, weights_validation = due(validation)")
        lines += before
        arrays += ["targets_train", "weights_train"]
        watched += ["targets_validation", "weights_validation"]
    else:
        lines += ["", *label_lines(plan)]
        arrays.append("targets[train]")
        watched.append("targets[validation]")
    if config.class_weights == "balanced" and task.is_classification:
        lines += class_weight_lines(plan)
        arrays.append("weights")
    lines += ["", *_compiled(plan), "", *_callbacks(plan)]
    lines += [
        "history = network.fit(",
        f"    batches({', '.join(arrays)}),",
        "    steps_per_epoch=math.ceil(len(train) / BATCH_SIZE),",
        f"    validation_data=({', '.join(watched)}),",
        f"    validation_batch_size={rows_at_once(plan.trunk)},",
        "    epochs=EPOCHS,",
        "    callbacks=callbacks,",
        "    shuffle=False,  # done already",
        "    verbose=2,",
        ")",
    ]
    return lines, functions


def _encoders(plan: Plan) -> list[str]:
    """Return the functions that take, encode and answer rows."""
    texts = any(column.is_string for column in plan.dataset.columns)
    tables = all(column.kind in TABLE_KINDS for column in plan.dataset.columns)
    if texts or tables:  # all at once; Keras predicts no texts
        encode = [
            "    tensors = preprocessor(taken, training=False)",
            "    return {name: np.asarray(values) for name, values in tensors.items()}",
        ]
        answer = ["    return np.asarray(model(take(rows), training=False))"]
        if (most := rows_at_once(plan.trunk)) < MOST_ROWS:
            answer = [
                f"    pieces = np.array_split(rows, math.ceil(len(rows) / {most}))",
                "    answers = [model(take(piece), training=False) for piece in pieces]",
                "    return np.concatenate([np.asarray(each) for each in answers])",
            ]
    else:
        size = min(256, rows_of_size(plan.dataset))
        encode = [f"    return preprocessor.predict(taken, batch_size={size}, verbose=0)"]
        answer = [f"    return model.predict(take(rows), batch_size={size}, verbose=0)"]
    sources = [
        _take(plan),
        [
            "def encode(taken):",
            '    """Return what the network is given for some rows."""',
            *encode,
        ],
        ["def predict(rows):", '    """Return what the model answers for some rows."""', *answer],
    ]
    if plan.task.kind == "next_token":  # the probabilities of all words at once would be many
        del sources[-1]
    return ["\n".join(source) for source in sources]


def _take(plan: Plan) -> list[str]:
    """Return the function that takes rows; of rows of unequal length no more than the longest."""
    told = "    return {name: values[rows] for name, values in features.items()}"
    every = {
        column.name: row_lengths(plan.dataset.features[column.name]).max()
        - row_lengths(plan.splits.train.features[column.name]).max()
        for column in plan.dataset.columns
        if column.is_ragged
    }
    if not any(every.values()):
        return ["def take(rows):", '    """Return the columns of some rows."""', told]
    return [
        "def take(rows):",
        '    """Return the columns of some rows, as long as the longest of them."""',
        "    ((name, values),) = features.items()",
        "    known = ~np.isnan(values[rows])",
        "    longest = np.flatnonzero(known.any(axis=(0, *range(2, known.ndim))))[-1] + 1",
        "    return {name: values[rows, :longest]}",
    ]


def _compiled(plan: Plan) -> list[str]:
    config, kind = plan.config, plan.task.kind
    name, arguments = OPTIMIZERS[config.optimizer]
    if config.optimizer == "adamw":
        arguments = {"weight_decay": config.weight_decay or ADAMW_WEIGHT_DECAY}
    told = ["LEARNING_RATE", *(f"{key}={literal(value)}" for key, value in arguments.items())]
    lines = _reason("optimizer", plan)
    lines += call(f"keras.optimizers.{name}", told, before="optimizer = ")
    losses = LOSSES[kind]
    loss = losses[next(iter(losses)) if config.loss == "auto" else config.loss]
    reduction = ['reduction="mean_with_sample_weight"'] if plan.task.is_sequence else []
    compiled = ["optimizer", f"keras.losses.{loss}({', '.join(reduction)})"]
    shown = [f"keras.metrics.{METRICS[kind][m]}(name={literal(m)})" for m in config.metrics]
    if shown:
        lines += _listed_calls(shown)
        compiled.append("weighted_metrics=watched" if plan.task.is_sequence else "metrics=watched")
    compiled.append(f"jit_compile={config.jit_compile}")
    if not config.jit_compile:
        lines += comment("Without XLA, which takes longer to begin than a small network to train.")
    return [*lines, *call("network.compile", compiled)]


def _listed_calls(calls: list[str]) -> list[str]:
    whole = f"watched = [{', '.join(calls)}]"
    if len(whole) <= 100:
        return [whole]
    return ["watched = [", *(f"    {each}," for each in calls), "]"]


def _reason(setting: str, plan: Plan) -> list[str]:
    return comment(first_sentence(plan.config.why(setting).reason))


def _callbacks(plan: Plan) -> list[str]:
    config = plan.config
    lines = []
    patience = "PATIENCE" if config.early_stopping_patience else "EPOCHS"
    stop = (
        f'keras.callbacks.EarlyStopping("val_loss", patience={patience}, restore_best_weights=True)'
    )
    lines.append(f"callbacks = [{stop}]")
    if len(lines[0]) > 100:
        lines = [f"stop = {stop}", "callbacks = [stop]"]
    if config.reduce_learning_rate_patience:
        lines += _reason("reduce_learning_rate_patience", plan)
        told = [
            '"val_loss"',
            f"factor={LEARNING_RATE_FACTOR}",
            f"patience={config.reduce_learning_rate_patience}",
            "min_delta=0.0",
            f"min_lr={LEARNING_RATE_FLOOR}",
        ]
        lines += call("keras.callbacks.ReduceLROnPlateau", told, before="lower = ")
        lines.append("callbacks.append(lower)")
    if config.warmup_steps:
        lines.append("callbacks.append(WarmUp())")
    return lines


def joined(plan: Plan) -> list[str]:
    """Return the lines that join both parts to one model that takes raw columns."""
    lines = comment("One model that takes the columns as they are: preparing and network together.")
    if plan.task.kind == "regression":
        return [
            *lines,
            "rescale = layers.Rescaling(spread.tolist(), center.tolist())",
            "model = keras.Model(inputs, rescale(network(preprocessor(inputs))))",
        ]
    if plan.task.kind == "forecasting":
        return [
            *lines,
            "tensors = preprocessor(inputs)",
            SCALES,
            "model = keras.Model(inputs, network(tensors) * spread + level)",
        ]
    return [*lines, "model = keras.Model(inputs, network(preprocessor(inputs)))"]
