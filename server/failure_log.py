"""Logs a failure of ours by number, kind and place. Its message is left out: it may quote what somebody typed."""

import logging
import traceback

from server.site.resources import digest_of

log = logging.getLogger("rantau.failures")


def log_failure(error: Exception) -> str:
    """Log a failure of ours without its message; give the number under which it stands there."""
    frames = traceback.extract_tb(error.__traceback__)
    places = " < ".join(f"{frame.filename}:{frame.lineno} {frame.name}" for frame in reversed(frames[-12:]))
    number = digest_of(f"{id(error)} {places}".encode(), 8)
    log.error("failure %s: %s at %s", number, type(error).__name__, places)
    return number
