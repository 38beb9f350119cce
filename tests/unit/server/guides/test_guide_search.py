"""Looking through the guides without JavaScript: the same that the phone finds, and nothing of it in an address."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from server.guides.guide_search import Text, search, text_of
from server.guides.guides import load_guides
from tests.serving import RunningOffice

ROOT = Path(__file__).parents[4]
VECTORS = json.loads((ROOT / "tests/vectors/guide-search.json").read_text())
TEXTS = [Text(one["slug"], one["title"], tuple(map(tuple, one["blocks"]))) for one in VECTORS["texts"]]
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.mark.parametrize("given", VECTORS["searches"], ids=lambda given: given["query"])
def test_what_is_found(given: Any) -> None:
    found = json.loads(json.dumps([asdict(one) for one in search(TEXTS, given["query"])]))
    assert found == given["found"]


def test_every_guide_is_looked_through_line_by_line() -> None:
    guides = load_guides(ROOT / "content/guides").of("id")
    assert all(text_of(guide).blocks for guide in guides)
    best, *_ = search([text_of(guide) for guide in guides], "kode bayar 2 jam")
    assert (best.slug, best.heading) == ("m-paspor", "Membayar")
    assert {"kode", "bayar"} <= {words.lower() for words, is_hit in best.parts if is_hit}


def test_it_is_posted_and_never_an_address(office_server: RunningOffice) -> None:
    page = office_server.ask("GET", "/id/guides").text
    assert '<form class="stack near" method="post" action="/id/guides"' in page
    answer = office_server.ask("POST", "/id/guides", body=b"q=%3Cb%3E+denda+polisi", headers=FORM)
    assert answer.status == 200
    assert '<a href="/id/guides/passport-lost">' in answer.text
    assert "<mark>polisi</mark>" in answer.text
    assert 'value="&lt;b&gt; denda polisi"' in answer.text
    none = office_server.ask("POST", "/en/guides", body=b"q=xylophone", headers=FORM)
    assert "No guide has that word." in none.text
