"""Fuzz every reader in turn: `python -m fuzz [--seconds 600] [reader …]`. What was found lies in .fuzz/found.

Move a found input to tests/vectors/fuzz/<reader>/ when it is mended: it is tried again in every test run.
"""

import argparse
import os
import subprocess
import sys

from fuzz.readers import READERS
from fuzz.signed import ROOT

WORK = ROOT / ".fuzz"
MAX_LENGTH = 16384  # bytes of an input


def fuzz(name: str, seconds: int) -> bool:
    """Say whether a reader stood everything that was thought of in *seconds*."""
    corpus, found = WORK / "corpus" / name, WORK / "found" / name
    seeds, kept = WORK / "seeds" / name, ROOT / "tests" / "vectors" / "fuzz" / name
    for folder in (corpus, found, seeds):
        folder.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(READERS[name].seeds):
        (seeds / str(number)).write_bytes(seed)
    options = [
        f"-max_total_time={seconds}",
        f"-artifact_prefix={found}/",
        f"-max_len={MAX_LENGTH}",
        "-timeout=10",
        "-rss_limit_mb=2048",
        "-print_final_stats=1",
        "-close_fd_mask=1",
    ]
    folders = [corpus, seeds, *([kept] if kept.is_dir() else [])]
    command = [sys.executable, "-m", "fuzz.one", name, *options, *folders]
    done = subprocess.run(
        command, cwd=ROOT, env={**os.environ, "PYTHONHASHSEED": "0"}, stderr=subprocess.PIPE, text=True
    )
    runs = [line.split()[-1] for line in done.stderr.splitlines() if line.startswith("stat::number_of_executed_units")]
    print(f"{name}: {runs[0] if runs else '?'} inputs{'' if done.returncode == 0 else ', AND A FAULT'}", flush=True)
    if done.returncode:
        print(done.stderr[-3000:], file=sys.stderr)
    return done.returncode == 0


def main() -> int:
    """Give 1 when a reader let something through."""
    parser = argparse.ArgumentParser(prog="python -m fuzz", description=__doc__)
    parser.add_argument("--seconds", type=int, default=600, help="for all readers together")
    parser.add_argument("readers", nargs="*", choices=[[], *READERS], default=[])
    given = parser.parse_args()
    names = given.readers or list(READERS)
    share = max(1, given.seconds // len(names))
    return 0 if all([fuzz(name, share) for name in names]) else 1


if __name__ == "__main__":
    sys.exit(main())
