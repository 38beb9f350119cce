"""Which place in the source's feed two logs allow to believe."""

from pathlib import Path
from typing import Any

import pytest

from sync.checkpoint import HISTORY, Agreed, Session, compare, replication_id
from sync.replication import SetAside, Tally
from sync.sqlite_store import open_sqlite
from sync.store import Info

AT_ZERO = Agreed()


def entry(session: str, seq: str, checked: int = 0, start: str = "0") -> dict[str, Any]:
    return {"session_id": session, "recorded_seq": seq, "missing_checked": checked, "start_last_seq": start}


def log(*history: dict[str, Any], **more: Any) -> dict[str, Any]:
    newest = history[0]
    return {
        "session_id": newest["session_id"],
        "source_last_seq": newest["recorded_seq"],
        "history": list(history),
        **more,
    }


def test_two_equal_logs_are_believed() -> None:
    both = log(entry("s2", "20"), entry("s1", "10"))
    assert compare(both, both) == Agreed("20", tuple(both["history"]))


def test_a_side_without_a_log_means_zero() -> None:
    there = log(entry("s1", "10"))
    assert compare({}, there) == compare(there, {}) == compare({}, {}) == AT_ZERO


@pytest.mark.parametrize("source_is_behind", [True, False])
def test_a_side_that_lost_sessions_says_where(source_is_behind: bool) -> None:
    """Of the newest session that both know, what the side that fell behind recorded counts."""
    ahead = log(entry("s3", "30"), entry("s2", "20"), entry("s1", "10"))
    behind = log(entry("s2", "15"), entry("s1", "10"))
    agreed = compare(behind, ahead) if source_is_behind else compare(ahead, behind)
    assert agreed.since == "15"
    assert [row["session_id"] for row in agreed.history] == ["s1"]


def test_sessions_that_only_one_side_knows_are_passed_over() -> None:
    """Both sides may have gone on with others since."""
    ours = log(entry("a", "30"), entry("s1", "10"))
    theirs = log(entry("b", "40"), entry("s1", "10"))
    assert compare(ours, theirs).since == "10" or compare(ours, theirs) == AT_ZERO


def test_logs_without_a_common_session_mean_zero() -> None:
    assert compare(log(entry("a", "30")), log(entry("b", "40"))) == AT_ZERO


@pytest.mark.parametrize(("ours", "theirs", "since"), [(4, 6, "40"), (6, 4, "60")])
def test_in_one_session_what_was_recorded_first_counts(ours: int, theirs: int, since: str) -> None:
    """A target restored to the middle of a session lost what came after; CouchDB would believe the source."""
    source = log(entry("s1", "40", ours))
    target = log(entry("s1", "60", theirs))
    assert compare(source, target).since == since


def test_in_one_session_that_does_not_tell_its_beginning_counts() -> None:
    source, target = log(entry("s2", "40", 5, start="10")), log(entry("s2", "60", 5, start="10"))
    assert compare(source, target).since == "10"


@pytest.mark.parametrize(
    "strange",
    [
        {"session_id": "s1"},
        {"session_id": "s1", "source_last_seq": 10, "history": "none"},
        {"session_id": "s1", "source_last_seq": {"no": "seq"}, "history": [None]},
        {"last_seq": 10, "session_id": "s1", "history": [{"last_seq": 10, "session_id": "s1"}], "version": 1},
    ],
)
def test_a_log_of_another_form_means_zero(strange: dict[str, Any]) -> None:
    known = log(entry("s1", "10"))
    assert compare(strange, known) == compare(known, strange) == AT_ZERO


def test_what_either_side_set_aside_is_remembered() -> None:
    source = log(entry("s2", "20"), entry("s1", "10"), set_aside=[["a", "1-a", "forbidden", "no"]])
    target = log(entry("s1", "10"), set_aside=[["b", "1-b", "forbidden", "no"], ["a", "1-a", "forbidden", "no"]])
    agreed = compare(source, target)
    assert sorted(agreed.set_aside) == [
        SetAside("a", "1-a", "forbidden", "no"),
        SetAside("b", "1-b", "forbidden", "no"),
    ]


def test_a_store_that_was_made_anew_has_no_past() -> None:
    old, new, other = (Info(0, 0, "0", generation) for generation in ("old", "new", "other"))
    names = {replication_id(old, other), replication_id(new, other), replication_id(other, old)}
    assert len(names) == 3
    assert replication_id(old, other) in names


@pytest.mark.anyio
async def test_a_log_keeps_so_many_sessions_and_is_read_back(tmp_path: Path) -> None:
    source, target = open_sqlite(tmp_path, "source"), open_sqlite(tmp_path, "target")
    for n in range(1, HISTORY + 10):
        session = await Session.begin(source, target)
        assert session.agreed.since == str(n - 1)
        await session.record(str(n), Tally(checked=n), [SetAside("a", "1-a", "forbidden", "no")])
    session = await Session.begin(source, target)
    assert len(session.agreed.history) == HISTORY
    assert session.agreed.set_aside == (SetAside("a", "1-a", "forbidden", "no"),)
    await source.close()
    await target.close()
