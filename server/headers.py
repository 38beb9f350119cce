"""The strict headers of every answer, errors included; what a page may load is said here and nowhere else."""

from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.ndjson import NDJSON

_CSP = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' blob: data:",
    "connect-src": "'self'",
    "manifest-src": "'self'",
    "worker-src": "'self'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
    "require-trusted-types-for": "'script'",
    # One policy, which lets the URLs of our workers through: with 'none' no service worker can be registered.
    "trusted-types": "rantau",
}
_OTHERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), geolocation=(), microphone=()",
}
# A browser shows data as text and runs nothing of it: a poor link does not carry what only binds documents and scripts.
_DATA = frozenset({"application/json", "application/problem+json", NDJSON})
_FOR_DATA = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_HSTS = "max-age=63072000; includeSubDomains"


def content_security_policy(**changed: str) -> str:
    """Write the policy; *changed* replaces directives, named with `_` for `-`."""
    directives = _CSP | {name.replace("_", "-"): value for name, value in changed.items()}
    return "; ".join(f"{name} {value}" for name, value in directives.items())


# Argon2id is WebAssembly, and only the worker that runs it may compile any.
WASM_WORKER = content_security_policy(script_src="'self' 'wasm-unsafe-eval'")


# A page that runs nothing says so in fewer bytes.
PLAIN_PAGE = (
    "; ".join(
        f"{name} {_CSP[name]}" for name in ("default-src", "style-src", "base-uri", "form-action", "frame-ancestors")
    )
    + "; img-src 'self'"
)


def strict_headers(origin: str, *, has_hubs: bool = False) -> Mapping[str, str]:
    """Give the headers that every answer of the office at *origin* carries, unless it is data."""
    connect = {"connect_src": f"'self' {_hubs_of(origin)}"} if has_hubs else {}
    return {"Content-Security-Policy": content_security_policy(**connect), **_OTHERS} | _transport(origin)


def data_headers(origin: str) -> Mapping[str, str]:
    """Give the headers of an answer that is data."""
    return _FOR_DATA | _transport(origin)


def _transport(origin: str) -> dict[str, str]:
    # Without a certificate the browser has to ignore it, and a developer's localhost must not be bound for years.
    return {"Strict-Transport-Security": _HSTS} if urlsplit(origin).scheme == "https" else {}


def _hubs_of(origin: str) -> str:
    """Name every hub of an office at once: the packs carry the policy, and each new one would be a new app to fetch."""
    parts = urlsplit(origin)
    return f"{parts.scheme}://*.{parts.netloc}"


class StrictHeaders:
    """Adds the headers to every answer that does not say otherwise itself; *has_hubs* is asked for each."""

    def __init__(self, app: ASGIApp, *, origin: str, has_hubs: Callable[[Scope], bool] = lambda _: False) -> None:
        self.app = app
        self.headers = {known: strict_headers(origin, has_hubs=known) for known in (False, True)}
        self.for_data = data_headers(origin)
        self.has_hubs = has_hubs

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and dress the answer."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def dressed(message: Message) -> None:
            # What is not modified keeps the headers that it came with: `server.site.site` names those in its tag.
            if message["type"] == "http.response.start" and message["status"] != 304:
                headers = MutableHeaders(scope=message)
                is_data = headers.get("content-type", "").partition(";")[0] in _DATA
                for name, value in (self.for_data if is_data else self.headers[self.has_hubs(scope)]).items():
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, dressed)
