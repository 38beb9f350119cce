"""Whoever comes for the first time reads the page with its first answer, and no other style sheet gets into it."""

import base64
import hashlib
import re

import pytest

from tests.serving import RunningOffice


@pytest.mark.parametrize("path", ["/", "/id/", "/en/", "/id/guides/passport"])
def test_a_page_that_strangers_come_to_asks_for_nothing_before_it_can_be_read(
    office_server: RunningOffice, path: str
) -> None:
    page = office_server.ask("GET", path)
    assert 'rel="stylesheet"' not in page.text
    [style] = re.findall(r"<style>(.*?)</style>", page.text, re.DOTALL)
    assert style.encode() == office_server.ask("GET", "/pwa/app.css").body
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = dict(rule.split(" ", 1) for rule in page.headers["content-security-policy"].split("; "))
    assert policy.pop("style-src") == f"'self' 'sha256-{digest}'"
    form = office_server.ask("GET", "/id/apply/passport-new").headers["content-security-policy"]
    other = dict(rule.split(" ", 1) for rule in form.split("; "))
    assert other.pop("style-src") == "'self'"
    assert policy == other


def test_it_costs_less_than_one_round_trip_of_content(office_server: RunningOffice) -> None:
    page = office_server.ask("GET", "/id/", headers={"Accept-Encoding": "br"})
    assert len(page.body) + sum(len(name) + len(value) + 4 for name, value in page.headers.items()) < 14 * 1024
    assert office_server.ask("GET", "/id/", headers={"If-None-Match": page.headers["etag"]}).status == 304
