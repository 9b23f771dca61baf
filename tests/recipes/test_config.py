"""Configuration is data: limits hold, TOML returns it, differences and reasons are kept."""

import copy
import pickle
from dataclasses import fields

import pytest
from goodfit.recipes import Choice, Config
from goodfit.recipes.model_settings import builder_settings, known_settings
from goodfit.zoo import BadInput, list_models

ITEMS = [item for item in fields(Config) if item.name != "reasons"]


def invalid_values(item):
    """Derive values outside the declared limits from the declaration itself."""
    limits = item.metadata["limits"]
    kind = type(item.default)
    values = [object()]
    if kind in (int, float):
        values += ["many", True, float("nan")]
        values += [limits["least"] - 1] if "least" in limits else []
        values += [limits["most"] + 1] if "most" in limits else []
        values += [limits[name] for name in ("above", "below") if name in limits]
    if kind is int:
        values.append(1.5)
    if kind is bool:
        values += ["maybe", 1]
    if kind is str:
        values += [3] + (["nothing of the kind"] if "options" in limits else [])
    return values


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item.name)
def test_values_outside_the_declared_limits_are_refused_by_name(item):
    for value in invalid_values(item):
        with pytest.raises(BadInput, match=item.name):
            Config(**{item.name: value})


def test_all_mistakes_at_once():
    with pytest.raises(BadInput) as caught:
        Config(dropout=1.0, epochs=0, units=())
    assert len(caught.value.problems) == 3
    with pytest.raises(BadInput, match="Did you mean 'learning_rate'"):
        Config().override("lerning_rate=0.1")
    with pytest.raises(BadInput) as caught:
        Config().override("droput=0.1", "epochs=0", "l2=-1")
    assert [problem.kind for problem in caught.value.problems] == [
        "setting_unknown",
        "setting_invalid",
        "setting_invalid",
    ]
    with pytest.raises(BadInput, match="name=value"):
        Config().override("dropout")


def test_toml_and_copies_return_an_equal_config_with_its_reasons():
    reason = Choice((64,), "ARC-2", {"rows": 120}, "Few rows.")
    config = Config().replace(units=reason, dropout=0.5, metrics=("accuracy",))
    for again in (
        Config.from_toml(config.to_toml()),
        copy.deepcopy(config),
        pickle.loads(pickle.dumps(config)),
    ):
        assert again == config
        assert again.why("units") == reason
        assert str(again.why("dropout")) == "0.5: you set it."


def test_a_change_is_one_difference():
    assert Config(dropout=0.5).difference(Config()) == {"dropout": (0.3, 0.5)}
    assert Config().difference(Config()) == {}
    with pytest.raises(AttributeError):
        Config().dropout = 0.1


def test_unreadable_toml_is_said(tmp_path):
    (tmp_path / "config.toml").write_text("dropout = = 3")
    with pytest.raises(BadInput, match="TOML"):
        Config.from_toml(tmp_path / "config.toml")
    with pytest.raises(BadInput, match="dropuot"):
        Config.from_toml("dropuot = 0.5")


def test_a_setting_that_the_model_does_not_know_is_refused_if_someone_changed_it():
    assert set(builder_settings(Config())) == set(known_settings("mlp"))
    assert "units" not in builder_settings(Config(model="transformer_encoder"))
    with pytest.raises(BadInput, match="or transformer_encoder") as caught:
        builder_settings(Config(heads=4, layers=3))
    assert len(caught.value.problems) == 2
    with pytest.raises(BadInput, match="no setting 'activation'"):
        builder_settings(Config().override("model=gru", "activation=relu"))  # its default


def test_a_model_and_a_config_agree_on_defaults():
    for card in list_models():
        if card.name != "mlp":
            # What `choose_config` sets for each model.
            chosen = {"units", "dropout"} | ({"batch_normalization"} & {*card.settings})
            for name in set(known_settings(card.name)) - chosen:
                assert card.settings[name] == getattr(Config(), name), (card.name, name)
