"""What is in the memory of a running server: every page that it may write, of every process of its session."""

import hashlib
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from tests.markers import forms_of, joined

PIECE = 16 * 1024 * 1024  # bytes read at once
PART = 16 * 1024  # bytes: what processes have in common, and what nobody has written to, is searched once
OVERLAP = 512  # bytes that belong to two parts, so that nothing is cut in two


def found_in_memory(session: int, markers: list[str]) -> set[str]:
    """Give `marker (encoding)` for each of *markers* in the memory of the processes of *session*."""
    forms = [(f"{marker} ({name})", form) for marker in markers for name, form in forms_of(marker).items()]
    assert all(len(form) <= OVERLAP for _, form in forms)
    found: set[str] = set()
    for several in joined(_parts(session)):
        found |= {name for name, form in forms if form in several}
    return found


def _parts(session: int) -> Iterator[bytes]:
    """Give what is in the memory of the processes of *session*, each part once."""
    seen: set[bytes] = set()
    for piece in (piece for pid in _processes(session) for piece in _pieces(pid)):
        for at in range(0, len(piece), PART):
            part = piece[at : at + PART + OVERLAP]
            digest = hashlib.sha256(part).digest()
            if digest not in seen:
                seen.add(digest)
                yield part


def _processes(session: int) -> Iterator[int]:
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(ProcessLookupError):
            if os.getsid(int(folder.name)) == session:
                yield int(folder.name)


def _pieces(pid: int) -> Iterator[bytes]:
    maps = Path(f"/proc/{pid}/maps").read_text(encoding="ascii", errors="replace").splitlines()
    with Path(f"/proc/{pid}/mem").open("rb", buffering=0) as memory:
        for line in maps:
            where, may, *_ = line.split()
            if may.startswith("rw"):
                start, end = (int(number, 16) for number in where.split("-"))
                yield from _region(memory.fileno(), start, end)


def _region(memory: int, start: int, end: int) -> Iterator[bytes]:
    at, kept = start, b""
    while at < end:
        try:
            piece = os.pread(memory, min(PIECE, end - at), at)
        except OSError:  # a page that nobody may read, as the kernel's own
            return
        if not piece:
            return
        yield kept + piece
        kept, at = piece[-OVERLAP:], at + len(piece)
