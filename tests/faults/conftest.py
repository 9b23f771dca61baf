"""Lets the tests of this folder import its modules: `case`, `grading`, and the two halves."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
