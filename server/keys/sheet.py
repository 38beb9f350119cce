"""The sheets for the safe: the root key and the recovery key, each a page to print, to scan with a reader or to type.

One HTML file that needs nothing beside it. It is made for its owner alone, and is meant to be printed and deleted.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup

from server.content import load_content
from server.keys.founding import FoundingError, Paper
from server.keys.paper import paper_text, read_paper
from server.moments import local_day
from server.pages import make_environment
from server.qr import qr_svg
from server.settings import Settings
from sync.key_pair import key_pair_from
from sync.speakable import fingerprint


@dataclass(frozen=True)
class Page:
    """One sheet: which key, its lines, its QR code and the eight words of its public half."""

    name: str
    lines: tuple[str, ...]
    qr: Markup
    words: str


@contextmanager
def reserve_sheet(path: Path) -> Iterator[None]:
    """Make the file, empty and for its owner alone, before there is a key that must not be lost; an error removes it.

    Raises:
        FoundingError: there is something by that name, or nothing can be written there.
    """
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError:
        raise FoundingError(f"{path}: there is a file by that name already; it was left as it is") from None
    except OSError as error:
        raise FoundingError(f"{path}: {(error.strerror or 'cannot be written').lower()}") from None
    try:
        yield
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def write_sheet(path: Path, settings: Settings, paper: Paper, *, now: int) -> None:
    """Write the sheets into the reserved file, in the first language of the texts.

    Raises:
        OSError: it could not be written; the keys must be shown otherwise.
    """
    html = render_sheet(settings, paper, now=now)
    with path.open("r+", encoding="utf-8") as file:
        file.write(html)
        file.flush()
        os.fsync(file.fileno())


def render_sheet(settings: Settings, paper: Paper, *, now: int) -> str:
    """Draw both sheets as one HTML file."""
    content = load_content(settings.content)
    lang = content.catalogues.languages[0]
    pages = [_page("root", paper.root), _page("recovery", paper.recovery)]
    template = make_environment(settings, content).get_template("sheet.html")
    day = local_day(now, settings.office.time_zone).isoformat()
    return template.render(
        lang=lang, _=content.catalogues[lang].text, pages=pages, office_words=pages[0].words, day=day
    )


def _page(name: str, lines: tuple[str, ...]) -> Page:
    secret = read_paper(lines)
    return Page(name, lines, qr_svg(paper_text(lines)), fingerprint(key_pair_from(secret).pub))
