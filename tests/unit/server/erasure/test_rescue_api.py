"""Whoever recovers drafts is in the record, with their number alone."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.api_desk import sit_down
from tests.sealed_items import OfficeKeys
from tests.small_office import SmallOffice, deeds_of, routes_of, small_office


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[SmallOffice]:
    async with small_office(tmp_path, routes_of("note_rescue"), {}, OfficeKeys()) as office:
        yield office


@pytest.mark.anyio
async def test_the_deed_is_kept_with_how_many_drafts(office: SmallOffice) -> None:
    desk = await sit_down(office)
    assert (await desk.post("rescued", {"drafts": 3})).status == 200
    assert [(deed.name, deed.who, deed.about) for deed in await deeds_of(office)] == [("rescue", "upik", {"drafts": 3})]


@pytest.mark.anyio
@pytest.mark.parametrize("told", [{}, [], None, {"drafts": 0}, {"drafts": True}, {"drafts": "3"}, {"drafts": 10**6}])
async def test_anything_else_is_refused_and_not_kept(office: SmallOffice, told: Any) -> None:
    desk = await sit_down(office)
    assert (await desk.post("rescued", told)).status == 400
    assert (await desk.post("rescued", {"drafts": 1, "name": "UPIK"})).status == 400
    assert await deeds_of(office) == []


@pytest.mark.anyio
async def test_only_officers_recover_drafts(office: SmallOffice) -> None:
    assert (await (await sit_down(office, "siti", "desk")).post("rescued", {"drafts": 1})).status == 403
