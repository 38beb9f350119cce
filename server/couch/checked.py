"""A stream whose bytes must have a digest: its end is held back until they do, so that nobody stores it otherwise."""

import hashlib
from collections.abc import AsyncIterator

from sync.errors import BadRequest, Forbidden


class CheckedStream:
    """Passes a stream on; `is_wrong` says afterwards whether it was another one than was named."""

    def __init__(self, stream: AsyncIterator[bytes], digest: bytes) -> None:
        self._stream = stream
        self._digest = digest
        self.is_wrong = False

    async def chunks(self) -> AsyncIterator[bytes]:
        """Give the bytes.

        Raises:
            BadRequest: as `forbidden`, before the last of them, when they have another SHA-256.
        """
        found, held = hashlib.sha256(), b""
        async for chunk in self._stream:
            found.update(chunk)
            if held:
                yield held
            held = chunk
        self.is_wrong = found.digest() != self._digest
        if self.is_wrong:
            raise BadRequest("id-mismatch", error=Forbidden.error)
        yield held
