"""Fixtures of the server's tests: one real office in a real process, shared by the tests that only ask it."""

from collections.abc import Iterator

import pytest

from tests.serving import RunningOffice


@pytest.fixture(scope="session")
def office_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningOffice]:
    with RunningOffice(tmp_path_factory.mktemp("office")) as office:
        yield office
