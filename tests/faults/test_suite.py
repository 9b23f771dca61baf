"""The suite itself: both halves hold what they say, and what is called broken is broken."""

import importlib.util
from collections import Counter
from pathlib import Path

import grading
import keras
import numpy as np
import pytest
from case import FAMILIES, FAULTS
from goodfit.callbacks import Finding
from grading import Grade, Mended, Summary
from loading import HALVES, cases

SPEC = importlib.util.spec_from_file_location(
    "bench_diagnosis", Path(__file__).parents[2] / "tools" / "bench" / "diagnosis.py"
)
bench = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(bench)


def of(half):
    found = cases(half)
    if not found:
        pytest.skip(f"the {half} half is not written yet")
    return found


@pytest.mark.parametrize("half", HALVES)
def test_a_half_covers_every_fault_and_family(half):
    found = of(half)
    names = [case.name for case in found]
    assert len(set(names)) == len(names)
    broken = [case for case in found if case.fault]
    assert {case.fault for case in broken} == set(FAULTS)
    assert {case.family for case in broken} == set(FAMILIES)
    assert sum(case.family != "mlp" for case in broken) >= len(broken) / 3
    least = {"open": (42, 15), "kept": (38, 15), "new": (54, 32)}[half]
    assert len(broken) >= least[0]
    assert len(found) - len(broken) >= least[1]
    if half == "new":
        assert min(Counter(case.fault for case in broken).values()) >= 2


@pytest.mark.parametrize("half", HALVES)
def test_each_case_says_what_is_wrong_and_has_its_twin(half):
    for case in of(half):
        assert case.why, case.name
        assert case.family in FAMILIES, case.name
        assert case.name == case.name.lower().replace(" ", "_")
        assert set(case.also) <= set(FAULTS), case.name
        assert case.fault not in case.also, case.name
        assert bool(case.fault) == (case.twin is not None), case.name
        assert not case.also or case.fault, f"{case.name} is healthy: nothing may be named"


def test_no_case_stands_in_two_places():
    names = Counter(case.name for half in HALVES for case in cases(half))
    assert not [name for name, count in names.items() if count > 1]


def finding(fault, severity="warning", consequences=(), **values):
    return Finding(fault, "", severity, "cause", "remedy", consequences=consequences, **values)


def test_grades_say_what_is_named_and_whether_it_is_right():
    case = next(case for case in cases("open") if case.also)
    named = Grade(case, (finding(case.fault), finding(case.also[0])))
    assert (named.detected, named.root_named, named.root_first) == (True, True, True)
    assert named.right == 2
    assert not named.false
    behind = Grade(case, (finding("other", "error", (case.fault,)),))
    assert (behind.detected, behind.root_named, behind.root_first) == (True, True, False)
    assert behind.false == ("other",)
    nothing = Grade(case, ())
    assert not nothing.detected
    row = Summary("open", [named, behind, nothing]).row()
    assert row["detected"] == "67% (2 of 3)"
    assert row["root first"] == "33% (1 of 3)"
    assert row["precision"] == "67% (2 of 3)"
    assert len(Summary("open", [named, behind, nothing]).misses()) == 3
    remark = Grade(case, (finding("other", "info"),))
    assert not remark.detected


def test_a_healthy_run_is_asked_for_errors_and_warnings():
    case = next(case for case in cases("open") if not case.fault)
    quiet, loud = Grade(case, (finding("a", "info"),)), Grade(case, (finding("a", "error"),))
    row = Summary("open", [quiet, loud]).row()
    assert row["healthy: errors"] == "1 of 2"
    assert row["healthy: warnings"] == "0 of 2"


def test_a_repair_is_graded_by_the_gap_that_it_closes():
    case = next(case for case in cases("open") if case.fault)
    done = Mended(case, 0.5, 0.9, 0.8, 3, 4.0)
    assert done.closed == pytest.approx(0.75)
    assert not done.worse
    row = Summary("open", [], [done, Mended(case, 0.5, 0.9, 0.45, 5, 6.0)]).row()
    assert row["repair closes ≥ 70 %"] == "50% (1 of 2)"
    assert row["retrainings, mean"] == "4.0"
    assert row["times as long, mean"] == "5.0"
    assert Mended(case, 0.5, 0.9, 0.45, 5, 6.0).worse


def test_a_training_is_the_same_from_the_same_seed():
    case = next(case for case in cases("open") if case.name == "cancer_unwatched")
    losses = []
    for _ in range(2):
        keras.utils.clear_session()
        training = case.make(3)
        training.fit["epochs"] = 2
        losses.append(training.run().history["loss"])
    assert losses[0] == losses[1]


@pytest.mark.slow
@pytest.mark.parametrize("half", HALVES)
def test_what_is_broken_scores_below_its_twin(half):
    fine = []
    for case in of(half):
        if not case.fault or not case.runs:
            continue
        scored = []
        for make in (case.make, case.twin):
            keras.utils.clear_session()
            training = make(0)
            if training.score is not None:
                training.run()
                scored.append(training.score(training.model))
        if scored and not scored[1] - scored[0] >= 0.02:
            fine.append((case.name, *scored))
    assert not fine


def test_results_are_kept_case_by_case_and_read_again(tmp_path):
    path = tmp_path / "results.json"
    one, two = [case for case in cases("open") if case.fault][:2]
    results = bench.Results(path, "open", 0, repair=True)
    grade = Grade(one, (finding(one.fault, figures={"loss": np.float32(0.5)}),), 2.0, score=0.5)
    done = Mended(one, 0.5, 0.9, 0.8, 3, 4.0, ("The rate.",), ("It was tried.",))
    results.keep(grade, done, repaired=True)
    results.keep(Grade(two, ()), None, repaired=False)
    again = bench.Results(path, "open", 0, repair=True)
    assert again.has(one.name)
    assert not again.has(two.name)
    grades, mended = again.of(cases("open"), grading)
    assert {each.case for each in grades} == {one, two}
    assert mended == [done]
    assert grades[0].line() == grade.line()
    with pytest.raises(SystemExit, match="is of half open"):
        bench.Results(path, "kept", 0, repair=True)
