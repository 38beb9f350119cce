"""Accessibility and best practices of the main pages as Lighthouse judges them; its speed is in `make bench`."""

import pytest

from bench.lighthouse import PAGES, look_at
from tests.serving import RunningOffice

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

WANTED = ("accessibility", "best-practices")


@pytest.mark.parametrize("page", PAGES)
def test_a_main_page_has_full_marks(office: RunningOffice, page: str) -> None:
    scores, missed = look_at(office.url + page, WANTED)
    assert (scores, missed) == (dict.fromkeys(WANTED, 100), [])
