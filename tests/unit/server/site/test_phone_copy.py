"""On a phone a page has nothing for those without scripts, and a form's makes its long lists later."""

import json
import re

from server.settings import load_settings
from server.site.packs import text_of
from server.site.phone_copy import phone_copy
from server.site.prepared import prepare
from server.site.site import Site, build_site

NAGARI = re.compile(r'<select id="nagari"[^>]*>(.*?)</select>(<noscript>.*?</noscript>)?', re.S)
WITHOUT_SCRIPTS = re.compile(r"<noscript>.*?</noscript>", re.S)


def on_a_phone(site: Site) -> dict[str, str]:
    """Give the Indonesian texts in packs by their URL."""
    packs = (json.loads(pack.body) for name, pack in site.resources.items() if name.startswith("/packs/id/"))
    return {url: text for pack in packs for url, entry in pack.items() if (text := text_of(entry)) is not None}


def test_a_forms_page_on_a_phone_starts_first_and_has_its_regions_as_text_unlike_the_one_that_is_served() -> None:
    settings = load_settings({})
    site = build_site(settings, prepare(settings), keys=[])
    url = "/id/apply/passport-new"
    packed = on_a_phone(site)[url]
    served = site.resources[url].body.decode()
    full, lean = NAGARI.search(served), NAGARI.search(packed)
    assert full is not None
    assert lean is not None
    assert full[2] is None
    assert full[1].count("<option") > 50
    assert lean[1].count("<option") == 1
    assert lean[1] + lean[2].removeprefix("<noscript>").removesuffix("</noscript>") == full[1]
    assert packed.count(' blocking="render"') == 1
    assert served.count("<noscript>") == len(WITHOUT_SCRIPTS.findall(served)) > 1
    assert packed.replace(' blocking="render"', "", 1).replace("</select><noscript>", "").replace(
        "</optgroup></noscript>", "</optgroup></select>"
    ) == WITHOUT_SCRIPTS.sub("", served)
    pages = [text.replace("</select><noscript>", "") for text in on_a_phone(site).values() if "<html" in text]
    assert [page for page in pages if "<noscript>" in page] == []


def test_a_short_list_stays() -> None:
    short = '<select id="a">\n<option value="">Pilih\n<option value="x">X\n</select>'
    assert phone_copy(short) == short
