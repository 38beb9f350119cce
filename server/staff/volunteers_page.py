"""The page on which volunteers' devices are enrolled, renewed and revoked.

Template: `staff/volunteers.html` (user, csrf, now, devices, error, given: login, code and link of a new enrolment,
minutes). A device is its document.
"""

from collections.abc import Awaitable, Callable

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from server.guard import user_of
from server.office import office_of
from server.pages import render
from server.staff.accounts import is_login
from server.staff.devices import Devices
from server.staff.enrolment import LASTS, Enrolment, plain
from sync.document import Doc
from sync.statements import is_device


async def volunteers_page(request: Request) -> Response:
    """Answer `GET /staff/{lang}/volunteers`."""
    return await _page(request)


async def invite_device(request: Request) -> Response:
    """Answer `POST /staff/{lang}/volunteers` with `login`: a code, shown once, for one device of that volunteer."""
    office, login = office_of(request), request.state.fields.get("login", "").strip().lower()
    if not is_login(login):
        return await _page(request, error="staff.account.login.malformed", status_code=422)
    await office.audit.write("device-invited", who=user_of(request).login, about={"login": login})
    code = await Enrolment(office.databases.staff, office.clock()).invite(login)
    link = f"{office.settings.origin}/{request.path_params['lang']}/volunteer#{plain(code)}"
    return await _page(request, given=(login, code, link))


async def renew_device(request: Request) -> Response:
    """Answer `POST /staff/{lang}/volunteers/{device}/more`: its volunteer was seen in person, and it reads on."""
    return await _change(request, "device-renewed", Devices.renew)


async def revoke_device(request: Request) -> Response:
    """Answer `POST /staff/{lang}/volunteers/{device}/end`: it reads nothing any more; what it collected is taken in."""
    return await _change(request, "device-revoked", Devices.revoke)


async def _change(request: Request, deed: str, change: Callable[[Devices, str], Awaitable[Doc | None]]) -> Response:
    office, device = office_of(request), request.path_params["device"]
    devices = Devices(office.databases.staff, office.clock())
    if not is_device(device) or await devices.get(device) is None:
        raise HTTPException(404)
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
        now=office.clock(),
        devices=await Devices(office.databases.staff, office.clock()).all(),
        error=error,
        given=given,
        minutes=LASTS // 60,
    )
