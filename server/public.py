"""What anybody may read: pages and files by their URL, the office's keys and forms, and a sign of life."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response

from server.office import office_of
from server.site.resources import respond
from server.watch import VERSION
from sync.canonical import b64u_encode


async def resource(request: Request) -> Response:
    """Answer a GET for anything that was made at start."""
    site = office_of(request).site
    path = request.scope["path"]
    found = site.resources.get(path)
    if found is None:
        raise HTTPException(404)
    return await site.differences.respond(request, found) if path.startswith("/packs/") else respond(request, found)


async def office_json(request: Request) -> Response:
    """Answer `GET /office.json`: what a device pins and checks before it seals."""
    office = office_of(request)
    profile = office.settings.office
    content = {
        "office": {"name": profile.name, "official": profile.official, "origin": office.settings.origin},
        "root": b64u_encode(office.root),
        "keys": office.keys,
        "forms": {service: office.forms.latest(service).name for service in office.forms.services},
        "public": office.public,
        "exchange": VERSION,
        "time": office.clock(),
    }
    return JSONResponse(content, headers={"Cache-Control": "no-cache"})


async def pace_json(request: Request) -> Response:
    """Answer `GET /pace.json`: how fast the office has been of late, for phones to say what to expect."""
    pace = await office_of(request).projection.pace()
    return JSONResponse(pace.to_json(), headers={"Cache-Control": "no-cache"})


async def ping(request: Request) -> Response:
    """Answer `GET /ping` with a body that no captive portal knows."""
    office = office_of(request)
    return PlainTextResponse(f"rantau {office.public}\n", headers={"Cache-Control": "no-store"})


async def to_folder(request: Request) -> Response:
    """Answer a GET for a folder without its slash, which people leave out when they type."""
    # Relative, because only the proxy in front knows by which scheme we were reached.
    return RedirectResponse(f"{request.scope['path']}/", status_code=308)
