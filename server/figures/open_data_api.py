"""The feed of open data: `GET /open/v1/<table>.json` and `.csv` for anybody, two of them only for who holds a token.

docs/open-data.md is written for who reads it.
"""

import json
from collections.abc import Mapping

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from server.figures.feed_door import stakeholder_of
from server.figures.open_data import Table, datapackage, figures, groups, requests, schedule
from server.office import Office, office_of
from server.packing import pack
from server.site.resources import digest_of

_FOR_ANYBODY = {"Cache-Control": "public, max-age=300", "Access-Control-Allow-Origin": "*"}
_FOR_ONE = {"Cache-Control": "no-store"}
_MAKERS = {"schedule": schedule, "figures": figures}


async def show_package(request: Request) -> Response:
    """Answer `GET /open/v1/datapackage.json`: which tables there are, and what is in them."""
    body = json.dumps(datapackage(office_of(request)), ensure_ascii=False, indent=1).encode()
    return _tagged(request, body, digest_of(body), "application/json", _FOR_ANYBODY)


async def show_table(request: Request) -> Response:
    """Answer `GET /open/v1/{name}.json` and `.csv`."""
    office, (name, _, kind) = office_of(request), request.path_params["table"].partition(".")
    if name not in _MAKERS or kind not in ("json", "csv"):
        raise HTTPException(404)
    return _written(request, office, await _MAKERS[name](office), kind, _FOR_ANYBODY)


async def show_requests(request: Request) -> Response:
    """Answer `GET /open/v1/requests.json` and `.csv` with a token."""
    office = office_of(request)
    kind = request.scope["path"].rpartition(".")[2]
    return _written(request, office, await requests(office, stakeholder_of(request)), kind, _FOR_ONE)


async def show_groups(request: Request) -> Response:
    """Answer `GET /open/v1/groups.json` and `.csv` with a token; who read it is in the audit."""
    office, who = office_of(request), stakeholder_of(request)
    await office.audit.write("groups-read", who=f"stakeholder:{who.name}", about={"groups": len(who.groups)})
    kind = request.scope["path"].rpartition(".")[2]
    return _written(request, office, await groups(office, who), kind, _FOR_ONE)


def _written(request: Request, office: Office, table: Table, kind: str, headers: Mapping[str, str]) -> Response:
    # When it was asked is no news: the same rows have the same tag.
    tag = digest_of(repr((kind, table.rows, table.beside)).encode())
    body = table.to_json(office) if kind == "json" else table.to_csv()
    type_ = "application/json" if kind == "json" else "text/csv; charset=utf-8; header=present"
    named = {"Content-Disposition": f'inline; filename="rantau-{table.name}.{kind}"'}
    return _tagged(request, body, tag, type_, {**headers, **named})


def _tagged(request: Request, body: bytes, tag: str, type_: str, headers: Mapping[str, str]) -> Response:
    url = office_of(request).settings.licence.url
    told = {"ETag": f'W/"{tag}"', "Link": f'<{url}>; rel="license"', **headers}
    if f'"{tag}"' in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=told)
    return pack(request, Response(body, media_type=type_, headers=told))
