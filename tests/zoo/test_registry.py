import json
import subprocess
import sys

import pytest
from goodfit.zoo import BadInput, Task, build, list_models, register

BINARY = Task("binary", ("no", "yes"))


def test_the_list_needs_no_keras():
    code = (
        "import sys; from goodfit.zoo import list_models; list_models();"
        "sys.exit(bool({'keras', 'tensorflow'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_cards_are_complete_and_plain():
    for card in list_models():
        told = json.loads(json.dumps(card.to_dict()))
        assert all(told[key] for key in ("name", "tasks", "inputs", "best_for", "summary"))
        assert "builder" not in told


def test_a_name_is_taken_once():
    with pytest.raises(ValueError, match="already"):
        register("mlp", tasks=("binary",), inputs=("table",), best_for="x")(lambda p, t: None)
    with pytest.raises(ValueError, match="do not exist"):
        register("other", tasks=("nonsense",), inputs=("table",), best_for="x")(lambda p, t: None)
    assert "other" not in {card.name for card in list_models()}


def test_unknown_names_and_settings_are_answered_together(preprocessor):
    with pytest.raises(BadInput, match="Did you mean 'mlp'"):
        build("mpl", preprocessor, BINARY)
    with pytest.raises(BadInput) as caught:
        build("mlp", preprocessor, BINARY, droput=0.1, unit=(3,))
    remedies = [problem.remedy for problem in caught.value.problems]
    assert remedies == ["Did you mean 'dropout'?", "Did you mean 'units'?"]
