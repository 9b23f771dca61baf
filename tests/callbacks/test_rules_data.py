"""The rules about data on made facts: what is wrong is named, what only looks wrong is not."""

from dataclasses import replace

import numpy as np
import pytest
from goodfit.callbacks import Evidence, Thresholds
from goodfit.callbacks.diagnosis import judge
from goodfit.callbacks.gathering.data_facts import data_facts
from goodfit.callbacks.gathering.facts import LayerFacts, ModelFacts, OutputFacts, ProbeFacts
from goodfit.callbacks.gathering.given_data import GivenData, Rows
from goodfit.callbacks.gathering.naive import naive_scores

CLASSES = OutputFacts("out", "dense", (1,), "sigmoid", "binary_crossentropy", False, ("accuracy",))
NUMBER = OutputFacts("out", "dense", (1,), "linear", "mean_squared_error", None, ("mae",))
DENSE = LayerFacts("hidden", "Dense", "relu", 16)


def draws(seed=0):
    return np.random.default_rng(seed)


def rows(x, y, whole=True):
    return Rows(x, y, None, len(y), (x, y) if whole else None)


def found(x, y, held=None, output=CLASSES, layers=(DENSE,), probes=(), model=None, **changes):
    """Return what the rules find: fault to finding."""
    given = GivenData(rows(x, y), rows(*held) if held else None, held is not None)
    data = replace(data_facts(given), **changes)
    model = model or ModelFacts(layers, (output,), "adam", 0.001)
    evidence = Evidence(model=model, data=data, probes=probes)
    return {finding.fault: finding for finding in judge(evidence, Thresholds(), final=False)}


def table(seed=0, count=600):
    """Return scaled rows of two classes, as many of both, in two parts."""
    x = draws(seed).normal(size=(count, 6)).astype("float32")
    y = (x[:, 0] + draws(seed + 1).normal(0, 0.5, count) > 0).astype("int32")
    cut = count * 3 // 4
    return x[:cut], y[:cut], (x[cut:], y[cut:])


@pytest.mark.parametrize("seed", range(20))
def test_good_data_has_no_finding(seed):
    assert found(*table(seed)) == {}


class TestBrokenInputs:
    @pytest.mark.parametrize("value", [np.nan, np.inf])
    @pytest.mark.parametrize("place", ["input", "target", "validation input"])
    def test_not_finite_numbers(self, place, value):
        x, y, held = table()
        x, y, held = x.copy(), y.astype("float32"), (held[0].copy(), held[1])
        {"input": x, "target": y[:, None], "validation input": held[0]}[place][7, 0] = value
        finding = found(x, y, held)["nan_input"]
        assert finding.severity == "error"
        assert place in finding.cause

    def test_a_model_that_answers_missing_numbers_may_have_them(self):
        x, y, held = table()
        x[3, 2] = np.nan
        layers = (LayerFacts("isnan", "Isnan"), DENSE)
        assert "nan_input" not in found(x, y, held, layers=layers)

    def test_rows_that_are_all_the_same(self):
        _, y, held = table()
        finding = found(np.tile(np.arange(6.0), (len(y), 1)), y, held)["degenerate_input"]
        assert finding.severity == "error"
        assert "unnormalised_input" not in finding.consequences

    def test_zeros_after_a_division_of_whole_numbers(self):
        _, y, held = table()
        assert found(np.zeros((len(y), 64)), y, held)["degenerate_input"].severity == "error"

    def test_one_constant_input_of_several_is_a_remark(self):
        x, y, _ = table()
        finding = found({"a": x, "state": np.zeros((len(y), 4))}, y)["degenerate_input"]
        assert finding.severity == "info"
        assert finding.where == ("state",)

    def test_two_rows_are_no_proof(self):
        assert "degenerate_input" not in found(np.zeros((2, 3)), np.array([0, 1]))


class TestScale:
    @pytest.mark.parametrize(
        "change",
        [
            lambda x: x * 100,
            lambda x: x + 2_000,
            lambda x: (x * 30 + 120).clip(0, 255).round(),
            lambda x: x / 1_000,
        ],
        ids=["wide", "far off", "pixels", "tiny"],
    )
    def test_unscaled_inputs(self, change):
        x, y, held = table()
        finding = found(change(x), y, (change(held[0]), held[1]))["unnormalised_input"]
        assert finding.severity == "warning"
        assert finding.rule == "MIS-3"

    @pytest.mark.parametrize(
        "change",
        [
            lambda x: (x - x.min(0)) / (x.max(0) - x.min(0)),
            lambda x: x * 3 + 4,
            lambda x: (x > 0).astype(float),
            lambda x: np.round(np.maximum(x - 1.5, 0) * 40),
            lambda x: x * 0.05,
        ],
        ids=["zero to one", "like iris", "binary", "sparse counts", "quiet sound"],
    )
    def test_other_scales_that_do_no_harm(self, change):
        x, y, held = table()
        assert "unnormalised_input" not in found(change(x), y, (change(held[0]), held[1]))

    def test_series_in_recurrent_layers_are_more_delicate(self):
        x, y, _ = table()
        series = np.tile(x[:, :, None], (1, 4, 1)) * 4 + 7
        assert "unnormalised_input" not in found(series, y)
        layers = (LayerFacts("lstm", "LSTM", "tanh", 8),)
        assert "unnormalised_input" in found(series, y, layers=layers)

    def test_a_model_that_scales_its_input(self):
        x, y, held = table()
        model = ModelFacts((DENSE,), (CLASSES,), scaled_inputs=("x",))
        assert found(x * 200, y, (held[0] * 200, held[1]), model=model) == {}

    def test_words_as_whole_numbers(self):
        x = draws().integers(0, 9_000, (300, 12))
        layers = (LayerFacts("words", "Embedding"),)
        assert "unnormalised_input" not in found(x, draws().integers(0, 2, 300), layers=layers)

    @pytest.mark.parametrize(
        ("scale", "offset", "severity"),
        [(100, 0, "warning"), (1, 5_000, "warning"), (1e5, 3e5, "error"), (1e-4, 0, "warning")],
    )
    def test_unscaled_targets(self, scale, offset, severity):
        x, _, held = table()
        y = x[:, 0] * scale + offset
        finding = found(x, y, (held[0], held[0][:, 0] * scale + offset), NUMBER)
        assert finding["unnormalised_target"].severity == severity

    @pytest.mark.parametrize(
        "output",
        [
            replace(NUMBER, loss="poisson", activation="exponential"),
            replace(NUMBER, loss="mean_squared_logarithmic_error"),
            replace(NUMBER, layer="scaled"),
        ],
        ids=["counts", "logarithms", "scaled by the model"],
    )
    def test_targets_that_may_be_large(self, output):
        x, _, held = table()
        layers = (DENSE, LayerFacts("scaled", "Rescaling"))
        y, held_y = np.exp(x[:, 0] * 3).round(), np.exp(held[0][:, 0] * 3).round()
        assert "unnormalised_target" not in found(x, y, (held[0], held_y), output, layers)

    def test_targets_of_ordinary_size(self):
        """Miles per gallon: mean 23, deviation 8."""
        x, _, held = table()
        target = lambda x: x[:, 0] * 8 + 23  # noqa: E731
        assert found(x, target(x), (held[0], target(held[0])), NUMBER) == {}


class TestClasses:
    def rare(self, share, count=1_000):
        x = draws().normal(size=(count, 4))
        return x, (np.arange(count) % 1_000 < share * 1_000).astype(int)

    def looked(self, predicted, labels):
        looks = [ProbeFacts(1, class_shares=(1.0, 0.0), label_shares=labels)] * 2
        return (*looks, *[replace(looks[0], class_shares=predicted)] * 3)

    def test_a_split_of_85_to_15_needs_no_weights(self):
        assert "imbalanced" not in found(*self.rare(0.15))

    def test_a_rare_class_is_a_remark_while_predictions_are_unknown(self):
        assert found(*self.rare(0.08))["imbalanced"].severity == "info"

    def test_a_very_rare_class_is_a_warning(self):
        finding = found(*self.rare(0.02))["imbalanced"]
        assert finding.severity == "warning"
        assert finding.rule == "MET-2"

    def test_a_rare_class_that_is_never_predicted(self):
        probes = self.looked((1.0, 0.0), (0.92, 0.08))
        assert found(*self.rare(0.08), probes=probes)["imbalanced"].severity == "warning"

    def test_first_epochs_do_not_count(self):
        probes = self.looked((1.0, 0.0), (0.92, 0.08))[:2]
        assert found(*self.rare(0.08), probes=probes)["imbalanced"].severity == "info"

    def test_the_first_rows_of_a_source_may_be_of_one_class(self):
        assert "imbalanced" not in found(*self.rare(0.02), evenly=False)

    def test_one_class_of_four_has_nearly_all_rows(self):
        x = draws().normal(size=(1_000, 4))
        y = np.repeat([0, 1, 2, 3], [930, 30, 30, 10])
        output = replace(CLASSES, shape=(4,), loss="sparse_categorical_crossentropy")
        assert found(x, y, output=output)["imbalanced"].severity == "warning"

    def test_a_rare_class_that_is_recognised(self):
        probes = self.looked((0.975, 0.025), (0.97, 0.03))
        assert found(*self.rare(0.03), probes=probes)["imbalanced"].severity == "info"

    def test_weights_are_an_answer(self):
        assert "imbalanced" not in found(*self.rare(0.02), weighted=True)

    def test_words_are_never_even(self):
        words = (draws().zipf(1.5, 2_000) - 1).clip(0, 999)
        output = OutputFacts("out", "dense", (1_000,), "softmax",
                             "sparse_categorical_crossentropy")  # fmt: skip
        assert "imbalanced" not in found(draws().normal(size=(2_000, 4)), words, output=output)

    def test_numbers_are_no_classes(self):
        x, y = self.rare(0.02)
        assert "imbalanced" not in found(x, y.astype("float32"), output=NUMBER)


class TestSplit:
    def test_no_validation_is_known_before_the_first_step(self):
        x, y, _ = table()
        assert found(x, y)["no_validation"].rule == "MIS-1"
        assert found(x, y, has_validation=None) == {}

    def test_validation_rows_from_training(self):
        x, y, _ = table()
        assert found(x, y, (x[:100], y[:100]))["leakage"].severity == "error"

    def test_a_few_of_them(self):
        x, y, held = table()
        mixed = np.concatenate([held[0][:90], x[:12]]), np.concatenate([held[1][:90], y[:12]])
        assert found(x, y, mixed)["leakage"].severity == "warning"

    def test_copies_made_before_the_split(self):
        x, y, _ = table()
        x, y = np.repeat(x, 4, axis=0), np.repeat(y, 4)
        order = draws().permutation(len(x))
        x, y = x[order], y[order]
        assert found(x[:1_500], y[:1_500], (x[1_500:], y[1_500:]))["leakage"].severity == "error"

    def test_two_numbers_are_enough_to_tell_rows_apart(self):
        x, y, _ = table()
        assert found(x[:, :2], y, (x[:90, :2], y[:90]))["leakage"].severity == "error"

    def test_a_series_that_comes_back_to_itself_repeats_by_nature(self):
        series = np.sin(2 * np.pi * (np.arange(900) % 50) / 50)
        x = np.lib.stride_tricks.sliding_window_view(series, 13)
        known, held = x[:700], x[700:]
        assert found(known[:, :12, None], known[:, 12],
                     (held[:, :12, None], held[:, 12]), NUMBER) == {}  # fmt: skip

    def test_few_possible_rows_repeat_by_nature(self):
        x = draws().integers(0, 3, (600, 4)).astype("float32")
        y = (x.sum(1) > 4).astype(int)
        assert found(x[:450], y[:450], (x[450:], y[450:])) == {}

    def test_classes_in_order_cut_at_the_end(self):
        x = draws().normal(size=(1_000, 4))
        y = np.repeat(np.arange(5), 200)
        output = replace(CLASSES, shape=(5,), loss="sparse_categorical_crossentropy")
        finding = found(x[:800], y[:800], (x[800:], y[800:]), output)["bad_split"]
        assert finding.severity == "error"
        assert "overfitting" not in finding.consequences

    def test_validation_rows_that_were_not_scaled(self):
        x, y, held = table()
        assert "bad_split" in found(x, y, (held[0] * 40 + 10, held[1]))

    def test_training_rows_evened_out_are_no_error(self):
        x, y, _ = table(count=2_000)
        held_x = draws(9).normal(size=(1_500, 6)).astype("float32")
        held_y = (draws(9).random(1_500) < 0.1).astype(int)
        assert found(x, y, (held_x, held_y))["bad_split"].severity == "warning"

    def test_series_cut_in_time(self):
        """Windows of a seasonal series with a trend, as they are always cut: no warning."""
        for seed in range(10):
            time = np.arange(900)
            series = np.sin(time / 9) + time / 600 + draws(seed).normal(0, 0.2, 900)
            x = np.lib.stride_tricks.sliding_window_view(series, 13)
            known, held = x[:600], x[600:800]
            findings = found(known[:, :12, None], known[:, 12],
                             (held[:, :12, None], held[:, 12]), NUMBER)  # fmt: skip
            assert "error" not in {finding.severity for finding in findings.values()}


class TestNaive:
    def scores(self, x, y, held, output):
        return naive_scores(GivenData(rows(x, y), rows(*held), True), (output,))

    def test_classes(self):
        scores = self.scores(*table(), CLASSES)
        assert scores["majority"]["accuracy"] == pytest.approx(0.5, abs=0.1)
        assert scores["majority"]["loss"] == pytest.approx(np.log(2), abs=0.02)
        assert scores["linear"]["accuracy"] > 0.75
        assert scores["linear"]["loss"] < scores["majority"]["loss"]

    def test_one_hot_classes(self):
        x = draws().normal(size=(600, 4))
        y = np.eye(3)[x[:, :3].argmax(1)]
        output = OutputFacts("out", shape=(3,), loss="categorical_crossentropy",
                             metrics=("categorical_accuracy",))  # fmt: skip
        scores = self.scores(x[:400], y[:400], (x[400:], y[400:]), output)
        assert scores["linear"]["categorical_accuracy"] > 0.8
        assert scores["majority"]["categorical_accuracy"] < 0.5

    def test_numbers(self):
        x, _, held = table()
        scores = self.scores(x, x[:, 0] * 3 + 1, (held[0], held[0][:, 0] * 3 + 1), NUMBER)
        assert scores["mean"]["loss"] == pytest.approx(9, rel=0.4)
        assert scores["linear"]["loss"] < 0.1
        assert scores["linear"]["mae"] < scores["mean"]["mae"]

    def test_texts_have_no_linear_answer(self):
        x, y = np.array(["a", "b"] * 30), np.array([0, 1] * 30)
        assert set(self.scores(x, y, (x, y), CLASSES)) == {"majority"}

    def test_what_is_to_be_copied_has_no_linear_answer(self):
        x, _, held = table()
        assert set(self.scores(x, x, (held[0], held[0]), NUMBER)) == {"mean"}

    def test_infinite_inputs_are_left_out(self):
        x, y, held = table()
        x = x.copy()
        x[:9, 2] = -np.inf, *[np.nan] * 8
        assert self.scores(x, y, held, CLASSES)["linear"]["accuracy"] > 0.75

    @pytest.mark.parametrize("loss", ["", "kl_divergence", "poisson"])
    def test_losses_of_another_kind_have_none(self, loss):
        x, y, held = table()
        assert self.scores(x, y, held, replace(NUMBER, loss=loss)) == {}

    def test_weights_make_losses_incomparable(self):
        x, y, held = table()
        given = GivenData(rows(x, y), rows(*held), True, class_weight={0: 1.0, 1: 2.0})
        assert "loss" not in naive_scores(given, (CLASSES,))["majority"]

    def test_nothing_is_said_without_validation_rows(self):
        x, y, _ = table()
        assert naive_scores(GivenData(rows(x, y)), (CLASSES,)) == {}
