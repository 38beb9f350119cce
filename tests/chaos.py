"""Tries many more schedules than `make test` does: `python -m tests.chaos --seed N` repeats those of a seed."""

import argparse
import os
import secrets
import sys
from pathlib import Path

import pytest

MACHINE = Path(__file__).parent / "promises" / "test_convergence.py"


def main() -> int:
    """Give pytest's own result."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos")
    parser.add_argument("--seed", type=int, default=secrets.randbits(32))
    parser.add_argument("--schedules", type=int, default=2000)
    asked = parser.parse_args()
    sys.stdout.write(f"{asked.schedules} schedules of seed {asked.seed}; `make chaos SEED={asked.seed}` repeats them\n")
    os.environ["RANTAU_CHAOS"] = str(asked.schedules)
    return int(pytest.main(["-q", str(MACHINE), f"--hypothesis-seed={asked.seed}"]))


if __name__ == "__main__":
    sys.exit(main())
