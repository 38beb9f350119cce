/** The draft behind a form: which one it is, and that everything typed gets there. */

import { drops, readAll } from '../db.js';
import { GoneError } from '../device-errors.js';
import { lastDraft, loadDraft, newDraft, saveDraft, watchDraft } from '../drafts.js';
import { vaultAtHand } from '../vault.js';

/** @typedef {import('../drafts.js').Draft} Draft */
/** @typedef {import('../vault.js').VaultRecord} VaultRecord */
/** @typedef {Record<string, string>} Typed */
/** @typedef {'open-elsewhere' | 'saved-elsewhere' | 'gone'} Notice */

/** The draft that the address names, as `#d=<id>`. */
const named = () => /^#d=([a-z0-9-]+)$/.exec(location.hash)?.[1];

/**
 * Find what to go on with: the draft that the address names, else the last one of this service. Throws a `GoneError`.
 * @param {string} service @param {() => Promise<VaultRecord[]>} [rows] all drafts, if they were read already
 * @returns {Promise<Draft | null>}
 */
export async function findDraft(service, rows) {
  const id = named();
  if (id) return loadDraft(id, rows);
  if (location.hash === '#new') return null;
  return lastDraft(service, rows);
}

/** @type {Promise<Draft | null> | undefined} */
let early;

/** What this page's form goes on with, looked for once; rejects where somebody has to be asked first. */
export function earlyDraft() {
  early ??= begin();
  early.catch(() => {}); // whoever takes it tells
  return early;
}

/** The sealed rows are read while the key is looked for: on a slow phone each waits for the storage. */
async function begin() {
  const rows = readAll('drafts');
  await Promise.all([rows, vaultAtHand()]);
  return findDraft(document.body.dataset.service ?? '', () => rows);
}

export class FormDraft {
  /** @param {string} service @param {string} form name of the published form @param {(what: Notice) => void} notice */
  constructor(service, form, notice) {
    this.service = service;
    this.form = form;
    this.notice = notice;
    /** @type {Promise<string> | undefined} */
    this.id = undefined;
    /** @type {(() => void) | undefined} */
    this.unwatch = undefined;
    this.drops = drops;
  }

  /** Go on with a draft that is there. @param {string} id */
  take(id) {
    this.id = Promise.resolve(id);
    this.drops = drops;
    // The address brings the same draft back when the phone throws this page away.
    history.replaceState(history.state, '', `#d=${id}`);
    this.unwatch ??= watchDraft(id, this.notice);
  }

  /**
   * Save what is typed; the first time makes the draft. Throws what the storage throws.
   * @param {Typed} values @param {string} title
   */
  async save(values, title) {
    if (!this.id) {
      const made = newDraft(this.service, this.form, values, { title });
      this.id = made;
      made.then((id) => (this.take(id), void persist().catch(() => {})), () => (this.id = undefined));
      await made;
      return;
    }
    await saveDraft(await this.id, values, null, title).catch((error) => {
      const isGone = error instanceof GoneError || error.reason === 'dropped';
      if (!isGone || this.drops === drops) throw error;
      // The browser dropped everything under this page; what stands in the form is here.
      this.stop();
      this.id = undefined;
      return this.save(values, title);
    });
  }

  /** The draft as it is stored. */
  async load() {
    const id = await this.id;
    if (!id) throw new GoneError();
    return loadDraft(id);
  }

  stop() {
    this.unwatch?.();
    this.unwatch = undefined;
  }
}

/** Ask once there is something to lose, and not before the first save. */
const persist = async () => (await import('../sw-bridge.js')).askToPersist();
