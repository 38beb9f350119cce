"""What a document must be before it is stored."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.errors import BadRequest
from sync.incoming import MAX_DEPTH, bare, checked_id, given_attachments, history_of, to_text

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=6,
)


@pytest.mark.parametrize("doc_id", ["a", "A b/ü𝄞\0", "_design/x", "_local/x", "9"])
def test_an_id_may_be_any_text(doc_id: str) -> None:
    assert checked_id({"_id": doc_id}, new_edits=True) == doc_id


def test_an_edit_without_id_gets_one_and_a_replicated_document_does_not() -> None:
    assert checked_id({}, new_edits=True) != checked_id({}, new_edits=True)
    with pytest.raises(BadRequest):
        checked_id({}, new_edits=False)


@pytest.mark.parametrize(
    ("doc", "error"),
    [
        (None, "bad_request"),
        ([], "bad_request"),
        ({"_id": ""}, "illegal_docid"),
        ({"_id": 5}, "illegal_docid"),
        ({"_id": None}, "illegal_docid"),
        ({"_id": "_x"}, "illegal_docid"),
        ({"_id": "_local/"}, "illegal_docid"),
        ({"_id": "x\udfff"}, "illegal_docid"),
        ({"_id": "x", "_x": 1}, "doc_validation"),
        ({"_id": "x", "_deleted": 1}, "doc_validation"),
        ({"_id": "x", "_deleted": None}, "doc_validation"),
        ({"_id": "x", 5: 1}, "doc_validation"),
    ],
    ids=repr,
)
def test_what_is_no_document_is_refused_in_couchdbs_word(doc: Any, error: str) -> None:
    with pytest.raises(BadRequest) as raised:
        checked_id(doc, new_edits=True)
    assert raised.value.error == error


def test_attachments_are_objects_by_name() -> None:
    assert given_attachments({"_attachments": {"": {"data": ""}}}) == {"": {"data": ""}}
    assert given_attachments({}) == {}
    for wrong in (None, [], {"a": 5}, {"_a": {}}):
        with pytest.raises(BadRequest):
            given_attachments({"_attachments": wrong})


def test_a_history_begins_with_its_own_rev() -> None:
    doc = {"_rev": "3-c", "_revisions": {"start": 3, "ids": ["c", "b", "a"]}}
    assert [str(rev) for rev in history_of(doc)] == ["3-c", "2-b", "1-a"]
    assert [str(rev) for rev in history_of({"_rev": "3-c"})] == ["3-c"]


@pytest.mark.parametrize(
    "history",
    [
        5,
        "c",
        {},
        {"start": "3", "ids": ["c"]},
        {"start": 3, "ids": []},
        {"start": 3, "ids": "c"},
        {"start": 3, "ids": ["c", "b", "a", "0"]},
        {"start": 3, "ids": ["c", 5.5]},
        {"start": 3, "ids": ["x"]},
        {"start": 2, "ids": ["c"]},
    ],
    ids=repr,
)
def test_what_is_no_history_is_refused(history: Any) -> None:
    with pytest.raises(BadRequest):
        history_of({"_rev": "3-c", "_revisions": history})


def test_the_stores_own_members_are_not_the_documents() -> None:
    assert bare({"_id": "a", "_rev": "1-a", "_conflicts": [], "x": 1}) == {"x": 1}


@given(st.dictionaries(st.text(), JSON, max_size=4))
def test_json_comes_back(content: dict[str, Any]) -> None:
    assert json.loads(to_text(content)) == content


@pytest.mark.parametrize("value", [float("nan"), float("inf"), b"x", {1, 2}, "\ud800", {"\ud800": 1}], ids=repr)
def test_what_is_not_json_is_refused(value: Any) -> None:
    with pytest.raises(BadRequest):
        to_text({"x": value})


def test_only_depth_counts_not_number() -> None:
    to_text({"many": [[] for _ in range(MAX_DEPTH * 2)]})
    to_text({"deep": json.loads("[" * (MAX_DEPTH - 1) + "]" * (MAX_DEPTH - 1))})
    for depth in (MAX_DEPTH, 900):
        with pytest.raises(BadRequest):
            to_text({"deep": json.loads("[" * depth + "]" * depth)})
