"""Programs of other bodies ask for events: one sealed request with a token, and where those of that token stand.

docs/open-data.md is written for who calls it.
"""

from starlette.requests import Request
from starlette.responses import Response

from server.exchange import intake_of
from server.figures.feed_door import stakeholder_of
from server.figures.stakeholders import Stakeholder, StakeholderError, Stakeholders
from server.intake import Ok, Refused
from server.items import Item, ItemRefused, read_item
from server.ndjson import JsonAnswer, Problem, later
from server.office import Office, office_of
from server.watch import case_versions
from sync.errors import Unavailable
from sync.receipt_code import spoken_number


async def send_event_request(request: Request) -> Response:
    """Answer `POST /open/v1/requests.json` with an item, `[version, wrap]`: its number and the office's receipt."""
    office, who = office_of(request), stakeholder_of(request)
    try:
        item = read_item(await request.body(), forms=office.forms, key_list=office.key_list, now=office.clock())
        if item.version["service"] not in office.forms.requests:
            raise ItemRefused("service-unknown", item.id)
        if item.case not in who.requests and not await _is_here(office, item):
            await _tie(office, who, item)
        [outcome] = await intake_of(office).take([await request.body()])
    except ItemRefused as refused:
        return Problem(422, "refused", refused.reason)
    except StakeholderError as error:
        return Problem(422, "refused", "taken") if str(error) == "taken" else Problem(409, "conflict")
    except Unavailable as error:
        return later(error)
    if isinstance(outcome, Refused):
        return Problem(422, "refused", outcome.reason)
    told = {"id": item.id, "number": spoken_number(item.case)}
    return JsonAnswer(told | {"receipt": outcome.receipt}, status_code=201) if isinstance(outcome, Ok) else _kept(told)


async def _is_here(office: Office, item: Item) -> bool:
    """Say whether it was sent before; the same again asks for its receipt, however many came since."""
    [row] = await office.databases.cases.all_docs(keys=[item.id])
    return row.rev is not None and not row.deleted


async def _tie(office: Office, who: Stakeholder, item: Item) -> None:
    """Let the token see the case from now on.

    Raises:
        StakeholderError: `taken`, somebody else's case has that name; `busy`, it was changed in this moment.
    """
    if await case_versions(office.databases.cases, item.case):
        raise StakeholderError("taken")
    about = {"stakeholder": who.name, "case": item.case}
    await office.audit.write("event-requested", who=f"stakeholder:{who.name}", about=about)
    await Stakeholders(office.databases.staff, office.clock()).add_request(who.name, item.case)


def _kept(told: dict[str, str]) -> Response:
    # Not on as many nodes as it takes: sending the same again asks for the receipt.
    return JsonAnswer(told | {"receipt": None}, status_code=202)
