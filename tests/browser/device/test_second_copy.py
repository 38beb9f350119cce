"""The second copy of what is sealed and unsent, when its steps are cut or two tabs are at it."""

from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.browser.device.device_page import open_page, run
from tests.scripted_office import ScriptedOffice

pytestmark = pytest.mark.browser

COPY = """const { mirror } = await import('/pwa/second-copy.js');
const copied = async () => {
  const keys = await (await caches.open('rantau-outbox')).keys();
  return keys.map(({ url }) => new URL(url).pathname.slice('/outbox/'.length)).sort();
};
const noted = () => JSON.parse(localStorage.getItem('rantau-here'));
const drop = () => db.transact(['outbox', 'meta', 'drafts', 'cases'], 'readwrite', (store) => {
  for (const name of ['outbox', 'meta', 'drafts', 'cases']) store(name).clear();
});
"""


def ids(items: list[dict[str, Any]]) -> list[str]:
    """Sort the ids of what was sent."""
    return sorted(item["id"] for item in items)


def test_the_note_tells_of_what_there_was_no_space_to_copy(page: Page, three: list[dict[str, Any]]) -> None:
    told = run(
        page,
        COPY
        + """const { put } = Cache.prototype;
        Cache.prototype.put = async () => { throw new DOMException('', 'QuotaExceededError'); };
        await mirror();
        Cache.prototype.put = put;
        await drop();
        await mirror();
        const { unsent, restored } = await db.read('meta', 'evicted');
        return [unsent, restored];""",
    )
    assert told == [3, 0]


def test_a_database_dropped_under_an_open_page_leaves_the_copy_whole(page: Page, three: list[dict[str, Any]]) -> None:
    left = run(
        page,
        COPY
        + """await mirror();
        const { get } = IDBObjectStore.prototype;
        let dropped;
        IDBObjectStore.prototype.get = function (key) { // what was just there is looked for, and goes
          if (key === 'here') dropped ??= drop();
          return get.call(this, key);
        };
        await mirror();
        IDBObjectStore.prototype.get = get;
        await dropped;
        const before = await copied();
        await mirror();
        return [before, (await outbox.listOutbox()).map(({ id }) => id).sort()];""",
    )
    assert left == [ids(three), ids(three)]


def test_two_tabs_put_back_once_and_tell_the_truth(
    context: BrowserContext, page: Page, office: ScriptedOffice, three: list[dict[str, Any]]
) -> None:
    run(page, COPY + "await mirror(); await drop();")
    told = run(
        page,
        COPY
        + """let looked;
        const { match } = Cache.prototype;
        Cache.prototype.match = async function (key) { // another tab, without Web Locks, is faster
          const found = await match.call(this, key);
          looked ??= (async () => {
            await db.write('meta', { name: 'here' });
            await db.write('meta', { name: 'evicted', unsent: 3, restored: 3 });
          })();
          await looked;
          return found;
        };
        await mirror();
        Cache.prototype.match = match;
        return [(await db.read('meta', 'evicted')).restored, (await outbox.listOutbox()).length];""",
    )
    assert told == [3, 0]


def test_an_older_look_of_another_tab_takes_no_newer_copy_away(
    context: BrowserContext, page: Page, office: ScriptedOffice
) -> None:
    other = open_page(context, office)
    run(page, COPY + "await send(); await mirror();")
    run(
        other,
        COPY
        + """const { keys } = Cache.prototype;
        globalThis.has = {};
        has.looked = new Promise((looked) => {
          Cache.prototype.keys = async function () {
            looked();
            await new Promise((go) => { has.letGo = go; });
            return keys.call(this);
          };
        });
        has.ended = mirror();
        await has.looked;""",
    )
    run(page, COPY + "await send(); globalThis.ended = mirror();")
    # Without turns the newer copy is made by now; with them it comes second.
    run(page, "const held = (await navigator.locks.query()).held; if (!held.length) await ended;")
    run(other, "has.letGo(); await has.ended;")
    run(page, "await ended;")
    left = run(page, COPY + "return [await copied(), (await outbox.listOutbox()).map(({ id }) => id).sort()]")
    assert left[0] == left[1]
    assert len(left[0]) == 2
