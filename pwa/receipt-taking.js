/** What a receipt does to an item of the outbox, whether an exchange brought it or a file: it counts as far as it is signed. */

import { verifyReceipt } from './crypto/receipts.js';
import { amend, transact } from './db.js';

/** @typedef {import('./outbox.js').Item} Item */
/** @typedef {import('./crypto/key-list.js').KeyList} KeyList */

/** The row of `meta` in which exchanges note what they know of the server. */
export const MEMORY = 'exchange';

/**
 * Only this empties the outbox. Gives whose receipt each is, or that it is nobody's.
 * @param {[Item, any][]} pairs items and what came for them
 * @param {KeyList} keys
 * @param {string} [way] by which they went, where that is not to whom a receipt is from
 * @returns {Promise<('done' | 'hub' | 'forged')[]>}
 */
export async function takeReceipts(pairs, keys, way) {
  const verified = await Promise.all(pairs.map(([{ line }, receipt]) => verifyReceipt(receipt, JSON.parse(line)[0], keys).catch(() => undefined)));
  await transact(['outbox', 'files'], 'readwrite', (store) => {
    const here = store('files').getAllKeys(); // answered before what is asked next
    for (const [place, [{ id }, receipt]] of pairs.entries()) {
      const told = verified[place];
      if (!told) continue;
      const found = store('outbox').get(id);
      found.onsuccess = () => {
        const item = found.result && received(found.result, receipt, told, { way: way ?? told.who, here: here.result });
        if (item) store('outbox').put(item);
      };
    }
  });
  return verified.map((told) => (told ? (told.who === 'office' ? 'done' : 'hub') : 'forged'));
}

/** @param {Item} item @param {any} receipt @param {KeyList} keys @param {string} [way] */
export const takeReceipt = async (item, receipt, keys, way) => (await takeReceipts([[item, receipt]], keys, way))[0];

/**
 * An item after a receipt; undefined where that tells nothing new: once the office has the text, only of pictures. Of
 * those that a later receipt of the office names no more, a restored office has lost what it held: they go once more.
 * @param {Item} item @param {any} receipt @param {import('./crypto/receipts.js').Receipt} verified
 * @param {{way: string, here: IDBValidKey[]}} by the way, and the pictures that this phone still has
 */
function received(item, receipt, { who, held, at }, { way, here }, now = Date.now()) {
  const done = who === 'office' ? now : null;
  const isLater = done && item.state === 'done' && at > item.receipt[0][6];
  const files = item.files?.map((file) => {
    if (!held.includes(file.id)) return isLater && file.done && here.includes(file.id) ? unsentAgain(file) : file;
    return file.done ? file : { ...file, sent: file.size, way: file.way ?? way, done };
  });
  const came = item.came ?? (done ? at : undefined);
  if (item.state === 'done') return files && { ...item, files, receipt: done ? receipt : item.receipt };
  const state = done ? 'done' : 'hub';
  return { ...item, ...(files && { files }), state, way: item.way ?? way, receipt, reason: null, offeredAt: now, done, came };
}

/** @param {import('./outbox.js').ItemFile} file */
export const unsentAgain = (file) => ({ ...file, done: null, sent: 0 });

/** The receipts of one answer: those that come while others are written down are the next to be written, together. */
export class ReceiptQueue {
  /** @type {[Item, any][]} */
  #waiting = [];
  /** @type {Promise<void> | undefined} */
  #writing;

  /** @param {KeyList} keys @param {(state: 'done' | 'hub' | 'forged', id: string) => void} told called once one is written */
  constructor(keys, told) {
    this.keys = keys;
    this.told = told;
  }

  /** @param {Item} item @param {any} receipt */
  add(item, receipt) {
    this.#waiting.push([item, receipt]);
    this.#writing ??= this.#write();
    this.#writing.catch(() => {}); // whoever waits for all hears of it
  }

  /** Resolves once all that came are written down. */
  all = async () => this.#writing;

  async #write() {
    while (this.#waiting.length) {
      const pairs = this.#waiting.splice(0);
      const states = await takeReceipts(pairs, this.keys);
      for (const [place, [{ id }]] of pairs.entries()) this.told(states[place], id);
    }
    this.#writing = undefined;
  }
}

/**
 * What the office has a receipt out for stays so, whatever a later answer says.
 * @param {string} id @param {Partial<Item>} changed
 */
export const settle = (id, changed) => amend('outbox', id, (item) => settled(item, changed));

/** @param {Item | undefined} item @param {Partial<Item>} changed */
const settled = (item, changed) => (!item || item.state === 'done' ? undefined : { ...item, ...changed });
