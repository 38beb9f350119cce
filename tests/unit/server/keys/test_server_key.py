import json
from pathlib import Path

import pytest

from server.keys.server_key import ServerKey, ServerKeyError, read_server_key, server_key_path, write_server_key
from sync.key_pair import new_key_pair


def a_key() -> ServerKey:
    return ServerKey("s26a", new_key_pair(), new_key_pair().pub, is_demo=False)


def test_what_was_written_is_read_back_and_only_its_owner_can_read_it(tmp_path: Path) -> None:
    key = a_key()
    write_server_key(tmp_path / "data", key)
    assert read_server_key(tmp_path / "data") == key
    assert server_key_path(tmp_path / "data").stat().st_mode & 0o777 == 0o600


def test_a_key_is_never_written_over(tmp_path: Path) -> None:
    first = a_key()
    write_server_key(tmp_path, first)
    with pytest.raises(FileExistsError):
        write_server_key(tmp_path, a_key())
    assert read_server_key(tmp_path) == first


def test_the_private_half_is_not_shown() -> None:
    key = a_key()
    assert repr(key.pair.d) not in repr(key)


@pytest.mark.parametrize("damage", ["", "{}", '{"kid": "s26a", "key": "AAAA", "root": "AAAA", "demo": false}'])
def test_a_damaged_file_is_told(tmp_path: Path, damage: str) -> None:
    server_key_path(tmp_path).write_text(damage)
    with pytest.raises(ServerKeyError, match="damaged"):
        read_server_key(tmp_path)


def test_halves_that_do_not_belong_together_are_told(tmp_path: Path) -> None:
    write_server_key(tmp_path, a_key())
    content = json.loads(server_key_path(tmp_path).read_text())
    write_server_key(tmp_path / "other", a_key())
    other = json.loads(server_key_path(tmp_path / "other").read_text())
    content["key"] = content["key"][:43] + other["key"][43:]
    server_key_path(tmp_path).write_text(json.dumps(content))
    with pytest.raises(ServerKeyError):
        read_server_key(tmp_path)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(ServerKeyError, match=r"server\.key: No such file"):
        read_server_key(tmp_path)
