"""The list of the first day on the console's first page, which each officer puts away for themselves.

Template: `staff/first_day.html` (first_day, csrf). That it was put away is in `first-day.<login>`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from server.guard import user_of
from server.guides.training import with_quiz
from server.office import office_of
from server.rehearsal.first_day import GUIDE, TASKS, Task
from server.staff.staff_language import staff_language
from sync.document import Doc
from sync.errors import NotFound
from sync.store import Store


@dataclass(frozen=True)
class FirstDay:
    """What of it an officer has done, in the order of the list."""

    tasks: Sequence[tuple[Task, bool]]
    guides: frozenset[str]

    @property
    def done(self) -> int:
        """Count what is done."""
        return sum(is_done for _, is_done in self.tasks)


async def first_day_of(request: Request) -> FirstDay | None:
    """Give what the officer who asks has done; None once it was put away."""
    office, user = office_of(request), user_of(request)
    staff = office.databases.staff
    if (await _kept(staff, user.login)).get("hidden"):
        return None
    done = await office.ticks.of(staff, user.login)
    guides = frozenset(guide.slug for guide in with_quiz(office.guides, staff_language(request, user)))
    tasks = [task for task in TASKS if GUIDE in guides or task.name != "training"]
    return FirstDay([(task, task.name in done) for task in tasks], guides)


async def show_first_day(request: Request) -> Response:
    """Answer `POST /staff/{lang}/first-day`: with `show` the list comes back, without it is put away."""
    staff, user = office_of(request).databases.staff, user_of(request)
    kept = await _kept(staff, user.login)
    await staff.bulk_docs([{**kept, "hidden": not request.state.fields.get("show")}])
    return RedirectResponse(f"/staff/{staff_language(request, user)}/", status_code=303)


async def _kept(staff: Store, login: str) -> Doc:
    try:
        return await staff.get(f"first-day.{login}")
    except NotFound:
        return {"_id": f"first-day.{login}", "type": "first-day", "login": login, "hidden": False}
