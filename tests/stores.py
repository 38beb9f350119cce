"""Stores that behave as a cluster does on a bad day, around a real one."""

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sync.document import Doc
from sync.errors import TooLarge, Unavailable
from sync.store import Store, Written


@dataclass
class CountingStore:
    """Passes everything on and counts the writes."""

    store: Store
    writes: list[int] = field(default_factory=list)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.store, name)

    async def bulk_docs(self, docs: Sequence[Doc], *, new_edits: bool = True) -> list[Written]:
        self.writes.append(len(docs))
        return await self.store.bulk_docs(docs, new_edits=new_edits)


@dataclass
class QuorumlessStore(CountingStore):
    """Writes, but says of nothing that it is durable."""

    async def bulk_docs(self, docs: Sequence[Doc], *, new_edits: bool = True) -> list[Written]:
        return [replace(row, durable=False) for row in await super().bulk_docs(docs, new_edits=new_edits)]


@dataclass
class PickyStore(CountingStore):
    """Refuses a whole batch that holds a document it does not like."""

    dislikes: Callable[[Doc], bool] = lambda doc: False

    async def bulk_docs(self, docs: Sequence[Doc], *, new_edits: bool = True) -> list[Written]:
        if any(map(self.dislikes, docs)):
            raise TooLarge
        return await super().bulk_docs(docs, new_edits=new_edits)


@dataclass
class AbsentStore(CountingStore):
    """Answers nothing after *until* writes."""

    until: int = 0

    async def bulk_docs(self, docs: Sequence[Doc], *, new_edits: bool = True) -> list[Written]:
        if len(self.writes) >= self.until:
            raise Unavailable
        return await super().bulk_docs(docs, new_edits=new_edits)


class Died(Exception):
    """The process ends here, as far as what it was about can tell."""


@dataclass
class FailingStore:
    """Fails once, at call *n*, before or after it does what is asked: the process dies, or the store is away."""

    store: Store
    n: int
    how: str  # "dies before", "dies after", "is away before", "is away after"
    calls: int = 0

    @property
    def has_failed(self) -> bool:
        return self.calls > self.n

    def __getattr__(self, name: str) -> Any:
        method = getattr(self.store, name)
        if name == "attachment_chunks":
            return self._chunks
        if name in ("name", "close"):
            return method

        async def call(*args: Any, **options: Any) -> Any:
            failure = self._failure()
            if failure and self.how.endswith("before"):
                raise failure
            answer = await method(*args, **options)
            if failure:
                raise failure
            return answer

        return call

    async def _chunks(self, *args: Any, **options: Any) -> AsyncIterator[bytes]:
        async for chunk in self.store.attachment_chunks(*args, **options):
            failure = self._failure()
            if failure:
                raise failure
            yield chunk

    def _failure(self) -> Exception | None:
        self.calls += 1
        if self.calls != self.n + 1:
            return None
        return Died() if self.how.startswith("dies") else Unavailable("away")
