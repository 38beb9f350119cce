"""A photo from a phone whose link is cut every 40 KB, where its browser has HTTP/1.1 alone."""

import asyncio

import pytest

from bench.resume import compare_plain

pytestmark = pytest.mark.browser


def test_over_a_link_that_is_cut_a_photo_costs_a_tenth_more_at_most() -> None:
    spent = asyncio.run(compare_plain())
    assert spent["cuts"] > 0, "the link was not cut"
    assert spent["ratio"] <= 1.1
