"""One column alone: what it tells of rows that were not learned from."""

import numpy as np
import pandas as pd
import pytest
from goodfit.recipes import audit, load


@pytest.mark.parametrize("rows", [100, 200, 400])
@pytest.mark.parametrize("seed", range(4))
def test_two_groups_far_apart_tell_everything_also_where_rows_are_few(rows, seed):
    generator = np.random.default_rng(seed)
    frame = pd.DataFrame({"a": generator.normal(size=rows)})
    frame["y"] = np.where(frame.a + generator.normal(size=rows) > 0, "yes", "no")
    frame["code"] = np.where(frame.y == "yes", 1.0, 2.0) + 1e-3 * generator.normal(size=rows)
    found = [each for each in audit(load(frame, "y")) if each.fault == "target_leak"]
    assert [each.where for each in found] == [("code",)]


def test_a_column_that_only_helps_is_no_leak():
    generator = np.random.default_rng(0)
    frame = pd.DataFrame({"a": generator.normal(size=300), "b": generator.normal(size=300)})
    frame["y"] = np.where(frame.a + 0.1 * generator.normal(size=300) > 0, "yes", "no")
    assert not [each for each in audit(load(frame, "y")) if each.fault == "target_leak"]
