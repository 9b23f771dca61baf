"""What a script does to rows that are changed while it trains: the same as goodfit does."""

import re

import numpy as np
import pytest
from goodfit.recipes.augmenting.recordings import changed_recording
from goodfit.recipes.augmenting.texts import CHANGED_SHARE, changed_text, plain
from goodfit.recipes.ejecting.variants import changed_sound, changed_words

SIGNS = ["", "", "", "", ",", ".", "!", "\n"]
WORDS = "good Bad late EARLY it's lovely A parcel hotel Zoë's not"


@pytest.mark.parametrize("strength", [0.5, 1.0, 3.0])
def test_texts_are_changed_alike(strength):
    synonyms = {"good": ("decent",), "late": ("tardy", "long overdue"), "early": ("soon",)}
    names = {"np": np, "re": re, "SYNONYMS": synonyms}
    exec(changed_words(strength), names)
    draw, different = np.random.default_rng(0), 0
    for number in range(300):
        words = draw.choice(WORDS.split(), draw.integers(0, 12))
        text = " ".join(word + draw.choice(SIGNS) for word in words)
        seeds = [np.random.default_rng(number) for _ in range(2)]
        expected = plain(changed_text(text, synonyms, seeds[0], CHANGED_SHARE * strength))
        assert names["otherwise"]([text], seeds[1]) == [expected]
        different += expected != text
    assert different > 40


@pytest.mark.parametrize(("strength", "move"), [(0.5, True), (1.0, True), (1.0, False)])
def test_recordings_are_changed_alike(strength, move):
    names = {"np": np}
    exec(changed_sound(strength, move), names)
    draw = np.random.default_rng(0)
    for number in range(20):
        sound = np.full(500, np.nan, np.float32)
        length = draw.integers(200, 500)
        sound[:length] = np.sin(np.arange(length) / 9)
        seeds = [np.random.default_rng(number) for _ in range(2)]
        expected = changed_recording(sound, seeds[0], strength, move=move)
        np.testing.assert_allclose(names["otherwise"](sound, seeds[1]), expected, atol=1e-7)
