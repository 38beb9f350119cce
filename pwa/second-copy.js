/**
 * For the day when the browser drops the database: a second copy of what is sealed and unsent, in Cache Storage, and a
 * note of how much there was, in numbers alone. Where the database is new and either is found, what can be restored is,
 * and the person is told what is lost; copy and note are never made anew before that. A browser that clears everything
 * of a site at once takes these along; then nobody can know.
 */

import { read, transact } from './db.js';

/** @typedef {import('./outbox.js').Item} Item */
/** @typedef {{drafts: number, unsent: number, cases: number}} Counts */

const [CACHE, MARK] = ['rantau-outbox', 'rantau-here'];
// The row that a new database lacks, and the one that tells of it until the person has read it.
const [HERE, EVICTED] = ['here', 'evicted'];

let turn = /** @type {Promise<unknown>} */ (Promise.resolve());

/** Make copy and note as the database is now, after putting back what a new one lacks. */
export function mirror() {
  // One tab at a time: another's older look must not take a newer copy away.
  const alone = () => navigator.locks?.request('rantau-copy', work) ?? work();
  turn = turn.then(alone).catch(() => {}); // no space, or no permission: it is the second copy
  return turn;
}

async function work() {
  const found = (await look()) ?? (await restore(), await look());
  if (found) await copy(found);
}

/** What there is, in one look, or nothing: a database that the browser has dropped must not empty its copy. */
function look() {
  return transact(['outbox', 'drafts', 'cases', 'meta'], 'readonly', (store) => {
    const [here, all] = [store('meta').get(HERE), store('outbox').getAll()];
    const [drafts, cases] = [store('drafts').count(), store('cases').count()];
    return () => {
      const unsent = all.result.filter((item) => item.state !== 'done' || filesOf(item).length);
      return here.result && { unsent, counts: { drafts: drafts.result, unsent: unsent.length, cases: cases.result } };
    };
  });
}

/** The note first: where there is no space for a copy, it still tells. @param {{unsent: Item[], counts: Counts}} found */
async function copy({ unsent, counts }) {
  note(counts);
  const cache = await caches.open(CACHE);
  const there = (await cache.keys()).map(({ url }) => new URL(url).pathname);
  for (const item of unsent) if (!there.includes(placeOf(item))) await cache.put(placeOf(item), new Response(JSON.stringify(item)));
  const files = unsent.flatMap(filesOf);
  for (const { id } of files.filter((file) => !there.includes(placeOf(file)))) {
    await cache.put(placeOf({ id }), new Response((await read('files', id))?.bytes));
  }
  const wanted = [...unsent, ...files].map(placeOf);
  await Promise.all(there.filter((place) => !wanted.includes(place)).map((place) => cache.delete(place)));
}

async function restore() {
  const cache = await caches.open(CACHE);
  const [items, files] = [/** @type {Item[]} */ ([]), /** @type {{id: string, bytes: Uint8Array}[]} */ ([])];
  for (const key of await cache.keys()) {
    const [id, found] = [key.url.split('/').at(-1) ?? '', /** @type {Response} */ (await cache.match(key))];
    if (id.includes('.')) items.push(await found.json());
    else files.push({ id, bytes: new Uint8Array(await found.arrayBuffer()) });
  }
  await putBack(items, files, noteOf());
  document.dispatchEvent(new CustomEvent('rantau:queued'));
}

/**
 * All or nothing, and once, so that it is done again when it is cut.
 * @param {Item[]} items @param {object[]} files @param {Counts | null} noted
 */
async function putBack(items, files, noted) {
  await transact(['outbox', 'meta', 'files'], 'readwrite', (store) => {
    const [there, here] = [store('outbox').getAllKeys(), store('meta').get(HERE)];
    here.onsuccess = () => {
      if (here.result) return;
      const missing = items.filter(({ id }) => !there.result.includes(id));
      for (const item of missing) store('outbox').put({ ...item, state: 'waiting', reason: null, tries: 0 });
      for (const file of files) store('files').put(file);
      if (noted || missing.length) store('meta').put({ name: EVICTED, ...noted, restored: missing.length });
      store('meta').put({ name: HERE });
    };
  });
}

/** The pictures that the office lacks. @param {Item} item */
const filesOf = ({ files = [] }) => files.filter(({ done }) => !done);

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
