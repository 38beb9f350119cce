"""What an applicant reads from the first page to the ticket is in Minangkabau: nothing of it is lent unseen.

The texts are those that stand in the pages' templates, in the scripts that these pages start, and in the modules that
answer with them; a text of which the product makes the end (`step.` and a state) stands for every one that begins so.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from server.content import load_content
from server.site.packs import EXTRAS

ROOT = Path(__file__).parents[3]
CONTENT = load_content(ROOT / "content")
KNOWN = CONTENT.catalogues["id"].texts
FIRST = set(CONTENT.forms.latest(str(CONTENT.first)).text_keys())
OF_OTHER_FORMS = CONTENT.forms.texts()["id"].keys() - FIRST
PAGES = {
    "way to it": ("home.html", "choose.html", "mine.html", "absent.html", "error.html"),
    "form": ("form.html",),
    "last look": ("review.html",),
    "receipt": ("sent.html",),
    "tracking": ("track.html", "status.html", "case.html"),
    "office": ("office.html",),
    "booking": ("booking.html", "offers.html", "ticket.html", "waiting.html"),
}
# A phone that several people share, days of volunteers, files that are carried: these are other paths.
OTHER_PATHS = ("profile", "volunteer", "bundle", "guides", "request")
OTHER_MODULES = {f"{name}.js" for extra in OTHER_PATHS for name in EXTRAS[extra]}
NAMES_EVERY_PAGE = "pages.py"
TEMPLATE = re.compile(r"""\{% (?:extends|import|include) "([\w/]+\.html)\"""")
COMPONENT = re.compile(r'data-module="([\w-]+)"')
SCRIPT = re.compile(r'src="/pwa/([\w/-]+\.js)"')
IMPORT = re.compile(r"(?:from|import)\s*\(?\s*'(\.[^']+\.js)'")
COMMENT = re.compile(r"/\*\*.*?\*/", re.DOTALL)
LITERAL = re.compile(r"""["'`]([a-z][\w-]*\.[\w.-]*)(["'`]|\$?\{)(\s*~)?""")


def templates(names: tuple[str, ...]) -> set[Path]:
    """The templates of these names with those that they are made of."""
    found, todo = set[Path](), list(names)
    while todo:
        if (path := ROOT / "templates" / todo.pop()) not in found:
            found.add(path)
            todo += TEMPLATE.findall(path.read_text())
    return found


def scripts(pages: set[Path]) -> set[Path]:
    """The scripts that these pages start, as far as they are of the applicant's path."""
    folder, found = ROOT / "pwa", set[Path]()
    started = [(SCRIPT.findall(text), COMPONENT.findall(text)) for text in (page.read_text() for page in pages)]
    todo = [folder / name for names, _ in started for name in names]
    todo += [folder / f"components/{name}.js" for _, names in started for name in names]
    while todo:
        path = todo.pop().resolve()
        if path not in found and str(path.relative_to(folder)) not in OTHER_MODULES:
            found.add(path)
            todo += [path.parent / name for name in IMPORT.findall(COMMENT.sub("", path.read_text()))]
    return found


def answering(names: tuple[str, ...]) -> set[Path]:
    """The server's modules that answer with these pages."""
    modules = (path for path in (ROOT / "server").rglob("*.py") if path.name != NAMES_EVERY_PAGE)
    return {path for path in modules if any(f'"{name}"' in path.read_text() for name in names)}


def texts_of(page: str) -> Iterator[str]:
    pages = templates(PAGES[page])
    for path in pages | scripts(pages) | answering(PAGES[page]):
        for text, end, joined in LITERAL.findall(path.read_text()):
            begins = end not in "\"'`" or joined
            yield from (key for key in KNOWN if key.startswith(text)) if begins else {text} & KNOWN.keys()


@pytest.mark.parametrize("page", PAGES)
def test_what_an_applicant_reads_is_in_minangkabau(page: str) -> None:
    asked = set(texts_of(page)) - OF_OTHER_FORMS | (FIRST if page == "form" else set())
    assert len(asked) > 40
    assert sorted(asked & CONTENT.catalogues["min"].lends) == []  # write them in content/locale/min.po


def test_what_it_costs_and_what_comes_next_is_in_minangkabau() -> None:
    values = CONTENT.fees.of(str(CONTENT.first))
    said = [words for one in values for words in (one.label, *one.steps, one.unverified) if words]
    assert len(said) > 5
    assert [words["id"] for words in said if "min" not in words] == []  # write them in content/fees.toml
