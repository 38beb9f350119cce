"""The search for planted names finds them wherever software may have put them."""

import base64
import gzip
import zlib
from pathlib import Path

import pytest

from tests.markers import search, search_bytes

NAME = "Zulqarnain Xyvopatra"
SEALED_LIKE = b"n" * 12 + b"\x01" + zlib.compress(bytes(range(32, 127)) + NAME.encode())
RAW = zlib.compressobj(9, wbits=-15)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(NAME.encode(), id="plain"),
        pytest.param(NAME.encode("utf-16-le"), id="utf-16"),
        pytest.param(NAME.encode().hex().encode(), id="hex"),
        *(
            pytest.param(base64.b64encode(b"?" * shift + NAME.encode() + b"!"), id=f"base64+{shift}")
            for shift in range(3)
        ),
        pytest.param(base64.urlsafe_b64encode(b"~~" + NAME.encode()), id="base64url"),
        pytest.param(zlib.compress(NAME.encode()), id="zlib"),
        pytest.param(base64.urlsafe_b64encode(SEALED_LIKE), id="zlib in base64"),
        pytest.param(gzip.compress(b"x" * 99 + NAME.encode()), id="gzip"),
        pytest.param(RAW.compress(NAME.encode()) + RAW.flush(), id="raw deflate"),
    ],
)
def test_a_planted_name_is_found(data: bytes) -> None:
    assert search_bytes(b"\x00noise" + data + b"more noise", [NAME])


def test_what_is_not_there_is_not_found() -> None:
    assert not search_bytes(bytes(range(256)) * 40, [NAME])


def test_files_and_their_names_are_searched(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / f"{NAME}.txt").write_text("nothing")
    (tmp_path / "b.bin").write_bytes(NAME.encode())

    assert len(search([tmp_path], [NAME])) == 2
