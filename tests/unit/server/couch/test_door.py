"""Programs come in with an account and nothing else; what they may not reach is, for them, not there."""

import logging
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from server.couch import body as couch_body
from server.couch import door as couch_door
from server.couch import local as couch_local
from server.couch.peers import PeerError, Peers
from tests.facing import PeerClient, basic, faced_office, peer_of
from tests.sealed_items import OfficeKeys
from tests.small_office import SmallOffice

KEYS = OfficeKeys()


@pytest.fixture
async def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[SmallOffice]:
    monkeypatch.setattr(couch_door, "LONGEST", 0.01)  # seconds that a wrong secret waits
    async with faced_office(tmp_path, KEYS) as office:
        yield office


@pytest.mark.anyio
async def test_without_the_right_secret_there_is_nothing_in_couchdbs_words(office: SmallOffice) -> None:
    peer = await peer_of(office)
    wrong = [
        {}, basic("cermin", "wrong"), basic("nobody", "x"), basic("../staff", "x"), {"authorization": "Basic !!"},
        {"authorization": "Basic " + "A" * 5000}, {"authorization": "Bearer x"},
        {"authorization": peer.headers["authorization"][:-4]}, {"authorization": "Basic"},
    ]  # fmt: skip
    for headers in wrong:
        for path in ("/", "/public", "/wraps", "/nothing/at/all"):
            answer = await PeerClient(office.client(), headers).ask("GET", path)
            assert (answer.status, answer.json()["error"]) == (401, "unauthorized"), (headers, path)
            assert answer.headers["www-authenticate"].startswith("Basic ")


@pytest.mark.anyio
async def test_a_hundred_wrong_tries_lock_nobody_out(office: SmallOffice) -> None:
    peer = await peer_of(office)
    for _ in range(100):
        assert (await PeerClient(peer.client, basic("cermin", "guess")).ask("GET", "/")).status == 401
    assert (await peer.ask("GET", "/")).status == 200


@pytest.mark.anyio
async def test_secrets_are_in_no_log_and_stored_as_a_hash_only(
    office: SmallOffice, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    secret = await Peers(office.databases.staff, office.now).add("cermin", ["public"], read_only=True)
    for given in (secret, secret[:-1] + "_", "x" + secret):
        headers = basic("cermin", given)
        await PeerClient(office.client(), headers).ask("GET", "/public")
        assert headers["authorization"][6:] not in caplog.text
        assert given not in caplog.text
    assert secret not in await office.texts_in("staff")


@pytest.mark.anyio
async def test_an_account_reaches_its_databases_and_never_wraps_or_staff(office: SmallOffice) -> None:
    one, every = await peer_of(office, "public"), await peer_of(office, name="semua")
    assert (await one.ask("GET", "/_all_dbs")).json() == ["public"]
    for peer, names in ((one, ("cases", "blobs", "wraps", "staff", "x")), (every, ("wraps", "staff", "x", "Wraps"))):
        for name in names:
            for method, path in (("GET", ""), ("GET", "/_all_docs"), ("GET", "/_changes"), ("GET", "/a"), ("PUT", "/a"),
                                 ("DELETE", "/a"), ("POST", "/_bulk_get"), ("PUT", "/_local/a")):  # fmt: skip
                answer = await peer.ask(method, f"/{name}{path}", {} if method in ("PUT", "POST") else None)
                assert (answer.status, answer.json()) == (
                    404, {"error": "not_found", "reason": "Database does not exist."},
                ), (name, method, path)  # fmt: skip
            assert (await peer.ask("PUT", f"/{name}")).status == 403
    assert (await one.ask("PUT", "/public")).status == 412


@pytest.mark.anyio
async def test_an_account_without_the_right_databases_is_not_made(office: SmallOffice) -> None:
    peers = Peers(office.databases.staff, office.now)
    for name, databases in (
        ("a", ["wraps"]),
        ("a", ["public", "staff"]),
        ("a", []),
        ("A b", ["public"]),
        ("", ["public"]),
    ):
        with pytest.raises(PeerError):
            await peers.add(name, databases, read_only=False)
    await peers.add("a", ["public"], read_only=False)
    with pytest.raises(PeerError, match="taken"):
        await peers.add("a", ["public"], read_only=False)


@pytest.mark.anyio
async def test_the_guard_that_an_office_has_in_its_couchdb_is_not_given_out(office: SmallOffice) -> None:
    guard = {"_id": "_design/guard", "_rev": "1-a", "validate_doc_update": "function () {}"}
    await office.databases.cases.bulk_docs([guard, {"_id": "a", "_rev": "1-a"}], new_edits=False)
    peer = await peer_of(office)
    told = [
        await peer.ask("GET", "/cases/_design/guard"),
        await peer.ask("GET", "/cases/_design%2Fguard?open_revs=all"),
        await peer.ask("GET", "/cases/_all_docs"),
        await peer.ask("POST", "/cases/_all_docs", {"keys": ["_design/guard", "a"], "include_docs": True}),
        await peer.ask("GET", "/cases/_changes?include_docs=true"),
        await peer.ask("POST", "/cases/_bulk_get", {"docs": [{"id": "_design/guard"}, {"id": "a"}]}),
    ]
    assert [answer.status for answer in told] == [404, 404, 200, 200, 200, 200]
    for answer in told:
        assert "validate" not in answer.text
        assert answer.status == 404 or '"a"' in answer.text


@pytest.mark.anyio
async def test_a_revoked_account_reaches_nothing_from_then_on(office: SmallOffice) -> None:
    peer, peers = await peer_of(office), Peers(office.databases.staff, office.now)
    assert (await peer.ask("GET", "/public")).status == 200
    await peers.revoke("cermin")
    assert (await peer.ask("GET", "/public")).status == 401
    with pytest.raises(PeerError):
        await peers.revoke("cermin")


@pytest.mark.anyio
async def test_a_page_elsewhere_cannot_ask_with_what_a_browser_remembers(office: SmallOffice) -> None:
    peer = await peer_of(office)
    for headers in ({"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"}, {"origin": "https://x.example"}):
        assert (await peer.ask("GET", "/public", headers=headers)).status == 403
    plain = await peer.ask("POST", "/public/_bulk_docs", headers={"content-type": "text/plain"}, body=b'{"docs":[]}')
    assert (plain.status, plain.json()["error"]) == (415, "bad_content_type")


@pytest.mark.anyio
async def test_checkpoints_are_each_peers_own_and_none_is_ours(office: SmallOffice) -> None:
    one, other = await peer_of(office), await peer_of(office, name="lain")
    await office.databases.public.put_local("own", {"seq": "ours"})
    made = await one.ask("PUT", "/public/_local/own", {"seq": "5"})
    assert made.status == 201
    assert (await one.ask("GET", "/public/_local/own")).json()["seq"] == "5"
    assert (await other.ask("GET", "/public/_local/own")).status == 404
    assert (await office.databases.public.get_local("own"))["seq"] == "ours"
    assert (await one.ask("PUT", "/public/_local/own", {"_rev": "0-9", "seq": "6"})).status == 409
    assert (await one.ask("PUT", "/public/_local/own", {"_rev": made.json()["rev"], "seq": "6"})).status == 201
    assert (await one.ask("DELETE", "/public/_local/own")).status == 200
    assert (await one.ask("GET", "/public/_local/own")).status == 404
    assert (await one.ask("PUT", "/public/_local/" + "a" * 300, {})).status == 404


@pytest.mark.anyio
async def test_a_name_with_more_behind_it_is_another_peer(office: SmallOffice) -> None:
    one, other = await peer_of(office, name="cermin"), await peer_of(office, name="cermin.dua")
    assert (await other.ask("PUT", "/public/_local/own", {"seq": "5"})).status == 201
    assert (await one.ask("GET", "/public/_local/dua.own")).status == 404


@pytest.mark.anyio
async def test_a_peer_keeps_so_many_checkpoints_and_the_oldest_goes(
    office: SmallOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(couch_local, "MOST", 3)
    peer = await peer_of(office)
    for name in ("a", "b", "c", "a", "d"):
        assert (await peer.ask("PUT", f"/public/_local/{name}", {"seq": "5"})).status == 201
    found = [(await peer.ask("GET", f"/public/_local/{name}")).status for name in ("a", "b", "c", "d")]
    assert found == [404, 200, 200, 200]
    assert (await peer.ask("DELETE", "/public/_local/b")).status == 200
    assert (await peer.ask("PUT", "/public/_local/e", {"seq": "5"})).status == 201
    assert (await peer.ask("GET", "/public/_local/c")).status == 200
    assert (await peer.ask("PUT", "/public/_local/f", {"text": "x" * couch_body.NOTE_LIMIT})).status == 413


@pytest.mark.anyio
async def test_no_cookie_is_given_and_nothing_is_kept_in_caches(office: SmallOffice) -> None:
    peer = await peer_of(office)
    for path in ("/", "/_session", "/public", "/public/_changes", "/public/_all_docs", "/public/x"):
        answer = await peer.ask("GET", path)
        assert "set-cookie" not in answer.headers, path
        assert answer.headers["cache-control"] == "no-store", path


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/_replicate"), ("GET", "/_node/_local/_config"), ("POST", "/public/_find"),
        ("POST", "/public/_compact"), ("POST", "/public/_purge"), ("GET", "/public/_security"),
        ("PUT", "/public/_security"), ("GET", "/public/_design/a"), ("GET", "/public/_design/a/_view/b"),
        ("PUT", "/public/_design/a"), ("DELETE", "/public"), ("GET", "/public/_changes?filter=a/b"),
        ("COPY", "/public/a"),
    ],
)  # fmt: skip
async def test_what_is_not_there_says_so_and_makes_us_call_nobody(office: SmallOffice, method: str, path: str) -> None:
    peer = await peer_of(office)
    content = {"source": "http://192.0.2.1/x", "target": "public", "_id": "a"} if method in ("POST", "PUT") else None
    if path == "/public/_design/a":
        content = {"language": "javascript"} if method == "PUT" else None
    answer = await peer.ask(method, path, content)
    assert answer.status in (403, 404, 405, 501), answer.text
    if "json" in answer.headers["content-type"]:
        assert set(answer.json()) == {"error", "reason"}
