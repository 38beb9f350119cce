"""What `rantau status` calls well: a link that worked today, whatever it is like now; and what it does not."""

from pathlib import Path

import pytest

from server.hubs import LASTS
from server.links import LATE, SILENT, link_of, link_of_hub, note_link, noted_links
from server.replicating import Place
from sync.sqlite_store import open_sqlite

NOW = 1_795_564_800


@pytest.mark.parametrize(
    ("state", "is_well"),
    [
        ({}, False),
        ({"reached_at": NOW - 60, "error": None}, True),
        ({"reached_at": NOW - 3600, "failed_at": NOW - 60, "error": "no signal"}, True),
        ({"reached_at": NOW - LATE, "failed_at": NOW - 60, "error": "no signal"}, False),
        ({"reached_at": NOW - 60, "failed_at": NOW - 3600, "error": "the office revoked this hub"}, False),
    ],
)
def test_a_link_is_well_that_worked_within_a_day_and_was_told_nothing_bad(
    state: dict[str, int | str | None], is_well: bool
) -> None:  # fmt: skip
    link = link_of("office", state, "nothing unsent", now=NOW)
    assert (link.is_well, link.error) == (is_well, state.get("error"))
    assert not link_of("office", state, "5 unsent", now=NOW, is_well=False).is_well


def test_a_hub_that_was_not_heard_for_days_is_told_and_a_revoked_one_is_not() -> None:
    doc = {"hub": "kinali", "revoked_at": None, "joined_at": NOW - 1, "seen": NOW, "enrolled_at": NOW - LASTS}
    heard = {seen: link_of_hub(doc | {"seen": NOW - seen}, now=NOW) for seen in (60, SILENT)}
    assert [link is not None and link.is_well for link in heard.values()] == [True, False]
    waiting = doc | {"joined_at": None}
    for age, is_well in ((LASTS, True), (LASTS + 1, False)):
        link = link_of_hub(waiting | {"enrolled_at": NOW - age}, now=NOW)
        assert link is not None
        assert link.is_well is is_well
    assert link_of_hub(doc | {"revoked_at": NOW}, now=NOW) is None


@pytest.mark.anyio
async def test_a_copy_is_noted_without_a_password(tmp_path: Path) -> None:
    staff = open_sqlite(tmp_path, "staff")
    target = Place("https://mirror:rahasia@elsewhere.example/couch/cases").shown
    await note_link(staff, "cases", target, {"failed_at": NOW, "error": "away"})
    [link] = await noted_links(staff)
    assert (link.name, link.is_well) == ("cases → https://elsewhere.example/couch/cases", False)
    await note_link(staff, "cases", target, {"reached_at": NOW, "error": None, "set_aside": 0})
    [link] = await noted_links(staff)
    assert link.is_well
    await note_link(staff, "cases", target, {"reached_at": NOW, "error": None, "set_aside": 2})
    [link] = await noted_links(staff)
    assert not link.is_well
    await staff.close()
