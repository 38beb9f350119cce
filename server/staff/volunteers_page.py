"""The page on which volunteers' devices are enrolled, renewed and revoked.

Template: `staff/volunteers.html` (user, csrf, once, now, devices, error, given: login, code and link of a new
enrolment, minutes). A device is its document.
"""

from collections.abc import Awaitable, Callable

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from server.guard import user_of
from server.office import office_of
from server.once import new_name, own_once
from server.pages import render
from server.staff.accounts import is_login
from server.staff.devices import Devices
from server.staff.enrolment import LASTS, WORDS, Enrolment, device_of, plain
from server.staff.spoken_codes import code_of
from sync.document import Doc
from sync.statements import is_device


async def volunteers_page(request: Request) -> Response:
    """Answer `GET /staff/{lang}/volunteers`."""
    return await _page(request)


async def invite_device(request: Request) -> Response:
    """Answer `POST /staff/{lang}/volunteers` with `login`: a code for one device of that volunteer, which counts once.

    The same form of the same session shows it again until it is used; nothing else does.
    """
    office, login = office_of(request), request.state.fields.get("login", "").strip().lower()
    if not is_login(login):
        return await _page(request, error="staff.account.login.malformed", status_code=422)
    async with office.deciding:
        code = await _code_for(request, login)
    link = f"{office.settings.origin}/{request.path_params['lang']}/volunteer#{plain(code)}"
    return await _page(request, given=(login, code, link))


async def _code_for(request: Request, login: str) -> str:
    """Give the code of the form, made once and with one trace; after it was used or has run out, another."""
    office, once = office_of(request), own_once(request.state.fields, user_of(request).csrf)
    enrolment, code = Enrolment(office.databases.staff, office.clock()), code_of(once, WORDS, "device", login)
    made = await enrolment.invited(plain(code))
    if made is not None and enrolment.is_waiting(made):
        return code
    await office.audit.write("device-invited", who=user_of(request).login, about={"login": login})
    is_used = made or await Devices(office.databases.staff, office.clock()).get(device_of(plain(code)))
    return await enrolment.invite(login, None if is_used else code)


async def renew_device(request: Request) -> Response:
    """Answer `POST /staff/{lang}/volunteers/{device}/more`: its volunteer was seen in person, and it reads on.

    `after` is when that was so last as the page was made: of a form that is sent twice the second does nothing.
    """
    return await _change(request, "device-renewed", Devices.renew)


async def revoke_device(request: Request) -> Response:
    """Answer `POST /staff/{lang}/volunteers/{device}/end`: it reads nothing any more; what it collected is taken in."""
    return await _change(request, "device-revoked", Devices.revoke)


async def _change(request: Request, deed: str, change: Callable[[Devices, str], Awaitable[Doc | None]]) -> Response:
    office, device = office_of(request), request.path_params["device"]
    devices = Devices(office.databases.staff, office.clock())
    async with office.deciding:
        doc = await devices.get(device) if is_device(device) else None
        if doc is None:
            raise HTTPException(404)
        renewed = str(doc["renewed_at"])
        if doc["revoked_at"] is None and request.state.fields.get("after", renewed) == renewed:
            await office.audit.write(deed, who=user_of(request).login, about={"device": device})
            await change(devices, device)
    return RedirectResponse(f"/staff/{request.path_params['lang']}/volunteers", status_code=303)


async def _page(
    request: Request, *, error: str | None = None, given: tuple[str, str, str] | None = None, status_code: int = 200
) -> Response:
    office, user = office_of(request), user_of(request)
    return render(
        request,
        "staff/volunteers.html",
        status_code=status_code,
        user=user,
        csrf=user.csrf,
        once=new_name(),
        now=office.clock(),
        devices=await Devices(office.databases.staff, office.clock()).all(),
        error=error,
        given=given,
        minutes=LASTS // 60,
    )
