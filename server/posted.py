"""Reads a posted HTML form: small, each field once, in memory only (no part of it may reach the disk)."""

import unicodedata
from urllib.parse import parse_qsl

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request

FORM = "application/x-www-form-urlencoded"
BODY_LIMIT = 64 * 1024  # bytes
FILE_LIMIT = 256 * 1024  # bytes, where a form holds a file
MAX_FIELDS = 200
# Unicode's own bound for text that is safe to put into normal form (UAX #15, Stream-Safe Text): marks are sorted, and
# Python sorts a long run of them in quadratic time.
MAX_MARKS = 30


async def read_posted(request: Request, *, limit: int = BODY_LIMIT) -> dict[str, str]:
    """Give the fields of a posted form.

    Raises:
        HTTPException: 415 for another type, 413 for too much, 400 for a field twice or text that is not UTF-8.
    """
    if request.headers.get("content-type", "").split(";")[0].strip().lower() != FORM:
        raise HTTPException(415)
    return parse_posted(await read_body(request, limit=limit))


async def read_body(request: Request, *, limit: int) -> bytes:
    """Give a whole body.

    Raises:
        HTTPException: 413 for too much, 400 when its sender left.
    """
    body = bytearray()
    try:
        async for data in request.stream():
            body += data
            if len(body) > limit:
                raise HTTPException(413)
    except ClientDisconnect:
        raise HTTPException(400) from None
    return bytes(body)


def parse_posted(body: bytes) -> dict[str, str]:
    """Parse the fields of a posted form.

    Raises:
        HTTPException: 413 for too many fields, 400 for a field twice, text that is not UTF-8, or marks without end.
    """
    if body.count(b"&") >= MAX_FIELDS:
        raise HTTPException(413)
    try:
        pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=MAX_FIELDS)
    except ValueError:
        raise HTTPException(400) from None
    fields = dict(pairs)
    # Whoever reads a field twice may see another value than whoever checked it.
    if len(fields) < len(pairs) or any(map(_has_many_marks, fields.values())):
        raise HTTPException(400)
    return fields


def _has_many_marks(text: str) -> bool:
    run = 0
    for sign in "" if text.isascii() else text:
        run = run + 1 if unicodedata.combining(sign) else 0
        if run > MAX_MARKS:
            return True
    return False
