"""The gate of the CouchDB face: what a peer writes into `cases`, `blobs` and `public` is checked as intake checks.

The item is the unit of failure: what is refused has a row that says why, and the rest is written. Versions and blobs
are stored under the only revision that they can have, however they come.
"""

import base64
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from server.couch_admission import GONE, Admission, NotAdmitted, digest_of_blob
from server.couch_checked import CheckedStream
from server.erasure import erase
from server.exchange import intake_of
from server.intake import present, write_each
from server.office import Office
from server.voiding import Voiding, void_code
from sync.document import Doc
from sync.errors import Forbidden, Unavailable
from sync.shape import case_of_id
from sync.store import Store, Written
from sync.streamed import Streams

log = logging.getLogger("rantau.face")

_HISTORY = {"_rev", "_revisions"}
_DEEDS = {"gone": "erase", "code": "void-code"}  # what a mark has us do


@dataclass(frozen=True)
class OfficeGate:
    """The gate of one office for the peer *who*."""

    office: Office
    who: str

    async def write(self, store: Store, docs: Sequence[Doc], *, new_edits: bool) -> list[Written]:
        """Write what passes; a row for each, in order."""
        known = await self._known(store, docs)
        rows: dict[int, Written] = {}
        ready: dict[int, Doc] = {}
        admission = Admission(self.office, await self._closed(docs), known)
        for place, doc in enumerate(docs):
            try:
                ready[place] = admission.admitted(store.name, doc)
            except NotAdmitted as refused:
                rows[place] = _refused(doc, refused.reason)
        fixed = {place: doc for place, doc in ready.items() if admission.is_write_once(doc) or not new_edits}
        edited = {place: doc for place, doc in ready.items() if place not in fixed}
        rows |= await _written(fixed, store, new_edits=False)
        rows |= await _written(edited, store, new_edits=True)
        await self._heed([doc for place, doc in ready.items() if not rows[place].error])
        return [rows[place] for place in range(len(docs))]

    async def stream(self, store: Store, doc: Doc, streams: Streams) -> Written:
        """Write a blob as it comes; what else has attachments is small, and checked whole."""
        if store.name != "blobs" or set(streams) != {"body"}:
            [row] = await self.write(store, [await inlined(doc, streams)], new_edits=False)
            return row
        try:
            admitted = Admission(self.office, {}, {}).streamed_blob(doc)
        except NotAdmitted as refused:
            return _refused(doc, refused.reason)
        checked = CheckedStream(streams["body"], digest_of_blob(doc["_id"]))
        try:
            return await store.put_streamed(admitted, {"body": checked.chunks()})
        except Unavailable:
            if checked.is_wrong:
                return _refused(doc, "id-mismatch")
            raise

    async def _closed(self, docs: Sequence[Doc]) -> Mapping[str, str]:
        """Give the cases of which nothing more is taken, with the reason, as intake has it."""
        cases = {case for doc in docs if (case := case_of(doc)) is not None}
        voided, gone = [await present(self.office.databases.cases, prefix, cases) for prefix in ("code.", "gone.")]
        return dict.fromkeys(voided, "voided") | dict.fromkeys(gone, GONE)

    async def _known(self, store: Store, docs: Sequence[Doc]) -> Mapping[str, Doc]:
        """Read what stands where events and public documents are to be written."""
        ids = [doc["_id"] for doc in docs if isinstance(doc.get("_id"), str) and _changes(store, doc["_id"])]
        if not ids:
            return {}
        rows = await store.all_docs(keys=ids, include_docs=True)
        return {row.id: row.doc for row in rows if row.doc is not None}

    async def _heed(self, docs: Sequence[Doc]) -> None:
        """Do here what the marks that came say: keys of erased cases go, voided codes open nothing any more."""
        databases, audit = self.office.databases, self.office.audit
        for doc in docs:
            case, kind = case_of(doc), doc.get("type")
            if case is None or kind not in _DEEDS:
                continue
            await audit.write(_DEEDS[kind], who=f"peer:{self.who}", about={"case": case})
            mark = {key: value for key, value in doc.items() if key not in _HISTORY}
            try:
                if kind == "gone":
                    await erase(databases, case, mark)
                else:
                    await void_code(
                        databases, intake_of(self.office), Voiding(old=case, mark=mark, items=[], event=None)
                    )
            except Forbidden as error:
                log.warning("%s", error.reason)


def case_of(doc: Doc) -> str | None:
    """Give C of a document of a case, from its id."""
    return case_of_id(str(doc.get("_id", "")))


def _changes(store: Store, doc_id: str) -> bool:
    return store.name == "public" or (store.name == "cases" and doc_id.startswith("ev."))


def _refused(doc: Doc, reason: str) -> Written:
    log.info("not admitted: %s", reason)
    return Written(str(doc.get("_id", ""))[:256], error=Forbidden.error, reason=reason)


async def _written(docs: Mapping[int, Doc], store: Store, *, new_edits: bool) -> dict[int, Written]:
    if not docs:
        return {}
    rows = await (store.bulk_docs([*docs.values()]) if new_edits else write_each(store, [*docs.values()]))
    return dict(zip(docs, rows, strict=True))


async def inlined(doc: Doc, streams: Streams) -> Doc:
    """Give a document with what streams in as its attachments' data."""
    given = dict(doc.get("_attachments", {}))
    for name, stream in streams.items():
        data = b"".join([chunk async for chunk in stream])
        kept = {key: given[name][key] for key in ("content_type", "revpos") if key in given[name]}
        given[name] = kept | {"data": base64.b64encode(data).decode()}
    return doc | ({"_attachments": given} if given else {})
