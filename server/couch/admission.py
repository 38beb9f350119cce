"""What a document from a peer must be, database by database, to be written here; no store, and nothing is opened.

The reasons are those of intake where intake has one. `cases` takes versions, the office's steps and the marks of
erased and of voided cases; `blobs` takes sealed files; `public` takes what this office signed. Tombstones are taken
nowhere: nothing of ours is ever deleted that was taken.
"""

import base64
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from server.forms.forms import Forms
from server.items import reason_against_version
from server.office import KEYS
from sync.canonical import b32_decode, sha256
from sync.document import Doc
from sync.errors import OpenError, ShapeError
from sync.events import claimant_of, verify_event
from sync.keyring import KeyList, verify_key_list
from sync.shape import PREFIXES, blob_rev, case_of_version, check_shape, is_whole, write_once_rev
from sync.statements import verify_code_mark, verify_gone, verify_public

GONE = "gone"
MARKS = ("gone.", "code.")
_BLOB = re.compile(r"blob\.[a-z2-7]{51}[aq]")  # 256 bits: the last character has one of them
_VERSIONS = tuple(f"{prefix}." for prefix in PREFIXES.values())
_HISTORY = {"_rev", "_revisions"}
_SIGNED = {"_id", "type", "signed", "sig"}


class NotAdmitted(Exception):
    """The document is not written; `reason` goes into its row."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Keeper(Protocol):
    """Whose documents are checked: an office's, or what a hub keeps of it."""

    @property
    def root(self) -> bytes:
        """Give the public half of the root."""

    @property
    def key_list(self) -> KeyList:
        """Give the list of keys in use."""

    @property
    def forms(self) -> Forms:
        """Give the forms."""

    @property
    def clock(self) -> Callable[[], int]:
        """Tell the time."""


@dataclass(frozen=True)
class Admission:
    """The checks for one batch.

    Attributes:
        closed: the cases that were erased or voided, with the reason.
        known: what stands under the ids of events and public documents.
    """

    office: Keeper
    closed: Mapping[str, str]
    known: Mapping[str, Doc]

    def admitted(self, database: str, doc: Doc) -> Doc:
        """Give the document as it is to be written.

        Raises:
            NotAdmitted: with the reason.
        """
        if doc.get("_deleted"):
            raise NotAdmitted("deletions are not taken")
        if not isinstance(doc.get("_id"), str):
            raise NotAdmitted("malformed")
        checks = {"cases": self._of_cases, "blobs": self._of_blobs, "public": self._of_public}
        return checks[database](doc)

    def is_write_once(self, doc: Doc) -> bool:
        """Say whether a document has one revision only, which follows from its content."""
        return str(doc["_id"]).startswith(("blob.", *_VERSIONS))

    def _of_cases(self, doc: Doc) -> Doc:
        doc_id = doc["_id"]
        if doc_id.startswith(_VERSIONS):
            return self._version(doc)
        if doc_id.startswith("ev."):
            return self._event(doc)
        if doc_id.startswith(MARKS):
            return self._mark(doc)
        raise NotAdmitted("type-unknown")

    def _version(self, doc: Doc) -> Doc:
        version = without_history(doc)
        try:
            check_shape(version)
        except ShapeError as error:
            raise NotAdmitted(error.reason) from None
        reason = reason_against_version(version, forms=self.office.forms, now=self.office.clock())
        if reason:
            raise NotAdmitted(reason)
        if case_of_version(version) in self.closed:
            raise NotAdmitted(self.closed[case_of_version(version)])
        return version | {"_rev": _only_rev(doc, write_once_rev(version))}

    def _event(self, doc: Doc) -> Doc:
        event = without_history(doc)
        match event.get("claim"):
            case ["taken", claimant, at] if is_whole(at):
                self._verify_event(event)
            case _:
                raise NotAdmitted("only steps that were numbered are taken")
        if claimant != claimant_of(event):
            raise NotAdmitted("the number was claimed for another step")
        if self.closed.get(event["case"]) == GONE:
            raise NotAdmitted(GONE)
        known = self.known.get(event["_id"])
        if known is not None and known["claim"][0] == "taken" and known["sig"] != event["sig"]:
            raise NotAdmitted("the number is another step's")
        return doc

    def _verify_event(self, event: Doc) -> None:
        try:
            verify_event(event, self._pub(event.get("kid"), "office"))
        except OpenError:
            raise NotAdmitted("signature") from None

    def _mark(self, doc: Doc) -> Doc:
        mark, known = without_history(doc), self.known.get(doc["_id"])
        if known is not None:
            if without_history(known) != mark:
                raise NotAdmitted("another mark stands")
            return doc
        verify = verify_gone if doc["_id"].startswith("gone.") else verify_code_mark
        try:
            verify(mark, self._pub(doc.get("kid"), "office", only_primary=True))
        except OpenError:
            raise NotAdmitted("signature") from None
        return doc

    def _of_blobs(self, doc: Doc) -> Doc:
        admitted = self._blob(doc)
        if sha256(_body_of(doc)) != digest_of_blob(doc["_id"]):
            raise NotAdmitted("id-mismatch")
        body = {key: doc["_attachments"]["body"][key] for key in ("content_type", "data")}
        return admitted | {"_attachments": {"body": body | {"revpos": 1}}}

    def streamed_blob(self, doc: Doc) -> Doc:
        """Give a blob as it is to be written, its bytes being yet to come.

        Raises:
            NotAdmitted: with the reason; whether its bytes have its digest is not known yet.
        """
        admitted = self._blob(doc)
        match doc["_attachments"]:
            case {"body": {"content_type": "application/octet-stream", "length": int(length)}, **rest} if not rest:
                body = {"content_type": "application/octet-stream", "length": length, "revpos": 1}
                return admitted | {"_attachments": {"body": body}}
        raise NotAdmitted("malformed")

    def _blob(self, doc: Doc) -> Doc:
        if not is_blob(doc["_id"]) or set(doc) - _HISTORY != {"_id", "_attachments"}:
            raise NotAdmitted("malformed")
        return {"_id": doc["_id"], "_rev": _only_rev(doc, blob_rev(doc["_id"].removeprefix("blob.")))}

    def _of_public(self, doc: Doc) -> Doc:
        if doc["_id"] == KEYS:
            return self._key_list(doc)
        content = without_history({key: doc[key] for key in doc if key != "_attachments"})
        match content:
            case {"signed": [_, _, _, str(kid), int(at)], "sig": str()} if set(content) == _SIGNED:
                pass
            case _:
                raise NotAdmitted("malformed")
        try:
            verify_public(content, _body_of(doc), self._pub(kid, "office", "server"))
        except OpenError:
            raise NotAdmitted("signature") from None
        known = self.known.get(doc["_id"])
        if known is not None and known["signed"][4] > at:
            raise NotAdmitted("older than what is here")
        return doc

    def _key_list(self, doc: Doc) -> Doc:
        content = without_history(doc)
        if set(content) != _SIGNED or content["type"] != "keys":
            raise NotAdmitted("malformed")
        try:
            verify_key_list([content["signed"], content["sig"]], self.office.root, min_seq=self.office.key_list.seq)
        except OpenError:
            raise NotAdmitted("signature") from None
        return doc

    def _pub(self, kid: object, *uses: str, only_primary: bool = False) -> bytes:
        # Old and destroyed keys too: what was signed while they counted goes on counting. A mark cannot be undone, so
        # it has to be here already, or be of the key that is in use: one that leaked later ends no case.
        key = self.office.key_list.find(kid) if isinstance(kid, str) else None
        if key is None or key.use not in uses or key.who != "office" or (only_primary and key.state != "primary"):
            raise NotAdmitted("kid-unknown")
        return key.pub


def is_blob(doc_id: str) -> bool:
    """Say whether an id names a blob by a digest."""
    return _BLOB.fullmatch(doc_id) is not None


def digest_of_blob(doc_id: str) -> bytes:
    """Give the SHA-256 that a blob's id names."""
    return b32_decode(doc_id.removeprefix("blob."))


def without_history(doc: Doc) -> Doc:
    """Give a document without where it stands in its history."""
    return {key: value for key, value in doc.items() if key not in _HISTORY}


def _only_rev(doc: Doc, rev: str) -> str:
    """See that a document claims no other revision than its only one."""
    history = {"start": 1, "ids": [rev.partition("-")[2]]}
    if doc.get("_rev", rev) != rev or doc.get("_revisions", history) != history:
        raise NotAdmitted("rev-mismatch")
    return rev


def _body_of(doc: Doc) -> bytes:
    """Give the bytes of the one attachment that a document of ours has."""
    match doc.get("_attachments"):
        case {"body": {"content_type": "application/octet-stream", "data": str(data)}, **rest} if not rest:
            try:
                return base64.b64decode(data, validate=True)
            except ValueError:
                raise NotAdmitted("malformed") from None
    raise NotAdmitted("the attachment `body` must come with the document")
