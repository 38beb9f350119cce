"""What to expect, by hand-made pasts: medians by service and step, and nothing where they tell nothing."""

import pytest

from server.projection.pace import LEAST, Expected, pace_of
from tests.sealed_items import NOW

DAY = 86400


def test_the_median_of_each_step_tells_when_it_should_be_ready() -> None:
    days = (9, 3, 4, 30, 5)
    pace = pace_of([("paspor", "dibayar", day * DAY) for day in days])
    assert pace.expected("paspor", "dibayar", NOW, now=NOW) == Expected(NOW + 5 * DAY, 5, is_late=False)
    assert pace.expected("paspor", "dibayar", NOW, now=NOW + 6 * DAY) == Expected(NOW + 5 * DAY, 5, is_late=True)
    assert pace.to_json() == {"paspor": {"dibayar": [5 * DAY, 5]}}


@pytest.mark.parametrize(
    ("passed", "why"),
    [
        ([("paspor", "dibayar", DAY)] * (LEAST - 1), "too few cases are no measure"),
        ([("izin", "dibayar", DAY)] * 9, "another service has its own pace"),
        ([("paspor", "dicetak", DAY)] * 9, "another step too"),
        ([("paspor", "perlu_perbaikan", DAY)] * 9, "it is the applicant's turn"),
    ],
)
def test_nothing_is_promised_that_the_past_does_not_tell(passed: list[tuple[str, str, int]], why: str) -> None:
    pace = pace_of(passed)
    assert pace.expected("paspor", "dibayar", NOW, now=NOW) is None, why
    assert pace.expected("paspor", "perlu_perbaikan", NOW, now=NOW) is None
