"""The app's own files, read once at start: scripts and styles without their comments, everything compressed."""

from functools import cache
from pathlib import Path

from server.headers import WASM_WORKER
from server.made_before import NOTHING, MadeBefore
from server.resources import Resource, make_resource
from server.settings import ROOT
from server.slim import slim_script, slim_style, slimmer

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


def load_assets(root: Path = ROOT, made: MadeBefore = NOTHING) -> dict[str, Resource]:
    """Read `pwa/`, the service worker and the manifest, by their URL; files of other kinds are not served."""
    found = {}
    for path in sorted((root / "pwa").rglob("*")):
        if path.suffix in TYPES and path.is_file():
            found[f"/{path.relative_to(root).as_posix()}"] = _asset(path, TYPES[path.suffix], made)
    for name, type_ in _AT_THE_ROOT.items():
        if (root / name).is_file():
            found[f"/{name}"] = _asset(root / name, type_, made)
    return found | _one_sheet(found)


@cache
def load_sheet(root: Path = ROOT) -> Resource:
    """Read the one sheet of every public page, alone."""
    sheets = sorted((root / "pwa" / "css").glob("*.css"))
    return _one_sheet({f"/pwa/css/{path.name}": _asset(path, STYLE, NOTHING) for path in sheets})["/pwa/app.css"]


def _one_sheet(found: dict[str, Resource]) -> dict[str, Resource]:
    """Join what every public page needs: at 2G each further sheet is a second before anything can be read."""
    sheets = [found[url].body for name in _SHEETS if (url := f"/pwa/css/{name}.css") in found]
    if "/pwa/css/print.css" in found:
        sheets.append(b"@media print {\n" + found["/pwa/css/print.css"].body + b"}\n")
    return {"/pwa/app.css": make_resource(b"".join(sheets), STYLE)} if sheets else {}


def _asset(path: Path, type_: str, made: MadeBefore) -> Resource:
    body = path.read_bytes()
    # What came from outside lies there verbatim, and is served so.
    if "vendor" not in path.parts:
        body = _slim(body, type_, made)
    return make_resource(body, type_, headers=_own_headers(path))


def _slim(body: bytes, type_: str, made: MadeBefore) -> bytes:
    if type_ == SCRIPT:
        return made.get(f"slim {slimmer()}", body, lambda script: slim_script(script.decode()).encode())
    return slim_style(body.decode()).encode() if type_ == STYLE else body


def _own_headers(path: Path) -> dict[str, str]:
    is_wasm_worker = path.name.startswith("argon2") and "worker" in path.name
    return {"Content-Security-Policy": WASM_WORKER} if is_wasm_worker else {}
