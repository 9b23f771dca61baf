"""Rules about the pace of the weights: thrown away, hardly moved, and what only looks so."""

from dataclasses import replace

from goodfit.callbacks import ModelFacts, Thresholds
from goodfit.callbacks.judging.rules_pace import steps_too_large, steps_too_small
from made_probes import evidence, probe, stuck

LIMITS = Thresholds()
NAMES = ("a", "b", "c", "head")


def row(sizes=None, moved=0.05, epochs=(0, 1, 2, 3, 4), **figures):
    """Probes whose kernels have these sizes from the first epoch on."""
    made = []
    for epoch in epochs:
        changes = {name: {"moved": moved} for name in NAMES}
        if epoch:
            changes = {
                n: c | {"weight_norm": (sizes or {}).get(n, 5.0)} for n, c in changes.items()
            }
        made.append(probe(epoch, changes, **(figures if epoch else {})))
    return made


def test_kernels_that_the_first_epoch_threw_away():
    thrown = dict.fromkeys(NAMES, 50.0)
    found = steps_too_large(stuck(row(thrown)), LIMITS)
    assert (found.fault, found.severity, found.epoch) == ("lr_too_high", "error", 1)
    assert found.figures["growth"] == 10
    assert steps_too_large(evidence(row(thrown)), LIMITS) is None, "it fits all the same"
    half = evidence(row(thrown), [0.5, 0.55, 0.6, 0.65])
    assert steps_too_large(half, LIMITS).severity == "warning"


def test_growth_that_is_usual():
    assert steps_too_large(stuck(row(dict.fromkeys(NAMES, 8.0))), LIMITS) is None
    one = steps_too_large(stuck(row({"head": 50.0})), LIMITS)
    assert one is None, "one layer may begin small"
    long = row(dict.fromkeys(NAMES, 20.0), steps=20_000)
    assert steps_too_large(stuck(long), LIMITS) is None, "many small steps"
    assert steps_too_large(stuck([probe(0)]), LIMITS) is None
    assert steps_too_large(stuck([probe(7), probe(8)]), LIMITS) is None, "the start was not seen"


def test_a_rate_too_low_for_the_budget():
    slow = replace(stuck(row(moved=1e-3), epochs=4), model=ModelFacts(learning_rate=1e-5, epochs=4))
    found = steps_too_small(slow, LIMITS)
    assert (found.fault, found.severity, found.rule) == ("lr_too_low", "warning", "LR-3")
    assert "0.40%" in found.cause
    assert steps_too_small(stuck(row(moved=0.1), epochs=4), LIMITS) is None


def test_a_usual_rate_wants_more_epochs():
    found = steps_too_small(stuck(row(moved=1e-3), epochs=4), LIMITS)
    assert (found.fault, found.severity, found.rule) == ("too_few_epochs", "warning", "EPO-1")
    longer = stuck(row(moved=1e-3, epochs=range(7)), epochs=6)
    assert steps_too_small(longer, LIMITS).fault == "lr_too_low", "there were enough of them"


def test_small_steps_that_are_none_of_the_rates_fault():
    still = row(moved=1e-3)
    assert steps_too_small(stuck(still, epochs=1000), LIMITS) is None, "there is time enough"
    assert steps_too_small(evidence(still), LIMITS) is None, "a model that has learned may rest"
    flat = [probe(e, {n: {"moved": 1e-4, "gradient_norm": 0.0} for n in NAMES}) for e in range(5)]
    assert steps_too_small(stuck(flat), LIMITS) is None, "there is no gradient to follow"
    assert steps_too_small(stuck(still[:2]), LIMITS) is None, "too early to say"
