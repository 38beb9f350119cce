import json
import shutil
from pathlib import Path

import pytest

from server.content import load_content
from server.headers import strict_headers
from server.settings import load_settings
from server.site.made_before import MADE, MadeBefore
from server.site.prepared import prepare
from server.site.resources import make_resource
from server.site.site import Site, _texts, build_site, tagged
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


def test_the_words_of_a_forms_earlier_versions_come_with_these_alone() -> None:
    content = load_content(load_settings({}).content)
    parts = {url: json.loads(each.body) for url, each in _texts(content).items() if "staff" not in url}
    earlier = parts.pop("/text/earlier-id.json").keys()
    kept = {key for url, part in parts.items() if url.endswith("id.json") for key in part}
    assert not earlier & kept
    for *older, newest in content.forms.by_service.values():
        assert not earlier & newest.texts.get("id", {}).keys()
        for form in older:
            own = {key for key in form.texts.get("id", {}) if key.startswith(("field.", "option.", "rule."))}
            assert own <= earlier | kept, form.service
    assert "field.permit-visit2.keperluan" in earlier
