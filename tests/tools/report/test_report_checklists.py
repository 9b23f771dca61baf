"""Each item of the checklists holds on a sound run, and fails on a run that lacks it."""

import dataclasses
import json

import pytest
from goodfit.callbacks.findings import Finding
from goodfit.recipes.training.runs import open_run
from goodfit.tools import fill_checklists
from goodfit.tools.report.checklists import CHECKLISTS


def states(run):
    return {
        (checklist.title, item.title): item
        for checklist in fill_checklists(run)
        for _, item in checklist.items
    }


def flat(run):
    """Return items by title; the mistakes repeat some checks under other titles."""
    return {title: item for (_, title), item in states(run).items()}


@pytest.fixture
def sound(make_run):
    return open_run(make_run("binary"))


def test_a_sound_run_has_every_item_done(sound):
    undone = {title: item.evidence for title, item in flat(sound).items() if item.state != "done"}
    assert not undone


def test_the_lists_are_those_of_the_guide(sound):
    lists = fill_checklists(sound)
    assert [(checklist.rule, len(checklist.items)) for checklist in lists] == [
        ("CHK-1", 8), ("CHK-2", 4), ("CHK-3", 5), ("", 8),
    ]  # fmt: skip
    assert [rule for rule, _ in lists[3].items] == [f"MIS-{i}" for i in range(1, 9)]
    assert all(checklist.done == checklist.applicable for checklist in lists)


def record(**changes):
    return lambda run: dataclasses.replace(run, record={**run.record, **changes})


def config(**changes):
    return lambda run: dataclasses.replace(run, config=run.config.replace(**changes))


def found(fault, severity="warning"):
    finding = Finding(fault, "", severity, "cause", "remedy", 3)
    return lambda run: dataclasses.replace(run, findings=(finding,))


def history(*losses):
    logs = tuple({"loss": a, "val_loss": b} for a, b in losses)
    return lambda run: dataclasses.replace(run, history=logs)


def without_reasons(run):
    fresh = dataclasses.replace(run.config, reasons={})
    return dataclasses.replace(run, config=fresh)


def no_model(run):
    (run.folder / "model.keras").unlink()
    return run


def bare_model(run):
    import zipfile

    with zipfile.ZipFile(run.folder / "model.keras", "w") as archive:
        archive.writestr("config.json", json.dumps({"layers": [{"class_name": "Dense"}]}))
    return run


NAN = float("nan")
SPOILED = {
    "Data explored": [record(audit_profile=[])],
    "Data cleaned": [found("infinite_values", "error")],
    "Split made": [
        record(rows={"train": 10, "validation": 0, "test": 2}),
        record(rows={"train": 50, "validation": 40, "test": 10}),
        found("leakage"),
    ],
    "Preprocessing inside the model": [no_model, bare_model],
    "Architecture chosen": [config(units=(64, 64, 64, 64))],
    "Hyperparameters chosen": [without_reasons],
    "Early stopping set": [config(early_stopping_patience=0)],
    "Metrics chosen": [record(validation=None), record(naive=None)],
    "Training watched against validation": [history((1.0, NAN)), history()],
    "Loss decreasing": [history((1.0, 1.0), (1.2, 1.0)), history((NAN, 1.0), (NAN, 1.0))],
    "Training stable": [found("oscillating_loss"), history((1.0, 1.0), (NAN, NAN)), history()],
    "Best weights saved": [no_model, record(best_epoch=0), record(best_epoch=3)],
    "Test set evaluated": [record(test=None)],
    "Errors analysed": [record(worst_errors=[])],
    "All metrics computed": [record(validation={"metrics": {"accuracy": {}}})],
    "Results documented": [record(fingerprint=None), record(versions={})],
    "Final model saved": [no_model, record(saved_difference=None), record(saved_difference=0.1)],
    "Rows split": [record(rows={"train": 10, "validation": 2, "test": 0})],
    "Test rows not looked at again and again": [record(test_openings=2)],
    "Inputs scaled and encoded": [bare_model],
    "Stopped early": [config(early_stopping_patience=0)],
    "One change at a time": [config(dropout=0.1, l2=0.1)],
    "Learning rate fits": [config(learning_rate=0.5), found("lr_too_low")],
    "Curves drawn": [history((1.0, 1.0))],
    "Errors looked at": [record(worst_errors=[])],
}
CASES = [(title, spoil) for title, spoils in SPOILED.items() for spoil in spoils]


def test_every_item_can_fail():
    assert {title for _, _, items in CHECKLISTS for _, title, _ in items} == set(SPOILED)


@pytest.mark.parametrize(("title", "spoil"), CASES)
def test_an_item_fails_without_what_it_asks_for(sound, title, spoil):
    item = flat(spoil(sound))[title]
    assert item.state == "not done"
    assert item.evidence.endswith(".")


def test_imbalance_with_accuracy_alone_is_no_choice_of_metrics(sound):
    run = record(validation={"metrics": {"accuracy": {"value": 0.95}}})(sound)
    assert flat(run)["Metrics chosen"].state == "done"
    assert flat(found("imbalanced")(run))["Metrics chosen"].state == "not done"


def test_what_cannot_be_judged_does_not_apply(sound):
    assert flat(history((1.0, 1.0))(sound))["Loss decreasing"].state == "not applicable"
    run = record(task={"kind": "forecasting", "names": ["y"]})(sound)
    assert flat(run)["All metrics computed"].state == "not applicable"
    run = record(columns=[{"name": "yes", "kind": "boolean", "width": 1}])(sound)
    assert flat(run)["Inputs scaled and encoded"].state == "not applicable"


def test_evidence_names_the_figures(sound):
    items = flat(sound)
    assert "70% / 15% / 15% of 567 rows" in items["Split made"].evidence
    assert "128, 64 units, 12,345 parameters" in items["Architecture chosen"].evidence
    assert "epoch 24" in items["Best weights saved"].evidence
    assert "dropout" in items["One change at a time"].evidence


def test_an_interrupted_run_is_judged_too(make_run):
    items = flat(open_run(make_run("interrupted")))
    assert items["Final model saved"].state == "not done"
    assert items["Training stable"].evidence == "The loss is not finite at epoch 2."
    assert items["Test set evaluated"].evidence == "The 85 test rows are still sealed."
