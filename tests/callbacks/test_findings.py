"""A finding survives JSON, copies and pickles, with all that it says."""

import copy
import json
import pickle

import pytest
from goodfit.callbacks import Finding

FINDING = Finding(
    "lr_too_high",
    "LR-2",
    "error",
    "The loss rises.",
    "Divide it.",
    epoch=3,
    figures={"lowest": 0.5},
    confidence=0.9,
    where=("loss",),
    consequences=("oscillating_loss", "class_collapse"),
)


@pytest.mark.parametrize(
    "again",
    [
        lambda finding: Finding.from_dict(json.loads(json.dumps(finding.to_dict()))),
        copy.deepcopy,
        lambda finding: pickle.loads(pickle.dumps(finding)),
    ],
)
def test_a_finding_comes_back_as_it_was(again):
    assert again(FINDING) == FINDING
    assert again(FINDING).consequences == ("oscillating_loss", "class_collapse")


def test_a_record_without_consequences_can_still_be_read():
    record = FINDING.to_dict()
    del record["consequences"], record["where"]
    assert Finding.from_dict(record).consequences == ()


def test_figures_cannot_be_changed():
    with pytest.raises(TypeError):
        FINDING.figures["lowest"] = 1
