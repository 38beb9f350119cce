"""Cases that go on under another code, because theirs was voided at the office: which ones are shown as one."""

import sqlite3


def formers_of(db: sqlite3.Connection, case: str) -> tuple[str, ...]:
    """Give the cases that *case* continues under another code, the first one first, without those erased."""
    found = db.execute(
        "WITH RECURSIVE back (c, age) AS (SELECT old, 1 FROM codes WHERE new = :case"
        " UNION SELECT old, age + 1 FROM codes JOIN back ON new = c WHERE age < 100)"
        ' SELECT c FROM back WHERE c != :case AND c NOT IN (SELECT "case" FROM gone)'
        " GROUP BY c ORDER BY max(age) DESC, c",
        {"case": case},
    )
    return tuple(name for (name,) in found)


def family_of(db: sqlite3.Connection, case: str) -> set[str]:
    """Give a case with everything that is shown as one with it."""
    last, seen = case, {case}
    while (found := db.execute("SELECT new FROM codes WHERE old = ?", [last]).fetchone()) and found[0] not in seen:
        last = found[0]
        seen.add(last)
    return seen | set(formers_of(db, last))


def goes_on(db: sqlite3.Connection, case: str) -> bool:
    """Say whether a case goes on under another code, of which something has arrived: then that one stands for both."""
    return bool(
        db.execute(
            'SELECT 1 FROM codes JOIN versions ON "case" = new'
            ' WHERE old = ? AND new NOT IN (SELECT "case" FROM gone) LIMIT 1',
            [case],
        ).fetchone()
    )
