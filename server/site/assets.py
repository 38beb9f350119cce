"""The app's own files, read once at start: scripts and styles without their comments, everything compressed."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path, PurePosixPath

from server.headers import WASM_WORKER
from server.settings import ROOT
from server.site.joined import JOINED, join_members, joiner, members_of, readdressed
from server.site.made_before import NOTHING, MadeBefore
from server.site.resources import Resource, make_resource
from server.site.slim import slim_script, slim_style, slimmer

SCRIPT, STYLE = "text/javascript; charset=utf-8", "text/css; charset=utf-8"
TYPES = {
    ".js": SCRIPT,
    ".css": STYLE,
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".webp": "image/webp",
    ".ico": "image/x-icon",
    ".wasm": "application/wasm",
    ".woff2": "font/woff2",
}
_SHEETS = ("tokens", "elements", "layout", "components")
_AT_THE_ROOT = {"service-worker.js": SCRIPT, "manifest.json": "application/manifest+json"}
_IN_WORKER = "/pwa/worker/"  # ends the service worker: to load another script would cost it a round trip


def load_assets(root: Path = ROOT, made: MadeBefore = NOTHING) -> dict[str, Resource]:
    """Read `pwa/`, the service worker and the manifest, by their URL; files of other kinds are not served."""
    paths = {f"/{path.relative_to(root).as_posix()}": path for path in sorted((root / "pwa").rglob("*"))}
    files = {url: path.read_bytes() for url, path in paths.items() if path.suffix in TYPES and path.is_file()}
    ends = [files.pop(url) for url in list(files) if url.startswith(_IN_WORKER)]
    files |= _joined({url: body for url, body in files.items() if paths[url].suffix == ".js" and _is_ours(url)}, made)
    found = {url: _asset(url, body, made) for url, body in sorted(files.items())}
    for name, type_ in _AT_THE_ROOT.items():
        if (root / name).is_file():
            body = b"".join([(root / name).read_bytes(), *(ends if type_ == SCRIPT else ())])
            found[f"/{name}"] = make_resource(_slim(body, type_, made), type_)
    return found | _one_sheet(found)


@cache
def load_sheet(root: Path = ROOT) -> Resource:
    """Read the one sheet of every public page, alone."""
    sheets = {f"/pwa/css/{path.name}": path for path in sorted((root / "pwa" / "css").glob("*.css"))}
    return _one_sheet({url: _asset(url, path.read_bytes(), NOTHING) for url, path in sheets.items()})["/pwa/app.css"]


def _one_sheet(found: dict[str, Resource]) -> dict[str, Resource]:
    """Join what every public page needs: at 2G each further sheet is a second before anything can be read."""
    sheets = [found[url].body for name in _SHEETS if (url := f"/pwa/css/{name}.css") in found]
    if "/pwa/css/print.css" in found:
        sheets.append(b"@media print {\n" + found["/pwa/css/print.css"].body + b"}\n")
    return {"/pwa/app.css": make_resource(b"".join(sheets), STYLE)} if sheets else {}


def _joined(scripts: Mapping[str, bytes], made: MadeBefore) -> dict[str, bytes]:
    """Give the scripts that are served otherwise than they are written, because a form starts with one for many."""
    sources = {url: body.decode() for url, body in scripts.items()}
    parts = "".join(f"{url}\n{sources[url]}\n" for url in members_of(sources))
    whole = made.get(f"join {joiner()}", parts.encode(), lambda _: join_members(sources).encode())
    return {url: text.encode() for url, text in readdressed(sources).items()} | ({JOINED: whole} if parts else {})


def _is_ours(url: str) -> bool:
    # What came from outside lies there verbatim, and is served so.
    return "/vendor/" not in url


def _asset(url: str, body: bytes, made: MadeBefore) -> Resource:
    type_ = TYPES[PurePosixPath(url).suffix]
    return make_resource(_slim(body, type_, made) if _is_ours(url) else body, type_, headers=_own_headers(url))


def _slim(body: bytes, type_: str, made: MadeBefore) -> bytes:
    if type_ == SCRIPT:
        return made.get(f"slim {slimmer()}", body, lambda script: slim_script(script.decode()).encode())
    return slim_style(body.decode()).encode() if type_ == STYLE else body


def _own_headers(url: str) -> dict[str, str]:
    name = PurePosixPath(url).name
    is_wasm_worker = name.startswith("argon2") and "worker" in name
    return {"Content-Security-Policy": WASM_WORKER} if is_wasm_worker else {}
