import pytest
from starlette.requests import Request

from server.origin import is_foreign

OWN = "https://rantau.example"


def asked(**headers: str) -> Request:
    sent = {"host": "rantau.example"} | {name.replace("_", "-"): value for name, value in headers.items()}
    return Request({"type": "http", "headers": [(name.encode(), value.encode()) for name, value in sent.items()]})


@pytest.mark.parametrize(
    "headers",
    [{}, {"origin": "null"}, {"origin": OWN}, {"sec_fetch_site": "same-origin"}, {"origin": "http://rantau.example"}],
)
def test_our_own_pages_and_old_browsers_are_let_through(headers: dict[str, str]) -> None:
    assert not is_foreign(asked(**headers), OWN)


@pytest.mark.parametrize(
    "headers",
    [
        *({"sec_fetch_site": site} for site in ("cross-site", "same-site", "none", "")),
        *({"origin": origin} for origin in ("https://elsewhere.example", "http://[", "", "https://rantau.example:1")),
        {"sec_fetch_site": "cross-site", "origin": OWN},
    ],
)
def test_another_site_is_told(headers: dict[str, str]) -> None:
    assert is_foreign(asked(**headers), OWN)
