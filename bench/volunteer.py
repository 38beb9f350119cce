"""What a volunteer's phone waits for that holds thousands of sealed applications, its processor throttled four times.

`list_ms` is from the tap until the newest applications of *Permohonan saya* are on the screen, `day_ms` until the
people of a day are, all fifty of them sealed; the median of some visits, without a signal. Of `records` applications
half wait to be sent, the others are at the office.
"""

import asyncio
import json
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

from playwright.async_api import BrowserContext, async_playwright

from bench.office_behind import PATIENCE, tell
from tests.browsing import FLAGS, chromium
from tests.people import person
from tests.serving import RunningOffice

RECORDS, PEOPLE = 2000, 50
THROTTLE = 4
VISITS = 5
READY = "[data-module=ready-line] span:not(:empty)"
KEEP = """async () => {
  const { keepPacks } = await import('/pwa/sw-bridge.js');
  await Promise.all(['online', 'profile', 'volunteer', 'bundle', 'images', 'photo', 'forms'].map(keepPacks));
}"""
# A few applications are sealed as they always are; the others are copies of them under cases of their own.
FILL = """async ([records, people, answers]) => {
  const all = (...names) => Promise.all(names.map((name) => import(`/pwa/${name}.js`)));
  const [profiles, keys, drafts, outbox, pins] = await all('profiles', 'device-key', 'drafts', 'outbox', 'pins');
  const [rows, vaults, db, days] = await all('records', 'vault', 'db', 'day/days');
  const [{ b32Encode }, { randomBytes }] = await all('crypto/canonical', 'crypto/cipher');
  const [device, service] = ['d-aaaaaaaa', 'passport-new'];
  await keys.storeNewKey({ name: keys.nameOf(device), device, login: 'buyung', since: '', reading: 'ok' });
  await profiles.createProfile({ name: 'buyung', passphrase: 'batu jala kuda mira', device });
  const [loaded, office] = [await pins.loadForm(service), await pins.office()];
  const made = [];
  for (const values of answers) {
    const draft = await drafts.newDraft(service, loaded.name, values, { title: values.nama_lengkap });
    const prepared = await outbox.prepare(await drafts.loadDraft(draft), loaded, office);
    const of = await outbox.commit(prepared);
    made.push([await rows.readRecord('cases', of), await db.read('outbox', prepared.version._id)]);
  }
  const vault = await vaults.openVault();
  const ids = Array.from({ length: records - made.length }, () => b32Encode(randomBytes(15)));
  const copies = await Promise.all(ids.map(async (id, place) => {
    const [{ id: _, n, at: __, ...content }, item] = made[place % made.length];
    const at = Date.now() - place * 1000;
    const done = place % 2 ? { state: 'done', done: at, way: 'office' } : {};
    return [
      await vault.encrypt(rows.placeOf(vault.profile, id), 1, content, at),
      { ...item, id: `app.${id}.${item.id.split('.')[2]}`, case: id, at, ...done },
    ];
  }));
  await db.transact(['cases', 'outbox'], 'readwrite', (store) => {
    for (const [record, item] of copies) {
      store('cases').put(record);
      store('outbox').put(item);
    }
  });
  const event = { place: 'Kinali', date: '2026-11-30', purpose: '', service, form: loaded.name, carried: {} };
  const day = await days.newDay(event);
  await days.addPeople(day, ids.slice(0, people).map((_, at) => `ORANG ${at}`));
  const begun = (one, at) => ({ ...one, draft: `d${'a'.repeat(16)}`, case: ids[at] });
  await rows.updateRecord('days', day, (value) => ({ ...value, people: value.people.map(begun) }));
  return (await db.readAll('cases')).length;
}"""
WATCH = """(selector) => {
  new MutationObserver((_, observer) => {
    if (!document.querySelector(selector)) return;
    observer.disconnect();
    requestAnimationFrame(() => setTimeout(() => { globalThis.shown = performance.now(); }));
  }).observe(document, { childList: true, subtree: true });
}"""
SHOWN = "async () => { while (!globalThis.shown) await new Promise(requestAnimationFrame); return globalThis.shown; }"


def measure(records: int = RECORDS) -> dict[str, Any]:
    """Fill a phone, and look at its lists a few times."""
    return asyncio.run(_measure(records))


async def _measure(records: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        office = await asyncio.to_thread(RunningOffice(Path(folder) / "office").start)
        async with async_playwright() as playwright:
            context: BrowserContext = await playwright.chromium.launch_persistent_context(
                str(Path(folder) / "profile"),
                executable_path=chromium(),
                headless=True,
                args=list(FLAGS),
                locale="id-ID",
            )
            context.set_default_timeout(PATIENCE)
            page = context.pages[0]
            try:
                await page.goto(f"{office.url}/id/")
                await page.locator(READY).first.wait_for()
                await page.evaluate(KEEP)
            finally:
                await asyncio.to_thread(office.kill)
            held = await page.evaluate(FILL, [records, PEOPLE, [dict(person(seed)) for seed in range(PEOPLE)]])
            lists = await _visits(context, f"{office.url}/id/mine", "[data-case]")
            days = await _visits(context, f"{office.url}/id/volunteer", f"[data-progress='{PEOPLE}/{PEOPLE}']")
            await context.close()
    tell(f"volunteer: list {[round(ms) for ms in lists]}, day {[round(ms) for ms in days]}")
    return {"records": held, "list_ms": round(statistics.median(lists)), "day_ms": round(statistics.median(days))}


async def _visits(context: BrowserContext, url: str, selector: str) -> list[float]:
    """Go there again and again; the first time, which compiles, does not count."""
    page = await context.new_page()
    session = await context.new_cdp_session(page)
    await session.send("Emulation.setCPUThrottlingRate", {"rate": THROTTLE})
    await page.add_init_script(f"({WATCH})({json.dumps(selector)})")
    found = []
    for _ in range(VISITS + 1):
        await page.goto(url)
        found.append(float(await page.evaluate(SHOWN)))
    await page.close()
    return found[1:]


if __name__ == "__main__":
    print(json.dumps(measure(*map(int, sys.argv[1:]))))
