"""What can go wrong in `sync`, in CouchDB's names and statuses.

SyncError                      never raised itself
├── StoreError                 a store refused or could not answer; `status` and `error` are CouchDB's
│   ├── BadRequest             400 bad_request
│   ├── Forbidden              403 forbidden
│   ├── NotFound               404 not_found
│   ├── Conflict               409 conflict
│   ├── PreconditionFailed     412 missing_stub, file_exists
│   ├── TooLarge               413 too_large
│   └── Unavailable            503 service_unavailable: try again; nothing is known of the outcome of a write
├── OpenError                  something sealed or signed does not open or verify; carries no detail on purpose
├── ShapeError                 a document is not of the shape docs/formats.md gives; `reason` is a typed refusal
├── CodeError                  a typed receipt code is not one; `reason` is `alphabet`, `length` or `check`
└── BundleError                a file is no bundle, or none that can be read here; `reason` says which
"""


class SyncError(Exception):
    """Base of everything `sync` raises on purpose."""


class StoreError(SyncError):
    """Base of what a store answers when it does not do what was asked."""

    status = 500
    error = "internal_server_error"

    def __init__(self, reason: str = "", *, error: str | None = None) -> None:
        super().__init__(reason or self.error)
        self.reason = reason or self.error
        if error is not None:
            self.error = error


class BadRequest(StoreError):
    """The request itself is wrong and would be refused again."""

    status = 400
    error = "bad_request"


class Forbidden(StoreError):
    """The store does not accept this document or this caller."""

    status = 403
    error = "forbidden"


class NotFound(StoreError):
    """No such document, revision, attachment or database; `reason` is `missing` or `deleted`."""

    status = 404
    error = "not_found"


class Conflict(StoreError):
    """The document has another leaf than the one the write built on."""

    status = 409
    error = "conflict"


class PreconditionFailed(StoreError):
    """An attachment stub names an attachment that the parent revision does not have."""

    status = 412
    error = "precondition_failed"


class TooLarge(StoreError):
    """The document, attachment or batch is over a limit; a smaller batch may pass."""

    status = 413
    error = "too_large"


class Unavailable(StoreError):
    """The store did not answer in time or not at all; a write may or may not have happened."""

    status = 503
    error = "service_unavailable"
    retry_after = 10  # seconds that whoever asked should wait


class OpenError(SyncError):
    """It does not open or verify. There is one such error and it says nothing more."""


class ShapeError(SyncError):
    """A document is not what the formats say; `reason` is one of the typed refusals of the exchange."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class CodeError(SyncError):
    """What a person typed is not a receipt code; `reason` is `alphabet`, `length` or `check`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class BundleError(SyncError):
    """A file is not read as a bundle; `reason` is `malformed`, `version`, `too-many` or `cut`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
