"""Tells every expected failure of a command in one sentence, instead of a traceback."""

from collections.abc import Iterator
from contextlib import contextmanager

import click

from server.told import Told
from sync.audit_chain import ChainError
from sync.errors import NotFound, OpenError, StoreError


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
        reason = "not found" if isinstance(error, NotFound) else error.reason
        raise click.ClickException(f"Store: {reason}") from None
