"""The command lists what is due, by numbers alone, while the office is served; it erases nothing."""

import json
import time
from pathlib import Path

from sync.events import sign_event
from tests.applicants import SERVICE, Applicant
from tests.officers import ApiOfficer
from tests.people import person
from tests.serving import RunningOffice

DAY = 86_400
NAME = "ROSMAINI UNTUK UJI"


def hand_over(officer: ApiOfficer, applicant: Applicant, *, days: int) -> None:
    """Send an application and hand the passport over, both so many days ago."""
    at = int(time.time()) - days * DAY
    v = applicant.send(at=at)
    kid, key = officer.office_key
    event = sign_event(case=applicant.case, n=1, step="diserahkan", at=at, on=[v], note=None, kid=kid, private=key)
    assert officer.post(f"cases/{applicant.case}/events", event).status == 201


def test_what_is_due_is_listed_without_names_and_nothing_is_erased(tmp_path: Path) -> None:
    with RunningOffice(tmp_path / "office") as office:
        assert "Nothing is due." in office.run("retention", "--dry-run").stdout
        officer = ApiOfficer(office.url).sign_in()
        old, fresh = (Applicant(office.url, person(n) | {"nama_lengkap": NAME}) for n in (1, 2))
        hand_over(officer, old, days=91)
        hand_over(officer, fresh, days=89)

        table = office.run("retention", "--dry-run").stdout
        assert table.splitlines()[0].split() == ["number", "service", "class", "since", "due", "rule"]
        assert old.number in table
        assert fresh.number not in table
        assert NAME not in table

        [row] = json.loads(office.run("retention", "--dry-run", "--json").stdout)
        assert (row["number"], row["case"], row["service"]) == (old.number, old.case, SERVICE)
        assert (row["class"], row["rule"]) == ("applications", "90 days")
        assert row["since"] < row["due"]

        refused = office.run("retention")
        assert refused.returncode == 1
        assert "--dry-run" in refused.stderr
        assert "officer's key" in refused.stderr
        assert f"{office.url}/staff/" in refused.stderr

        # The console lists the same.
        due = officer.get("due").body
        assert [(row["case"], row["rule"]) for row in due["rows"]] == [(old.case, "applications")]
        assert due["total"] == 1
        assert due["rules"]["applications"]["period"] == "90 days"
