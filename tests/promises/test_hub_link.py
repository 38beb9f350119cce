"""Promise 6 of a hub: over a link that drops every 50 KB all of a day reaches the office, at little more than uncut."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bench.shaping_proxy import UNSHAPED, ShapingProxy
from server.hub.hub import Hub, open_hub
from server.hub.intake import hub_intake_of
from server.hub.relay import Relay
from server.hub.relay_link import LinkError, RelayLink
from server.settings import load_settings
from sync.canonical import b32_encode
from tests.applicants import Applicant
from tests.hubs import RunningHub
from tests.papers import PaperOffice
from tests.sealed_items import to_line

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(240)]

DROP = 50_000  # bytes up
NEVER = 10**12
COUNT = 400
DEAREST = 1.15  # times the bytes of the uncut run
TRIES = 60


@pytest.fixture
async def hub(papers: PaperOffice, tmp_path: Path) -> AsyncIterator[Hub]:
    joined = RunningHub(tmp_path / "hub", papers.office)
    joined.join(papers)
    own = {name: value for name, value in joined.env.items() if name.startswith("RANTAU_")}
    async with open_hub(load_settings(own)) as hub:
        yield hub


async def collect(hub: Hub, applicant: Applicant) -> list[str]:
    """Take in a day's worth; one code makes all, because making codes is slow."""
    pairs = [applicant.seal(prev=(b32_encode(n.to_bytes(12)),)) for n in range(COUNT)]
    outcomes = await hub_intake_of(hub).take([to_line(pair) for pair in pairs])
    assert [outcome.row(0)[1] for outcome in outcomes] == ["ok"] * COUNT
    return [pair[0]["_id"] for pair in pairs]


async def relayed(hub: Hub, port: int, drop: int) -> tuple[int, int]:
    """Relay over a link that drops each connection after *drop* bytes up; give the bytes and the connections."""
    async with (
        ShapingProxy(("127.0.0.1", port), UNSHAPED, cut_up=lambda sent: sent >= drop) as proxy,
        RelayLink(proxy.url.replace("localhost", "127.0.0.1")) as link,
    ):
        relay = Relay(hub, link)
        for _ in range(TRIES):
            try:
                await relay.catch_up()
                break
            except LinkError:
                continue
        return proxy.up.bytes + proxy.down.bytes, proxy.connections


async def test_a_relay_over_a_dropping_link_costs_little_more(hub: Hub, papers: PaperOffice) -> None:
    applicant, spent = Applicant(papers.office.url), []
    for drop in (NEVER, DROP):
        ids = await collect(hub, applicant)
        cost, connections = await relayed(hub, papers.office.port, drop)
        spent.append(cost)
        assert await hub.stores.waiting(now=hub.clock()) == []
        assert set(await hub.stores.said(ids)) == set(ids)
    assert connections >= spent[0] // DROP // 2, "the link did not drop"
    assert spent[1] <= DEAREST * spent[0]
