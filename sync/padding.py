"""Padding: hides the length of what is sealed up to a class, after compressing it where that reaches a smaller class.

Layout: one byte (0 as is, 1 zlib), content, 0x80, zeros. Classes are 64, 128, 256, then Padmé (at most 12 % more).
"""

import zlib

from sync.errors import OpenError

MAX_TEXT = 1 << 20  # bytes after inflation; a larger text is nobody's form, but a bomb
_SMALL = (64, 128, 256)


def padded_length(content_length: int) -> int:
    """Give the length to which a content of so many bytes is padded."""
    return _class_of(content_length + 2)


def is_padded_length(length: int) -> bool:
    """Say whether padding can give this length."""
    return length >= _SMALL[0] and _class_of(length) == length


def _class_of(length: int) -> int:
    for small in _SMALL:
        if length <= small:
            return small
    exponent = length.bit_length() - 1
    mask = (1 << (exponent - exponent.bit_length())) - 1
    return (length + mask) & ~mask


def pad(content: bytes, *, compress: bool = True) -> bytes:
    """Pad *content*, compressed only when that makes the result shorter."""
    flag, body = 0, content
    if compress:
        packed = zlib.compress(content, 9)
        if padded_length(len(packed)) < padded_length(len(content)):
            flag, body = 1, packed
    return (bytes([flag]) + body + b"\x80").ljust(padded_length(len(body)), b"\0")


def unpad(padded: bytes, *, limit: int = MAX_TEXT) -> bytes:
    """Take the padding off.

    Raises:
        OpenError: not what `pad` makes, or more than *limit* bytes of content.
    """
    marked = padded.rstrip(b"\0")
    if len(marked) < 2 or marked[-1] != 0x80 or padded_length(len(marked) - 2) != len(padded):
        raise OpenError
    flag, body = marked[0], marked[1:-1]
    content = body if flag == 0 else _inflate(body, limit) if flag == 1 else None
    if content is None or len(content) > limit:
        raise OpenError
    return content


def _inflate(body: bytes, limit: int) -> bytes:
    stream = zlib.decompressobj()
    try:
        content = stream.decompress(body, limit + 1)
    except zlib.error:
        raise OpenError from None
    if not stream.eof or stream.unused_data or stream.unconsumed_tail:
        raise OpenError
    return content
