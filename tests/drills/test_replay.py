"""Somebody on the way answers with the list of keys of last year, whose private half a thief may have by now."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.form_filling import fill_form, send_form, wait_until_saved
from tests.browsing import Phone
from tests.papers import found_office
from tests.people import person
from tests.replaying_proxy import ReplayingProxy

pytestmark = pytest.mark.browser

READY = "[data-module=ready-line] span:not(:empty)"
LIST = "async () => (await (await import('/pwa/pins.js')).office()).keys.seq"


def test_an_old_list_of_keys_is_refused_and_the_phone_seals_to_the_newer_key(phone: Phone, tmp_path: Path) -> None:
    papers = found_office(tmp_path / "office")
    office, page = papers.office, phone.page
    with ReplayingProxy(office.port) as hub:
        url = f"http://localhost:{hub.port}"
        office.env["RANTAU_ORIGIN"] = url
        with office:
            old = office.ask("GET", "/office.json", headers={"Host": f"localhost:{hub.port}"}).json()
        papers.keys("next", "--yes", paper=papers.root)
        papers.keys("promote", "--now", paper=papers.root)
        with office:
            page.goto(f"{url}/id/")
            page.locator(READY).first.wait_for()
            seq = page.evaluate(LIST)
            assert seq > old["keys"][0][2]

            hub.replayed = {"/ping": "rantau aaaaaaaa\n", "/office.json": json.dumps(old | {"public": "aaaaaaaa"})}
            page.goto(f"{url}/id/apply/passport-new")
            fill_form(page, person(16))
            wait_until_saved(page)
            receipt = send_form(page)
            expect(receipt).to_have_attribute("data-state", "done")
            assert set(hub.asked) == {"/ping", "/office.json"}
            assert page.evaluate(LIST) == seq
            case = page.url.split("#c=")[1]
            documents = papers.officer().get(f"cases/{case}").body
            stolen = next(row[0] for row in old["keys"][0][5] if row[1] == "seal")
            assert stolen not in json.dumps(documents)
            phone.stop()
            page = phone.start()
            page.goto(f"{url}/id/")
            assert page.evaluate(LIST) == seq
            assert phone.errors == []
