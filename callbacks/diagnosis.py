"""`diagnose`: applies the rules to a history or a model, and names the root of what they find."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from ..zoo.errors import bad_input
from .evidence import Evidence
from .findings import SEVERITIES, Finding
from .gathering.history import History
from .judging.rules import EXPLAINS, RULES, Rule
from .thresholds import Thresholds

__all__ = ["diagnose", "judge", "name_roots", "naive_answers"]

# Below this confidence, a finding is not the root of one that is surer of itself.
SURE = 0.5


def diagnose(
    history: Any,
    x: Any = None,
    y: Any = None,
    *,
    baseline: Mapping[str, Any] | None = None,
    prediction_shares: Mapping[Any, float] | Sequence[float] | None = None,
    restored_epoch: int | None = None,
    thresholds: Thresholds | None = None,
    rules: Sequence[Rule] = RULES,
    final: bool = True,
    validation_data: Any = None,
    validation_split: float = 0.0,
    sample_weight: Any = None,
    class_weight: Mapping[int, float] | None = None,
    epochs: int | None = None,
    callbacks: Sequence[Any] = (),
) -> list[Finding]:
    """Return what is wrong with a training, from its history, or with a model before it is trained.

    Args:
        history: A `History`, or anything that `History.read` takes: what `fit` returned, a dict, a
            data frame, the path of a CSV or JSON file. Or a compiled `keras.Model`: then model and
            data are judged as they stand before the first step, and neither is changed.
        x: For a model: the inputs as `fit` would get them. Without them only the model is judged.
        y: For a model: the targets, likewise.
        baseline: What a naive answer scores on the validation data, by metric name, such as
            `{"accuracy": 0.63, "loss": 0.66}`; or several, by name, such as `{"majority": {...},
            "linear": {...}}`. Underfitting is judged against it.
        prediction_shares: The share of each class in the predictions on the validation data.
        restored_epoch: The epoch, counted from 1, whose weights were restored at the end, where
            the history does not know.
        thresholds: The figures at which the rules fire.
        rules: The rules to apply.
        final: Whether the training is over; some rules speak only then.
        validation_data: For a model: as `fit` would get it.
        validation_split: For a model: as `fit` would get it.
        sample_weight: For a model: as `fit` would get it.
        class_weight: For a model: as `fit` would get it.
        epochs: For a model: the epochs that are planned, where they are known.
        callbacks: For a model: the callbacks that `fit` would get.

    Returns:
        One finding per cause. Faults that it explains are named in its `consequences`.

    Raises:
        BadInput: The history or the baseline cannot be read, or the model is not compiled.

    Guide: CHK-1, CHK-2.

    Examples:
        >>> [finding.fault for finding in diagnose({"loss": [2.0, 9.0, float("nan")]})]
        ['nan_loss', 'no_validation']

        ```python
        for finding in diagnose(model, x, y, validation_data=(a, b)):
            print(finding)
        ```
    """
    limits = thresholds or Thresholds()
    if _is_model(history):
        arguments = {
            "x": x,
            "y": y,
            "validation_data": validation_data,
            "validation_split": validation_split,
            "sample_weight": sample_weight,
            "class_weight": class_weight,
            "epochs": epochs,
            "callbacks": list(callbacks),
        }
        return judge(_evidence_of(history, arguments), limits, rules, final=False)
    known = {} if restored_epoch is None else {"restored_epoch": restored_epoch}
    shares = prediction_shares
    if isinstance(shares, Mapping):
        shares = list(shares.values())
    evidence = Evidence(
        History.read(history, **known),
        naive_answers(baseline),
        tuple(map(float, () if shares is None else shares)),
    )
    return judge(evidence, limits, rules, final)


def _is_model(thing: Any) -> bool:
    """Return whether this is a Keras model; whoever has one has imported Keras."""
    keras = sys.modules.get("keras")
    return keras is not None and isinstance(thing, keras.Model)


def _evidence_of(model: Any, arguments: Mapping[str, Any]) -> Evidence:
    """Return what is known of a model, and of the data for it, before the first step."""
    from .gathering.data_facts import data_facts
    from .gathering.model_facts import model_facts
    from .gathering.naive import naive_scores
    from .gathering.references import reference_scores, rehearsed_scores
    from .gathering.seeing import see_arguments

    if arguments["x"] is None:
        return Evidence(model=model_facts(model))
    given = see_arguments(arguments)
    facts = model_facts(model, given)
    names = tuple(each.name for each in facts.outputs)
    references = reference_scores(given, facts.outputs)
    return Evidence(
        naive=naive_scores(given, facts.outputs),
        model=facts,
        data=data_facts(given, facts.inputs, names),
        references=references,
        rehearsed=rehearsed_scores(given, facts.outputs) if references else {},
    )


def judge(
    evidence: Evidence, thresholds: Thresholds, rules: Sequence[Rule] = RULES, final: bool = True
) -> list[Finding]:
    """Return what the rules find in the evidence, one finding per cause, errors first.

    Args:
        evidence: All that is known; rules that need more are not asked.
        thresholds: The figures at which the rules fire.
        rules: The rules to apply.
        final: Whether the training is over; some rules speak only then.

    Examples:
        >>> judge(Evidence(), Thresholds())
        []
    """
    found = [rule.apply(evidence, thresholds, final) for rule in rules]
    findings = name_roots([finding for finding in found if finding is not None])
    return sorted(findings, key=lambda finding: -SEVERITIES.index(finding.severity))


def name_roots(findings: Sequence[Finding]) -> list[Finding]:
    """Return one finding per cause: what a root explains becomes one of its consequences.

    Args:
        findings: Findings in the order of the rules, which is the order of causes.

    Examples:
        >>> high = Finding("lr_too_high", "LR-2", "error", "a", "b")
        >>> jumps = Finding("oscillating_loss", "LR-2", "warning", "c", "d")
        >>> [(each.fault, each.consequences) for each in name_roots([high, jumps])]
        [('lr_too_high', ('oscillating_loss',))]
    """
    left = sorted(findings, key=lambda finding: finding.confidence < SURE)
    roots = []
    while left:
        root = left.pop(0)
        explained = [
            each
            for each in left
            if each.fault == root.fault
            or (
                each.fault in EXPLAINS.get(root.fault, ())
                # A mere remark does not explain a fault away.
                and (root.severity != "info" or each.severity == "info")
            )
        ]
        left = [each for each in left if each not in explained]
        consequences = tuple(dict.fromkeys(f.fault for f in explained if f.fault != root.fault))
        roots.append(replace(root, consequences=consequences) if explained else root)
    return roots


def naive_answers(baseline: Mapping[str, Any] | None) -> dict[str, dict[str, float]]:
    """Return naive answers by name, from one or several, with plain or estimated scores."""
    if not baseline:
        return {}
    if not isinstance(baseline, Mapping):
        raise _bad_baseline(baseline)
    several = all(
        isinstance(value, Mapping) and "value" not in value for value in baseline.values()
    )
    answers = baseline if several else {"baseline": baseline}
    read: dict[str, dict[str, float]] = {}
    for answer, scores in answers.items():
        read[str(answer)] = {}
        for metric, score in scores.items():
            value = score.get("value") if isinstance(score, Mapping) else score
            if value is None:
                continue
            try:
                read[str(answer)][str(metric)] = float(getattr(value, "value", value))
            except (TypeError, ValueError) as error:
                raise _bad_baseline(baseline) from error
    return read


def _bad_baseline(received: Any) -> Exception:
    return bad_input(
        "baseline_invalid",
        "The baseline is not usable",
        expected='scores by metric name, such as {"accuracy": 0.63}',
        received=repr(received)[:100],
    )
