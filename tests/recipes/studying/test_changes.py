"""Changes: one setting each, as the guide's levels and phases say, and only what a model knows."""

from itertools import pairwise

import pytest
from goodfit.recipes import Config
from goodfit.recipes.model_settings import builder_settings, known_settings, taken_settings
from goodfit.recipes.studying.capacity import capacity_steps, smaller_steps
from goodfit.recipes.studying.changes import Change, written
from goodfit.recipes.studying.fine_tuning import fine_tuning, rate_steps, standard_rate
from goodfit.recipes.studying.levels import LEVELS, regularization
from goodfit.zoo import BadInput, Column, Task, list_models

BINARY = Task("binary", ("no", "yes"))
PICTURE = (Column("picture", "image", shape=(8, 8, 1)),)
MODELS = tuple(card.name for card in list_models())


def all_changes(config, task=BINARY, columns=PICTURE):
    return [
        *capacity_steps(config),
        *smaller_steps(config),
        *(change for level in LEVELS for change in regularization(level, config, task, columns)),
        *fine_tuning(config),
        *rate_steps(config, too_high=True),
        *rate_steps(config, too_high=False),
    ]


def level(number, config=None, **more):
    found = regularization(number, config or Config(dropout=0.0), **more)
    return [(change.setting, change.value) for change in found]


@pytest.mark.parametrize("model", MODELS)
def test_every_change_is_of_one_setting_that_the_model_knows(model):
    config = Config(model=model)
    found = all_changes(config)
    assert found
    for change in found:
        difference = change.difference(config)
        assert list(difference) == [change.setting], change.name
        assert difference[change.setting][1] == change.value
        assert change.setting not in taken_settings() or change.setting in known_settings(model)
        # The builder takes the changed config, or at least does not refuse a setting.
        builder_settings(change.apply(config))
        assert change.hypothesis.endswith(".")
        assert change.rule
        assert change.apply(config).why(change.setting).rule == change.rule


@pytest.mark.parametrize("model", MODELS)
def test_a_change_comes_back_from_the_ledger_as_it_was(model):
    for change in all_changes(Config(model=model)):
        assert Change.from_dict(change.to_dict()) == change


@pytest.mark.parametrize(
    ("value", "text"),
    [((128, 64), "128,64"), (0.0003, "0.0003"), (True, "true"), ("adamw", "adamw"), (64, "64")],
)
def test_a_name_is_what_set_takes(value, text):
    assert written(value) == text


@pytest.mark.parametrize("change", all_changes(Config()), ids=lambda change: change.name)
def test_the_name_of_a_change_sets_it(change):
    setting, _, text = change.name.partition(" ")
    value = getattr(Config().override(f"{setting}={text}"), setting)
    number = isinstance(change.value, float)
    assert value == (pytest.approx(change.value, rel=1e-3) if number else change.value)


class TestLevels:
    def test_the_first_is_dropout_and_patience(self):
        assert level(1) == [("dropout", 0.3), ("early_stopping_patience", 20)]

    @pytest.mark.parametrize(
        ("column", "task"),
        [
            (PICTURE[0], BINARY),
            (Column("film", "frames", shape=(8, 8, 1)), BINARY),
            (Column("said", "text"), BINARY),
            (Column("course", "sequence", 2), Task("forecasting", ("y",), horizon=2)),
            (Column("sound", "audio", rate=8000), Task("speech", ("a", "b"))),
        ],
        ids=lambda value: value.kind,
    )
    def test_the_first_has_augmentation_where_rows_can_be_changed(self, column, task):
        found = level(1, task=task, columns=(column, Column("a", "number")))
        first, last = sorted([("augmentation", "standard"), ("dropout", 0.3)], key=found.index)
        pictures = column.kind in ("image", "frames")  # of the others it gives less and costs more
        assert (first if pictures else last)[0] == "augmentation"

    def test_there_is_none_where_the_answer_would_change_or_nothing_can_be_changed(self):
        assert "augmentation" not in dict(level(1, task=BINARY, columns=(Column("a", "number"),)))
        tagging = Task("sequence_labelling", ("a", "b"))
        assert "augmentation" not in dict(level(1, task=tagging, columns=(Column("a", "text"),)))
        assert "augmentation" not in dict(level(1))

    def test_the_second_is_more_dropout_a_penalty_and_smaller_steps(self):
        assert level(2, Config(dropout=0.3)) == [
            ("dropout", 0.5),
            ("l2", 0.01),
            ("l2", 0.001),
            ("reduce_learning_rate_patience", 5),
        ]

    def test_the_third_is_stronger_still(self):
        assert level(3, Config(dropout=0.5, l2=0.01)) == [("dropout", 0.6), ("l2", 0.05)]

    def test_what_is_there_already_is_left_out(self):
        strong = Config(
            dropout=0.6,
            l2=0.05,
            early_stopping_patience=20,
            reduce_learning_rate_patience=3,
            augmentation="light",
        )
        for number in LEVELS:
            assert level(number, strong, task=BINARY, columns=PICTURE) == []

    def test_training_that_never_stops_early_is_left_to(self):
        config = Config(early_stopping_patience=0)
        assert "early_stopping_patience" not in dict(level(1, config))

    @pytest.mark.parametrize("model", MODELS)
    def test_each_level_is_stronger_than_the_one_before(self, model):
        config = Config(model=model, dropout=0.0) if "dropout" in known_settings(model) else None
        found = [dict(level(number, config or Config(model=model))) for number in LEVELS]
        for weaker, stronger in pairwise(found):
            for setting in ("dropout", "l2"):
                if setting in weaker and setting in stronger:
                    assert stronger[setting] > weaker[setting]

    def test_there_are_three(self):
        with pytest.raises(BadInput, match="no such level"):
            regularization(4, Config())


class TestCapacity:
    def test_widths_double_first_then_layers_then_epochs(self):
        names = [change.name for change in capacity_steps(Config(units=(64, 32)))]
        assert names[:3] == ["units 128,64", "units 64,64,32", "epochs 600"]
        assert all(change.phase == 3 for change in capacity_steps(Config()))

    def test_epochs_come_first_where_they_ran_out(self):
        first = capacity_steps(Config(epochs=10), out_of_epochs=True)[0]
        assert (first.setting, first.value) == ("epochs", 30)

    def test_there_is_an_end_to_width_and_depth(self):
        wide = Config(units=(2048,) * 12)
        assert not [each for each in capacity_steps(wide) if each.setting == "units"]

    def test_smaller_is_a_quarter_and_the_simpler_one(self):
        (change,) = smaller_steps(Config(units=(128, 64)))
        assert (change.value, change.simpler, change.phase) == ((32, 16), True, 4)

    def test_nothing_is_taken_from_what_is_small_already(self):
        assert smaller_steps(Config(units=(64, 32))) == ()
        assert min(smaller_steps(Config(units=(128, 4)))[0].value) == 4

    def test_no_network_is_made_narrower_than_the_smallest_of_the_guide(self):
        config = Config(units=(1024, 512))
        while changes := smaller_steps(config):
            config = changes[0].apply(config)
        assert max(config.units) >= 32

    @pytest.mark.parametrize("model", MODELS)
    def test_more_capacity_is_a_change_that_moves_the_best_rate(self, model):
        for change in capacity_steps(Config(model=model)):
            assert change.moves_rate == (change.setting != "epochs"), change.name


class TestRates:
    @pytest.mark.parametrize("optimizer", ["adam", "adamw", "sgd", "rmsprop"])
    def test_far_from_the_standard_it_comes_first(self, optimizer):
        config = Config(optimizer=optimizer)
        standard = standard_rate(config)
        for factor, too_high in ((30, True), (1 / 100, False)):
            found = rate_steps(config.replace(learning_rate=standard * factor), too_high=too_high)
            assert found[0].value == standard

    def test_near_it_a_tenth_or_five_times(self):
        near = Config(learning_rate=0.002)
        assert [each.value for each in rate_steps(near, too_high=True)] == pytest.approx([0.0002])
        values = [each.value for each in rate_steps(near, too_high=False)]
        assert values == pytest.approx([0.01, 0.05])

    def test_every_step_goes_the_way_it_is_asked_to(self):
        for rate in (1e-6, 1e-4, 1e-3, 0.01, 0.5):
            config = Config(learning_rate=rate)
            assert all(each.value < rate for each in rate_steps(config, too_high=True))
            assert all(each.value > rate for each in rate_steps(config, too_high=False))


def test_fine_tuning_is_of_the_fifth_phase_and_within_limits():
    for config in (Config(dropout=0.0), Config(dropout=0.7, batch_size=4), Config(batch_size=1024)):
        for change in fine_tuning(config):
            assert change.phase == 5
            change.apply(config)
        sizes = [each.value for each in fine_tuning(config) if each.setting == "batch_size"]
        assert all(4 <= size <= 1024 for size in sizes)
