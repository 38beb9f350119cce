"""An office whose content is edited at its desks."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.staff_office import StaffOffice, staff_office


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[StaffOffice]:
    async with staff_office(tmp_path) as office:
        yield office
