import shutil
from pathlib import Path

import pytest

from server.headers import strict_headers
from server.made_before import MADE, MadeBefore
from server.prepared import prepare
from server.resources import make_resource
from server.settings import load_settings
from server.site import Site, build_site, tagged
from tests.made_before import lent_made


def site_of(folder: Path, keys: list[object]) -> Site:
    settings = load_settings({"RANTAU_CONTENT": str(folder)})
    with lent_made(folder.parent):
        made = MadeBefore(folder.parent / MADE)
        return build_site(settings, prepare(settings), keys=keys, made=made)


@pytest.fixture
def content(tmp_path: Path) -> Path:
    return Path(shutil.copytree(load_settings({}).content, tmp_path / "content"))


def test_the_revision_changes_with_what_devices_keep_and_with_nothing_else(content: Path) -> None:
    first = site_of(content, [])
    assert site_of(content, []).revision == first.revision
    assert len(first.revision) == 8
    revisions = {first.revision, site_of(content, [["keys1"], "sig"]).revision}
    guide = content / "guides" / "en" / "passport.md"
    guide.write_text(f"{guide.read_text()}\nOne more line.\n")
    revisions.add(site_of(content, []).revision)
    assert len(revisions) == 3


def test_an_edit_of_one_guide_changes_few_packs_of_one_language(content: Path) -> None:
    first = site_of(content, [])
    guide = content / "guides" / "en" / "passport.md"
    guide.write_text(f"{guide.read_text()}\nOne more line.\n")
    new = site_of(content, []).resources.keys() - first.resources.keys()
    assert len(new) == 1
    assert new.pop().startswith("/packs/en/")


def test_under_another_policy_a_page_is_another_thing() -> None:
    policies = [strict_headers("https://office.example", has_hubs=hubs) for hubs in (False, True, True)]
    tags = [tagged(make_resource(b"<p>", "text/html"), policy).etag for policy in policies]
    assert tags[0] != tags[1] == tags[2]
