"""What a phone holds of an earlier edition is not sent again, and nothing else is ever taken for it."""

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import brotli
import pytest
import zstandard
from starlette.applications import Starlette
from starlette.routing import Route

from server.guard import guarded
from server.headers import strict_headers
from server.public import resource
from server.site.differences import Differences
from server.site.editions import EDITIONS, Editions, keep_editions
from server.site.packs import Packs, make_packs
from server.site.resources import Resource, make_resource
from tests.asgi import Answer, Client
from tests.bundled import Bundle

HEADERS = strict_headers("https://office.example")
SCRIPT = "text/javascript; charset=utf-8"
READS = "gzip, br, zstd, dcb, dcz"
pytestmark = pytest.mark.anyio


def module(name: str, line: str = "") -> bytes:
    """A script whose lines are all different."""
    lines = [f"export const {name}{n} = '{hashlib.sha256(f'{name}{n}'.encode()).hexdigest()}';" for n in range(40)]
    return "\n".join([*lines[:20], line, *lines[20:]]).encode()


def site(*, headers: Mapping[str, str] = HEADERS, **changed: bytes) -> Packs:
    bodies = {name: module(name) for name in ("main", "outbox", "rules", "vault", "exchange", "transport")} | changed
    return make_packs("id", {f"/pwa/{n}.js": make_resource(body, SCRIPT) for n, body in bodies.items()}, headers)


@dataclass
class Server:
    """One start after another in the same data folder, each with what it serves then."""

    folder: Path

    def start(self, packs: Packs) -> Client:
        editions = keep_editions(self.folder / "editions", packs.resources)
        app = Starlette(routes=[Route("/{path:path}", guarded("asset", resource))])
        shown = SimpleNamespace(resources=packs.resources, differences=Differences(editions))
        app.state.office = Bundle(site=shown)
        return Client(app)


@pytest.fixture
def server(tmp_path: Path) -> Server:
    return Server(tmp_path)


def pack_with(packs: Packs, name: str) -> tuple[str, Resource]:
    found = packs.resources.items()
    return next((url, each) for url, each in found if url.count("/") > 2 and f"/pwa/{name}.js".encode() in each.body)


def holding(body: bytes) -> dict[str, str]:
    digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
    return {"accept-encoding": READS, "available-dictionary": f":{digest}:"}


def opened(answer: Answer, dictionary: bytes) -> bytes:
    """Read `dcz` as RFC 9842 says."""
    assert answer.headers["content-encoding"] == "dcz"
    assert answer.body[:8] == bytes([0x5E, 0x2A, 0x4D, 0x18, 0x20, 0, 0, 0])
    assert answer.body[8:40] == hashlib.sha256(dictionary).digest()
    raw = zstandard.ZstdCompressionDict(dictionary, dict_type=zstandard.DICT_TYPE_RAWCONTENT)
    return zstandard.ZstdDecompressor(dict_data=raw).decompress(answer.body[40:])


async def test_a_changed_line_costs_that_line_against_what_a_first_visit_brought(server: Server) -> None:
    before, after = site(), site(vault=module("vault", "// one line more"))
    server.start(before)
    client = server.start(after)
    url, pack = pack_with(after, "vault")
    held = before.resources["/packs/id.ndjson"].body
    answer = await client.get(f"{url}?since={before.revision}", headers=holding(held))
    assert opened(answer, held) == pack.body
    assert len(answer.body) < 200
    assert {name.strip() for name in answer.headers["vary"].split(",")} == {"Accept-Encoding", "Available-Dictionary"}
    listed = await client.get("/packs/id.json", headers=holding(held))
    assert opened(listed, held) == after.resources["/packs/id.json"].body


async def test_each_pack_is_held_for_the_next_one_in_its_place(server: Server) -> None:
    before, after = site(), site(exchange=module("exchange", "// one line more"))
    first, client = server.start(before), server.start(after)
    (old_url, old), (url, pack) = pack_with(before, "exchange"), pack_with(after, "exchange")
    told = (await first.get(old_url)).headers
    pattern = told["use-as-dictionary"].removeprefix('match="').removesuffix('*"')
    assert url.startswith(pattern)
    assert old_url.startswith(pattern)
    assert "max-age" in told["cache-control"]  # one that is not fresh is none
    answer = await client.get(url, headers=holding(old.body))
    assert opened(answer, old.body) == pack.body
    assert len(answer.body) < 200
    # What is held for other packs is no dictionary here.
    other = pack_with(before, "vault")[1].body
    assert (await client.get(url, headers=holding(other))).headers["content-encoding"] == "br"


async def test_without_dictionaries_only_what_changed_comes(server: Server) -> None:
    before, after = site(), site(vault=module("vault", "// one line more"))
    server.start(before)
    client = server.start(after)
    url, _ = pack_with(after, "vault")
    answer = await client.get(f"{url}?since={before.revision}", headers={"accept-encoding": "identity"})
    part: dict[str, Any] = json.loads(answer.body)
    assert {name for name in part if part[name]} == {"/pwa/vault.js"}
    old = module("vault").decode()
    pieces = [piece if isinstance(piece, str) else old[slice(*piece)] for piece in part["/pwa/vault.js"]["pieces"]]
    assert "".join(pieces).encode() == module("vault", "// one line more")
    assert part["/pwa/vault.js"]["headers"] == {"Content-Type": SCRIPT}
    assert len(answer.body) < 300


async def test_what_is_new_or_another_altogether_comes_whole(server: Server) -> None:
    before, after = site(), site(vault=module("another"), added=module("added"))
    server.start(before)
    client = server.start(after)
    for name in ("vault", "added"):
        url, pack = pack_with(after, name)
        answer = await client.get(f"{url}?since={before.revision}", headers={"accept-encoding": "br"})
        part = json.loads(brotli.decompress(answer.body))
        assert part[f"/pwa/{name}.js"] == json.loads(pack.body)[f"/pwa/{name}.js"]


@pytest.mark.parametrize("since", ["", "unknown1", "../../etc", "id"])
async def test_whoever_holds_nothing_known_gets_all_of_it(server: Server, since: str) -> None:
    client = server.start(packs := site())
    url, pack = pack_with(packs, "vault")
    for headers in (
        holding(b"of another server"), {"accept-encoding": "br", **{"available-dictionary": ":no:"}},
        holding(packs.resources["/packs/id.ndjson"].body) | {"accept-encoding": "br, dcz;q=0"},
    ):  # fmt: skip
        answer = await client.get(f"{url}?since={since}", headers=headers)
        assert brotli.decompress(answer.body) == pack.body


async def test_under_other_headers_everything_is_new(server: Server) -> None:
    before, after = site(), site(headers={**HEADERS, "X-New": "1"})
    server.start(before)
    client = server.start(after)
    url, pack = pack_with(after, "vault")
    answer = await client.get(f"{url}?since={before.revision}", headers={"accept-encoding": "br"})
    assert brotli.decompress(answer.body) == pack.body


async def test_the_last_editions_are_held_over_restarts_and_older_ones_go(server: Server) -> None:
    first = site(vault=module("vault", "// first"))
    server.start(first)
    held = first.resources["/packs/id.ndjson"].body
    for n in range(EDITIONS - 1):
        latest = site(vault=module("vault", f"// {n}"))
        client = server.start(latest)
        client = server.start(latest)  # the same again is no edition more
    answer = await client.get(pack_with(latest, "vault")[0], headers=holding(held))
    assert opened(answer, held) == pack_with(latest, "vault")[1].body
    latest = site(vault=module("vault", "// one too many"))
    client = server.start(latest)
    answer = await client.get(pack_with(latest, "vault")[0], headers=holding(held))
    assert answer.headers["content-encoding"] == "br"
    assert len(list((server.folder / "editions").iterdir())) == EDITIONS + 2  # the list, and what never changed


async def test_what_is_damaged_is_not_held(server: Server) -> None:
    before, after = site(), site(vault=module("vault", "// one line more"))
    server.start(before)
    for path in (server.folder / "editions").iterdir():
        if path.name != "editions.json":
            path.write_bytes(b"not what it was")
    client = server.start(after)
    url, pack = pack_with(after, "vault")
    held = before.resources["/packs/id.ndjson"].body
    answer = await client.get(f"{url}?since={before.revision}", headers=holding(held))
    assert brotli.decompress(answer.body) == pack.body
    (server.folder / "editions" / "editions.json").write_text('[{"lang": 1}]')
    assert (await server.start(after).get(url, headers=holding(held))).status == 200


async def test_a_folder_that_takes_nothing_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    packs = site()
    editions = keep_editions(tmp_path / "file" / "editions", packs.resources)
    digest = hashlib.sha256(packs.resources["/packs/id.ndjson"].body).hexdigest()
    assert editions.held(digest, "/packs/id.json") is None
    assert Editions().held(digest, "/packs/id.json") is None
