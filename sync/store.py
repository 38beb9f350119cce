"""The one protocol behind which documents are kept, in CouchDB's own words.

A `Store` is one database. `SqliteStore` and `CouchStore` implement it; tests/contract holds both (and real
CouchDBs) to the same suite, CouchDB being the authority wherever two readings are possible.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from sync.document import Doc


@dataclass(frozen=True)
class Info:
    """What `GET /{db}` tells.

    Attributes:
        generation: changes when the store was replaced or restored, so that old `since` tokens are not trusted.
    """

    doc_count: int
    doc_del_count: int
    update_seq: str
    generation: str


@dataclass(frozen=True)
class Row:
    """One row of `_all_docs`: `error` is `not_found` for a key that is not there, `deleted` marks a tombstone."""

    id: str
    rev: str | None
    deleted: bool = False
    error: str | None = None
    doc: Doc | None = None


@dataclass(frozen=True)
class Change:
    """One row of `_changes`: the leaf revs that the asked style names (`main_only`: the winner alone)."""

    seq: str
    id: str
    revs: tuple[str, ...]
    deleted: bool = False
    doc: Doc | None = None


@dataclass(frozen=True)
class Changes:
    """A page of the changes feed; `last_seq` is where to go on, `pending` how many rows are left after it."""

    results: tuple[Change, ...]
    last_seq: str
    pending: int


@dataclass(frozen=True)
class RevsDiff:
    """What the store lacks of one document, and which of its own leaves could be ancestors of that."""

    missing: tuple[str, ...]
    possible_ancestors: tuple[str, ...] = ()


@dataclass(frozen=True)
class Written:
    """The answer to one document of a `bulk_docs`.

    Attributes:
        error: CouchDB's word (`conflict`, `forbidden`, …) when this document was not written; the others were.
        durable: True for 201; False for 202: stored, but a quorum of nodes has not said so.
    """

    id: str
    rev: str | None = None
    error: str | None = None
    reason: str | None = None
    durable: bool = False


@dataclass(frozen=True)
class Got:
    """The answer to one `(id, rev)` of a `bulk_get`: the documents found, or the error."""

    id: str
    docs: tuple[Doc, ...] = ()
    error: str | None = None


@dataclass(frozen=True)
class Attachment:
    """An attachment's bytes with what the stub says of it; `digest` is `md5-<base64>` as CouchDB has it."""

    content_type: str
    digest: str
    data: bytes = field(repr=False)


OpenRevs = Literal["all"] | Sequence[str]


class Store(Protocol):
    """One database of documents with revision trees.

    Every method may raise `Unavailable`; the others are named where they can happen. Documents passed in are not
    changed, documents given out may be.
    """

    name: str

    async def info(self) -> Info:
        """Count the documents and tell the newest seq."""

    async def get(
        self,
        doc_id: str,
        *,
        rev: str | None = None,
        revs: bool = False,
        conflicts: bool = False,
        latest: bool = False,
        attachments: bool = False,
    ) -> Doc:
        """Give the winning rev, or *rev* (with *latest*: the leaves that descend from it), as `GET /{db}/{id}` does.

        Attachments are stubs unless *attachments* asks for base64 data; *revs* adds `_revisions`, *conflicts*
        `_conflicts`.

        Raises:
            NotFound: `missing`, or `deleted` when the winning rev is a tombstone and no *rev* was asked.
        """

    async def open_revs(
        self, doc_id: str, revs: OpenRevs, *, latest: bool = False, history: bool = False, attachments: bool = False
    ) -> list[Doc | str]:
        """Give the leaves (`all`) or the asked revs, tombstones too; a rev that is not there stands as its text."""

    async def all_docs(
        self,
        *,
        start: str | None = None,
        end: str | None = None,
        keys: Sequence[str] | None = None,
        include_docs: bool = False,
        limit: int | None = None,
        descending: bool = False,
    ) -> list[Row]:
        """List documents by id, both ends included; with *keys* in their order, tombstones and missing ones marked."""

    async def changes(
        self,
        since: str = "0",
        *,
        limit: int | None = None,
        include_docs: bool = False,
        style: Literal["main_only", "all_docs"] = "main_only",
        wait: float = 0,
    ) -> Changes:
        """Give the changes after *since* (`"0"`: from the start; `"now"`: none yet), each document once.

        With nothing new, wait up to *wait* seconds for the first one (CouchDB's longpoll).

        Raises:
            BadRequest: *since* is not a token of this store; begin again from `"0"`.
        """

    async def revs_diff(self, revs: Mapping[str, Sequence[str]]) -> dict[str, RevsDiff]:
        """Say which of the named revs are missing; documents that lack nothing are left out."""

    async def bulk_get(
        self,
        docs: Sequence[tuple[str, str | None]],
        *,
        revs: bool = False,
        attachments: bool = False,
        latest: bool = False,
    ) -> list[Got]:
        """Give many documents, each by id and rev (None: all leaves), an error standing in its own place."""

    async def bulk_docs(self, docs: Sequence[Doc], *, new_edits: bool = True) -> list[Written]:
        """Write each document on its own; the answer has one row a document, in order.

        With *new_edits* a document builds on its `_rev` and gets the next one, or a `conflict` row. Without, it is
        stored under the `_rev` (and `_revisions`) it brings, beside whatever is there; repeating it changes nothing.

        Raises:
            TooLarge: the whole batch is over the store's limit.
        """

    async def put_streamed(self, doc: Doc, attachments: Mapping[str, AsyncIterator[bytes]]) -> Written:
        """Write one document with `new_edits=false` and the named attachments as they stream in, none held whole.

        Its `_attachments` names each of them with `content_type`, `length` (bytes) and `revpos`, as a stub does;
        others may be there inline or as stubs. The answer is the row that `bulk_docs` would give. Of a document whose
        stream is cut or fails, nothing is kept. The streams are used up.

        Raises:
            Unavailable: also when a stream is not as long as announced.
        """

    async def get_local(self, local_id: str) -> Doc:
        """Give `_local/<local_id>`.

        Raises:
            NotFound: there is none.
        """

    async def put_local(self, local_id: str, doc: Doc) -> str:
        """Write `_local/<local_id>` over whatever is there and give its new rev (`0-N`)."""

    async def purge(self, revs: Mapping[str, Sequence[str]]) -> dict[str, tuple[str, ...]]:
        """Forget the named leaf revs as if they had never been, and tell which ones went; raises `update_seq`."""

    async def attachment(self, doc_id: str, name: str, *, rev: str | None = None) -> Attachment:
        """Give an attachment's bytes.

        Raises:
            NotFound: no such document, rev or attachment.
        """

    def attachment_chunks(
        self, doc_id: str, name: str, *, rev: str | None = None, start: int = 0
    ) -> AsyncIterator[bytes]:
        """Stream an attachment from byte *start*, never holding it whole."""

    async def compact(self) -> None:
        """Drop the bodies of revs that are not leaves and everything that purges left in the file."""

    async def generation(self) -> str:
        """Give the generation that `info` tells, without counting anything."""

    async def renew_generation(self) -> None:
        """Say that what is here is older than what was told of it, as after a restore: `since` tokens end."""

    async def close(self) -> None:
        """Finish what is queued and let go of files and connections; safe to call twice."""
