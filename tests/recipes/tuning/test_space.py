"""A space is data: it goes to TOML and back, says why, and refuses what no config can have."""

import re

import keras_tuner
import pytest
from goodfit.recipes import Config
from goodfit.recipes.tuning.dimensions import Dimension
from goodfit.recipes.tuning.guided_space import coarse, default_space
from goodfit.recipes.tuning.space import Space
from goodfit.tools.guide_rules import SECTIONS
from goodfit.zoo.errors import BadInput

MORE = ("units", "layers", "l2", "batch_normalization", "reduce_learning_rate_patience")


def named(space):
    return {each.setting: each for each in space}


def test_the_guide_s_space_says_why_and_by_which_rules():
    known = {rule for section in SECTIONS.values() for rule in section}
    for model in ("mlp", "gru", "convnet", "transformer_encoder", "linear_forecast"):
        for each in default_space(Config(model=model, weight_decay=0.0)):
            rules = re.split(", ", each.rule)
            assert "PH-5" in rules
            assert set(rules) <= known
            assert each.reason.endswith(".")


def test_a_decade_each_way_of_the_kept_rate_and_sizes_around_the_kept_one():
    space = named(default_space(Config(learning_rate=0.003, batch_size=16, dropout=0.6)))
    rate = space["learning_rate"]
    assert (rate.low, rate.high, rate.log) == (0.0003, 0.03, True)
    assert space["batch_size"].options == (8, 16, 32, 64)
    assert space["dropout"].high == 0.6
    assert space["weight_decay"].when == ("optimizer", ("adamw",))


@pytest.mark.parametrize(
    ("model", "optimizers"),
    [("mlp", ("adam", "adamw")), ("gru", ("adam", "adamw", "rmsprop")),
     ("convnet", ("adam", "adamw", "sgd_momentum"))],
)  # fmt: skip
def test_optimizers_follow_the_model(model, optimizers):
    assert named(default_space(Config(model=model)))["optimizer"].options == optimizers


def test_what_a_model_does_not_have_is_not_varied():
    assert "dropout" not in named(default_space(Config(model="linear_forecast")))


def test_more_settings_and_layers_through_units():
    space = named(default_space(Config(), MORE))
    assert "layers" not in space
    assert {"128,64", "64,32", "256,128", "128,64,32", "128"} <= set(space["units"].options)
    assert named(default_space(Config(), ["layers"]))["units"].options == (
        "128,64", "128,64,32", "128",
    )  # fmt: skip
    deep = named(default_space(Config(model="transformer_encoder"), ["layers"]))["layers"]
    assert (deep.kind, deep.low, deep.high) == ("integer", 1, 4)


def test_wrong_further_settings_are_all_named_at_once():
    with pytest.raises(BadInput) as caught:
        default_space(Config(), ["unitz", "heads", "loss", "weight_decay"])
    told = [problem.message for problem in caught.value.problems]
    assert len(told) == 4
    assert "'units'" in caught.value.problems[0].remedy


@pytest.mark.parametrize("config", [Config(), Config(optimizer="adamw", weight_decay=0.01)])
def test_toml_and_back_is_the_same_space(config):
    space = default_space(config, MORE[:-1])
    again = Space.from_toml(space.to_toml())
    assert again == space
    assert again.key == space.key
    assert Space.from_dict(space.to_dict()) == space


def test_the_key_is_of_what_can_be_drawn_and_not_of_the_words():
    one, two = (
        Space((Dimension("dropout", "float", 0.0, high, reason=why),))
        for high, why in ((0.5, "a"), (0.5, "b"))
    )
    other = Space((Dimension("dropout", "float", 0.0, 0.4),))
    assert one.key == two.key != other.key


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("dropout = 0.3", "table with kind"),
        ("[dropout]\nkind = 'float'\nlow = 0.5\nhigh = 0.1", "smaller one first"),
        ("[learning_rate]\nkind = 'float'\nlow = 0.0\nhigh = 0.1\nlog = true", "above 0"),
        ("[dropout]\nkind = 'flaot'", "kind"),
        ("[dropout]\nkind = 'choice'", "options"),
        ("[dropout]\nkind = 'choice'\noptions = [0.1, 'much']", "one kind"),
        ("[dropout]\nkind = 'float'\nlow = 0\nhigh = 1\nhihg = 2", "hihg"),
        ("[l2]\nkind='float'\nlow=0\nhigh=1\n[l2.when]\ndropout=[0.1]", "before it"),
        ("[dropout", "cannot be read"),
        ("", "no dimension"),
    ],
)
def test_a_space_that_cannot_be_used_is_explained(text, part):
    with pytest.raises(BadInput, match=re.escape(part)):
        Space.from_toml(text)


def test_two_faults_of_a_file_are_told_together():
    with pytest.raises(BadInput) as caught:
        Space.from_toml("[a]\nkind = 'x'\n[b]\nkind = 'choice'")
    assert len(caught.value.problems) == 2


@pytest.mark.parametrize(
    "dimension",
    [
        Dimension("dropout", "float", 0.0, 1.5),
        Dimension("heads", "integer", 1, 4),
        Dimension("wings", "integer", 1, 4),
        Dimension("class_weights", "choice", options=("none", "some")),
    ],
)
def test_values_that_no_config_of_this_model_can_have_are_found_before_any_training(dimension):
    with pytest.raises(BadInput):
        Space((dimension,)).check(Config())
    default_space(Config(), ["units"]).check(Config())


def test_builders_of_the_zoo_can_be_searched_over_with_settings_of_their_own():
    space = Space.from_toml("""
        model = { kind = "choice", options = ["mlp", "gru"] }
        [bidirectional]
        kind = "boolean"
        when = { model = ["gru"] }
        [batch_normalization]
        kind = "boolean"
        when = { model = ["mlp"] }
        """)
    space.check(Config())
    found = space.apply(Config(batch_normalization=True), {"model": "gru", "bidirectional": False})
    assert (found.model, found.bidirectional, found.batch_normalization) == ("gru", False, False)
    wrong = Space(
        (space.dimensions[0], Dimension("heads", "integer", 1, 4, when=("model", ("gru",))))
    )
    with pytest.raises(BadInput, match="gru has no setting 'heads'"):
        wrong.check(Config())


def test_a_setting_that_does_not_matter_goes_back_to_its_default():
    config = Config(optimizer="adamw", weight_decay=0.02)
    space = default_space(config)
    found = space.apply(config, {"optimizer": "adam", "weight_decay": 0.01})
    assert (found.optimizer, found.weight_decay) == ("adam", 0.0)
    only = Space((Dimension("optimizer", "choice", options=("adamw", "adam")),))
    assert only.apply(config, {"optimizer": "adam"}).weight_decay == 0.0
    assert only.apply(config, {"optimizer": "adamw"}).weight_decay == 0.02


def test_what_is_not_changed_keeps_its_reason():
    config = Config().replace(dropout=0.2, reason="it was measured")
    space = default_space(config)
    values = space.own_values(config)
    assert values is not None
    assert space.apply(config, values) == config
    assert space.apply(config, values | {"batch_size": 64}).why("dropout").reason == (
        "it was measured."
    )
    assert "found it" in space.apply(config, values | {"batch_size": 64}).why("batch_size").reason


def test_a_config_outside_of_a_space_has_no_values_in_it():
    space = Space((Dimension("dropout", "float", 0.0, 0.1),))
    assert space.own_values(Config(dropout=0.3)) is None
    assert space.own_values(Config(dropout=0.1)) == {"dropout": 0.1}


def test_keras_tuner_is_told_of_everything_with_the_config_s_values_as_defaults():
    config = Config(dropout=0.25)
    space = default_space(config, ["batch_normalization", "l2"])
    hp = keras_tuner.HyperParameters()
    values = space.declare(hp, config)
    assert values == space.own_values(config)
    assert [each.name for each in hp.space] == [each.setting for each in space]
    assert "weight_decay" not in hp.values
    hp = keras_tuner.HyperParameters()
    hp.values = {"optimizer": "adamw", "weight_decay": 0.01}
    assert space.declare(hp, config)["weight_decay"] == 0.01


def test_a_grid_has_few_values_among_them_those_of_the_config():
    config = Config(learning_rate=0.002, dropout=0.3)
    space = named(coarse(default_space(config), config))
    assert space["learning_rate"].options == (0.0002, 0.002, 0.02)
    assert space["dropout"].options == (0.0, 0.3, 0.5)
    assert space["weight_decay"].options == (0.0004, 0.004, 0.04)
    assert space["weight_decay"].when == ("optimizer", ("adamw",))
