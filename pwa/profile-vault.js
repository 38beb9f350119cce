/**
 * The vault of a profile that is locked: every draft has a data key of its own, which lies under the profile's key and, for the day
 * when the passphrase is forgotten, sealed to the office.
 */

import { canonical } from './crypto/canonical.js';
import { randomBytes } from './crypto/cipher.js';
import { sealRescue } from './crypto/rescue-seal.js';
import { amend, readAll } from './db.js';
import { VaultError } from './device-errors.js';
import { officeAtHand } from './pins.js';
import { FORMAT, OWN, Vault, idOf, importKey } from './vault.js';

/** @typedef {import('./crypto/canonical.js').Bytes} Bytes */
/** @typedef {import('./vault.js').VaultRecord} VaultRecord */

const DRAFT = /^d[a-z2-7]{16}$/; // also of a volunteer's day; a case's id is longer
export const RESCUED = /** @type {const} */ (['drafts', 'days']);

export class ProfileVault extends Vault {
  /**
   * @param {string} id @param {number} n @param {unknown} value @param {number} [at] @param {VaultRecord} [old]
   * @returns {Promise<VaultRecord>}
   */
  async encrypt(id, n, value, at = Date.now(), old) {
    const { profile } = this;
    const made = { id, v: FORMAT, n, at, ...(profile === OWN ? {} : { p: profile }) };
    if (!DRAFT.test(idOf(id))) return { ...made, ...(await this.seal(this.key, id, n, value)) };
    const dataKey = old?.dk ? await this.#unwrap(id, old.dk) : randomBytes(32);
    const dk = old?.dk ?? (await this.#wrap(id, dataKey));
    const rescue = await this.#rescue(id, dataKey, old?.rescue);
    return { ...made, ...(await this.seal(await importKey(dataKey), id, n, value)), dk, rescue };
  }

  /** @param {VaultRecord} record @returns {Promise<any>} */
  async decrypt(record) {
    if (!record.dk) return super.decrypt(record);
    if (record.v > FORMAT) throw new VaultError('newer');
    return this.open(await importKey(await this.#unwrap(record.id, record.dk)), record);
  }

  /** @param {string} id */
  #context = (id) => canonical(['dr1-key', this.profile, idOf(id)]);

  /** @param {string} id @param {Bytes} dataKey */
  async #wrap(id, dataKey) {
    const iv = randomBytes(12);
    const algorithm = { name: 'AES-GCM', iv, additionalData: this.#context(id) };
    return new Uint8Array([...iv, ...new Uint8Array(await crypto.subtle.encrypt(algorithm, this.key, dataKey))]);
  }

  /** @param {string} id @param {Bytes} dk @returns {Promise<Bytes>} */
  async #unwrap(id, dk) {
    const algorithm = { name: 'AES-GCM', iv: dk.slice(0, 12), additionalData: this.#context(id) };
    return crypto.subtle.decrypt(algorithm, this.key, dk.slice(12)).then(
      (plain) => new Uint8Array(plain),
      () => Promise.reject(new VaultError('damaged')),
    );
  }

  /** Have every draft's data key sealed to the office, also of those begun before this phone knew a key of it. */
  async addRescues() {
    for (const kind of RESCUED) await this.#addRescues(kind);
  }

  /** @param {'drafts' | 'days'} kind */
  async #addRescues(kind) {
    const own = (await readAll(kind)).filter(({ p = OWN, dk, aside }) => p === this.profile && dk && !aside);
    for (const { id, n, dk } of own.filter(({ rescue }) => !Object.keys(rescue ?? {}).length)) {
      const rescue = await this.#unwrap(id, dk).then((dataKey) => this.#rescue(id, dataKey), () => ({}));
      // One that was saved meanwhile has its own.
      if (Object.keys(rescue).length) await amend(kind, id, (row) => (row.n === n ? { ...row, rescue } : undefined));
    }
  }

  /**
   * Seal to the office's key of today. A phone that never met its office saves all the same, and does this later.
   * @param {string} id @param {Bytes} dataKey @param {Record<string, string>} [known]
   */
  async #rescue(id, dataKey, known = {}) {
    const key = await officeAtHand().then((office) => office?.keys.primary('seal'), () => undefined);
    if (!key || known[key.kid]) return known;
    return { [key.kid]: await sealRescue(dataKey, this.profile, idOf(id), key) };
  }
}
