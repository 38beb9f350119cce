/** What a person said of sending pictures: paused or not, how much a month may cost; and what this month cost so far. */

import { read, transact } from '../db.js';
import { say } from '../tabs.js';

/** @typedef {import('../outbox.js').Item} Item */
/** @typedef {{isPaused: boolean, budget: number | null, used: number, left: number}} Wishes budget: bytes of a month, null for any */

const [ROW, USED] = ['sending', 'used'];
export const PER_CHUNK = 600; // bytes of a request itself
/** @type {import('../db.js').StoreName[]} */
const STORES = ['meta', 'outbox'];
const LEAST = 2 * PER_CHUNK; // bytes: less is not worth a request

/** What was said, with the bytes that went in this month and those that are left of its limit. @returns {Promise<Wishes>} */
export async function wishes() {
  const { isPaused = false, budget = null } = (await read('meta', ROW)) ?? {};
  const used = usedIn(await counted());
  return { isPaused, budget, used, left: budget === null ? Infinity : budget - used };
}

/** Note a wish; whatever sends hears of it. @param {{isPaused: boolean} | {budget: number | null}} changed */
export async function wish(changed) {
  await transact(['meta'], 'readwrite', (store) => {
    const found = store('meta').get(ROW);
    found.onsuccess = () => store('meta').put({ ...found.result, ...changed, name: ROW });
  });
  say('queued');
}

/**
 * Count what goes, before it does: nothing says afterwards what a crash or a cut has cost. Where there is no room to count
 * it goes all the same, as what is not sent harms more.
 * @param {number} bytes less than none for what did not go
 */
export const spend = (bytes) => transact(STORES, 'readwrite', (store) => askCounted(store, (row) =>
  store('meta').put({ ...inMonth(row), bytes: Math.max(0, usedIn(row) + bytes) }))).catch(() => {});

/** @typedef {{month: number, bytes: number}} Month */
/** @typedef {Month & {other?: Month}} Counted `other`: the month before, or to which a clock that is wrong had jumped */

const counted = () => transact(STORES, 'readonly', (store) => {
  let row = /** @type {Counted | undefined} */ (undefined);
  askCounted(store, (found) => (row = found));
  return () => row;
});

/** A phone that did not count yet begins with what its outbox says of this month. @param {import('../db.js').Stores} store @param {(row: Counted) => void} use */
function askCounted(store, use) {
  const found = store('meta').get(USED);
  found.onsuccess = () => {
    if (found.result) return use(found.result);
    const all = store('outbox').getAll();
    all.onsuccess = () => use({ month: monthOf(), bytes: sentIn(all.result) });
  };
}

/** What went by what is noted of each item. @param {Item[]} items */
export function sentIn(items, month = monthOf()) {
  const went = items.flatMap(({ offeredAt, bytes, files = [] }) =>
    [{ at: offeredAt, cost: bytes }, ...files.map(({ at, wire, before = 0 }) => ({ at, cost: wire - before }))]);
  return went.filter(({ at }) => at && monthOf(new Date(at)) === month).reduce((sum, { cost }) => sum + cost, 0);
}

/** @param {Counted} [row] */
export const usedIn = (row, month = monthOf()) => [row, row?.other].find((each) => each?.month === month)?.bytes ?? 0;

/** The row of this month, which keeps that of another beside it. @param {Counted} row */
const inMonth = ({ month, bytes, other }, now = monthOf()) =>
  ({ name: USED, month: now, other: month === now ? other : { month, bytes } });

const monthOf = (now = new Date()) => now.getFullYear() * 12 + now.getMonth();

/** Whether the browser was told to save data. */
export const isSavingData = () => Boolean(/** @type {any} */ (navigator).connection?.saveData);

/** Whether a month's limit is reached: what is left of it carries no chunk. @param {Wishes} wishes */
export const isSpent = ({ left }) => left < LEAST;

/** When the limit begins anew. */
export const nextMonth = (now = new Date()) => new Date(now.getFullYear(), now.getMonth() + 1, 1);

/** Whether the pictures of an item may go now, as far as its person said. @param {Item} item */
export const mayGo = ({ photos }) => photos === 'go' || (photos !== 'wait' && !isSavingData());
