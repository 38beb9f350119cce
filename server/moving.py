"""Moves a whole embedded office into its own CouchDB: all five databases are copied, then both sides are compared.

It may be repeated: the first time while the office is served, which takes long, and once more when it is stopped,
which takes seconds. `_local` notes stay behind on purpose: they are places in feeds that the new store does not have,
and whoever finds none begins from zero. What the office erased after an earlier time is taken out of the CouchDB too.
"""

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, replace

from server.casework.audit import Audit
from server.databases import NAMES, Databases, open_databases, read_office_key
from server.erasure.erasure import forget_keys
from server.office import now, read_keys
from server.replicating import WHO, ReplicatingError
from server.settings import Settings
from sync.comparing import Comparison, Leaf, compare_stores
from sync.replication import Progress, Summary
from sync.replicator import replicate
from sync.shape import is_case

Report = Callable[[str, Progress], None]


@dataclass(frozen=True)
class Moved:
    """What became of one database."""

    name: str
    summary: Summary
    comparison: Comparison

    @property
    def is_whole(self) -> bool:
        """Say whether the CouchDB holds exactly what the office does."""
        return self.comparison.is_alike and not self.summary.set_aside


async def move(here: Settings, there: Settings, *, on_progress: Report) -> AsyncIterator[Moved]:
    """Copy and compare one database after another.

    Raises:
        ReplicatingError: the office is not embedded.
        NoOffice: there is none here.
        StoreError: a side does not let us, or is away; repeat it.
    """
    if here.couchdb:
        raise ReplicatingError("This office is in a CouchDB already: RANTAU_COUCHDB is set.")
    own = read_office_key(here)
    async with open_databases(here) as old, open_databases(there) as new:
        await read_keys(old)
        await Audit(old.staff, own.kid, own.pair, now).write("moved-to-couchdb", who=WHO)
        summaries = {name: await _copy(name, old, new, on_progress) for name in NAMES}
        await _forget_erased(old, new)
        for name in NAMES:
            comparison = await compare_stores(getattr(old, name), getattr(new, name))
            yield Moved(name, summaries[name], comparison)


async def _copy(name: str, old: Databases, new: Databases, on_progress: Report) -> Summary:
    return await replicate(
        getattr(old, name), getattr(new, name), on_progress=lambda progress: on_progress(name, progress)
    )


async def _forget_erased(old: Databases, new: Databases) -> None:
    """Purge the data keys of cases that were erased here since they were copied."""
    extra = (await compare_stores(old.wraps, new.wraps)).only_there
    cases = {case for case in map(_case_of_wrap, extra) if case}
    erased = {row.id.removeprefix("gone.") for row in await old.cases.all_docs(start="gone.", end="gone/")}
    if cases & erased:
        await forget_keys(new.wraps, cases & erased)


def _case_of_wrap(leaf: Leaf) -> str | None:
    parts = leaf[0].split(".")
    return parts[2] if len(parts) > 2 and is_case(parts[2]) else None


def settings_there(here: Settings, url: str, load: Callable[[Mapping[str, str]], Settings]) -> Settings:
    """Give the settings of the same office in the CouchDB at *url* (or `@` and a file that holds it)."""
    there = load({"RANTAU_COUCHDB": url, "RANTAU_COUCHDB_PREFIX": here.couchdb_prefix})
    return replace(here, couchdb=there.couchdb)
