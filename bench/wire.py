"""What sending costs on a 2G link: N applications without photos, ours and the peer's, in the same browser.

Both hold the same answers, both have their connection open, and both end when the sender knows that all is stored: we
when the receipt of each is verified and written down, the peer when its replication is checkpointed.

`foretold_percent` is by how much the seconds that are told before a send miss those that it takes: of a text on a new
connection, and of its photos, by what an application with a photo showed of the link before.
"""

import asyncio
import json
import statistics
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

from playwright.async_api import BrowserContext, Page

from bench.office_behind import fresh_browser, office_behind, tell
from bench.peer import couch_protocol_server, open_peer, push
from bench.shaping_proxy import EDGE, ShapingProxy
from server.content import load_content
from server.forms.answers import settle
from server.settings import load_settings
from tests.people import person

SIZES = {1: 3, 10: 1, 50: 1}  # applications: runs, of which the median time counts
LIMIT = 326  # bytes of an application by zstd at 22 with a dictionary trained on its like, a tag and a length: no keys
FIGURES = ("requests", "up", "down", "seconds")

READY = """async () => {
  const { exchange } = await import('/pwa/exchange.js');
  await import('/pwa/outbox.js');
  const { state } = await exchange();
  if (state !== 'ok') throw new Error(state);
}"""
SEAL = """async (people) => {
  const [drafts, outbox, pins] = await Promise.all(
    ['drafts', 'outbox', 'pins'].map((name) => import(`/pwa/${name}.js`)));
  const loaded = await pins.loadForm('passport-new');
  for (const values of people) {
    const id = await drafts.newDraft('passport-new', loaded.name);
    await drafts.saveDraft(id, values);
    await outbox.commit(await outbox.prepare(await drafts.loadDraft(id), loaded, await pins.office()));
  }
}"""
SEND = """async () => {
  const [{ exchange }, { listOutbox }] = await Promise.all(
    ['exchange', 'outbox'].map((name) => import(`/pwa/${name}.js`)));
  const started = performance.now();
  const result = await exchange();
  const seconds = (performance.now() - started) / 1000;
  const done = (await listOutbox()).filter(({ id, state }) => state === 'done' && result.done.includes(id));
  return { seconds, state: result.state, done: done.length };
}"""
PHOTOS = (22_000, 30_000)  # bytes
TELL = """async ([values, sizes]) => {
  const [outbox, drafts, pins, { putImage }, time, { link }] = await Promise.all(
    ['outbox', 'drafts', 'pins', 'images/image-store', 'components/send-time', 'images/link-speed'].map(
      (name) => import(`/pwa/${name}.js`)));
  const loaded = await pins.loadForm('passport-new');
  const id = await drafts.newDraft('passport-new', loaded.name);
  await drafts.saveDraft(id, values);
  for (const size of sizes) {
    const bytes = crypto.getRandomValues(new Uint8Array(size));
    await putImage(id, 'kk', { type: 'image/webp', bytes, width: 1, height: 1 });
  }
  const prepared = await outbox.prepare(await drafts.loadDraft(id), loaded, await pins.office());
  const measured = await link();
  await outbox.commit(prepared);
  if (!measured.rate || !measured.roundTrip) return [];
  const photos = time.photosLoad(prepared.files, measured.rate);
  return [time.textLoad(prepared.bytes), photos].map((load) => time.secondsOf(load, measured));
}"""
TIME = """async () => {
  const [{ exchange }, { sendFiles }] = await Promise.all(
    ['exchange', 'images/uploader'].map((name) => import(`/pwa/${name}.js`)));
  const times = [performance.now()];
  const ends = [];
  for (const send of [exchange, sendFiles]) {
    const { state, outcome } = await send();
    ends.push(state ?? outcome);
    times.push(performance.now());
  }
  if (`${ends}` !== 'ok,sent') throw new Error(ends);
  return [times[1] - times[0], times[2] - times[1]].map((milliseconds) => milliseconds / 1000);
}"""
WARM = "async () => { await (await import('/pwa/online.js')).ping(); }"

Run = dict[str, float]
Send = Callable[[int, int], Awaitable[Run]]  # the number of applications, the number of the run


def measure() -> dict[str, Any]:
    """Send 1, 10 and 50 applications by us and by the peer, and compare."""
    return asyncio.run(_both())


async def _both() -> dict[str, Any]:
    ours = await _measure_ours()
    foretold = await _foretell()
    peer = await _measure_peer()
    largest = ours["n"][-1]
    return {
        **ours,
        "foretold_percent": foretold,
        "peer": peer,
        "up_each": round(ours["up"][-1] / largest),
        "limit_each": LIMIT,
        "times_smaller": round(peer["up"][-1] / ours["up"][-1], 2),
        "times_faster": round(peer["seconds"][-1] / ours["seconds"][-1], 2),
    }


async def _measure_ours() -> dict[str, list[float]]:
    async with office_behind() as proxy:

        async def send(count: int, run: int) -> Run:
            # Each time another phone: one that holds earlier cases asks for news of them too.
            async with fresh_browser() as context:
                page = await open_app(context, proxy.url)
                return await _exchange(page, proxy, _people(count, run))

        return await _series("ours", send)


async def _foretell() -> float:
    """Tell the seconds of two sends, take them, and give the larger miss of the second, in percent."""
    async with office_behind() as proxy, fresh_browser() as context:
        page = await open_app(context, proxy.url)
        misses = [0.0]
        for run in range(2):
            told = await page.evaluate(TELL, [dict(person(run)), PHOTOS])
            await proxy.drop()  # as it is after the time in which a form is filled in
            took = await page.evaluate(TIME)
            tell(f"wire: foretold {told}, took {took}")
            misses = [100 * abs(one / other - 1) for one, other in zip(told, took, strict=False)]
    return round(max(misses), 1)


async def _measure_peer() -> dict[str, list[float]]:
    async with (
        couch_protocol_server() as port,
        ShapingProxy(("127.0.0.1", port), EDGE) as proxy,
        fresh_browser() as context,
    ):
        page = await open_peer(context, proxy.url)
        return await _series("peer", lambda count, run: push(page, proxy, _answers(count, run), f"p{count}-{run}"))


async def _series(name: str, send: Send) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {"n": list(SIZES)} | {figure: [] for figure in FIGURES}
    for count, runs in SIZES.items():
        results = [await send(count, run) for run in range(runs)]
        for figure in FIGURES:
            found[figure].append(statistics.median_low(result[figure] for result in results))
        tell(f"wire: {name}: {count}: {', '.join(f'{found[figure][-1]} {figure}' for figure in FIGURES)}")
    return found


async def open_app(context: BrowserContext, url: str) -> Page:
    """Open a page of the app that does nothing by itself and has met the office, as one opened a while ago."""
    page = await context.new_page()
    await page.route("**/pwa/main.js", lambda route: route.fulfill(content_type="text/javascript", body=""))
    await page.goto(f"{url}/id/mine")
    await page.evaluate(READY)
    return page


async def _exchange(page: Page, proxy: ShapingProxy, people: list[dict[str, Any]]) -> Run:
    await page.evaluate(SEAL, people)
    await page.evaluate(WARM)
    proxy.reset()
    outcome = await page.evaluate(SEND)
    if outcome["state"] != "ok" or outcome["done"] != len(people):
        raise RuntimeError(f"the office has {outcome['done']} of {len(people)}: {outcome['state']}")
    seconds = round(outcome["seconds"], 2)
    return {"requests": proxy.requests, "up": proxy.up.bytes, "down": proxy.down.bytes, "seconds": seconds}


def _people(count: int, run: int) -> list[dict[str, Any]]:
    return [dict(person(1000 * count + 100 * run + place)) for place in range(count)]


def _answers(count: int, run: int) -> list[dict[str, Any]]:
    """Give what the form makes of the same people: also a box that nobody ticked is an answer."""
    form = load_content(load_settings({}).content).forms.latest("passport-new")
    today = datetime.now(UTC).date()
    settled = [settle(form, typed, today=today) for typed in _people(count, run)]
    return [{key: answer for key, answer in each.items() if answer is not None} for each in settled]


if __name__ == "__main__":
    print(json.dumps(measure()))
