"""What applicants agree to: a text that was read aloud once is never changed, because its name lies sealed in cases."""

from server.i18n import load_catalogues
from server.settings import ROOT
from server.site.site import STAFF_TEXTS, VOLUNTEER_TEXTS
from sync.canonical import b32_encode, sha256

PARTS = ("title", "who", "what", "use", "keep", "right")
CATALOGUES = load_catalogues(ROOT / "content/locale")
# Words that change get the next number: `consent.2.…` beside these.
READ_ALOUD = {
    ("id", 1): "1.glepkzco",
    ("en", 1): "1.szemur5o",
}


def numbers(lang: str) -> set[int]:
    return {int(key.split(".")[1]) for key in CATALOGUES[lang].subset(("consent.",)) if key.endswith(".title")}


def name_of(lang: str, n: int) -> str:
    words = "\n".join(CATALOGUES[lang].text(f"consent.{n}.{part}") for part in PARTS)
    return f"{n}.{b32_encode(sha256(words.encode()))[:8]}"


def test_every_text_that_was_read_is_as_it_was() -> None:
    written = {(lang, n) for lang in CATALOGUES.languages for n in numbers(lang)}
    assert {(lang, n): name_of(lang, n) for lang, n in written} == READ_ALOUD


def test_the_numbers_have_no_gap() -> None:
    """The phone counts up from the first."""
    for lang in CATALOGUES.languages:
        assert numbers(lang) == set(range(1, len(numbers(lang)) + 1))


def test_volunteers_and_officers_have_the_texts() -> None:
    assert "consent." in VOLUNTEER_TEXTS
    assert "consent." in STAFF_TEXTS
