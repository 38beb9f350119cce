"""A copy of the app that can be changed between two starts of its server, as an upgrade changes it."""

import shutil
from pathlib import Path

from tests.serving import ROOT

PARTS = ("content", "pwa", "server", "sync", "templates", "manifest.json", "service-worker.js")
LINE = "export const ADDED = 'a line that was not there before';"


def copy_app(folder: Path) -> Path:
    """Copy what a server needs into *folder*."""
    folder.mkdir(parents=True)
    for name in PARTS:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(source, folder / name)
    return folder


def add_line(module: Path, line: str = LINE) -> None:
    """Add a line to a module, behind its imports."""
    lines = module.read_text().splitlines(keepends=True)
    place = max(n for n, text in enumerate(lines) if text.startswith("import "))
    module.write_text("".join([*lines[: place + 1], f"{line}\n", *lines[place + 1 :]]))
