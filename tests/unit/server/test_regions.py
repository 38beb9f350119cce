"""The list of regions is whole: every province and regency, and Pasaman Barat down to its nagari."""

from pathlib import Path

import pytest

from server.regions import RegionsError, load_regions

FILE = Path(__file__).parents[3] / "content/regions.csv"
REGIONS = load_regions(FILE)


def count(level: int) -> int:
    return sum(region.level == level for region in REGIONS.by_code.values())


def test_the_list_holds_what_the_forms_offer() -> None:
    assert [count(level) for level in (1, 2, 3, 4)] == [38, 514, 11, 90]


def test_a_nagari_is_named_with_all_around_it() -> None:
    assert REGIONS.full_name("13.12.05.2001") == "Kinali, Kinali, Kabupaten Pasaman Barat, Sumatera Barat"


def test_a_code_that_is_not_in_the_list_is_its_own_name() -> None:
    assert REGIONS.name("13.12.99") == "13.12.99"
    assert "13.12.99" not in REGIONS


def test_nagari_are_offered_by_kecamatan() -> None:
    groups = dict(REGIONS.groups("region"))
    assert len(groups) == 11
    assert groups["Sungai Beremas"] == [("13.12.01.2001", "Aia Bangih (Air Bangis)")]
    assert len(groups["Kinali"]) == 17


def test_regencies_are_offered_by_province() -> None:
    groups = dict(REGIONS.groups("regency"))
    assert len(groups) == 38
    assert ("13.71", "Kota Padang") in groups["Sumatera Barat"]


def test_the_notice_of_the_data_stands_beside_it() -> None:
    notice = (FILE.parent / "NOTICE.md").read_text()
    assert "Permission is hereby granted" in notice
    assert "cahyadsn/wilayah_kodepos" in notice


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        (b"13,A,,\n13,B,,\n", "13 stands there twice"),
        (b"13.01,A,,\n", "13.01 has no row for the region around it"),
        (b"13,Sumatera \x96 Barat,,\n", ".*save it as CSV in UTF-8"),
    ],
)
def test_a_list_that_is_not_whole(tmp_path: Path, rows: bytes, reason: str) -> None:
    (tmp_path / "regions.csv").write_bytes(b"code,name,postcode,also\n" + rows)
    with pytest.raises(RegionsError, match=rf"regions\.csv: {reason}"):
        load_regions(tmp_path / "regions.csv")


def test_a_list_that_a_spreadsheet_saved(tmp_path: Path) -> None:
    path = tmp_path / "regions.csv"
    path.write_text("code,name,postcode,also\n13,Sumatera Barat,,\n", encoding="utf-8-sig")
    assert load_regions(path).name("13") == "Sumatera Barat"
    path.write_text("code;name;postcode;also\n13;Sumatera Barat;;\n")
    with pytest.raises(RegionsError, match=r"regions\.csv: line 1: no column code; between columns are commas"):
        load_regions(path)
