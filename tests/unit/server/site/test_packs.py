import base64
import json
import posixpath
import random
import re
import tomllib
from typing import Any

import brotli
import pytest

from bench.first_visit import camera_bytes, offline_bytes, shell_bytes
from server.headers import strict_headers
from server.settings import ROOT, load_settings
from server.site.first_page import LINK
from server.site.made_before import MADE, MadeBefore
from server.site.packs import AT_ONCE, EXTRAS, JSON, LIMIT, Packs, make_packs, oversized
from server.site.phone_copy import phone_copy
from server.site.prepared import prepare
from server.site.resources import Resource, make_resource
from server.site.site import Site, build_site
from tests.made_before import lent_made
from tests.serving import RunningOffice

HEADERS = {"X-Content-Type-Options": "nosniff"}
HTML, SCRIPT = "text/html; charset=utf-8", "text/javascript; charset=utf-8"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    settings = load_settings({})
    folder = tmp_path_factory.mktemp("site")
    with lent_made(folder):
        made = MadeBefore(folder / MADE)
        return build_site(settings, prepare(settings), keys=[], made=made)


def noise(seed: str, length: int) -> bytes:
    """Text that does not compress below half."""
    return random.Random(seed).randbytes(length).hex().encode()


def resources(**changed: bytes) -> dict[str, Resource]:
    bodies = {
        "/id/": b"<p>depan", "/en/": b"<p>front", "/": b"<p>depan", "/k": b"<p>kasus",
        "/id/guides/a": noise("guide", 3000),
        "/pwa/main.js": noise("main", 4000), "/pwa/rules.js": noise("rules", 9000),
        "/pwa/staff/console.js": b"console", "/service-worker.js": b"worker", "/text/id.json": b"{}",
        "/text/en.json": b"{}", "/text/staff-id.json": b"{}", "/forms/a.json": b"{}", "/forms/a/1.abc.json": b"{}",
    } | changed  # fmt: skip
    types = {".js": SCRIPT, "json": "application/json"}
    kind = lambda url: next((type_ for end, type_ in types.items() if url.endswith(end)), HTML)  # noqa: E731
    return {url: make_resource(body, kind(url)) for url, body in bodies.items()}


def entries(packs: Packs) -> dict[str, Any]:
    return {url: entry for pack in single(packs).values() for url, entry in json.loads(pack.body).items()}


def body_of(entry: dict[str, Any]) -> bytes:
    """Give what the worker makes of an entry."""
    if "body64" in entry:
        return base64.b64decode(entry["body64"])
    swap = str.maketrans({"'": '"', '"': "'"})
    return str(entry["swapped"].translate(swap) if "swapped" in entry else entry["body"]).encode()


def single(packs: Packs) -> dict[str, Resource]:
    return {url: pack for url, pack in packs.resources.items() if url.count("/") > 2}


def test_a_language_gets_its_own_pages_and_what_all_share() -> None:
    found = entries(make_packs("id", resources(), HEADERS))
    assert sorted(found) == [
        "/", "/forms/a.json", "/id/", "/id/guides/a", "/k", "/pwa/main.js", "/pwa/rules.js", "/text/id.json",
    ]  # fmt: skip


def test_an_entry_brings_the_headers_that_its_url_is_served_with() -> None:
    entry = entries(make_packs("id", resources(), HEADERS))["/id/"]
    assert entry["body"] == "<p>depan"
    assert entry["headers"] == {"Content-Type": HTML}
    made = make_packs("id", resources(), HEADERS)
    assert json.loads(made.resources["/packs/id.json"].body)["headers"] == HEADERS


def test_other_headers_make_other_packs() -> None:
    made, other = (make_packs("id", resources(), headers) for headers in (HEADERS, HEADERS | {"X-New": "1"}))
    assert made.revision != other.revision
    assert not {url for url in made.resources if url.count("/") > 2} & set(other.resources)


def test_what_is_no_text_travels_in_base64() -> None:
    icon = make_resource(b"\x89PNG\xff", "image/png")
    entry = entries(make_packs("id", resources() | {"/pwa/icons/a.png": icon}, HEADERS))["/pwa/icons/a.png"]
    assert base64.b64decode(entry["body64"]) == icon.body


def test_what_is_full_of_quotes_travels_with_them_swapped() -> None:
    page = b"""<p class="a" title="b">it's</p>"""
    packs = make_packs("id", resources(**{"/id/": page}), HEADERS)
    entry = entries(packs)["/id/"]
    assert "body" not in entry
    assert entry["swapped"].count('"') < page.count(b'"')
    assert body_of(entry) == page


def test_the_list_names_every_pack_with_its_size() -> None:
    packs = make_packs("id", resources(), HEADERS)
    listed = json.loads(packs.resources["/packs/id.json"].body)
    assert listed["revision"] == packs.revision
    assert {url: size for url, size in listed["packs"]} == {
        url: len(pack.encodings.get("br", pack.body)) for url, pack in single(packs).items()
    }


def test_one_answer_holds_the_first_packs_and_then_what_every_phone_has_fetched() -> None:
    modules = {f"/pwa/{EXTRAS[name][0]}.js": name.encode() for name in AT_ONCE}
    packs = make_packs("id", resources(**modules), HEADERS)
    head, *rows = map(json.loads, packs.resources["/packs/id.ndjson"].body.splitlines())
    listed = json.loads(packs.resources["/packs/id.json"].body)
    assert (head["revision"], head["headers"]) == (packs.revision, HEADERS)
    assert head["count"] == len(listed["packs"])
    assert [name for name, _ in head["more"]] == list(AT_ONCE)
    named = [listed["packs"], *(listed["extras"][name] for name, _ in head["more"])]
    assert [len(each) for each in named[1:]] == [count for _, count in head["more"]] == [1] * len(AT_ONCE)
    assert [url for url, _ in rows] == [url for each in named for url, _ in each]
    assert all(pack == json.loads(packs.resources[url].body) for url, pack in rows)


def test_a_new_guide_moves_no_script() -> None:
    before = make_packs("id", resources(), HEADERS)
    after = make_packs("id", resources(**{"/id/guides/b": noise("new", 3000)}), HEADERS)
    assert before.revision != after.revision
    bodies = [{pack.etag for pack in each.resources.values()} for each in (before, after)]
    assert len(bodies[0] - bodies[1]) == 3  # the list, the guides, and everything at once


def test_what_not_everybody_needs_lies_in_packs_of_its_own() -> None:
    packs = make_packs("id", resources(**{"/pwa/exchange.js": b"exchange();"}), HEADERS)
    listed = json.loads(packs.resources["/packs/id.json"].body)
    [(url, size)] = listed["extras"]["online"]
    assert list(json.loads(packs.resources[url].body)) == ["/pwa/exchange.js"]
    assert size == len(packs.resources[url].body)
    assert url not in dict(listed["packs"])
    assert make_packs("id", resources(**{"/pwa/exchange.js": b"other();"}), HEADERS).revision != packs.revision


def test_the_texts_of_an_answer_come_with_the_modules_that_show_it(site: Site) -> None:
    for lang, other in ("id", "en"), ("en", "id"):
        listed = json.loads(site.resources[f"/packs/{lang}.json"].body)
        late = {url for pack, _ in listed["extras"]["online"] for url in json.loads(site.resources[pack].body)}
        assert f"/text/online-{lang}.json" in late
        assert f"/text/online-{other}.json" not in site.offline[lang]


def url_of(module: str) -> str:
    return f"/pwa/{module}" if module.endswith(".css") else f"/pwa/{module}.js"


def test_every_module_of_an_extra_exists(site: Site) -> None:
    for modules in EXTRAS.values():
        assert {url_of(module) for module in modules} <= set(site.offline["id"])


def test_a_module_finds_all_that_it_imports_in_the_packs_it_came_with(site: Site) -> None:
    first = {url for url in site.offline["id"] if url.endswith(".js")}
    first -= {f"/pwa/{module}.js" for modules in EXTRAS.values() for module in modules}
    for name, modules in {"": (), **EXTRAS}.items():
        before = {name: EXTRAS["online"] for name in ("booking", "bundle", "survey", "volunteer")}
        before |= {"photo": EXTRAS["images"], "rescue": (*EXTRAS["online"], *EXTRAS["images"])}
        here = first | {url_of(module) for module in (*modules, *before.get(name, ())) if not module.endswith(".css")}
        for url in here:
            needed = re.findall(r"""\bfrom ?['"](\.[^'"]+)['"]""", site.resources[url].body.decode())
            assert {posixpath.normpath(f"{posixpath.dirname(url)}/{path}") for path in needed} <= here, url


def test_one_page_that_is_too_long_is_named() -> None:
    packs = make_packs("id", resources(**{"/id/guides/a": noise("long", 30_000)}), HEADERS)
    assert len(oversized(packs.resources)) == 1
    assert "/id/guides/a" in json.loads(packs.resources[oversized(packs.resources)[0]].body)


def test_the_first_packs_keep_the_budget(site: Site) -> None:
    budget = tomllib.loads((ROOT / "bench/budgets.toml").read_text())["first_visit"]
    whole = site.resources["/packs/id.ndjson"]
    assert offline_bytes(whole.body) <= budget["written_bytes"]["at_most"]
    assert camera_bytes(whole.body) <= budget["camera_bytes"]["at_most"]
    assert len(whole.encodings["br"]) <= budget["everything_bytes"]["at_most"]
    assert shell_bytes(site) <= budget["shell_bytes"]["at_most"]


def test_the_offices_own_packs_keep_the_limit_and_are_few(site: Site) -> None:
    assert oversized(site.resources) == []
    for lang in ("id", "en"):
        packs = [pack for url, pack in site.resources.items() if url.startswith(f"/packs/{lang}/")]
        assert all(len(pack.encodings["br"]) <= LIMIT for pack in packs)
        assert 3 <= len(json.loads(site.resources[f"/packs/{lang}.json"].body)["packs"]) <= 12


def test_the_packs_hold_every_page_form_and_script_of_a_language(site: Site) -> None:
    scripts = {f"/{path.relative_to(ROOT).as_posix()}" for path in (ROOT / "pwa").glob("*.js")}
    for lang in ("id", "en"):
        posted = f"/{lang}/apply/message"  # for who has no JavaScript, and so no packs
        pages = {url for url in site.resources if url.startswith(f"/{lang}/")} - {posted}
        wanted = pages | scripts | {"/", "/k", "/manifest.json", f"/text/{lang}.json", "/forms/passport-new.json"}
        assert wanted <= set(site.offline[lang])


def test_a_pack_holds_what_the_server_serves(office_server: RunningOffice) -> None:
    listed = office_server.ask("GET", "/packs/id.json").json()
    for url, size in listed["packs"]:
        reply = office_server.ask("GET", url, headers={"Accept-Encoding": "br"})
        assert len(reply.body) == size
        assert "immutable" in reply.headers["cache-control"]
        for inner, entry in json.loads(brotli.decompress(reply.body)).items():
            served = office_server.ask("GET", inner)
            assert served.status == 200, inner
            is_first = b"<style>" in served.body  # a page that strangers come to carries the sheet in itself
            body = re.sub(b"<style>.*?</style>", LINK, served.body, flags=re.DOTALL)
            if served.headers["content-type"].startswith("text/html"):
                body = phone_copy(body.decode()).encode()
            assert body == body_of(entry), inner
            # Data needs less than what the list says of all.
            common = {} if served.headers["content-type"] == JSON else listed["headers"]
            wanted = {name.lower(): value for name, value in (common | entry["headers"]).items()}
            if is_first:
                del wanted["content-security-policy"]
            assert wanted.items() <= served.headers.items(), inner
            assert set(strict_headers(office_server.url)) <= set(listed["headers"])
