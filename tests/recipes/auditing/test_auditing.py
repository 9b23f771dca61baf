"""The audit finds what was planted, and keeps silent on clean data."""

import json
import os
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from goodfit.recipes import audit, load, profile, split
from goodfit.recipes.auditing.audit_table import AuditColumn
from goodfit.recipes.auditing.number_rules import outlier_scores
from goodfit.recipes.auditing.single_scores import single_score

ROWS = 400


def clean(**columns):
    """Return a frame of a learnable, noisy table without any fault, with these columns added."""
    generator = np.random.default_rng(0)
    size = generator.normal(10, 2, ROWS)
    colour = generator.choice(["red", "green", "blue"], ROWS)
    noise = generator.normal(size=ROWS)
    target = np.where(size - 10 + (colour == "red") + noise > 0, "yes", "no")
    return pd.DataFrame({"size": size, "colour": colour, **columns, "bought": target})


def amounts(**columns):
    frame = clean(**columns)
    generator = np.random.default_rng(1)
    frame["bought"] = 3 * frame["size"] + generator.normal(0, 3, ROWS)
    return frame


def found(frame, fault, **options):
    dataset = load(frame, "bought", **options)
    return [finding for finding in audit(dataset, split(dataset)) if finding.fault == fault]


def one(frame, fault, **options):
    (finding,) = found(frame, fault, **options)
    return finding


GENERATOR = np.random.default_rng(5)
WHO = GENERATOR.permutation(np.arange(100_000, 100_000 + ROWS))


def test_clean_data_give_no_finding():
    for frame in (clean(), amounts()):
        dataset = load(frame, "bought")
        assert audit(dataset, split(dataset)) == []


def test_missing_values_are_told_and_half_is_a_warning():
    light, heavy = np.arange(ROWS) * 1.37 % 7, np.arange(ROWS) * 1.91 % 5
    light[:40] = np.nan
    heavy[: ROWS // 2] = np.nan
    warning, info = found(clean(a=light, b=heavy), "missing_values")
    assert (warning.severity, warning.where) == ("warning", ("b",))
    assert "--ignore b" in warning.remedy
    assert (info.severity, info.where) == ("info", ("a",))
    assert info.figures["largest"] == 0.1


def test_constant_and_nearly_constant_columns():
    near = np.zeros(ROWS)
    near[7] = 1
    frame = clean(a=7, b="x", c=near)
    assert one(frame, "constant_columns").where == ("a", "b")
    assert one(frame, "nearly_constant").where == ("c",)


@pytest.mark.parametrize(
    ("name", "values", "expected"),
    [
        ("customer_id", WHO, True),
        ("CustomerId", WHO, True),
        ("hospital_number", np.where(np.arange(ROWS) < 40, WHO[0], WHO), True),
        ("row", np.arange(ROWS) + 1, True),
        ("name", [f"person {i}" for i in range(ROWS)], True),
        ("weight", WHO, False),
        ("amount_paid", WHO, False),
        ("height", GENERATOR.normal(size=ROWS), False),
        ("customer_id_share", GENERATOR.normal(size=ROWS), False),
        ("street", [f"street {i % 150}" for i in range(ROWS)], False),
    ],
)
def test_identifiers(name, values, expected):
    findings = found(clean(**{name: values}), "identifier")
    assert bool(findings) == expected
    if expected:
        assert findings[0].where == (name,)
        assert f"--ignore {name}" in findings[0].remedy


def test_a_repeated_identifier_hints_at_groups():
    finding = one(clean(patient_id=np.arange(ROWS) // 5), "repeated_identifier")
    assert finding.severity == "info"
    assert "--group patient_id" in finding.remedy


@pytest.mark.parametrize(
    "form", [{"no": "n", "yes": "y"}, {"no": 0, "yes": 1}, {"no": "c", "yes": "d"}]
)
def test_a_copy_of_the_classes_is_an_error(form):
    frame = clean()
    frame.insert(0, "copy", frame["bought"].map(form))
    finding = one(frame, "target_leak")
    assert finding.severity == "error"
    assert finding.where == ("copy",)
    assert "--ignore copy" in finding.remedy


def test_codes_that_each_go_with_one_class_are_an_error():
    frame = clean()
    yes = (frame["bought"] == "yes").to_numpy()
    frame.insert(0, "stage", np.where(yes, np.arange(ROWS) % 3, 3 + np.arange(ROWS) % 2))
    assert one(frame, "target_leak").where == ("stage",)


def test_a_gap_that_stands_for_a_class_is_found():
    frame = clean()
    rows = np.arange(ROWS)
    yes = (frame["bought"] == "yes").to_numpy()
    frame.insert(0, "reason", np.where(yes, np.array(["left", "moved"], object)[rows % 2], None))
    assert one(frame, "target_leak").where == ("reason",)
    assert found(frame, "telling_gaps") == []
    frame.loc[::20, "reason"] = "other"
    finding = one(frame, "telling_gaps")
    assert (finding.severity, finding.where) == ("warning", ("reason",))


def test_a_number_that_parts_the_classes_is_a_warning():
    frame = clean()
    generator = np.random.default_rng(2)
    frame.insert(0, "score", (frame["bought"] == "yes") * 2.0 + generator.random(ROWS))
    finding = one(frame, "target_leak")
    assert (finding.severity, finding.where) == ("warning", ("score",))
    assert finding.figures["score"] > 0.99


def test_a_strong_but_honest_column_is_no_leak():
    generator = np.random.default_rng(2)
    frame = clean()
    frame.insert(0, "score", (frame["bought"] == "yes") * 3.5 + generator.normal(size=ROWS))
    assert found(frame, "target_leak") == []


def test_parts_of_a_total_are_an_error():
    frame = amounts(part=np.random.default_rng(3).integers(0, 9, ROWS), other=np.arange(ROWS) % 13)
    frame["bought"] = frame["part"] + frame["other"]
    finding = one(frame, "target_leak", task="regression")
    assert finding.severity == "error"
    assert set(finding.where) == {"part", "other"}
    assert "part + other" in finding.cause


def test_a_column_in_another_unit_is_an_error_and_a_curve_a_warning():
    frame = amounts()
    frame.insert(0, "cents", 100 * frame["bought"] + 5)
    assert one(frame, "target_leak").where == ("cents",)
    frame = amounts()
    frame.insert(0, "curve", np.exp(frame["bought"] / 10))
    finding = one(frame, "target_leak")
    assert (finding.severity, finding.where) == ("warning", ("curve",))


def test_a_sum_of_all_columns_is_told_but_no_column_is_blamed():
    generator = np.random.default_rng(0)
    x = generator.normal(size=(ROWS, 8))
    dataset = load((x, x @ np.arange(1.0, 9.0)))
    (finding,) = [f for f in audit(dataset) if f.severity != "info"]
    assert (finding.fault, finding.severity) == ("target_is_sum", "warning")


def test_a_series_is_told_and_not_called_a_leak():
    days = pd.date_range("2020-01-01", periods=ROWS)
    frame = amounts(day=days)
    frame["bought"] = np.sin(np.arange(ROWS) / 60) + np.random.default_rng(0).normal(0, 0.05, ROWS)
    finding = one(frame, "time_series")
    assert "--time day" in finding.remedy
    assert found(frame, "target_leak") == []
    assert found(frame, "time_series", time="day") == []


def test_duplicates_conflicts_and_equal_rows_are_counted():
    frame = clean()
    twice = pd.concat([frame, frame.iloc[:10]], ignore_index=True)
    assert one(twice, "duplicate_rows").figures["rows"] == 10
    assert one(twice, "duplicate_rows").where[0] == "row 401"
    wrong = frame.iloc[:10].assign(bought=np.where(frame["bought"][:10] == "yes", "no", "yes"))
    finding = one(pd.concat([frame, wrong], ignore_index=True), "conflicting_labels")
    assert finding.figures == {"rows": 20, "best_accuracy": round(1 - 10 / 410, 4)}


def test_rows_in_two_parts_are_found_without_opening_the_test():
    frame = clean()
    frame["when"] = np.arange(ROWS) // 2
    late = frame.iloc[:20].assign(bought="no")
    both = load(pd.concat([frame, late], ignore_index=True), "bought", time="when", ignore=["when"])
    numbered = both.extras["when"].copy()
    numbered[-20:] = 1000
    both.extras["when"][:] = numbered
    splits = split(both)
    (finding,) = [f for f in audit(both, splits) if f.fault == "rows_in_two_parts"]
    assert finding.figures["rows"] == 20
    assert finding.where[0] == "row 401"
    assert splits.test.openings == 0


def test_drift_is_found_where_time_brings_it():
    frame = clean(
        day=np.arange(ROWS), level=np.arange(ROWS) / 50 + np.random.default_rng(0).random(ROWS)
    )
    finding = one(frame, "drift", time="day")
    assert finding.where == ("level",)
    assert finding.severity == "warning"
    assert found(frame, "drift") == []


def test_uneven_and_tiny_classes():
    frame = clean()
    frame["bought"] = ["rare"] * 8 + ["usual"] * (ROWS - 8)
    finding = one(frame, "imbalanced_classes")
    assert finding.rule == "MET-2"
    assert finding.figures["ratio"] == 49
    assert "98 % accurate" in finding.cause
    assert one(frame, "tiny_classes").where == ("rare",)


def test_outliers_on_the_scale_that_fits():
    generator = np.random.default_rng(0)
    incomes = np.exp(generator.normal(10, 1, ROWS))
    heights = generator.normal(170, 8, ROWS)
    assert found(clean(incomes=incomes, heights=heights), "outliers") == []
    heights[11] = 1.7
    incomes[5] = 1e12
    finding = one(clean(incomes=incomes, heights=heights), "outliers")
    assert set(finding.where) == {"incomes", "heights"}
    assert finding.severity == "warning"
    assert "1.7 in row 12" in finding.cause
    normal = generator.normal(3, 2, 100_001)
    scores = outlier_scores(normal)
    expected = (normal - np.median(normal)) / 2
    assert np.abs(scores - expected).max() < 0.15


def test_hidden_missing_values():
    generator = np.random.default_rng(0)
    level = generator.normal(100, 10, ROWS)
    level[:20] = 0
    counts = np.round(generator.exponential(3, ROWS) * 10)
    frame = clean(level=level, counts=counts)
    assert one(frame, "hidden_missing").where == ("level",)


def test_numbers_that_float32_cannot_tell_apart():
    stamps = 1.7e9 + np.random.default_rng(0).permutation(ROWS) * 1.0
    frame = clean(stamp=stamps, huge=np.random.default_rng(1).normal(size=ROWS) * 1e20)
    assert one(frame, "float32_precision").where == ("stamp",)
    assert one(frame, "extreme_magnitude").where == ("huge",)


def test_twins():
    frame = clean()
    frame.insert(0, "farbe", frame["colour"].map({"red": "rot", "green": "gelb", "blue": "blau"}))
    frame.insert(0, "grams", 1000 * frame["size"])
    finding = one(frame, "twin_columns")
    assert finding.severity == "info"
    assert set(finding.where) == {"colour", "size"}


def test_values_that_never_come_back_make_no_twins():
    """Bug prevented: with a few copied rows, columns of noise went with each other, one to one."""
    random = np.random.default_rng(0)
    frame = pd.DataFrame(random.normal(size=(120, 4)), columns=list("abcd"))
    frame["bought"] = random.integers(0, 2, 120)
    frame = pd.concat([frame, frame.head(10)], ignore_index=True)
    assert found(frame, "twin_columns") == []
    frame.insert(4, "e", frame["a"] * 2)
    assert one(frame, "twin_columns").where == ("e",)


def test_words_among_numbers_are_reported_with_their_rows(tmp_path):
    frame = clean(level=[*map(str, np.arange(ROWS) * 17 % 101)])
    frame.loc[[4, 9], "level"] = "lots"
    frame.to_csv(tmp_path / "a.csv", index=False)
    dataset = load(tmp_path / "a.csv", "bought")
    (finding,) = [f for f in audit(dataset) if f.fault == "mixed_types"]
    assert finding.where == ("level",)
    assert "'lots'" in finding.cause
    assert "rows 5, 10 (lines 6, 11 of a.csv)" in finding.cause
    frame.loc[::5, "level"] = "lots"
    assert "--types level=number" in one(frame, "mixed_types").remedy


def test_many_categories():
    frame = clean(street=[f"street {i % 150}" for i in range(ROWS)])
    assert one(frame, "many_categories").where == ("street",)


def test_infinity_in_a_made_data_set():
    dataset = load(clean(), "bought")
    dataset.features["size"][3] = np.inf
    assert audit(dataset)[0].fault == "not_finite"


@pytest.mark.parametrize("name", ["breast_cancer", "wine", "iris", "diabetes", "digits"])
def test_bundled_sets_give_no_false_alarm(name):
    dataset = load(name)
    findings = audit(dataset, split(dataset))
    grave = [f.fault for f in findings if f.severity != "info"]
    assert grave == (["constant_columns"] if name == "digits" else [])


def test_findings_are_ordered_json_and_name_rules_and_remedies():
    frame = clean(a=7, copy=0)
    frame["copy"] = frame["bought"]
    frame.loc[3, "size"] = np.nan
    findings = audit(load(frame, "bought"))
    assert [f.severity for f in findings] == ["error", "warning", "info"]
    for finding in findings:
        assert finding.rule
        assert finding.remedy.endswith(".")
        assert finding.cause.endswith(".")
        json.dumps(finding.to_dict(), allow_nan=False)


def test_the_audit_of_30_columns_is_quick():
    dataset = load("breast_cancer")
    splits = split(dataset)
    audit(dataset, splits)
    started = time.process_time()
    audit(dataset, splits)
    profile(dataset)
    assert time.process_time() - started < 1.0  # about 0.15 on a quiet core


def test_a_single_score_is_that_of_unseen_rows():
    generator = np.random.default_rng(0)
    answers = generator.integers(0, 2, 1000)
    noise = AuditColumn("a", "number", generator.normal(size=1000))
    copy = AuditColumn("b", "category", np.array(["x", "y"], object)[answers])
    names = AuditColumn("c", "category", np.array([f"n{i}" for i in range(1000)], object))
    chosen = generator.permutation(1000)
    assert abs(single_score(noise, answers, chosen, True)) < 0.15
    assert single_score(copy, answers, chosen, True) == 1.0
    assert abs(single_score(names, answers, chosen, True)) < 0.1
    assert single_score(copy, answers * 3.5, chosen, False) == 1.0


def test_profile_figures_equal_those_of_pandas(binary_frame):
    dataset = load(binary_frame, "churned", text="note")
    summaries = {item["name"]: item for item in profile(dataset)}
    assert json.loads(json.dumps(list(summaries.values()), allow_nan=False)) == profile(dataset)
    age = binary_frame["age"]
    assert summaries["age"]["missing"] == age.isna().sum()
    assert summaries["age"]["distinct"] == age.nunique()
    told = [summaries["age"][key] for key in ("minimum", "mean", "median", "maximum")]
    np.testing.assert_allclose(told, [age.min(), age.mean(), age.median(), age.max()])
    assert sum(summaries["age"]["histogram"]["counts"]) == age.notna().sum()
    plan = binary_frame["plan"].value_counts()
    top = {item["value"]: item["count"] for item in summaries["plan"]["top"]}
    assert top == plan.to_dict()
    assert summaries["joined"]["earliest"][:10] == binary_frame["joined"].dropna().min()
    assert summaries["active"]["top"][0]["value"] in ("true", "false")
    assert summaries["note"]["mean_words"] == 3
    block = profile(load((np.arange(60.0).reshape(20, 3), np.arange(20) % 2)))[0]
    assert (block["width"], block["minimum"], block["maximum"]) == (3, 0, 59)


DATA = Path(os.environ.get("GOODFIT_DATA", "no data folder"))
REAL = {
    "titanic": ("titanic.csv.gz", "survived", ["alive"]),
    "bike_sharing": ("bike_sharing.csv.gz", "count", ["casual", "registered"]),
    "horse_colic": ("horse_colic.csv.gz", "surgical_lesion", []),
    "adult": ("train.csv.gz", "income", []),
    "pima": ("pima.csv.gz", "outcome", []),
    "california_housing": ("housing.csv.gz", "median_house_value", []),
    "penguins": ("penguins.csv.gz", "species", []),
    "abalone": ("abalone.csv.gz", "rings", []),
}


@pytest.mark.skipif(not DATA.is_dir(), reason="GOODFIT_DATA names no folder of data sets")
@pytest.mark.parametrize("name", REAL)
def test_leaks_of_real_tables_are_found_and_no_others(name):
    file, target, leaks = REAL[name]
    findings = audit(load(DATA / name / file, target))
    found = [column for f in findings if f.fault == "target_leak" for column in f.where]
    assert sorted(found) == sorted(leaks)
    identifiers = [column for f in findings if f.fault == "identifier" for column in f.where]
    assert identifiers == (["hospital_number"] if name == "horse_colic" else [])
