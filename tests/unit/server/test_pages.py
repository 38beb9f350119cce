import re
from base64 import b64encode
from hashlib import sha256
from pathlib import Path

import pytest
from starlette.datastructures import Headers

from server.content import Content, ContentError, load_content
from server.pages import TEMPLATES, language_of, make_environment, render_pages
from server.settings import load_settings
from tests.serving import RunningOffice

SETTINGS = load_settings({})
BROWSER = {"Accept": "text/html,application/xhtml+xml"}


@pytest.fixture(scope="module")
def content() -> Content:
    return load_content(SETTINGS.content)


@pytest.fixture
def templates(tmp_path: Path) -> Path:
    for template in TEMPLATES.glob("*.html"):
        (tmp_path / template.name).write_text("{{ lang }} {{ path }}\n")
    return tmp_path


def test_every_public_page_is_there_in_every_language(content: Content) -> None:
    pages = render_pages(make_environment(SETTINGS, content), content)
    paths = {
        "",
        "mine",
        "track",
        "case",
        "volunteer",
        "bundle",
        "booking",
        "absent",
        "office",
        "guides",
        "survey",
        "survey/thanks",
        *(f"guides/{s}" for s in content.guides.slugs),
    }
    paths |= {f"apply/{service}" for service in content.forms.services if service != "survey"}
    paths |= {question.path for question in content.choices.questions}
    assert pages.keys() == {f"/{lang}/{path}" for lang in ("id", "en", "min") for path in paths} | {"/", "/k"}
    assert pages["/"] == pages["/id/"]
    assert pages["/k"] == pages["/id/case"]


def test_a_page_in_a_language_spoken_in_part_says_what_of_it_is_lent(content: Content) -> None:
    pages = render_pages(make_environment(SETTINGS, content), content)
    bodies = {url: page.body.decode() for url, page in pages.items() if url.startswith("/min/")}
    assert [url for url, body in bodies.items() if "\ue000" in body or "\ue001" in body] == []
    home, guide, form = (bodies[f"/min/{path}"] for path in ("", "guides/passport", "apply/passport-new"))
    assert '<html lang="min" data-voice="id">' in home
    assert "<h1>Uruih paspor, juo katiko sinyal lamah</h1>" in home
    assert '<span lang="id">M-Paspor dan membayar</span>' in home
    assert "alun dipareso urang nan babahaso Minang" in home
    assert '<h1>Mambuek paspor</h1><div class="stack" lang="id">' in guide
    assert re.search(r"<label[^>]*>Namo langkok</label>", form)
    assert '<h1><span lang="id">HP relawan</span></h1>' in bodies["/min/volunteer"]
    assert re.search(r"<button[^>]*>Pareso, lalu kirim</button>", form)
    assert re.findall(r"<(?:option|title|textarea)[^>]*>[^<]*<span", form) == []
    assert re.findall(r'="[^"]*<span', form) == []
    assert 'lang="min"' in pages["/id/"].body.decode()  # the link to it
    assert [url for url, page in pages.items() if url.startswith(("/id/", "/en/")) and b"<span lang" in page.body] == []


def test_where_it_is_asked_whether_an_answer_satisfies_it_stands_where_that_is_read(content: Content) -> None:
    pages = render_pages(make_environment(SETTINGS, content), content)
    form = pages["/id/apply/message"].body.decode()
    assert "Puas dengan jawaban kantor?" in form.partition("hanya dapat dibaca di HP dengan JavaScript")[2]
    assert "hanya dapat dibaca" not in pages["/id/apply/complaint"].body.decode()


def test_pages_are_the_same_bytes_each_time(content: Content) -> None:
    environment = make_environment(SETTINGS, content)
    first, second = render_pages(environment, content), render_pages(environment, content)
    assert {url: page.body for url, page in first.items()} == {url: page.body for url, page in second.items()}


def test_a_page_knows_its_language_and_its_path(content: Content, templates: Path) -> None:
    pages = render_pages(make_environment(SETTINGS, content, templates), content)
    assert pages["/en/guides/passport"].body == b"en guides/passport"


def test_a_name_that_a_page_was_not_given_is_an_error(content: Content, templates: Path) -> None:
    (templates / "mine.html").write_text("{{ nama_lengkap }}")
    with pytest.raises(ContentError, match=r"mine\.html: cannot be shown: 'nama_lengkap' is undefined"):
        render_pages(make_environment(SETTINGS, content, templates), content)


def test_a_missing_text_is_named_with_its_page(content: Content, templates: Path) -> None:
    (templates / "mine.html").write_text('{{ _("no.such.text") }}')
    with pytest.raises(ContentError, match=r"mine\.html: .*no\.such\.text"):
        render_pages(make_environment(SETTINGS, content, templates), content)


def test_what_a_page_shows_is_escaped(content: Content, templates: Path) -> None:
    (templates / "mine.html").write_text('{{ "<b>&" }}')
    pages = render_pages(make_environment(SETTINGS, content, templates), content)
    assert pages["/id/mine"].body == b"&lt;b&gt;&amp;"


@pytest.mark.parametrize(
    ("path", "accepted", "lang"),
    [
        ("/en/nowhere", "id", "en"),
        ("/nowhere", "en-GB,en;q=0.9", "en"),
        ("/nowhere", "jv, fr;q=0.8, en;q=0.5", "en"),
        ("/nowhere", "min, en;q=0.5", "min"),
        ("/nowhere", "fr", "id"),
        ("/nowhere", "", "id"),
        ("", "en", "en"),
        ("/xx/", "EN", "en"),
        ("/staff/id/guides", "en", "id"),
        ("/staff/login", "en", "en"),
    ],
)
def test_an_answer_is_in_the_readers_language(content: Content, path: str, accepted: str, lang: str) -> None:
    assert language_of(path, Headers({"accept-language": accepted}), content.catalogues) == lang


def test_public_pages_are_the_same_for_all_and_set_no_cookie(office_server: RunningOffice) -> None:
    for path in ("/", "/id/", "/en/guides/passport", "/id/apply/passport-new", "/id/mine", "/id/track", "/k"):
        first = office_server.ask("GET", path, headers=BROWSER)
        again = office_server.ask(
            "GET", path, headers={"Cookie": "s=x", "Accept-Language": "en", "User-Agent": "other"}
        )
        assert first.status == 200, path
        assert first.body == again.body, path
        assert "set-cookie" not in first.headers
        assert first.headers["cache-control"] == "no-cache"
        tag = {"If-None-Match": first.headers["etag"]}
        assert office_server.ask("GET", path, headers=tag).status == 304


def test_no_page_has_a_script_of_its_own_or_a_style_that_its_policy_does_not_name(office_server: RunningOffice) -> None:
    for path in ("/id/", "/id/apply/passport-new", "/id/mine", "/id/track", "/k", "/staff/login"):
        reply = office_server.ask("GET", path, headers=BROWSER)
        html, policy = reply.text, reply.headers["content-security-policy"]
        for style in re.findall(r"<style[^>]*>(.*?)</style>", html, re.DOTALL):
            assert f"'sha256-{b64encode(sha256(style.encode()).digest()).decode()}'" in policy, path
        assert "'unsafe-" not in policy, path
        assert re.findall(r"<script(?![^>]* src=)", html) == [], path
        assert " style=" not in html, path
        assert "onclick=" not in html, path


def test_an_unofficial_service_says_so_on_every_page(office_server: RunningOffice) -> None:
    for path in ("/id/", "/id/guides/passport", "/id/apply/passport-new", "/id/mine", "/id/track", "/k", "/id/nowhere"):
        assert "bukan situs resmi" in office_server.ask("GET", path, headers=BROWSER).text, path
