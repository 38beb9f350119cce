"""Runs the application in granian: HTTP/1 and 2, TLS where there is a certificate."""

import ctypes
import errno
import multiprocessing
import os
import resource
import signal
import socket
import ssl
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

from granian import Granian
from granian.constants import Interfaces, SSLProtocols
from granian.log import LogLevels
from starlette.applications import Starlette

from server.app import create_app
from server.moments import local_day
from server.office import now
from server.open_files import raise_limit
from server.settings import Settings, load_settings
from server.site.prepared import Prepared, prepare
from server.told import Told

# Phones with a thin signal hold their connection for minutes: granian's own 1024 stops at some 1,500 of them.
BACKLOG = 16384
STOPPING = 15  # seconds for requests that are under way
_LETTING_GO = 3.0  # seconds that a server which was just killed may need to let go of its port
_PR_SET_PDEATHSIG = 1


class ServingError(Told):
    """The server can't begin; the message says why."""


def serve(settings: Settings, *, ready: Callable[[], None]) -> None:
    """Serve until SIGTERM or SIGINT; *ready* is called when the port is ours.

    Raises:
        ServingError: the port is not to be had, or the certificate is none.
        ContentError: what the office edits is wrong; said here, once, and not by every process.
    """
    _leave_no_dump()
    raise_limit()
    _refuse_certificate(settings)
    _refuse_taken_port(settings.host, settings.port)
    prepared = (
        prepare(settings, today=local_day(now(), settings.office.time_zone)) if settings.role == "office" else None
    )
    server = Granian(
        "server.serving:process",
        address=settings.host,
        port=settings.port,
        interface=Interfaces.ASGI,
        factory=True,
        workers=1,  # more of them are more services, each with lists of its own in its data folder
        websockets=False,
        backlog=BACKLOG,
        backpressure=BACKLOG,
        workers_kill_timeout=STOPPING,
        ssl_cert=settings.tls_cert,
        ssl_key=settings.tls_key,
        ssl_protocol_min=SSLProtocols.tls12,
        log_level=LogLevels(settings.log),
        log_dictconfig=_logging(settings.log),
    )
    server.on_startup(ready)
    # A forked process has what is prepared; another one prepares it itself, since templates travel nowhere.
    is_forked = multiprocessing.get_start_method() == "fork"
    server.serve(target_loader=partial(process, prepared if is_forked else None), wrap_loader=False)


def _refuse_certificate(settings: Settings) -> None:
    if settings.tls_cert and settings.tls_key:
        try:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(settings.tls_cert, settings.tls_key, password="")  # which it would ask for
        except (OSError, ValueError) as error:
            pair = f"{settings.tls_cert} with {settings.tls_key}"
            raise ServingError(
                f"RANTAU_TLS_CERT, RANTAU_TLS_KEY: {pair}: no certificate and its key ({error})"
            ) from None


def _refuse_taken_port(host: str, port: int) -> None:
    # granian shares a port with whoever listens there already, and half of the requests would go to the other one.
    until = time.monotonic() + _LETTING_GO
    while True:
        try:
            with socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET):
                return
        except OSError as error:
            if error.errno != errno.EADDRINUSE or time.monotonic() > until:
                raise ServingError(f"{host}:{port}: {error.strerror}") from None
        time.sleep(0.1)


def process(prepared: Prepared | None = None) -> Starlette:
    """Build the application in a process of its own, of what is prepared or else of what it reads itself."""
    _end_with_the_parent()
    settings = load_settings(os.environ)
    if settings.role == "hub":
        from server.hub.app import create_hub_app  # with a client of HTTP, which an office needs for nothing

        return create_hub_app(settings)
    return create_app(settings, prepared=prepared)


def _leave_no_dump() -> None:
    """Keep what was posted out of any file if this process, or one that it starts, crashes."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # The limit does not hold a program that dumps are piped to: it is given none of the memory.
    with suppress(OSError):  # no Linux, or no such file in a container
        Path("/proc/self/coredump_filter").write_text("0", encoding="ascii")


def _end_with_the_parent() -> None:
    # A parent that is killed stops nobody, and its port would be answered by the old process beside the new one.
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _logging(level: str) -> dict[str, Any]:
    # No access log: who asked when for what is nobody's business, and a code typed wrong into an address is in it.
    logger = {"handlers": ["console"], "level": level.upper(), "propagate": False}
    return {
        "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line", "stream": "ext://sys.stderr"}},
        "loggers": {"_granian": dict(logger), "granian.access": {"level": "CRITICAL"}, "rantau": dict(logger)},
    }
