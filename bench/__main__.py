"""Run every bench, print its line, and hold it against its budget in bench/budgets.toml."""

import importlib
import json
import sys
import tomllib
import traceback
from pathlib import Path
from typing import Any

BUDGETS = tomllib.loads((Path(__file__).parent / "budgets.toml").read_text())


def over_budget(result: dict[str, Any], budget: dict[str, Any]) -> list[str]:
    """Name each figure that its budget does not allow; a list's budget is for its last entry."""
    found = []
    for key, limit in budget.items():
        value = result[key][-1] if isinstance(result[key], list) else result[key]
        if ("at_least" in limit and value < limit["at_least"]) or ("at_most" in limit and value > limit["at_most"]):
            found.append(f"{key} = {value}, budget {limit}")
    return found


def main() -> int:
    """Give 1 when a figure is over its budget or could not be had."""
    failed = False
    for name, budget in BUDGETS.items():
        try:
            result = importlib.import_module(f"bench.{name}").measure()
        except Exception:  # the others are measured all the same
            traceback.print_exc()
            print(f"not measured: {name}", file=sys.stderr)
            failed = True
            continue
        print(json.dumps({"bench": name} | result), flush=True)
        for line in over_budget(result, budget):
            print(f"over budget: {name}: {line}", file=sys.stderr)
            failed = True
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
