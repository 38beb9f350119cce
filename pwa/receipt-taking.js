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
 * @returns {Promise<('done' | 'hub' | 'forged')[]>}
 */
export async function takeReceipts(pairs, keys) {
  const states = await Promise.all(pairs.map(async ([{ line }, receipt]) => {
    const verified = await verifyReceipt(receipt, JSON.parse(line)[0], keys).catch(() => undefined);
    return verified ? (verified.who === 'office' ? 'done' : 'hub') : 'forged';
  }));
  const now = Date.now();
  await transact(['outbox'], 'readwrite', (store) => {
    for (const [place, [{ id }, receipt]] of pairs.entries()) {
      const state = states[place];
      if (state === 'forged') continue;
      const found = store('outbox').get(id);
      found.onsuccess = () => {
        const item = settled(found.result, { state, receipt, reason: null, offeredAt: now, done: state === 'done' ? now : null });
        if (item) store('outbox').put(item);
      };
    }
  });
  return states;
}

/** @param {Item} item @param {any} receipt @param {KeyList} keys */
export const takeReceipt = async (item, receipt, keys) => (await takeReceipts([[item, receipt]], keys))[0];

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
