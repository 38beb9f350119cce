"""What an administrator copies: nothing in it may be opened again by a slip."""

import configparser
import re
from pathlib import Path

import pytest

DEPLOY = Path(__file__).parents[2] / "deploy"


def settings_of(name: str, **options: object) -> configparser.ConfigParser:
    parser = configparser.ConfigParser(interpolation=None, strict=False, **options)  # type: ignore[arg-type]
    parser.read(DEPLOY / name, encoding="utf-8")
    return parser


@pytest.mark.parametrize(
    ("section", "key", "value"),
    [
        ("couchdb", "default_security", "admin_only"),
        ("couchdb", "js_engine", "quickjs"),
        ("chttpd", "bind_address", "127.0.0.1"),
        ("chttpd", "require_valid_user", "true"),
        ("chttpd", "require_valid_user_except_for_up", "false"),
        ("chttpd", "admin_only_all_dbs", "true"),
        ("chttpd", "enable_cors", "false"),
        ("chttpd", "allow_jsonp", "false"),
        ("chttpd_auth", "pbkdf2_prf", "sha256"),
        ("chttpd_auth", "upgrade_hash_on_auth", "true"),
        ("chttpd_auth_lockout", "mode", "enforce"),
        ("native_query_servers", "enable_erlang_query_server", "false"),
        ("replicator", "max_jobs", "0"),
        ("log", "level", "warning"),
    ],
)
def test_couchdb_is_closed(section: str, key: str, value: str) -> None:
    assert settings_of("couchdb.ini")[section][key] == value


@pytest.mark.parametrize(
    ("section", "key", "most"),
    [
        ("couchdb", "max_document_size", 256 << 10),
        ("couchdb", "max_attachment_size", 2 << 20),
        ("chttpd", "max_http_request_size", 8 << 20),
        ("chttpd_auth", "timeout", 600),
        ("chttpd_auth_lockout", "threshold", 5),
    ],
)
def test_couchdb_takes_no_more_than_is_needed(section: str, key: str, most: int) -> None:
    assert 0 < int(settings_of("couchdb.ini")[section][key]) <= most


def test_passwords_of_couchdb_are_slow_to_guess() -> None:
    auth = settings_of("couchdb.ini")["chttpd_auth"]
    assert min(int(auth["iterations"]), int(auth["min_iterations"])) >= 600_000


def test_only_the_server_in_front_has_open_ports() -> None:
    compose = (DEPLOY / "compose.yaml").read_text()
    services = dict(re.findall(r"^  (\w+):\n((?:    .*\n|\n)+)", compose, re.M))
    assert [name for name, text in services.items() if re.search(r"^    ports:", text, re.M)] == ["caddy"]
    assert "inside: { internal: true }" in compose


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("LimitCORE", "0"),
        ("MemorySwapMax", "0"),
        ("MemoryDenyWriteExecute", "yes"),
        ("NoNewPrivileges", "yes"),
        ("PrivateTmp", "yes"),
        ("ProcSubset", "pid"),
        ("ProtectHome", "yes"),
        ("ProtectSystem", "strict"),
        ("UMask", "0077"),
        ("User", "rantau"),
    ],
)
def test_the_service_may_do_little_and_leaves_nothing(key: str, value: str) -> None:
    text = (DEPLOY / "rantau.service").read_text()
    assert re.findall(rf"^{key}=(.*)$", text, re.M) == [value]
