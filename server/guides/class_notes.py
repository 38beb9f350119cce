"""Classes are recorded once: on the office's page, or as a volunteer's phone brings them with an exchange."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from server.guides.classes import Class, Classes, read_class, wrong_in
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
            await keep_once(office, read_class(fields), by=by, id_=id_)
        answers.append([id_, wrong or "ok"])
    return answers


async def keep_once(office: Office, held: Class, *, by: str, id_: str) -> None:
    """Record the class of this id, its trace in the audit first; one that is recorded leaves none.

    Raises:
        Unavailable: it was not stored; ask again.
    """
    classes = Classes(office.databases.staff)
    async with office.deciding:
        if await classes.has(id_):
            return
        await office.audit.write("class-recorded", who=by, about={"guide": held.guide, "count": held.count})
        await classes.keep(held, by=by, id_=id_)


def is_guide(office: Office, slug: str) -> bool:
    """Say whether the office has a guide of this name."""
    return office.guides.get(office.catalogues.languages[0], slug) is not None
