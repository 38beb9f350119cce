"""Keeps what an earlier start made and a later one would make the same: smallest forms and shortened scripts.

It lies in the data folder, where only the server writes, each by the hash of how and of what it was made. What is
damaged or missing is made anew, and a folder that takes nothing only costs the time again.
"""

import hashlib
import os
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

MADE = "made"  # its folder in the data folder
_DIGEST = 32  # bytes of SHA-256 in front of what is kept


@dataclass(frozen=True)
class MadeBefore:
    """What is kept in *folder*; nothing without one. Who only looks keeps nothing: the folder is the server's."""

    folder: Path | None = None
    only_looks: bool = False
    _used: set[str] = field(default_factory=set, repr=False)

    def get(self, how: str, source: bytes, make: Callable[[bytes], bytes]) -> bytes:
        """Give what *make* makes of *source*; *how* names the way, its version included."""
        if self.folder is None:
            return make(source)
        name = hashlib.sha256(f"{how}\n".encode() + source).hexdigest()
        self._used.add(name)
        path = self.folder / name
        made = _read(path)
        if made is None:
            made = make(source)
            if not self.only_looks:
                write_whole(path, hashlib.sha256(made).digest() + made)
        return made

    def forget_others(self) -> None:
        """Delete what was not asked for: it is of another version."""
        with suppress(OSError):
            for path in self.folder.iterdir() if self.folder else ():
                if path.name not in self._used and path.is_file():
                    path.unlink()


NOTHING = MadeBefore()


def _read(path: Path) -> bytes | None:
    try:
        kept = path.read_bytes()
    except OSError:
        return None
    digest, made = kept[:_DIGEST], kept[_DIGEST:]
    return made if hashlib.sha256(made).digest() == digest else None


def write_whole(path: Path, content: bytes) -> None:
    """Write a file that is there whole or not at all; a folder that takes nothing is no error."""
    with suppress(OSError):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(name).replace(path)
