"""What serves in a test leaves nothing open, at whatever moment somebody connected."""

import asyncio
import gc
import socket
import warnings

import pytest
from aiohttp import web

from tests.own_loop import OwnServer, StrictLoop

TURNS = 8  # of the loop, until a connection that comes is long known to the server


@pytest.mark.parametrize("turns", range(TURNS))
def test_a_server_that_ends_while_somebody_connects_leaves_nothing_open(turns: int) -> None:
    async def served() -> None:
        server = await OwnServer(web.Application()).start()
        client = socket.create_connection(("127.0.0.1", server.port))
        for _ in range(turns):
            await asyncio.sleep(0)
        await server.stop()
        client.close()

    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        with asyncio.Runner(loop_factory=StrictLoop) as runner:
            runner.run(served())
        gc.collect()
    assert [str(one.message) for one in warned if issubclass(one.category, ResourceWarning)] == []


def test_a_loop_names_what_was_left_open_in_it() -> None:
    async def forget(port: int) -> None:
        await asyncio.get_running_loop().create_connection(asyncio.Protocol, "127.0.0.1", port)

    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with pytest.raises(AssertionError, match=f"left open: .*{port}"):  # noqa: SIM117
            with asyncio.Runner(loop_factory=StrictLoop) as runner:
                runner.run(forget(port))
