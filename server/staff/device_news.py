"""What an exchange tells an enrolled device, after its items: the steps of the cases that it collected, the receipts of
what came by another way, and what ends a case. Never versions, never wraps.
"""

from collections.abc import Collection
from typing import Any

from server.intake import Intake
from server.news_rows import news_rows
from server.office import Office
from server.staff.devices import Devices
from sync.document import Doc
from sync.key_pair import KeyPair
from sync.statements import sign_steps


async def device_news(
    office: Office, intake: Intake, device: str, since: str, *, answered: Collection[str]
) -> list[list[Any] | Doc]:
    """Give the rows, and last `["since", place, more]`; nothing at all if the device was revoked meanwhile.

    Args:
        answered: the items that this exchange has given a receipt for.

    Raises:
        Unavailable: the store did not answer; the device asks again from the same place.
    """
    await office.projection.caught_up()
    known = await Devices(office.databases.staff, office.clock()).get(device)
    if known is None or known["revoked_at"] is not None:
        return []
    news = await office.projection.news(device, since)
    rows = await news_rows(intake, [id_ for id_ in news.ids if id_ not in answered])
    return [*rows, ["since", news.since, int(news.more)]]


def with_bare_steps(rows: list[list[Any] | Doc], kid: str, private: KeyPair) -> list[list[Any] | Doc]:
    """Put one row that the server signs in the place of all steps without a note.

    Such a step says nothing but that it was taken, and the office's own signature alone is three times as long. What
    an officer wrote goes as it was signed.
    """
    bare_steps = [row for row in rows if isinstance(row, dict) and row["note"] is None]
    if not bare_steps:
        return rows
    steps: list[Any] = ["steps", sign_steps(bare_steps, kid=kid, private=private)]
    return [steps, *(row for row in rows if row not in bare_steps)]
