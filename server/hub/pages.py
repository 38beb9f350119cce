"""The pages of a hub: the office's guides to read, from its copy of what the office signed. No scripts."""

import json
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from server.guides.guides import Guide, by_group, parse_guide
from server.headers import content_security_policy
from server.hub.hub import Hub, hub_of
from server.i18n import Catalogue, Catalogues, load_catalogues
from server.moments import day
from server.pages import TEMPLATES
from server.publishing import SITE, guide_id
from server.settings import Settings
from server.site.assets import load_sheet
from server.site.resources import respond
from sync.errors import NotFound

POLICY = content_security_policy(
    script_src="'none'", connect_src="'none'", worker_src="'none'", manifest_src="'none'", trusted_types="'none'"
)
_NOTHING_YET: dict[str, Any] = {"office": None, "guides": {}, "forms": {}}


def make_hub_environment(settings: Settings) -> Environment:
    """Prepare the templates of a hub's pages."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), undefined=StrictUndefined, autoescape=True, trim_blocks=True
    )
    environment.filters["day"] = day
    environment.globals["catalogues"] = load_catalogues(settings.content / "locale")
    return environment


async def to_home(request: Request) -> Response:
    """Answer a GET for the first page, in the first language."""
    return RedirectResponse(f"/{_languages(request)[0]}/", status_code=303)


async def home(request: Request) -> Response:
    """Answer `GET /<lang>/`: what this is, and the guides."""
    hub, lang = hub_of(request), _lang(request)
    site = await _site(hub)
    guides = [guide for slug in site["guides"].get(lang, []) if (guide := await _guide(hub, lang, slug))]
    return await page(request, "hub/home.html", guides=list(by_group(guides)))


async def guide(request: Request) -> Response:
    """Answer `GET /<lang>/guides/<slug>`."""
    hub, lang, slug = hub_of(request), _lang(request), request.path_params["slug"]
    site = await _site(hub)
    found = await _guide(hub, lang, slug) if slug in site["guides"].get(lang, []) else None
    if found is None:
        raise HTTPException(404)
    return await page(request, "hub/guide.html", guide=found)


async def form(request: Request) -> Response:
    """Answer `GET /forms/<service>.json`: the form in use, as the office published it."""
    hub, service = hub_of(request), request.path_params["service"]
    name = (await _site(hub))["forms"].get(service)
    body = await _body(hub, f"form.{service}.{name}") if name else None
    if body is None:
        raise HTTPException(404)
    headers = {"Rantau-Form": name, "Cache-Control": "no-cache"}
    return Response(body, media_type="application/json", headers=headers)


async def sheet(request: Request) -> Response:
    """Answer `GET /pwa/app.css`."""
    return respond(request, load_sheet())


async def page(request: Request, template: str, *, status_code: int = 200, **context: object) -> Response:
    """Render a page in the language of its path.

    Raises:
        HTTPException: 404, the hub has no such language.
    """
    environment: Environment = request.app.state.environment
    lang, hub = _lang(request), hub_of(request)
    site = await _site(hub)
    words = words_of(request).text
    html = environment.get_template(template).render(
        lang=lang, _=words, languages=_languages(request), office=site["office"], hub=hub.own.name,
        origin=hub.upstream, path=request.path_params.get("slug"), **context,
    )  # fmt: skip
    headers = {"Content-Security-Policy": POLICY, "Cache-Control": "no-cache", "Content-Language": lang}
    return HTMLResponse(html, status_code, headers)


def words_of(request: Request) -> Catalogue:
    """Give the texts in the language of a path.

    Raises:
        HTTPException: 404, the hub has no such language.
    """
    return _catalogues(request)[_lang(request)]


async def _site(hub: Hub) -> dict[str, Any]:
    body = await _body(hub, SITE)
    site: dict[str, Any] = json.loads(body) if body else _NOTHING_YET
    return site


async def _guide(hub: Hub, lang: str, slug: str) -> Guide | None:
    body = await _body(hub, guide_id(lang, slug))
    return parse_guide(body.decode(), lang, slug) if body else None


async def _body(hub: Hub, doc_id: str) -> bytes | None:
    try:
        return (await hub.stores.public.attachment(doc_id, "body")).data
    except NotFound:
        return None


def _lang(request: Request) -> str:
    lang: str = request.path_params["lang"]
    if lang not in _languages(request):
        raise HTTPException(404)
    return lang


def _languages(request: Request) -> tuple[str, ...]:
    return tuple(_catalogues(request).languages)


def _catalogues(request: Request) -> Catalogues:
    catalogues: Catalogues = request.app.state.environment.globals["catalogues"]
    return catalogues
