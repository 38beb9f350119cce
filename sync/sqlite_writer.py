"""The one thread that writes to a file: what waits while it commits shares the next commit."""

import sqlite3
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, TypeVar

from sync.errors import Unavailable
from sync.sqlite_schema import map_errors, transaction

T = TypeVar("T")
Job = Callable[[sqlite3.Connection], Any]
GROUP = 256  # jobs that share one commit at most


@dataclass(frozen=True)
class _Waiting:
    job: Job
    future: Future[Any]
    alone: bool


class Writer:
    """Runs jobs in the order they come; each is whole or not at all, whatever becomes of those beside it."""

    def __init__(self, connection: sqlite3.Connection, on_commit: Callable[[], None]) -> None:
        self._connection = connection
        self._on_commit = on_commit
        self._waiting: deque[_Waiting] = deque()
        self._changed = threading.Condition()
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="sqlite writer", daemon=True)
        self._thread.start()

    def submit(self, job: Callable[[sqlite3.Connection], T], *, alone: bool = False) -> "Future[T]":
        """Ask for *job* to be run; the future has its result after the commit.

        Args:
            alone: run it outside any transaction, as maintenance needs; it begins its own where it wants one.

        Raises:
            Unavailable: the writer is closed.
        """
        future: Future[T] = Future()
        with self._changed:
            if self._closing:
                raise Unavailable("the store is closed")
            self._waiting.append(_Waiting(job, future, alone))
            self._changed.notify()
        return future

    def close(self) -> None:
        """Finish what is waiting and end the thread; safe to call twice."""
        with self._changed:
            self._closing = True
            self._changed.notify()
        self._thread.join()

    def _run(self) -> None:
        while group := self._next_group():
            # Nobody can take a job back once it runs: its future is certain to be there for the answer.
            running = [one for one in group if one.future.set_running_or_notify_cancel()]
            outcomes = self._alone(running) if group[0].alone else self._commit(running)
            for one, (result, failure) in zip(running, outcomes, strict=True):
                one.future.set_exception(failure) if failure else one.future.set_result(result)
            self._on_commit()

    def _next_group(self) -> list[_Waiting]:
        """Give what waits, up to a job that wants to be alone; nothing when it is time to end."""
        group: list[_Waiting] = []
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._closing)
            while self._waiting and len(group) < GROUP:
                if group and (group[0].alone or self._waiting[0].alone):
                    break
                group.append(self._waiting.popleft())
        return group

    def _alone(self, group: list[_Waiting]) -> list[tuple[Any, Exception | None]]:
        try:
            with map_errors():
                return [(one.job(self._connection), None) for one in group]
        except Exception as error:
            return [(None, error)] * len(group)

    def _commit(self, group: list[_Waiting]) -> list[tuple[Any, Exception | None]]:
        try:
            with map_errors(), transaction(self._connection):
                return [self._run_one(one.job) for one in group]
        except Exception as error:
            return [(None, error)] * len(group)

    def _run_one(self, job: Job) -> tuple[Any, Exception | None]:
        self._connection.execute("SAVEPOINT job")
        try:
            result = job(self._connection)
        except sqlite3.Error:
            raise  # the file is in trouble, not this job
        except Exception as error:
            self._connection.execute("ROLLBACK TO job")
            return None, error
        finally:
            if self._connection.in_transaction:
                self._connection.execute("RELEASE job")
        return result, None
