"""Tells every expected failure of a command in one sentence, instead of a traceback."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager

import click

from server.told import Told
from sync.audit_chain import ChainError
from sync.errors import NotFound, OpenError, StoreError, Unavailable


@contextmanager
def in_sentences() -> Iterator[None]:
    """Turn what a user can do something about into what `click` prints."""
    try:
        yield
    except (Told, ChainError) as error:
        raise click.ClickException(str(error)) from None
    except OpenError:
        raise click.ClickException("The list of keys is not signed by this office's root.") from None
    except StoreError as error:
        if type(error) is Unavailable:
            raise click.ClickException(f"Store: it does not answer ({error.reason}).") from None
        reason = "not found" if isinstance(error, NotFound) else error.reason
        raise click.ClickException(f"Store: {reason}") from None
    except OSError as error:
        # A folder of somebody else's, a full disk, a file where a folder should be. Who reads us no more is click's.
        if error.strerror is None or error.errno == errno.EPIPE:
            raise
        where = f"{error.filename}: " if error.filename else ""
        raise click.ClickException(f"{where}{error.strerror}") from None
