import re
from pathlib import Path

import pytest

from server.settings import (
    ROOT,
    SETTINGS,
    Licence,
    SettingsError,
    load_licence,
    load_profile,
    load_settings,
    settings_table,
)

OFFICE = ROOT / "content" / "office.toml"


def test_the_readme_has_the_table_of_settings() -> None:
    found = re.search(r"<!-- settings -->\n(.*)\n<!-- /settings -->", (ROOT / "README.md").read_text(), re.S)
    assert found is not None
    assert found[1] == settings_table()


def test_the_defaults_are_those_in_the_table() -> None:
    settings = load_settings({})
    defaults = {row.name: row.default for row in SETTINGS}
    assert str(settings.data) == defaults["RANTAU_DATA"]
    assert settings.content == ROOT / defaults["RANTAU_CONTENT"]
    assert settings.host == defaults["RANTAU_HOST"]
    assert settings.port == int(defaults["RANTAU_PORT"])
    assert settings.origin == defaults["RANTAU_ORIGIN"].replace("<port>", defaults["RANTAU_PORT"])
    assert settings.couchdb_prefix == defaults["RANTAU_COUCHDB_PREFIX"]
    assert settings.posts_per_second == float(defaults["RANTAU_POSTS_PER_SECOND"])
    assert settings.log == defaults["RANTAU_LOG"]


def test_a_hub_has_no_couchdb() -> None:
    with pytest.raises(SettingsError, match="RANTAU_COUCHDB: a hub keeps everything in its own data folder"):
        load_settings({"RANTAU_ROLE": "hub", "RANTAU_COUCHDB": "http://a:b@localhost:5984"})


def test_a_slip_in_a_name_is_told() -> None:
    with pytest.raises(SettingsError, match="RANTAU_PROT: there is no such setting"):
        load_settings({"RANTAU_PROT": "80"})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("RANTAU_PORT", "eighty"),
        ("RANTAU_PORT", "70000"),
        ("RANTAU_PORT", "0"),
        ("RANTAU_ORIGIN", "rantau.example"),
        ("RANTAU_ORIGIN", "https://rantau.example/id/"),
        ("RANTAU_TLS_CERT", "/nowhere/cert.pem"),
        ("RANTAU_PROXY", "the proxy"),
        ("RANTAU_POSTS_PER_SECOND", "-1"),
        ("RANTAU_POSTS_PER_SECOND", "nan"),
        ("RANTAU_LOG", "loud"),
        ("RANTAU_COUCHDB", "@/nowhere/couchdb"),
        ("RANTAU_COUCHDB", "@"),
        ("RANTAU_COUCHDB", "127.0.0.1:5984"),
        ("RANTAU_COUCHDB", "http://rantau:sandi#x@127.0.0.1:5984"),
        ("RANTAU_ORIGIN", "https://rantau.example:99999"),
        ("RANTAU_ORIGIN", "https://rantau@example"),
        ("RANTAU_ORIGIN", "https://rantau.example:"),
        ("RANTAU_CONTENT", "/nowhere"),
    ],
)
def test_what_is_wrong_is_named(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name if name != "RANTAU_CONTENT" else "office.toml"):
        load_settings({name: value}, None if name == "RANTAU_CONTENT" else OFFICE)


def test_a_certificate_without_its_key_is_told(tmp_path: Path) -> None:
    (tmp_path / "cert.pem").touch()
    with pytest.raises(SettingsError, match="both or neither"):
        load_settings({"RANTAU_TLS_CERT": str(tmp_path / "cert.pem")})


def test_the_couchdb_and_its_password_may_stand_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "couchdb").write_text("http://rantau:secret@localhost:5984\n")
    settings = load_settings({"RANTAU_COUCHDB": f"@{tmp_path / 'couchdb'}"})
    assert settings.couchdb == "http://rantau:secret@localhost:5984"
    assert "secret" not in repr(settings)


def test_a_local_office_answers_to_every_name_of_this_machine_and_another_to_its_own_alone() -> None:
    assert load_settings({"RANTAU_PORT": "9000"}).hosts >= {"localhost", "127.0.0.1"}
    assert load_settings({"RANTAU_ORIGIN": "https://Rantau.example"}).hosts == {"rantau.example"}


def test_an_office_is_not_official_unless_the_file_says_so(tmp_path: Path) -> None:
    text = OFFICE.read_text()
    for value, official in (("false", False), ('"false"', False), ("1", False), ("true", True)):
        (tmp_path / "office.toml").write_text(text.replace("official = false", f"official = {value}"))
        assert load_profile(tmp_path / "office.toml").official is official


def test_what_the_profile_lacks_is_named(tmp_path: Path) -> None:
    (tmp_path / "office.toml").write_text('[office]\nname = "X"\n')
    with pytest.raises(SettingsError, match=r"office\.toml: official is missing"):
        load_profile(tmp_path / "office.toml")
    (tmp_path / "office.toml").write_text(OFFICE.read_text().replace("Asia/Jakarta", "Asia/Padang"))
    with pytest.raises(SettingsError, match=r"office\.toml: time_zone: .*Asia/Padang"):
        load_profile(tmp_path / "office.toml")


def test_the_office_says_under_which_licence_its_open_data_is(tmp_path: Path) -> None:
    path = tmp_path / "office.toml"
    path.write_text('[open_data]\nlicence = "CC0-1.0"\nlicence_url = "https://example.go.id/izin"\n')
    assert load_licence(path) == Licence("CC0-1.0", "https://example.go.id/izin")
    path.write_text("[office]\n")
    assert load_licence(path) == Licence()
    for wrong in ('licence = "CC0-1.0"', 'licence = "CC0"\nlicence_url = "izin>"', 'licence = ""\nlicence_url = ""'):
        path.write_text(f"[open_data]\n{wrong}\n")
        with pytest.raises(SettingsError, match="licence"):
            load_licence(path)


def test_a_wrong_retention_rule_is_told_with_its_file_and_field(tmp_path: Path) -> None:
    path = tmp_path / "office.toml"
    path.write_text(OFFICE.read_text().replace('period = "90 days"', 'period = "a while"'))
    with pytest.raises(SettingsError, match=r"office\.toml: retention\.applications\.period: such as"):
        load_settings({}, path)
