"""Publishes what the office edits as signed documents of `public`: its profile, guides and forms, for hubs and peers.

Each is stored anew only when it changed. Nothing of `public` is ever deleted: what is served now stands in `site`.
"""

import base64
import json
from collections.abc import Iterator
from typing import Any

from server.office import Office
from server.settings import OfficeProfile
from sync.canonical import b64u_encode, sha256
from sync.document import Doc
from sync.errors import Unavailable
from sync.statements import sign_public

SITE = "site"  # the document that lists the others


async def publish(office: Office) -> int:
    """Publish what changed since the last time; give how many documents.

    Raises:
        Unavailable: the store did not answer.
    """
    contents = dict(public_contents(office))
    rows = await office.databases.public.all_docs(keys=list(contents), include_docs=True)
    known = {row.id: row.doc for row in rows if row.doc is not None and not row.deleted}
    docs = [
        _signed(office, id_, content, known.get(id_))
        for id_, content in contents.items()
        if id_ not in known or known[id_]["signed"][2] != b64u_encode(sha256(content))
    ]
    # Of two servers that publish at once one meets conflicts: the other wrote the same.
    return len([row for row in await office.databases.public.bulk_docs(docs) if not row.error]) if docs else 0


async def publish_one(office: Office, id_: str, content: bytes, *, over: Doc | None) -> bool:
    """Publish a document that is not among those of `public_contents`, signed, in place of the one that was read.

    False: somebody else has published it meanwhile.

    Raises:
        Unavailable: the store did not answer.
    """
    [row] = await office.databases.public.bulk_docs([_signed(office, id_, content, over)])
    if row.error and row.error != "conflict":
        raise Unavailable("the document was not stored")
    return row.error is None


def public_contents(office: Office) -> Iterator[tuple[str, bytes]]:
    """Give the bytes of every public document by its id; the one that lists the others comes last."""
    guides: dict[str, list[str]] = {}
    for lang in office.guides.by_lang:
        guides[lang] = [guide.slug for guide in office.guides.of(lang)]
        for guide in office.guides.of(lang):
            yield guide_id(lang, guide.slug), guide.text.encode()
    for service, forms in office.forms.by_service.items():
        for form in forms:
            yield f"form.{service}.{form.name}", form.raw
    forms_now = {service: office.forms.latest(service).name for service in office.forms.services}
    yield SITE, _json({"office": _profile(office.settings.office), "guides": guides, "forms": forms_now})


def guide_id(lang: str, slug: str) -> str:
    """Name the document of a guide."""
    return f"guide.{lang}.{slug}"


def _signed(office: Office, id_: str, content: bytes, known: Doc | None) -> Doc:
    # Never before the one it replaces, whatever the clock says: readers refuse what is older.
    at = office.clock() if known is None else max(office.clock(), int(known["signed"][4]) + 1)
    kid = office.key_list.primary("server").kid
    doc = sign_public(id_, content, at=at, kid=kid, private=office.server_key)
    body = {"content_type": "application/octet-stream", "data": base64.b64encode(content).decode()}
    rev = {} if known is None else {"_rev": known["_rev"]}
    return doc | rev | {"_attachments": {"body": body}}


def _profile(profile: OfficeProfile) -> dict[str, Any]:
    return {
        "name": profile.name,
        "official": profile.official,
        "phone": profile.phone,
        "email": profile.email,
        "address": dict(profile.address),
        "hours": dict(profile.hours),
    }


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()
