"""`python -m goodfit.tools` is `goodfit`."""

import sys

from .cli import main

sys.exit(main())
