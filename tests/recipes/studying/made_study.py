"""The ledger of a study as `five_phases` writes it, made without one."""

import math
from itertools import count

from goodfit.callbacks.findings import Finding
from goodfit.recipes import Change, Choice, Config, Ledger, Verdict
from goodfit.recipes.studying.budget import budget_shares
from goodfit.recipes.studying.trials import config_key

BASELINE = Config(units=(128, 64), dropout=0.0)
STEPS = (
    # change, verdict, before, after, gain, low, high, places
    (Change("dropout", 0.3, "Less is learned by heart.", "LVL-1, REG-2", 4), "kept",
     0.40, 0.31, 0.09, 0.05, 0.13, 3),
    (Change("units", (32, 16), "A quarter cannot learn by heart.", "ARC-2", 4, simpler=True),
     "not distinguishable", 0.31, 0.305, 0.005, -0.02, 0.03, 5),
    (Change("learning_rate", 0.009, "Larger steps leave narrow places.", "PH-5, LR-1", 5),
     "reverted", 0.305, 0.52, -0.215, -0.3, -0.13, 2),
    (Change("optimizer", "adamw", "Decoupled decay.", "PH-5, OPT-4", 5),
     "reverted", 0.305, math.nan, math.nan, math.nan, math.nan, 1),
)  # fmt: skip
STAYS = {"kept": "after", "reverted": "before"}
WORDS = {"kept": "The change helps", "reverted": "The change harms"}


def made_entries(*, leak=False, end=True, steps=STEPS, name="customer"):
    """Return the entries of a study; `name` stands where names of data stand."""
    yield head(name, leak)
    config, number = BASELINE, count(1)
    yield from (training(config, place, 0.4) for place in range(3))
    yield {
        "kind": "baseline",
        "score": {"value": 0.4, "low": -0.05, "high": 0.85},
        "metric": "log_loss",
        "state": {"phase": 4, "cause": "overfitting", "reason": "Found: overfitting.", "gap": 2.0},
        "seconds": 6.0,
    }
    for change, verdict, before, after, gain, low, high, places in steps:
        changed = change.apply(config)
        rates = {}
        if change.moves_rate:
            rates = {"x0.3": 0.33, "x1": 0.31, "x3": 0.305}
            why = Choice(0.003, "LR-1, BP-2", {}, "The best rate moves with it.")
            changed = changed.replace(learning_rate=why)
        stays = STAYS.get(verdict, "after" if change.simpler else "before")
        sentence = f"{WORDS.get(verdict, 'No difference can be shown')}: gain {gain:.3g}."
        told = Verdict(verdict, stays, "log_loss", before, after, gain, low, high, places, sentence)
        yield from (training(changed, place, after) for place in range(places))
        yield {
            "kind": "step",
            "number": next(number),
            "change": change.to_dict(),
            "difference": changed.difference(config),
            "rates": rates,
            "state": {"reason": f"Found before {change.setting}."},
            "findings_before": ["overfitting"],
            "findings_after": [] if verdict == "kept" else ["overfitting"],
            "verdict": told.to_dict(),
            "note": "It learns by heart." if change.setting == "units" else "",
            "trainings": places,
            "seconds": 4.5,
            "memory": 9,
        }
        config = changed if stays == "after" else config
    if end:
        yield ended(config, [step[0].name for step in steps])


def head(name, leak):
    method = Choice("stratified", "PH-1c", {}, "Each part has the same shares of the classes.")
    task = {"kind": "binary", "names": ["no", "yes"]}
    cause = f"The column {name} gives the answer away."
    found = Finding("target_leak", "", "error", cause, "Leave it out.", None, {}, where=(name,))
    return {
        "kind": "study",
        "time": "2026-01-02T03:04:05+00:00",
        "goodfit": "0.1.0",
        "task": task,
        "target": ["churned"],
        "source": f"/data/{name}.csv",
        "options": {},
        "rows": {"train": 398, "validation": 85, "test": 86},
        "split": {"method": method.to_dict(), "seal": "cd" * 32},
        "baseline": BASELINE.to_dict(),
        "metric": {"value": "log_loss", "rule": "MET-9", "figures": {}, "reason": "it feels all."},
        "less_is_better": True,
        "limits": {"minutes": 1.0, "seeds": 10, "trials": None, "seed": 0, "test": True},
        "shares": {part: choice.to_dict() for part, choice in budget_shares().items()},
        "left_out": [found.to_dict()] if leak else [],
    }


def training(config, place, score):
    return {
        "kind": "training",
        "key": config_key(config),
        "place": place,
        "score": score,
        "seconds": 1.5,
        "memory": 9,
        "failed": "" if math.isfinite(score) else "The loss was not finite.",
        "findings": [],
        "figures": {"epochs": 9.0, "best_epoch": 7.0, "loss": 0.2, "val_loss": 0.3},
    }


def ended(config, changed):
    return {
        "kind": "end",
        "reason": "Nothing was left to try." if changed else "No time.",
        "config": config.to_dict(),
        "metric": "log_loss",
        "score": {"value": 0.305, "low": 0.24, "high": 0.37},
        "validation": {"value": 0.3, "low": 0.2, "high": 0.4},
        "test": {"value": 0.33, "low": 0.25, "high": 0.41},
        "test_openings": 1,
        "looks": 15,
        "optimism": 0.012 if changed else None,
        "findings": ["overfitting"],
        "minutes": 1.0,
        "seconds": 52.5,
        "memory": 9,
    }


def made_ledger(path=None, **options):
    """Return a ledger with these entries, as JSON gives them back."""
    ledger = Ledger(path)
    for entry in made_entries(**options):
        ledger.add(entry)
    return ledger
