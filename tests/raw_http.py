"""HTTP as no library would send it: the bytes go out as they are, and what comes back is read by the book."""

import contextlib
import http.client
import socket
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

PATIENCE = 30.0  # seconds in which every answer has to be there, on a busy machine too
Header = tuple[str, bytes]


@dataclass(frozen=True)
class RawReply:
    """An answer; header names in lower case, those that came twice joined."""

    status: int
    headers: dict[str, str]
    body: bytes


def ask_raw(port: int, request: bytes | Iterable[bytes], *, method: str = "GET") -> RawReply | None:
    """Send bytes to a server on this machine and read one answer; None when it hung up without any."""
    pieces = [request] if isinstance(request, bytes) else request
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as connection:
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # who has answered need not read on
            for piece in pieces:
                connection.sendall(piece)
        response = http.client.HTTPResponse(connection, method=method)
        try:
            response.begin()
            body = response.read()
        except (http.client.BadStatusLine, ConnectionResetError):
            return None
        headers: dict[str, str] = {}
        for name, value in response.getheaders():
            headers[name.lower()] = ", ".join([*filter(None, [headers.get(name.lower())]), value])
        return RawReply(response.status, headers, body)


def request_bytes(method: str, target: bytes, headers: Sequence[Header], body: bytes = b"") -> bytes:
    """Write a request; Host and Content-Length are added where *headers* has none."""
    names = {name.lower() for name, _ in headers}
    rows = [b"%s: %s" % (name.encode("latin-1"), value) for name, value in headers]
    if "host" not in names:
        rows.insert(0, b"Host: localhost")
    if body and not names & {"content-length", "transfer-encoding"}:
        rows.append(b"Content-Length: %d" % len(body))
    rows.append(b"Connection: close")
    return b"%s %s HTTP/1.1\r\n%s\r\n\r\n" % (method.encode(), target, b"\r\n".join(rows)) + body
