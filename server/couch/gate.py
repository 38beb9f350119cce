"""The gate of the CouchDB face: what a peer writes into `cases`, `blobs` and `public` is checked as intake checks.

The item is the unit of failure: what is refused has a row that says why, and the rest is written. Versions and blobs
are stored under the only revision that they can have, however they come.
"""

import base64
import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from server.couch.admission import GONE, MARKS, Admission, NotAdmitted, digest_of_blob, without_history
from server.couch.checked import CheckedStream
from server.disk import check_files, check_text
from server.erasure.erasure import erase, put_once
from server.erasure.voiding import NotVoided, VoidedBefore, Voiding, void_code
from server.exchange import intake_of
from server.intake import present, write_each
from server.office import Office
from sync.document import Doc
from sync.errors import Forbidden, Unavailable
from sync.shape import case_of_id
from sync.store import Store, Written
from sync.streamed import Streams

log = logging.getLogger("rantau.face")

_DEEDS = {"gone": "erase", "code": "void-code"}  # what a mark has us do


@dataclass(frozen=True)
class OfficeGate:
    """The gate of one office for the peer *who*."""

    office: Office
    who: str

    async def write(self, store: Store, docs: Sequence[Doc], *, new_edits: bool) -> list[Written]:
        """Write what passes; a row for each, in order. Marks go first: nothing comes in beside its own end.

        Raises:
            DiskFull: nothing but marks was written.
        """
        places = {place: doc for place, doc in enumerate(docs) if not is_mark(store, doc)}
        marks = {place: doc for place, doc in enumerate(docs) if place not in places}
        rows = await self._write(store, marks, new_edits=new_edits) if marks else {}
        if places:
            (check_files if store.name == "blobs" else check_text)(self._disk)
        rows |= await self._write(store, places, new_edits=new_edits)
        return [rows[place] for place in range(len(docs))]

    async def _write(self, store: Store, docs: Mapping[int, Doc], *, new_edits: bool) -> dict[int, Written]:
        rows: dict[int, Written] = {}
        ready: dict[int, Doc] = {}
        admission = Admission(self.office, await self._closed(docs.values()), await self._known(store, docs.values()))
        for place, doc in docs.items():
            try:
                ready[place] = admission.admitted(store.name, doc)
            except NotAdmitted as refused:
                rows[place] = _refused(doc, refused.reason)
        marks = [doc for doc in ready.values() if is_mark(store, doc)]
        await self._note(marks, admission.known)
        fixed = {place: doc for place, doc in ready.items() if admission.is_write_once(doc) or not new_edits}
        edited = {place: doc for place, doc in ready.items() if place not in fixed}
        rows |= await _written(fixed, store, new_edits=False)
        rows |= await _written(edited, store, new_edits=True)
        await self._heed(marks)
        return rows

    async def stream(self, store: Store, doc: Doc, streams: Streams) -> Written:
        """Write a blob as it comes; what else has attachments is small, and checked whole."""
        if store.name != "blobs" or set(streams) != {"body"}:
            [row] = await self.write(store, [await inlined(doc, streams)], new_edits=False)
            return row
        try:
            admitted = Admission(self.office, {}, {}).streamed_blob(doc)
        except NotAdmitted as refused:
            return _refused(doc, refused.reason)
        check_files(self._disk)
        checked = CheckedStream(streams["body"], digest_of_blob(doc["_id"]))
        try:
            return await store.put_streamed(admitted, {"body": checked.chunks()})
        except Unavailable:
            if checked.is_wrong:
                return _refused(doc, "id-mismatch")
            raise

    @property
    def _disk(self) -> Path | None:
        return intake_of(self.office).disk

    async def _closed(self, docs: Collection[Doc]) -> Mapping[str, str]:
        """Give the cases of which nothing more is taken, with the reason, as intake has it."""
        cases = {case for doc in docs if (case := case_of(doc)) is not None}
        voided, gone = [await present(self.office.databases.cases, prefix, cases) for prefix in ("code.", "gone.")]
        return dict.fromkeys(voided, "voided") | dict.fromkeys(gone, GONE)

    async def _known(self, store: Store, docs: Collection[Doc]) -> Mapping[str, Doc]:
        """Read what stands where events, marks and public documents are to be written."""
        ids = [doc["_id"] for doc in docs if isinstance(doc.get("_id"), str) and _changes(store, doc["_id"])]
        if not ids:
            return {}
        rows = await store.all_docs(keys=ids, include_docs=True)
        return {row.id: row.doc for row in rows if row.doc is not None}

    async def _note(self, marks: Sequence[Doc], known: Mapping[str, Doc]) -> None:
        """Record what marks that are new here have us do, before they stand: a crash in between loses none of it."""
        for mark in marks:
            if mark["_id"] not in known:
                about = {"case": _ended(mark)}
                await self.office.audit.write(_DEEDS[mark["type"]], who=f"peer:{self.who}", about=about)
                await put_once(self.office.databases.staff, _note_of(mark))

    async def _heed(self, marks: Sequence[Doc]) -> None:
        """Do here what the marks that came say: keys of erased cases go, voided codes open nothing any more."""
        databases = self.office.databases
        for mark in marks:
            try:
                if mark["type"] == "gone":
                    await erase(databases, _ended(mark), without_history(mark))
                else:
                    await void_code(databases, intake_of(self.office), _voiding_of(mark))
            except Forbidden as error:
                log.warning("%s", error.reason)
            except (NotVoided, VoidedBefore):
                pass  # it opens nothing either way


def case_of(doc: Doc) -> str | None:
    """Give C of a document of a case, from its id."""
    return case_of_id(str(doc.get("_id", "")))


def is_mark(store: Store, doc: Doc) -> bool:
    """Say whether a document is to end a case or its code."""
    return store.name == "cases" and str(doc.get("_id", "")).startswith(MARKS)


def _ended(mark: Doc) -> str:
    return str(mark["_id"]).partition(".")[2]


def _note_of(mark: Doc) -> Doc:
    if mark["type"] == "code":
        return _voiding_of(mark).note()
    return {"_id": f"erasing.{_ended(mark)}", "type": "erasing", "gone": without_history(mark)}


def _voiding_of(mark: Doc) -> Voiding:
    return Voiding(old=_ended(mark), mark=without_history(mark), items=[], events=[])


def _changes(store: Store, doc_id: str) -> bool:
    return store.name == "public" or (store.name == "cases" and doc_id.startswith(("ev.", *MARKS)))


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
