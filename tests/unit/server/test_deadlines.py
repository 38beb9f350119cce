"""By when a case is done comes from rules that say their source; a rule that does not fit is refused in words."""

from pathlib import Path

import pytest

from server.content import load_content
from server.deadlines import Deadlines, DeadlinesError, load_deadlines
from server.settings import load_settings
from server.working_days import WorkingDays

RULE = (
    '[[deadline]]\nstates = ["terkirim"]\nfrom = "arrival"\ndays = 2\nlaw = "SP"\nsource = "x"\nchecked = 2026-11-30\n'
)
TUESDAY = 1_796_115_600  # 2026-12-01, 16:00 WIB


def read(folder: Path, text: str) -> Deadlines:
    (folder / "deadlines.toml").write_text(text)
    services: dict[str, tuple[str, ...]] = {"passport-new": (), "permit-visit": ()}
    return load_deadlines(folder / "deadlines.toml", WorkingDays({}), services=services, languages=("id", "en"))


def test_the_rules_of_the_office_say_where_they_come_from() -> None:
    deadlines = load_content(load_settings({}).content).deadlines
    assert deadlines.rules
    assert all(rule.law and rule.source and rule.checked for rule in deadlines.rules)
    rule = deadlines.find("passport-new", "adjudikasi")
    assert rule is not None
    assert deadlines.rules[rule].start == "biometrik_wawancara"
    assert deadlines.find("passport-new", "menunggu_pembayaran") is None


def test_the_first_rule_that_fits_counts_in_working_days(tmp_path: Path) -> None:
    own = RULE.replace("states", 'services = ["permit-visit"]\nstates').replace("days = 2", "days = 4")
    deadlines = read(tmp_path, own + RULE)
    days = [
        deadlines.day(deadlines.find(service, "terkirim") or 0, TUESDAY, time_zone="Asia/Jakarta").isoformat()
        for service in ("permit-visit", "passport-new")
    ]
    assert days == ["2026-12-07", "2026-12-03"]


def test_an_office_without_rules_has_no_deadlines(tmp_path: Path) -> None:
    deadlines = load_deadlines(tmp_path / "none.toml", WorkingDays({}), services={}, languages=("id",))
    assert deadlines.find("passport-new", "terkirim") is None


@pytest.mark.parametrize(
    ("was", "slip", "said"),
    [
        ('law = "SP"\n', "", "'law'"),
        ("checked = 2026-11-30", 'checked = "kemarin"', "checked"),
        ("days = 2", "days = 0", "working days"),
        ('from = "arrival"', 'from = "kapan"', "no step 'kapan'"),
        ('from = "arrival"\n', "", "no step None"),
        ('"terkirim"', '"selesai"', "no state 'selesai'"),
        ("states", 'services = ["visa"]\nstates', "no application 'visa'"),
        ("days", "hari = 1\ndays", "'hari' is unknown"),
        ("days", 'unverified = { id = "Belum" }\ndays', "'en'"),
        ("[[deadline]]", "[[tenggat]]", "'tenggat' is unknown"),
    ],
)
def test_a_slip_is_named(tmp_path: Path, was: str, slip: str, said: str) -> None:
    with pytest.raises(DeadlinesError, match=f"deadlines.toml.*{said}"):
        read(tmp_path, RULE.replace(was, slip))
