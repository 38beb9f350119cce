"""Sets the clock of a Python process as many days ahead as TEST_DAYS_AHEAD says; on its path, Python loads it first."""

import os
import time

_AHEAD = int(os.environ.get("TEST_DAYS_AHEAD", "0")) * 86400
_now = time.time
time.time = lambda: _now() + _AHEAD
