"""How the main pages do in Lighthouse, at the slow-4G phone that it thinks of: three figures of a hundred each."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.browsing import FLAGS, chromium
from tests.serving import ROOT, RunningOffice

PAGES = ("/id/", "/id/apply/passport-new", "/id/guides/passport")
PATIENCE = 180  # seconds for one page


def measure() -> dict[str, Any]:
    """Give the lowest figure of the main pages in each category."""
    with TemporaryDirectory() as folder, RunningOffice(Path(folder) / "office") as office:
        categories = ("performance", "accessibility", "best-practices")
        found = [look_at(office.url + page, categories)[0] for page in PAGES]
    return {name.replace("-", "_"): min(scores[name] for scores in found) for name in categories}


def look_at(url: str, categories: Sequence[str]) -> tuple[dict[str, int], list[str]]:
    """Run Lighthouse on one page; give the figures and the audits that were not met in full."""
    command = [
        Path(sys.prefix) / "bin/node", ROOT / "node_modules/lighthouse/cli/index.js", url, "--quiet", "--output=json",
        f"--only-categories={','.join(categories)}", f"--chrome-flags={' '.join(('--headless=new', *FLAGS))}",
    ]  # fmt: skip
    env = os.environ | {"CHROME_PATH": chromium(), "LIGHTHOUSE_ERROR_REPORTING": "0"}
    said = subprocess.run(command, env=env, capture_output=True, text=True, timeout=PATIENCE)
    if said.returncode:
        raise RuntimeError(said.stderr)
    report = json.loads(said.stdout)
    scores = {name: round(100 * report["categories"][name]["score"]) for name in categories}
    audits = {ref["id"] for name in categories for ref in report["categories"][name]["auditRefs"] if ref["weight"]}
    missed = [name for name in sorted(audits) if (report["audits"][name]["score"] or 0) < 1]
    return scores, [name for name in missed if report["audits"][name]["score"] is not None]


if __name__ == "__main__":
    print(json.dumps(measure()))
