"""A lost code is voided in person: the old one opens, sends and hears nothing any more, and both cases are one."""

import asyncio
import json
from collections.abc import AsyncIterator
from operator import itemgetter
from pathlib import Path
from typing import Any

import pytest

from server.erasure.unfinished import keep_finishing
from server.erasure.voiding import Voiding, finish_voidings, unfinished_voidings
from server.exchange import intake_of
from server.intake import Ok, Refused
from server.watch import News, Watch
from sync.errors import Forbidden, NotFound
from sync.events import sign_event
from sync.key_pair import new_key_pair
from sync.receipt_code import CodeKeys, derive, new_code, spoken_number
from sync.seal import open_version, open_wrap_as_holder, open_wrap_as_office
from sync.shape import v_of
from sync.statements import sign_code_mark, sign_gone
from tests.api_desk import ApiDesk, sit_down
from tests.sealed_items import NOW, OfficeKeys, new_keys, seal_pair, to_line
from tests.small_office import SmallOffice, deeds_of, routes_of, small_office

KEYS = OfficeKeys()
ROUTES = ("void_code", "case_documents", "cases", "add_event", "erase_case", "unwrapped", "rewrap", "status")


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[SmallOffice]:
    templates = {"status.html": "{{ error or status.state }}"}
    async with small_office(tmp_path, routes_of(*ROUTES), templates, KEYS) as office:
        yield office


async def applied(office: SmallOffice, code: CodeKeys) -> tuple[dict[str, Any], dict[str, str]]:
    """Take an application in."""
    pair = seal_pair(KEYS, code)
    [outcome] = await intake_of(office.app.state.office).take([to_line(list(pair))])
    assert isinstance(outcome, Ok)
    return pair


def contents(folder: Path, name: str = "wraps") -> str:
    """Give everything that lies in the files of a database, that of the data keys unless said otherwise."""
    return "".join(path.read_bytes().decode("latin1") for path in folder.glob(f"{name}*"))


def voiding(old: str, new: CodeKeys, *, event: bool = True, **more: Any) -> dict[str, Any]:
    """Say what an officer's browser sends."""
    version, wrap = seal_pair(KEYS, new, channel="counter")
    step = {"case": new.case, "n": 1, "step": "dibayar", "at": NOW, "on": [v_of(version)], "note": None, "kid": "o1"}
    return {
        "identity": True,
        "mark": sign_code_mark(old, new.case, at=NOW, kid="o1", private=KEYS.office),
        "items": [[version, wrap]],
        "events": [sign_event(**step, private=KEYS.office)] if event else [],
    } | more


async def wrap_of(office: SmallOffice, version: dict[str, Any]) -> dict[str, Any]:
    return dict(await office.databases.wraps.get(f"w.{version['_id']}"))


async def void(desk: ApiDesk, old: str, body: Any) -> tuple[int, Any]:
    answer = await desk.post(f"cases/{old}/void", body)
    return answer.status, answer.json()


@pytest.mark.anyio
async def test_the_old_code_opens_nothing_and_the_office_opens_both(office: SmallOffice, tmp_path: Path) -> None:
    old, new, desk = new_keys(), new_keys(), await sit_down(office)
    version, wrap = await applied(office, old)
    body = voiding(old.case, new)
    assert wrap["t"] in contents(tmp_path)
    assert await void(desk, old.case, body) == (200, {"keys": 1})

    kept = await wrap_of(office, version)
    assert "t" not in kept
    assert open_version(version, open_wrap_as_office(version, kept, "k1", KEYS.seal))["personal"] == ["Upik", "Talu"]
    assert wrap["t"] not in contents(tmp_path)
    fresh = body["items"][0][0]
    assert open_wrap_as_holder(fresh, await wrap_of(office, fresh), new.open)

    # The exchange tells the old code what became of it, and nothing else; its corrections are refused with the reason.
    news = News(office.databases.cases, office.databases.wraps)
    for whole in (True, False):
        assert await news.of([Watch(old.case, old.proof, 0, whole)]) == ([["voided", body["mark"]]], False)
    [correction] = await intake_of(office.app.state.office).take([to_line(list(seal_pair(KEYS, old)))])
    assert isinstance(correction, Refused)
    assert correction.reason == "voided"
    rows, _ = await news.of([Watch(new.case, new.proof, 0, True)])
    assert [row["step"] for row in rows if isinstance(row, dict)] == ["dibayar"]

    deed = next(deed for deed in await deeds_of(office) if deed.name == "void-code")
    assert (deed.who, deed.about) == ("upik", {"case": old.case, "new": new.case, "identity": "seen"})
    assert await office.databases.staff.all_docs(start="voiding.", end="voiding/") == []
    # Of what was noted while it was under way no data key stays, or erasing the case would not reach it.
    _, fresh_wrap = body["items"][0]
    assert not [name for name, entry in fresh_wrap.items() if entry in contents(tmp_path, "staff")]


@pytest.mark.anyio
async def test_readers_show_both_as_one(office: SmallOffice) -> None:
    first, second, third, desk = new_keys(), new_keys(), new_keys(), await sit_down(office)
    await applied(office, first)
    await applied(office, new_keys())
    assert (await void(desk, first.case, voiding(first.case, second)))[0] == 200
    assert (await void(desk, second.case, voiding(second.case, third, event=False)))[0] == 200
    rows = (await desk.get("cases")).json()["rows"]
    assert len(rows) == 2
    [row] = [row for row in rows if row["case"] == third.case]
    assert rows[0] == row, "the place in the queue stays"
    assert row["formers"] == [first.case, second.case]
    assert (row["state"], row["n"], row["versions"], row["number"]) == ("dibayar", 0, 3, spoken_number(third.case))
    for code in (first, second):
        found = await office.app.state.office.projection.newest(spoken_number(code.case).replace(" ", ""), 5)
        assert [row.case for row in found] == [third.case]

    opened = (await desk.get(f"cases/{third.case}")).json()
    assert [one["case"] for one in opened["former"]] == [first.case, second.case]
    assert [one["voided"]["to"] for one in opened["former"]] == [second.case, third.case]
    assert all(len(one["versions"]) == len(one["wraps"]) == 1 for one in [*opened["former"], opened])
    seen = [deed.about["case"] for deed in await deeds_of(office) if deed.name == "case-opened"]
    assert seen == [first.case, second.case, third.case]


@pytest.mark.anyio
async def test_the_old_case_takes_no_step_and_the_new_one_does(office: SmallOffice) -> None:
    old, new, desk = new_keys(), new_keys(), await sit_down(office)
    version, _ = await applied(office, old)
    body = voiding(old.case, new)
    await void(desk, old.case, body)

    def step(case: str, n: int, v: str) -> dict[str, Any]:
        return sign_event(case=case, n=n, step="bap", at=NOW, on=[v], note=None, kid="o1", private=KEYS.office)

    answer = await desk.post(f"cases/{old.case}/events", step(old.case, 1, v_of(version)))
    assert (answer.status, answer.json()["reason"]) == (422, "voided")
    fresh = v_of(body["items"][0][0])
    assert (await desk.post(f"cases/{new.case}/events", step(new.case, 2, fresh))).status == 201


@pytest.mark.anyio
async def test_the_same_again_is_harmless_and_another_one_is_refused(office: SmallOffice) -> None:
    old, new, desk = new_keys(), new_keys(), await sit_down(office)
    await applied(office, old)
    body = voiding(old.case, new)
    assert (await void(desk, old.case, body))[0] == 200
    assert await void(desk, old.case, body) == (200, {"keys": 0})
    status, answer = await void(desk, old.case, voiding(old.case, new_keys()))
    assert (status, answer["reason"], answer["number"]) == (409, "voided", spoken_number(new.case))


@pytest.mark.anyio
async def test_what_was_said_goes_along_to_the_new_code(office: SmallOffice) -> None:
    old, new, desk = new_keys(), new_keys(), await sit_down(office)
    await applied(office, old)
    form = office.app.state.office.forms.latest("message").name
    about = {"type": "message", "service": "message", "form": form, "groups": {"personal": ["Kapan selesai?", None]}}
    application = seal_pair(KEYS, new, channel="counter")
    said = [seal_pair(KEYS, new, channel="counter", **about, at=NOW + n) for n in (1, 2)]
    v, *messages = (v_of(version) for version, _ in (application, *said))
    events = [
        sign_event(case=new.case, n=n, step=step, at=NOW, on=on, note=None, kid="o1", private=KEYS.office)
        for n, step, on in ((1, "pesan", [v]), (2, "dibayar", [v, messages[0]]))
    ]
    body = voiding(old.case, new, items=[list(application), *map(list, said)], events=events)
    for changes in ({"items": body["items"][1:]}, {"events": [*events, events[1]]}, {"events": events * 21}):
        assert (await void(desk, old.case, body | changes))[0] == 422
    assert (await void(desk, old.case, body))[0] == 200

    rows, _ = await News(office.databases.cases, office.databases.wraps).of([Watch(new.case, new.proof, 0, True)])
    told = [row if isinstance(row, dict) else row[0] for row in rows]
    assert [row["step"] for row in told if row["type"] == "event"] == ["pesan", "dibayar"]
    assert {v_of(row) for row in told if row["type"] == "message"} == set(messages)
    [row] = (await desk.get("cases")).json()["rows"]
    assert (row["state"], row["waiting"]) == ("dibayar", 1), "the second one waits for an answer still"


@pytest.mark.anyio
async def test_of_two_desks_at_once_one_wins_and_the_other_hears_the_new_number(office: SmallOffice) -> None:
    old, codes = new_keys(), [new_keys(), new_keys()]
    await applied(office, old)
    desks = [await sit_down(office, login) for login in ("upik", "buyung")]
    bodies = [voiding(old.case, code) for code in codes]
    tries = zip(desks, bodies, strict=True)
    (won, lost) = sorted(await asyncio.gather(*[void(desk, old.case, body) for desk, body in tries]), key=itemgetter(0))
    assert (won[0], lost[0]) == (200, 409)
    to = (await office.databases.cases.get(f"code.{old.case}"))["to"]
    assert (lost[1]["reason"], lost[1]["case"], lost[1]["number"]) == ("voided", to, spoken_number(to))
    assert await office.databases.staff.all_docs(start="voiding.", end="voiding/") == []
    left = {row.id.split(".")[1] for row in await office.databases.cases.all_docs(start="app.", end="app/")}
    assert left == {old.case, to}, "what lost left nothing behind"


@pytest.mark.anyio
async def test_a_voiding_that_was_begun_elsewhere_is_finished_for_the_desk_that_meets_it(office: SmallOffice) -> None:
    old, first, desk = new_keys(), new_keys(), await sit_down(office)
    await applied(office, old)
    body = voiding(old.case, first)
    begun = Voiding(old=old.case, mark=body["mark"], items=body["items"], events=body["events"])
    await office.databases.staff.bulk_docs([begun.note()])
    status, answer = await void(desk, old.case, voiding(old.case, new_keys()))
    assert (status, answer["case"]) == (409, first.case)
    assert (await office.databases.cases.get(f"code.{old.case}"))["to"] == first.case


@pytest.mark.anyio
async def test_what_is_not_signed_seen_and_whole_voids_nothing(office: SmallOffice) -> None:
    old, new, desk = new_keys(), new_keys(), await sit_down(office)
    version, _ = await applied(office, old)
    other = new_keys()
    await applied(office, other)
    good = voiding(old.case, new)
    forged = sign_code_mark(old.case, new.case, at=NOW, kid="o1", private=new_key_pair())
    wrong = {
        "identity": good | {"identity": False},
        "malformed": good | {"items": []},
        "signature": good | {"mark": forged},
        "items": good | {"items": [list(seal_pair(KEYS, new))]},  # of a channel that is no counter
        "event": good | {"events": voiding(old.case, other)["events"]},
        "new-case": voiding(old.case, other),
        "signature ": good | {"mark": good["mark"] | {"_rev": "1-a"}},  # the mark would edit one that is not there
        "id-mismatch": good | {"items": [[good["items"][0][0] | {"at": 1}, good["items"][0][1]]]},
    }
    for reason, body in wrong.items():
        status, answer = await void(desk, old.case, body)
        assert (status, answer["reason"]) == (422, reason.strip())
    assert (await void(desk, old.case, [good]))[0] == 422
    assert (await void(desk, new.case, good))[0] == 404
    assert (await void(desk, other.case, good))[0] == 422
    stale = await sit_down(office, "tati", proved=False)
    assert await void(stale, old.case, good) == (403, {"error": "step-up", "reason": None})
    assert "t" in await wrap_of(office, version)
    assert not [deed for deed in await deeds_of(office) if deed.name == "void-code"]

    await office.databases.cases.bulk_docs([sign_gone(old.case, at=NOW, kid="o1", private=KEYS.office)])
    assert (await void(desk, old.case, good))[1]["reason"] == "gone"


@pytest.mark.anyio
@pytest.mark.parametrize("is_older", [False, True], ids=["noted now", "noted by the version before"])
async def test_what_was_cut_off_is_finished_at_the_next_start(office: SmallOffice, is_older: bool) -> None:
    old, new = new_keys(), new_keys()
    version, _ = await applied(office, old)
    body = voiding(old.case, new)
    noted = Voiding(old=old.case, mark=body["mark"], items=body["items"], events=body["events"])
    note = noted.note()
    if is_older:
        [note["event"]] = note.pop("events")
    await office.databases.staff.bulk_docs([note])
    assert await finish_voidings(office.app.state.office.databases, intake_of(office.app.state.office)) == 1
    assert "t" not in await wrap_of(office, version)
    assert (await office.databases.cases.get(f"code.{old.case}"))["to"] == new.case
    assert (await office.databases.cases.get(f"ev.{new.case}.0001"))["step"] == "dibayar"
    assert await finish_voidings(office.app.state.office.databases, intake_of(office.app.state.office)) == 0


@pytest.mark.anyio
async def test_what_was_cut_off_after_the_mark_is_finished_though_the_new_code_was_voided_too(
    office: SmallOffice,
) -> None:
    old, new, desk = new_keys(), new_keys(), await sit_down(office)
    version, wrap = await applied(office, old)
    body = voiding(old.case, new)
    await void(desk, old.case, body)
    await void(desk, new.case, voiding(new.case, new_keys()))
    # As if the server had ended before it came to the data keys.
    kept = await wrap_of(office, version)
    await office.databases.wraps.bulk_docs([kept | {"t": wrap["t"]}])
    noted = Voiding(old=old.case, mark=body["mark"], items=body["items"], events=body["events"])
    await office.databases.staff.bulk_docs([noted.note()])
    assert await finish_voidings(office.app.state.office.databases, intake_of(office.app.state.office)) == 1
    assert "t" not in await wrap_of(office, version)


@pytest.mark.anyio
async def test_what_cannot_be_finished_keeps_nothing_else_up_and_is_tried_again(
    office: SmallOffice, caplog: pytest.LogCaptureFixture
) -> None:
    first, second, erased = sorted((new_keys(), new_keys(), new_keys()), key=lambda code: code.case)
    cases = office.databases.cases
    for old in (first, second, erased):
        await applied(office, old)
        body = voiding(old.case, new_keys())
        noted = Voiding(old=old.case, mark=body["mark"], items=body["items"], events=body["events"])
        await office.databases.staff.bulk_docs([noted.note()])
    unread = f"voiding.{'a' * 24}"
    await office.databases.staff.bulk_docs([{"_id": unread, "type": "voiding"}])
    await cases.bulk_docs([sign_gone(erased.case, at=NOW, kid="o1", private=KEYS.office)])

    class Refusing:
        def __getattr__(self, name: str) -> Any:
            return getattr(cases, name)

        async def bulk_docs(self, docs: Any, **named: Any) -> Any:
            if docs[0]["_id"] == f"code.{first.case}":
                raise Forbidden("cases: sig is not as the formats say")
            return await cases.bulk_docs(docs, **named)

    office.databases.cases = Refusing()
    opened = office.app.state.office
    assert await finish_voidings(opened.databases, intake_of(opened)) == 2
    assert "Forbidden" in caplog.text
    assert first.case not in caplog.text
    left = {note["_id"] for note in await unfinished_voidings(office.databases.staff)}
    assert left == {f"voiding.{first.case}", unread}
    assert (await cases.get(f"code.{second.case}"))["type"] == "code"
    with pytest.raises(NotFound):  # nothing goes on of what was erased meanwhile
        await cases.get(f"code.{erased.case}")

    office.databases.cases = cases
    before = (await office.databases.staff.info()).update_seq
    again = asyncio.create_task(keep_finishing(lambda: (opened.databases, intake_of(opened)), every=0))
    await office.databases.staff.changes(before, wait=10)
    again.cancel()
    assert (await cases.get(f"code.{first.case}"))["type"] == "code"


@pytest.mark.anyio
async def test_a_correction_that_is_stored_while_its_code_is_voided_opens_to_the_office_alone(
    office: SmallOffice,
) -> None:
    old, new, desk = new_keys(), new_keys(), await sit_down(office)
    await applied(office, old)
    late = seal_pair(KEYS, old, groups={"personal": ["Upik", "Kajai"]})
    intake = intake_of(office.app.state.office)
    cases, body = office.databases.cases, voiding(old.case, new)

    class VoidedMeanwhile:
        def __getattr__(self, name: str) -> Any:
            return getattr(cases, name)

        async def bulk_docs(self, docs: Any, **named: Any) -> Any:
            assert (await void(desk, old.case, body))[0] == 200
            return await cases.bulk_docs(docs, **named)

    racing = type(intake)(**{**vars(intake), "cases": VoidedMeanwhile()})
    [outcome] = await racing.take([to_line(list(late))])
    assert isinstance(outcome, Refused)
    assert outcome.reason == "voided"
    assert "t" not in await wrap_of(office, late[0])


@pytest.mark.anyio
async def test_both_are_erased_together_the_old_one_first(office: SmallOffice) -> None:
    old, new, desk = new_keys(), new_keys(), await sit_down(office)
    await applied(office, old)
    await void(desk, old.case, voiding(old.case, new))
    await desk.get("cases")

    async def erase(case: str) -> tuple[int, Any]:
        answer = await desk.post(f"cases/{case}/erase", sign_gone(case, at=NOW, kid="o1", private=KEYS.office))
        await desk.get("cases")
        return answer.status, answer.json()

    assert await erase(new.case) == (409, {"error": "not-erased", "reason": "former"})
    assert await erase(old.case) == (200, {"keys": 1})
    assert (await desk.get("cases")).json()["rows"][0]["formers"] == []
    assert await erase(new.case) == (200, {"keys": 1})
    assert (await desk.get("cases")).json()["rows"] == []


@pytest.mark.anyio
async def test_a_wrap_without_its_holder_is_rewrapped_without_it(office: SmallOffice) -> None:
    old, new, desk = new_keys(), new_keys(), await sit_down(office)
    version, _ = await applied(office, old)
    await void(desk, old.case, voiding(old.case, new))
    wrap = await wrap_of(office, version)
    entries = {kid: entry for kid, entry in wrap.items() if not kid.startswith("_")}

    async def rewrapped(wanted: dict[str, str]) -> str:
        answer = await desk.post("rotation", [[version["_id"], wrap["_rev"], wanted]])
        return str(answer.json()["rows"][0][1])

    assert await rewrapped(entries | {"t": seal_pair(KEYS, old)[1]["t"]}) == "malformed"
    assert await rewrapped(entries) == "ok"


@pytest.mark.anyio
async def test_the_track_page_says_that_the_code_was_voided(office: SmallOffice) -> None:
    typed = new_code()
    old, new, desk = derive(typed), new_keys(), await sit_down(office)
    await applied(office, old)
    await void(desk, old.case, voiding(old.case, new))
    answer = await office.client().post_form("/id/track", {"code": typed})
    assert answer.status == 404
    assert answer.text == office.app.state.office.catalogues["id"].text("code.voided")
    assert json.dumps(new.case) not in answer.text
