/**
 * For the day when the browser drops the database: a second copy of what is sealed and unsent, in Cache Storage, and a
 * note of how much there was, in numbers alone. Where the database is new and either is found, what can be restored is,
 * and the person is told what is lost; copy and note are never made anew before that. A browser that clears everything
 * of a site at once takes these along; then nobody can know.
 */

import { read, readAll, transact } from './db.js';

/** @typedef {import('./outbox.js').Item} Item */
/** @typedef {{drafts: number, unsent: number, cases: number}} Counts */

const [CACHE, MARK] = ['rantau-outbox', 'rantau-here'];
// The row that a new database lacks, and the one that tells of it until the person has read it.
const [HERE, EVICTED] = ['here', 'evicted'];

let turn = /** @type {Promise<unknown>} */ (Promise.resolve());

/** Make copy and note as the database is now, after putting back what a new one lacks. */
export function mirror() {
  turn = turn.then(work).catch(() => {}); // no space, or no permission: it is the second copy
  return turn;
}

async function work() {
  if (!(await read('meta', HERE))) await restore();
  await copyAll();
}

async function copyAll() {
  const [items, drafts, cases] = await Promise.all([readAll('outbox'), readAll('drafts'), readAll('cases')]);
  const unsent = items.filter(({ state }) => state !== 'done');
  const cache = await caches.open(CACHE);
  const there = (await cache.keys()).map(({ url }) => new URL(url).pathname);
  for (const item of unsent) if (!there.includes(placeOf(item))) await cache.put(placeOf(item), new Response(JSON.stringify(item)));
  const wanted = unsent.map(placeOf);
  await Promise.all(there.filter((place) => !wanted.includes(place)).map((place) => cache.delete(place)));
  note({ drafts: drafts.length, unsent: unsent.length, cases: cases.length });
}

async function restore() {
  const cache = await caches.open(CACHE);
  const found = await Promise.all((await cache.keys()).map(async (key) => (await cache.match(key))?.json()));
  await putBack(found.filter(Boolean), noteOf());
  document.dispatchEvent(new CustomEvent('rantau:queued'));
}

/** All or nothing, so that it is done again when it is cut. @param {Item[]} items @param {Counts | null} noted */
async function putBack(items, noted) {
  await transact(['outbox', 'meta'], 'readwrite', (store) => {
    const there = store('outbox').getAllKeys();
    there.onsuccess = () => {
      const missing = items.filter(({ id }) => !there.result.includes(id));
      for (const item of missing) store('outbox').put({ ...item, state: 'waiting', reason: null, tries: 0 });
      if (noted || missing.length) store('meta').put({ name: EVICTED, ...noted, restored: missing.length });
      store('meta').put({ name: HERE });
    };
  });
}

/** @param {{id: string}} item */
const placeOf = ({ id }) => `/outbox/${id}`;

/** @param {Counts} counts */
function note(counts) {
  if (Object.values(counts).some(Boolean)) localStorage.setItem(MARK, JSON.stringify(counts));
  else localStorage.removeItem(MARK);
}

/** @returns {Counts | null} */
function noteOf() {
  try {
    return JSON.parse(localStorage.getItem(MARK) ?? 'null');
  } catch {
    return null;
  }
}
