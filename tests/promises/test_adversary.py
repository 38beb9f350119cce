"""What an adversary tries with everything he could have: a line on the way, an account, a copy of every database.

Each attempt is listed in docs/security.md with what becomes of it. What a hostile server tries on a phone is in
tests/browser/device; who asks for what is none of his business, in tests/unit/server/test_rights.py.
"""

import asyncio
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from server.keys.founding import DEMO
from server.keys.server_key import read_server_key
from sync.canonical import b32_encode, b64u_decode, b64u_encode
from sync.document import Doc
from sync.errors import OpenError
from sync.events import sign_event
from sync.hpke import open_ as hpke_open
from sync.key_pair import new_key_pair
from sync.keyring import open_grant, seal_grant, unwrap_officer_key, wrap_officer_key
from sync.receipt_code import derive, new_code
from sync.seal import open_version, open_wrap_as_holder, open_wrap_as_office, version_digest
from sync.shape import v_of, wrap_hash
from sync.sqlite_store import open_sqlite
from sync.statements import sign_gone
from tests.applicants import Applicant, exchange
from tests.officers import ApiOfficer
from tests.serving import RunningOffice

HELLO = {"v": 1, "watch": []}
CHOSEN = "sirih pinang di tepi jalan"

Pair = tuple[Doc, dict[str, str]]
Change = Callable[[Doc, dict[str, str]], None]


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningOffice]:
    with RunningOffice(tmp_path_factory.mktemp("office")) as office:
        yield office


@pytest.fixture(scope="module")
def officer(office: RunningOffice) -> ApiOfficer:
    officer = ApiOfficer(office.url).sign_in()
    assert officer.step_up().status == 200
    return officer


def hire(office: RunningOffice, login: str, *roles: str) -> ApiOfficer:
    """Make an account at the server, set it up, and sign in."""
    printed = office.run("accounts", "add", login, *roles).stdout
    somebody = ApiOfficer(office.url, login, CHOSEN)
    fields = {"login": login, "code": printed.splitlines()[1].strip(), "password": CHOSEN, "again": CHOSEN}
    assert somebody.post_form("/staff/setup", fields)[0] == 200
    somebody.post_form("/staff/login", {"login": login, "password": CHOSEN})
    found = re.search(r'name="csrf" (?:content|value)="([^"]+)"', somebody.page("/staff/id/security"))
    assert found is not None
    somebody.csrf = found[1]
    assert somebody.step_up().status == 200
    return somebody


def opened(officer: ApiOfficer, case: str) -> dict[str, Any]:
    """Open every version of a case as the console does: the answers by v, or the error."""
    kid, private = officer.key_for("seal")
    found: dict[str, Any] = {}
    documents = officer.get(f"cases/{case}").body
    for version in documents["versions"]:
        try:
            dek = open_wrap_as_office(version, documents["wraps"][version["_id"]], kid, private)
            found[v_of(version)] = open_version(version, dek)
        except OpenError as error:
            found[v_of(version)] = type(error)
    return found


def again_whole(version: Doc, wrap: dict[str, str]) -> Pair:
    """Make what was changed look whole again, as far as one can who has no key: the hash of the wrap, and the id."""
    version["seal"]["w"] = wrap_hash(wrap)
    head = version["_id"].rpartition(".")[0]
    version["_id"] = f"{head}.{b32_encode(version_digest(version)[:12])}"
    return version, wrap


def put(name: str, value: Any) -> Change:
    return lambda version, wrap: version.update({name: value})


def flip(text: str) -> str:
    data = bytearray(b64u_decode(text))
    data[len(data) // 2] ^= 1
    return b64u_encode(bytes(data))


def flip_group(version: Doc, wrap: dict[str, str]) -> None:
    version["seal"]["g"]["personal"] = flip(version["seal"]["g"]["personal"])


def flip_mac(version: Doc, wrap: dict[str, str]) -> None:
    version["seal"]["m"] = flip(version["seal"]["m"])


def flip_wrap(version: Doc, wrap: dict[str, str]) -> None:
    kid = next(name for name in wrap if name != "t")
    wrap[kid] = flip(wrap[kid])


def drop_holder(version: Doc, wrap: dict[str, str]) -> None:
    wrap["t"] = b64u_encode(bytes(60))


def other_case(version: Doc, wrap: dict[str, str]) -> None:
    version["_id"] = f"app.{derive(new_code()).case}.{v_of(version)}"


CHANGES: dict[str, Change] = {
    "area": put("area", None),
    "at": put("at", 1_795_564_800),
    "channel": put("channel", "counter"),
    "device": put("device", "d-9f2c01ab"),
    "wish": put("wish", ["offer1"]),
    "prev": put("prev", ["a" * 20]),
    "blobs": put("blobs", ["a" * 52]),
    "answers": flip_group,
    "mac": flip_mac,
    "office wrap": flip_wrap,
    "holder wrap": drop_holder,
    "case": other_case,
}


@pytest.mark.parametrize("name", CHANGES)
def test_whatever_a_relay_changes_is_refused_or_found_out(
    office: RunningOffice, officer: ApiOfficer, name: str
) -> None:
    applicant = Applicant(office.url)
    honest = applicant.send()
    version, wrap = applicant.seal()
    CHANGES[name](version, wrap)
    [answer] = exchange(office.url, HELLO, [version, wrap])
    assert answer[1] == "refused", "what is only changed"
    assert answer[2] in ("id-mismatch", "wrap-mismatch")
    version, wrap = again_whole(version, wrap)
    [answer] = exchange(office.url, HELLO, [version, wrap])
    assert answer[:2] == [version["_id"], "ok"], "the server has no key that could tell"

    case = version["_id"].split(".")[1]
    found = opened(officer, case)
    assert found[v_of(version)] is OpenError
    if case == applicant.case:
        assert found[honest]["personal"], "what was sent honestly stands beside it"


def test_one_applicants_key_on_anothers_answers_opens_nothing(office: RunningOffice, officer: ApiOfficer) -> None:
    upik, buyung = Applicant(office.url), Applicant(office.url)
    (version, _), (_, wrap) = upik.seal(), buyung.seal()
    version, wrap = again_whole(version, wrap)
    assert exchange(office.url, HELLO, [version, wrap])[0][1] == "ok"
    assert opened(officer, upik.case) == {v_of(version): OpenError}
    with pytest.raises(OpenError):
        open_wrap_as_holder(version, wrap, upik.keys.open)


def test_who_knows_a_case_and_not_its_code_corrects_and_reads_nothing(
    office: RunningOffice, officer: ApiOfficer
) -> None:
    applicant = Applicant(office.url)
    v = applicant.send()
    stranger = Applicant(office.url, keys=replace(derive(new_code()), case=applicant.case))
    version, wrap = stranger.seal(prev=(v,), nama_lengkap="ORANG LAIN")
    [answer] = exchange(office.url, HELLO, [version, wrap])
    assert answer[1] == "ok"
    found = opened(officer, applicant.case)
    assert found[v_of(version)] is OpenError
    assert found[v]["personal"]
    with pytest.raises(OpenError):
        open_wrap_as_holder(version, wrap, applicant.keys.open)
    answers = exchange(office.url, {"v": 1, "watch": [[applicant.case, stranger.keys.proof, 0, 1]]})
    assert answers == [[applicant.case, "refused", "proof-wrong"]]


def test_what_is_replayed_is_there_once_and_says_the_same(office: RunningOffice, officer: ApiOfficer) -> None:
    applicant = Applicant(office.url)
    item = applicant.seal()
    answers = [exchange(office.url, HELLO, list(item)) for _ in range(3)]
    assert {(answer[0], answer[1]) for [answer] in answers} == {(item[0]["_id"], "ok")}
    assert list(opened(officer, applicant.case)) == [v_of(item[0])]


def test_an_administrator_makes_himself_an_officer_and_reads_nothing(
    office: RunningOffice, officer: ApiOfficer
) -> None:
    applicant = Applicant(office.url)
    applicant.send()
    boss = hire(office, "boss", "administrator")
    assert boss.get(f"cases/{applicant.case}").status == 403
    assert boss.get("keys").status == 403
    boss.post_form("/staff/id/accounts/boss", {"csrf": boss.csrf, "do": "roles", "role-administrator": "1",
                                               "role-officer": "1"})  # fmt: skip

    # He has the documents now, and a key of his own; nobody granted him the office's.
    own = new_key_pair()
    record = wrap_officer_key(own, "kunci yang dibuat sendiri", "boss")
    boss.step_up()
    assert boss.post("officer-key", record).status == 201
    assert boss.get("keys").body["grants"] == {}
    documents = boss.get(f"cases/{applicant.case}").body
    [version] = documents["versions"]
    wrap = documents["wraps"][version["_id"]]
    [kid] = [name for name in wrap if name != "t"]
    with pytest.raises(OpenError):
        open_wrap_as_office(version, wrap, kid, own)
    # He grants himself a key that he made up, and another officer's grant under his name: neither is the office's.
    made_up = seal_grant(kid, "boss", new_key_pair(), own.pub)
    boss.post("grants", {"officer": "boss", "pub": b64u_encode(own.pub), "grants": {kid: made_up}})
    with pytest.raises(OpenError):
        open_grant(officer.get("keys").body["grants"][kid], kid, "boss", own)
    held = boss.get("keys").body["grants"]
    if held:
        with pytest.raises(OpenError):
            open_wrap_as_office(version, wrap, kid, open_grant(held[kid], kid, "boss", own))
    # The head of the office reads what he did.
    assert officer.page("/staff/id/audit").count("boss") >= 3


def test_an_officer_signs_for_nobody_else_and_erases_nothing_unasked(
    office: RunningOffice, officer: ApiOfficer
) -> None:
    applicant, other = Applicant(office.url), Applicant(office.url)
    v = applicant.send()
    other.send()
    siti = hire(office, "siti", "officer")
    kid = officer.office_key[0]
    step = {"case": applicant.case, "n": 1, "step": "berkas_lengkap", "at": 1, "on": [v], "note": None, "kid": kid}
    forged = sign_event(**step, private=new_key_pair())
    assert siti.post(f"cases/{applicant.case}/events", forged).body == {"error": "bad-event", "reason": "signature"}
    true = sign_event(**step, private=officer.office_key[1])
    assert siti.post(f"cases/{other.case}/events", true).body == {"error": "bad-event", "reason": "case"}
    gone = sign_gone(applicant.case, at=1, kid=kid, private=new_key_pair())
    assert siti.post(f"cases/{applicant.case}/erase", gone).status == 422
    assert opened(officer, applicant.case)[v]["personal"]
    assert applicant.news() == []


@pytest.fixture(scope="module")
def stolen(office: RunningOffice, officer: ApiOfficer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copy all that a running office keeps, after an applicant came and while an officer is signed in."""
    Applicant(office.url).send()
    office.run("accounts", "add", "budi", "desk")
    folder = tmp_path_factory.mktemp("stolen") / "data"
    shutil.copytree(office.folder / "data", folder)
    return folder


def documents_of(folder: Path, name: str) -> list[Doc]:
    async def read() -> list[Doc]:
        store = open_sqlite(folder, name)
        rows = await store.all_docs(include_docs=True)
        await store.close()
        return [row.doc for row in rows if row.doc is not None]

    return asyncio.run(read())


def test_a_stolen_database_signs_nobody_in(office: RunningOffice, stolen: Path) -> None:
    staff = documents_of(stolen, "staff")
    kinds = {doc["type"] for doc in staff if "type" in doc}
    assert {"user", "session", "officer-key", "grant"} <= kinds
    for session in (doc for doc in staff if doc.get("type") == "session"):
        for token in (session["_id"], session["_id"][2:]):
            assert office.ask("GET", "/staff/api/keys", headers={"Cookie": f"s={token}"}).status == 401
    for user in (doc for doc in staff if doc.get("type") == "user"):
        thief = ApiOfficer(office.url, user["login"])
        if user["password"]:
            fields = {"login": user["login"], "password": user["password"]}
            assert thief.post_form("/staff/login", fields)[0] == 403
        if user.get("setup"):
            fields = {"login": user["login"], "code": user["setup"]["hash"], "password": CHOSEN, "again": CHOSEN}
            assert thief.post_form("/staff/setup", fields)[0] == 422


def test_a_stolen_database_and_the_servers_own_key_open_nothing(stolen: Path) -> None:
    staff, own = documents_of(stolen, "staff"), read_server_key(stolen).pair
    for record in (doc for doc in staff if doc.get("type") == "officer-key"):
        for guess in ("", record["officer"], DEMO.password, "12345678", "imigrasi"):
            with pytest.raises(OpenError):
                unwrap_officer_key(record, guess)
    for grant in (doc for doc in staff if doc.get("type") == "grant"):
        with pytest.raises(OpenError):
            open_grant(grant["sealed"], grant["kid"], grant["officer"], own)
    versions = {doc["_id"]: doc for doc in documents_of(stolen, "cases") if doc.get("type") == "application"}
    wraps = documents_of(stolen, "wraps")
    assert versions
    assert len(wraps) >= len(versions)
    for wrap in wraps:
        version = versions[wrap["_id"].removeprefix("w.")]
        for kid in set(wrap) - {"_id", "_rev"}:
            with pytest.raises(OpenError):
                open_wrap_as_office(version, wrap, kid, own)
            with pytest.raises(OpenError):
                hpke_open(b64u_decode(wrap[kid]), own, b"")
        with pytest.raises(OpenError):
            open_wrap_as_holder(version, wrap, derive(new_code()).open)


def test_a_thief_with_the_servers_key_moves_no_case_and_erases_none(
    office: RunningOffice, officer: ApiOfficer, stolen: Path
) -> None:
    applicant, own = Applicant(office.url), read_server_key(stolen)
    v = applicant.send()
    for kid in (own.kid, officer.office_key[0]):
        step = sign_event(case=applicant.case, n=1, step="ditolak", at=1, on=[v], note=None, kid=kid, private=own.pair)
        assert officer.post(f"cases/{applicant.case}/events", step).status == 422
        gone = sign_gone(applicant.case, at=1, kid=kid, private=own.pair)
        assert officer.post(f"cases/{applicant.case}/erase", gone).status == 422
    assert applicant.news() == []
