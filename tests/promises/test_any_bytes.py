"""Whatever bytes come: each reader gives a result or its own error. `make fuzz` looks for more with atheris.

Inputs that were once found stand in tests/vectors/fuzz/<reader>/ and are tried first.
"""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fuzz.readers import READERS

FOUND = Path(__file__).parents[1] / "vectors" / "fuzz"
ODD = ["", "\0", "\ud800", "é", "a" * 24, "_id", "9" * 30, "office", "k1", "s1", "argon2id", "aa", "AA"]


def found() -> list[Any]:
    paths = sorted(path for path in FOUND.glob("*/*") if path.is_file())
    return [pytest.param(path, id=f"{path.parent.name}/{path.name}") for path in paths]


@pytest.mark.parametrize("path", found())
def test_what_was_once_found_is_stood(path: Path) -> None:
    READERS[path.parent.name].try_(path.read_bytes())


@pytest.mark.parametrize("name", READERS)
def test_the_examples_are_read(name: str) -> None:
    for seed in READERS[name].seeds:
        READERS[name].try_(seed)


def values() -> st.SearchStrategy[Any]:
    leaves = st.one_of(
        st.none(), st.booleans(), st.sampled_from([0, 1, -1, 2**53, 2**70, 1.5, float("inf")]), st.sampled_from(ODD),
        st.text(max_size=8),
    )  # fmt: skip
    keys = st.one_of(st.sampled_from(ODD), st.text(max_size=6))
    return st.recursive(
        leaves, lambda inner: st.lists(inner, max_size=6) | st.dictionaries(keys, inner, max_size=6), max_leaves=16
    )


@st.composite
def changed(draw: st.DrawFn, seeds: tuple[bytes, ...]) -> bytes:
    """Take an example and change it: some bytes, or, where it is JSON, some values at any place."""
    seed = draw(st.sampled_from(seeds))
    try:
        value = json.loads(seed)
    except ValueError:
        value = None
    if value is not None and draw(st.booleans()):
        return json.dumps(_with_changes(draw, value)).encode()
    data = bytearray(seed)
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(data)))
        data[start : start + draw(st.integers(0, 8))] = draw(st.binary(max_size=8))
    return bytes(data)


def _with_changes(draw: st.DrawFn, value: Any) -> Any:
    if not isinstance(value, dict | list) or not value or draw(st.integers(0, 3)) == 0:
        return draw(values())
    value = dict(value) if isinstance(value, dict) else list(value)
    place = draw(st.sampled_from(sorted(value) if isinstance(value, dict) else range(len(value))))
    if draw(st.integers(0, 5)) == 0:
        del value[place]
    else:
        value[place] = _with_changes(draw, value[place])
    return value


def _deep(depth: int, opening: bytes, closing: bytes) -> bytes:
    return opening * depth + b"1" + closing * depth


@pytest.mark.parametrize("name", READERS)
def test_deep_nesting_is_stood(name: str) -> None:
    for depth in (60, 300, 600, 900, 980, 5000):
        for data in (
            _deep(depth, b"[", b"]"),
            _deep(depth, b'{"signed":', b"}"),
            b"[" + _deep(depth, b"[", b"]") + b",1]",
        ):
            READERS[name].try_(data)


@pytest.mark.parametrize("name", READERS)
@settings(max_examples=60, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_generated_bytes_are_stood(name: str, data: st.DataObject) -> None:
    reader = READERS[name]
    written = values().map(lambda value: json.dumps(value).encode())
    READERS[name].try_(data.draw(st.one_of(changed(reader.seeds), written, st.binary(max_size=200))))
