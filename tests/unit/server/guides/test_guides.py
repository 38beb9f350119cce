"""Guides: their front matter, their safety, and that those of the office are there in every language."""

import re
from datetime import date
from pathlib import Path

import pytest

from server.content import load_content
from server.guides.guides import GROUPS, MAX_TEXT, GuideError, load_guides, read_guide

CONTENT = Path(__file__).parents[4] / "content/guides"
FRONT = "---\ntitle: Judul\ngroup: passport\norder: 2\nchecked: 2026-11-25\nsources:\n- UU 6/2011\n- PP 45/2024\n---\n"


def write(folder: Path, text: str, name: str = "passport.md") -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text(text)
    return path


def test_a_guide_is_read(tmp_path: Path) -> None:
    guide = read_guide(write(tmp_path, FRONT + "## Biaya\n\n| a | b |\n|---|---|\n| 1 | 2 |\n"), "id")
    assert (guide.slug, guide.title, guide.group, guide.order) == ("passport", "Judul", "passport", 2)
    assert guide.checked == date(2026, 11, 25)
    assert guide.sources == ("UU 6/2011", "PP 45/2024")
    assert "<h2>Biaya</h2>" in guide.html
    assert "<td>1</td>" in guide.html


def test_html_and_scripts_stay_text(tmp_path: Path) -> None:
    text = "<script>x()</script> <b>y</b> [z](javascript:x())"
    html = read_guide(write(tmp_path, FRONT + text), "id").html
    assert "<script" not in html
    assert "<b>" not in html
    assert "href" not in html


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("# Judul\n", "does not open with a front matter"),
        ("---\ntitle: x\n", "does not open with a front matter"),
        (FRONT.replace("title: Judul\n", ""), "title is missing"),
        (FRONT.replace("- UU 6/2011\n- PP 45/2024\n", ""), "sources is missing"),
        (FRONT.replace("2026-11-25", "kemarin"), "checked a date such as"),
        (FRONT.replace("order: 2", "order: dua"), "order and repeat are numbers"),
        (FRONT.replace("group: passport", "group: visa"), "group is one of passport, stay"),
        (FRONT.replace("title: Judul", "titel: Judul"), "can't read 'titel: Judul'"),
        (FRONT.replace("order: 2", "order: 2\norder: 3"), "can't read 'order: 3'"),
        (FRONT + "x" * MAX_TEXT, "longer than 6144 bytes"),
    ],
)
def test_a_guide_with_a_slip(tmp_path: Path, text: str, reason: str) -> None:
    with pytest.raises(GuideError, match=rf"id/passport\.md: .*{reason}"):
        read_guide(write(tmp_path, text), "id")


def test_a_guide_as_other_editors_save_it(tmp_path: Path) -> None:
    path = write(tmp_path, "")
    path.write_bytes(b"\xef\xbb\xbf" + FRONT.encode() + b"Biaya \xe2\x80\x93 gratis")
    assert read_guide(path, "id").title == "Judul"
    path.write_bytes(FRONT.encode() + b"Biaya \x96 gratis")
    with pytest.raises(GuideError, match=r"id/passport\.md: .*utf-8"):
        read_guide(path, "id")


def test_a_guide_that_one_language_lacks(tmp_path: Path) -> None:
    write(tmp_path / "id", FRONT)
    write(tmp_path / "en", FRONT)
    write(tmp_path / "id", FRONT, "offline.md")
    with pytest.raises(GuideError, match=r"en/offline\.md: missing"):
        load_guides(tmp_path)


def test_guides_come_in_the_order_they_ask_for(tmp_path: Path) -> None:
    write(tmp_path / "id", FRONT, "a.md")
    write(tmp_path / "id", FRONT.replace("order: 2", "order: 1"), "b.md")
    assert load_guides(tmp_path).slugs == ("b", "a")


def test_the_offices_guides_are_there_in_both_languages() -> None:
    guides = load_guides(CONTENT)
    assert {guide.lang for guide in guides.of("en")} == {"en"}
    groups = {group: [guide.slug for guide in listed] for group, listed in guides.grouped("id")}
    assert tuple(groups) == GROUPS
    assert groups["passport"][0] == "passport"
    assert groups["safe"] == ["brokers", "work-abroad", "your-data", "complain"]
    assert guides.get("id", "passport") is not None
    assert guides.get("id", "visa") is None


def test_the_passport_guide_says_what_it_must() -> None:
    for lang, words in {
        "id": ("bukan situs resmi", "M-Paspor", "650.000", "950.000", "PP 45/2024", "Pastikan jumlahnya"),
        "en": ("not an official site", "M-Paspor", "650,000", "950,000", "PP 45/2024", "Confirm the amount"),
    }.items():
        guide = load_guides(CONTENT).get(lang, "passport")
        assert guide is not None
        assert [word for word in words if word not in guide.html] == []


def test_a_standard_of_service_has_its_fourteen_components_in_order() -> None:
    for lang in ("id", "en"):
        for slug in ("standard-passport", "standard-stay"):
            guide = load_guides(CONTENT).get(lang, slug)
            assert guide is not None
            assert re.findall(r"<td>(\d+)\.", guide.html) == [str(n) for n in range(1, 15)]


def test_every_application_has_one_standard_of_service() -> None:
    content = load_content(CONTENT.parent)
    for lang in ("id", "en"):
        covered = [service for guide in content.guides.of(lang) for service in guide.services]
        assert sorted(covered) == sorted(content.forms.applications), lang


def test_a_guide_names_the_same_sums_in_both_languages() -> None:
    guides = load_guides(CONTENT)
    for slug in guides.slugs:
        id_, en = (guides.get(lang, slug) for lang in ("id", "en"))
        assert id_ is not None
        assert en is not None
        sums = sorted(re.findall(r"\d{1,3}(?:\.\d{3})+", id_.html))
        assert sums == sorted(one.replace(",", ".") for one in re.findall(r"\d{1,3}(?:,\d{3})+", en.html)), slug
