"""The figures that the office published: one signed document of `public` with every period, and what is added to it.

A period is published once, when it is over, and never worked out anew: of two numbers of the same cases, worked out on
two days, the difference may be one person. So no two periods have a month in common.
"""

import base64
import json
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

from server.figures.figures import Figures, Line, figures_of
from server.figures.month_sums import SETTLED, last_month
from server.office import Office
from server.publishing import publish_one
from sync.document import Doc
from sync.errors import NotFound
from sync.store import Store

FIGURES = "figures"  # the document, in `public`


@dataclass(frozen=True)
class Published:
    """What was published, in the order of the periods; `body` is the text that is signed in `doc`."""

    periods: tuple[Figures, ...] = ()
    body: str = ""
    doc: Doc | None = None

    @property
    def newest(self) -> Figures | None:
        """Give the last period."""
        return self.periods[-1] if self.periods else None

    def has(self, first: str, last: str) -> bool:
        """Say whether the period from *first* to *last* is in it."""
        return any((one.first, one.last) == (first, last) for one in self.periods)

    def overlaps(self, first: str, last: str) -> bool:
        """Say whether a month from *first* to *last* is in it."""
        return any(one.first <= last and first <= one.last for one in self.periods)


async def read_published(office: Office) -> Published:
    """Read everything that was published, as it was signed."""
    try:
        doc = await office.databases.public.get(FIGURES, attachments=True)
    except NotFound:
        return Published()
    body = base64.b64decode(doc["_attachments"]["body"]["data"]).decode()
    told = json.loads(body).get("periods", ())  # an earlier version published one period, without this word
    return Published(tuple(_read(each) for each in told), body, doc)


async def revision_of_published(public: Store) -> str | None:
    """Name the state of what was published, which is quickly asked."""
    [row] = await public.all_docs(keys=[FIGURES])
    return None if row.error or row.deleted else row.rev


async def propose(office: Office, published: Published, first: str, last: str) -> Figures | str:
    """Work out the months from *first* to *last*, or say why they are not to be: `running`, `published`, `erased`."""
    if last > _over(office):
        return "running"
    if published.overlaps(first, last):
        return "published"
    figures = await figures_of(office, first, last)
    return figures if figures.is_whole else "erased"


async def publish_figures(office: Office, first: str, last: str, *, who: str) -> str | None:
    """Publish the months from *first* to *last* beside the others, with one trace; give why not, if they cannot be.

    They are worked out before anybody is kept waiting.

    Raises:
        Unavailable: the store did not answer.
    """
    figures = await propose(office, await read_published(office), first, last)
    if isinstance(figures, str):
        return figures
    async with office.deciding:
        published = await read_published(office)
        if published.overlaps(first, last):  # somebody was quicker
            return "published"
        await office.audit.write("figures-published", who=who, about={"from": first, "to": last})
        while not await publish_one(office, FIGURES, _body([*published.periods, figures]), over=published.doc):
            published = await read_published(office)
            if published.overlaps(first, last):  # by another server
                return "published"
    return None


def next_period(office: Office, published: Published) -> tuple[str, str]:
    """Propose the months since the last published ones, else those of the year, until the last that is over."""
    until = _over(office)
    newest = published.newest
    begin = _after(newest.last) if newest else f"{until[:4]}-01"
    return min(begin, until), until


def _over(office: Office) -> str:
    """Name the last month of which every step is here, also those taken without a signal."""
    return last_month(office.clock() - SETTLED, office.settings.office.time_zone)


def _after(month: str) -> str:
    return f"{date.fromisoformat(f'{month}-28') + timedelta(4):%Y-%m}"


def _body(periods: list[Figures]) -> bytes:
    told = {"periods": [asdict(one) for one in sorted(periods, key=lambda one: one.first)]}
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()


def _read(told: dict[str, Any]) -> Figures:
    ikm = told["ikm"]
    lines = tuple(Line(**line) for line in told["lines"])
    areas = tuple((area, count) for area, count in told["areas"])
    return Figures(**{**told, "lines": lines, "ikm": ikm and (ikm[0], ikm[1], ikm[2]), "areas": areas})
