"""Tells every expected failure of a command in one sentence, instead of a traceback."""

from collections.abc import Iterator
from contextlib import contextmanager

import click

from server.accounts import AccountError
from server.backups import BackupError
from server.bundle_export import ExportError
from server.content import ContentError
from server.couch_peers import PeerError
from server.founding import FoundingError
from server.hub_identity import HubIdentityError
from server.hubs import HubError
from server.key_changes import KeyChangeError
from server.office import NoOffice
from server.relay_link import LinkError
from server.replicating import ReplicatingError
from server.server_key import ServerKeyError
from server.serving import ServingError
from server.settings import SettingsError
from sync.audit_chain import ChainError
from sync.errors import NotFound, OpenError, StoreError

_EXPECTED = (
    SettingsError,
    ContentError,
    FoundingError,
    NoOffice,
    ServerKeyError,
    ServingError,
    ChainError,
    KeyChangeError,
    AccountError,
    ReplicatingError,
    PeerError,
    BackupError,
    HubError,
    HubIdentityError,
    LinkError,
    ExportError,
)


@contextmanager
def in_sentences() -> Iterator[None]:
    """Turn what a user can do something about into what `click` prints."""
    try:
        yield
    except _EXPECTED as error:
        raise click.ClickException(str(error)) from None
    except OpenError:
        raise click.ClickException("The list of keys is not signed by this office's root.") from None
    except StoreError as error:
        reason = "not found" if isinstance(error, NotFound) else error.reason
        raise click.ClickException(f"Store: {reason}") from None
