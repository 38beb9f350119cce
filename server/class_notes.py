"""The classes that a volunteer's phone noted where they were held and brings with an exchange."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from server.classes import Classes, read_class, wrong_in
from server.moments import local_day
from server.office import Office

AHEAD = timedelta(days=1)  # that a phone's clock may be


async def keep_brought(office: Office, rows: Sequence[tuple[str, Mapping[str, str]]], *, by: str) -> list[list[str]]:
    """Record the classes that a volunteer's phone brings; give for each its id and `ok`, or which field cannot be.

    Raises:
        Unavailable: some were not stored; the phone brings them again.
    """
    today = local_day(office.clock(), office.settings.office.time_zone) + AHEAD
    answers = []
    for id_, fields in rows:
        wrong = wrong_in(fields, today=today, is_guide=lambda slug: is_guide(office, slug))
        if wrong is None:
            held = read_class(fields)
            if await Classes(office.databases.staff).keep(held, by=by, id_=id_):
                await office.audit.write("class-recorded", who=by, about={"guide": held.guide, "count": held.count})
        answers.append([id_, wrong or "ok"])
    return answers


def is_guide(office: Office, slug: str) -> bool:
    """Say whether the office has a guide of this name."""
    return office.guides.get(office.catalogues.languages[0], slug) is not None
