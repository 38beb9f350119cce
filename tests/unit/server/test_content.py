import shutil
from pathlib import Path

import pytest

from server.content import ContentError, load_content
from server.settings import ROOT


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(ROOT / "content", tmp_path / "content"))


def test_everything_the_office_edits_is_read(folder: Path) -> None:
    content = load_content(folder)
    assert "passport-new" in content.forms.services
    assert content.catalogues.languages == ("id", "en")
    assert content.guides.slugs
    assert "13.12" in content.regions


@pytest.mark.parametrize(
    ("file", "damage"),
    [
        ("forms/passport-new.v1.json", "{"),
        ("guides/id/passport.md", "no front matter"),
        ("regions.csv", "code,name,postcode,also\n13.12,Pasaman Barat,,\n"),
        ("locale/en.po", 'msgid "a"\nmsgstr "b"\n'),
    ],
)
def test_one_kind_of_error_names_the_file(folder: Path, file: str, damage: str) -> None:
    (folder / file).write_text(damage)
    with pytest.raises(ContentError, match=Path(file).name):
        load_content(folder)


def test_a_missing_file_is_named(folder: Path) -> None:
    (folder / "regions.csv").unlink()
    with pytest.raises(ContentError, match=r"regions\.csv: No such file"):
        load_content(folder)
