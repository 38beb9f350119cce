"""Each request about somebody's data has 72 hours; it names a case and nobody."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, cast

import pytest

from server.erasure.data_requests import CLOCK, HOUR, SHOWN_AFTER, DataRequest, DataRequests, NotRecorded, new_request
from server.once import new_name
from sync.errors import Unavailable
from sync.sqlite_store import open_sqlite
from sync.store import Store

NOW = 1_795_564_800


@pytest.fixture
async def requests(tmp_path: Path) -> AsyncIterator[DataRequests]:
    staff = open_sqlite(tmp_path, "staff")
    yield DataRequests(staff)
    await staff.close()


async def recorded(requests: DataRequests, case: str, *, received_at: int = NOW) -> DataRequest:
    made = new_request("access", case, received_at=received_at, now=NOW, name=new_name())
    await requests.keep(made, by="siti")
    return made


@pytest.mark.parametrize(
    ("passed", "hours"), [(0, 72), (1, 71), (71 * HOUR, 1), (CLOCK, 0), (CLOCK + 1, -1), (CLOCK + 2 * HOUR, -2)]
)
def test_the_hours_left_are_whole_ones_and_the_late_ones_begun_ones(passed: int, hours: int) -> None:
    assert DataRequest("x", "access", "a" * 24, NOW, None).hours_left(NOW + passed) == hours


@pytest.mark.anyio
async def test_what_is_due_first_comes_first_and_what_is_done_later_and_not_for_ever(requests: DataRequests) -> None:
    made = [
        await recorded(requests, letter * 24, received_at=NOW - age * HOUR)
        for letter, age in (("a", 1), ("b", 80), ("c", 5))
    ]
    assert [one.case[0] for one in await requests.listed(NOW)] == ["b", "c", "a"]
    done = await requests.close(made[1].id, now=NOW + 1)
    assert done.done_at == NOW + 1
    assert await requests.close(made[1].id, now=NOW + 9) == done
    assert [one.case[0] for one in await requests.listed(NOW + 1)] == ["c", "a", "b"]
    assert [one.case[0] for one in await requests.listed(NOW + 1 + SHOWN_AFTER)] == ["c", "a"]
    assert [one.case[0] for one in await requests.of_cases(["b" * 24, "a" * 24])] == ["b", "a"]


@pytest.mark.anyio
async def test_what_cannot_be_is_refused(requests: DataRequests) -> None:
    for kind, at, reason in (("erasure", NOW, "kind"), ("access", NOW + 1, "time"), ("access", 0, "time")):
        with pytest.raises(NotRecorded, match=reason):
            new_request(kind, "a" * 24, received_at=at, now=NOW, name=new_name())
    with pytest.raises(NotRecorded, match="unknown"):
        await requests.close("nothing", now=NOW)


@pytest.mark.anyio
async def test_what_was_not_written_is_not_said_to_be(requests: DataRequests) -> None:
    made, staff = await recorded(requests, "a" * 24), requests.staff

    class Changing:
        def __getattr__(self, name: str) -> Any:
            return getattr(staff, name)

        async def get(self, doc_id: str) -> Any:
            doc = await staff.get(doc_id)
            await staff.bulk_docs([doc | {"by": "ani"}])
            return doc

    with pytest.raises(Unavailable):
        await DataRequests(cast(Store, Changing())).close(made.id, now=NOW)
    assert (await requests.find(made.id)).done_at is None


@pytest.mark.anyio
async def test_what_is_recorded_twice_has_one_clock(requests: DataRequests) -> None:
    made = await recorded(requests, "a" * 24)
    await requests.close(made.id, now=NOW + 1)
    await requests.keep(made, by="siti")
    assert [one.done_at for one in await requests.listed(NOW + 1)] == [NOW + 1]
