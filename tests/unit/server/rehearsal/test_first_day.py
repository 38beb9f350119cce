"""The list of the first day ticks off what an officer did, each for themselves, until it is put away."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.staff_office import StaffDesk, StaffOffice, staff_office
from tests.unit.server.figures.test_figures import desk_of


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[StaffOffice]:
    async with staff_office(tmp_path) as office:
        await office.hire("oki", "officer")
        await office.hire("tuti", "officer")
        yield office


async def done(desk: StaffDesk) -> dict[str, bool] | None:
    """Read the list on the first page of the console; None where it is not there."""
    page = (await desk.get("")).text
    found = re.search(r'<details class="first-day.*?</details>', page, re.S)
    if found is None:
        return None
    lines = re.findall(r'<li data-task="([a-z]+)">(.)', found[0])
    told = re.search(r"(\d+) dari (\d+) selesai", found[0])
    assert told is not None
    assert (int(told[1]), int(told[2])) == (sum(sign == "✓" for _, sign in lines), len(lines))
    return {name: sign == "✓" for name, sign in lines}


@pytest.mark.anyio
async def test_what_an_officer_did_is_ticked_off_and_nobody_elses(office: StaffOffice) -> None:
    oki, tuti = await desk_of(office, "oki"), await desk_of(office, "tuti")
    first = await done(oki)
    assert first is not None
    assert not any(first.values())
    assert {"training", "open", "correction", "complaint", "arrival"} <= first.keys()
    audit = office.office.audit
    await audit.write("case-opened", who="oki", about={"case": "a" * 24})
    await audit.write("event", who="oki", about={"case": "a" * 24, "n": 1, "step": "perlu_perbaikan"})
    await audit.write("training-finished", who="oki", about={"who": "oki", "guide": "officer-first-day"})
    assert await done(oki) == first | {"open": True, "correction": True, "training": True}
    await audit.write("event", who="oki", about={"case": "b" * 24, "n": 1, "step": "aduan_informasi"})
    ticked = first | {"open": True, "correction": True, "training": True, "complaint": True}
    assert await done(oki) == ticked
    assert await done(oki) == ticked, "it is kept, not only found once"
    assert await done(tuti) == first


@pytest.mark.anyio
async def test_it_is_put_away_by_each_for_themselves_and_comes_back(office: StaffOffice) -> None:
    oki, tuti = await desk_of(office, "oki"), await desk_of(office, "tuti")
    await office.office.audit.write("case-opened", who="oki", about={"case": "a" * 24})
    await oki.post("first-day")
    assert await done(oki) is None
    assert await done(tuti) is not None
    await oki.post("first-day", show="1")
    shown = await done(oki)
    assert shown is not None
    assert shown["open"]


@pytest.mark.anyio
async def test_every_line_leads_to_its_page_and_to_a_training_that_is_there(office: StaffOffice) -> None:
    oki = await desk_of(office, "oki")
    page = re.search(r'<details class="first-day.*?</details>', (await oki.get("")).text, re.S)
    assert page is not None
    links = set(re.findall(r'href="/staff/id/([^"]*)"', page[0]))
    assert {"queue", "security", "training/officer-first-day", "training/officer-data"} <= links
    for link in links:
        assert (await oki.get(link)).status == 200, link
