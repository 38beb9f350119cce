"""What the office edits is signed in `public`, anew only where it changed, and a hub takes nothing that is not."""

import base64
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from server.content import load_content
from server.hub.public import VerifiedPublic
from server.publishing import SITE, public_contents, publish
from server.settings import ROOT, load_settings
from sync.key_pair import new_key_pair
from sync.keyring import sign_key_list
from sync.replicator import replicate
from sync.sqlite_store import open_sqlite
from sync.statements import sign_public, verify_public
from tests.sealed_items import NOW, OfficeKeys
from tests.small_hub import Village, village

pytestmark = pytest.mark.anyio
KEYS = OfficeKeys()


@dataclass
class Published:
    """An office that has published, and the time that it has."""

    office: Any
    clock: list[int]

    async def docs(self) -> dict[str, Any]:
        rows = await self.office.databases.public.all_docs(include_docs=True)
        return {row.id: row.doc for row in rows}


@pytest.fixture
async def published(tmp_path: Path) -> AsyncIterator[Published]:
    clock, public = [NOW], open_sqlite(tmp_path, "public")
    settings = load_settings({})
    content = load_content(settings.content)
    office: Any = SimpleNamespace(
        settings=settings, guides=content.guides, forms=content.forms, key_list=KEYS.key_list, server_key=KEYS.server,
        clock=lambda: clock[0], databases=SimpleNamespace(public=public),
    )  # fmt: skip
    assert await publish(office) > 4
    yield Published(office, clock)
    await public.close()


async def test_every_guide_and_form_is_there_as_the_office_signed_it(published: Published) -> None:
    docs, office = await published.docs(), published.office
    key = office.key_list.primary("server").pub
    for id_, content in public_contents(office):
        stored = (await office.databases.public.attachment(id_, "body")).data
        assert stored == content
        verify_public({name: docs[id_][name] for name in ("_id", "type", "signed", "sig")}, stored, key)
    site = json.loads((await office.databases.public.attachment(SITE, "body")).data)
    for lang, slugs in site["guides"].items():
        assert {f"guide.{lang}.{slug}" for slug in slugs} <= set(docs)
    assert all(f"form.{service}.{name}" in docs for service, name in site["forms"].items())
    guide = next(id_ for id_ in docs if id_.startswith("guide.id."))
    path = ROOT / "content" / "guides" / "id" / f"{guide.removeprefix('guide.id.')}.md"
    assert (await office.databases.public.attachment(guide, "body")).data == path.read_bytes()


async def test_nothing_is_signed_anew_that_did_not_change(published: Published) -> None:
    before = await published.docs()
    published.clock[0] += 86_400
    assert await publish(published.office) == 0
    assert await published.docs() == before


async def test_what_changed_is_newer_than_before_whatever_the_clock_says(published: Published) -> None:
    office, before = published.office, (await published.docs())[SITE]
    other = sign_public(SITE, b"{}", at=NOW + 500, kid=before["signed"][3], private=office.server_key)
    body = {"content_type": "application/octet-stream", "data": base64.b64encode(b"{}").decode()}
    await office.databases.public.bulk_docs([other | {"_rev": before["_rev"], "_attachments": {"body": body}}])
    assert await publish(office) == 1
    assert (await published.docs())[SITE]["signed"][4] == NOW + 501


def signed(place: Village, private: Any, *, at: int = NOW, text: bytes = b"halo") -> dict[str, Any]:
    doc = sign_public("guide.id.x", text, at=at, kid="s1", private=private)
    body = {"content_type": "application/octet-stream", "data": base64.b64encode(text).decode()}
    return doc | {"_attachments": {"body": body}}


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Village]:
    async with village(tmp_path) as place:
        yield place


async def test_a_hub_takes_what_the_office_signed_by_replication_and_nothing_else(place: Village) -> None:
    good, forged = signed(place, place.keys.server), signed(place, new_key_pair()) | {"_id": "guide.id.y"}
    public: Any = VerifiedPublic(place.hub)
    await place.office.databases.public.bulk_docs([good, forged])
    summary = await replicate(place.office.databases.public, public)
    assert [found.id for found in summary.set_aside] == ["guide.id.y"]
    assert (await place.stores.public.attachment("guide.id.x", "body")).data == b"halo"
    late = signed(place, place.keys.server, at=NOW - 1) | {"_rev": f"2-{'a' * 32}"}
    [old] = await public.bulk_docs([late], new_edits=False)
    assert old.reason == "older than what is here"


async def test_a_hub_takes_a_newer_list_of_keys_from_the_root_and_never_an_older(place: Village) -> None:
    public, keys = VerifiedPublic(place.hub), place.keys
    listed = list(keys.key_list.keys)
    rows = []
    for seq, root in ((1, keys.root), (9, new_key_pair()), (3, keys.root)):
        array, sig = sign_key_list("pasbar", seq, at=NOW, until=NOW * 2, keys=listed, root=root)
        doc = {"_id": "keys", "type": "keys", "signed": array, "sig": sig, "_rev": f"{seq}-{'a' * 32}"}
        rows += await public.bulk_docs([doc], new_edits=False)
    assert [row.error for row in rows] == ["forbidden", "forbidden", None]
    assert place.hub.key_list.seq == 3
