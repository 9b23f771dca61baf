"""What tests of the board start from."""

import math
import sys
from pathlib import Path

import pytest

# Where the made logs and the browser are.
sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(scope="session")
def hostile_finding():
    """Return a finding in which everything that comes from data is markup."""
    from goodfit.callbacks import Finding
    from made_board_logs import HOSTILE

    return Finding(
        "target_leak", "PH-1a", "error", f"The column {HOSTILE} tells the answer.",
        f"Leave {HOSTILE} out.", 2, {"share": math.nan, HOSTILE: HOSTILE}, where=(HOSTILE,),
    )  # fmt: skip


@pytest.fixture(scope="session")
def made_run(request):
    """Return the function of the folder above that fills the folder of a run."""
    path = Path(__file__).parents[1] / "conftest.py"
    managed = request.config.pluginmanager
    return next(
        each.write_run for each in managed.get_plugins()
        if getattr(each, "__file__", None) == str(path)
    )  # fmt: skip
