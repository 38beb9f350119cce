/**
 * What this device knows of its office: the root key pinned at the first contact, and everything that this root signed.
 * Another root, or a key list older than the last one, is refused; what is stored goes on being used.
 */

import { b32Encode, b64uDecode, sha256 } from './crypto/canonical.js';
import { verifyKeyList } from './crypto/key-list.js';
import { amend, read, transact, write } from './db.js';
import { NoOfficeError, OfflineError, RootChangedError } from './device-errors.js';

/** @typedef {{name: string, form: any}} LoadedForm */
/**
 * @typedef {{name: string, official: boolean, origin: string, keys: import('./crypto/key-list.js').KeyList,
 *   root: string, forms: Record<string, string>, public: string, skew: number,
 *   exchange?: number}} Office `exchange`: the version that it said it knows
 */

const ROW = 'office';
const OTHER = 'other-root'; // since when what answers has another root than ours
const UPDATE = 'update-due'; // what it published since, which the worker is still to be asked for (pwa/sw-bridge.js)
const SKEW = 86_400; // seconds; a clock that is less wrong than a day only orders and shows
const WIB = 7 * 3600; // seconds ahead of UTC: the office's time, all year

/** @type {Promise<Office> | undefined} */
let known;
let latest = /** @type {Pick<Office, 'skew'> & Partial<Office>} */ ({ skew: 0 }); // what this page knows of it so far

/**
 * Give the office as last verified; a device's first time asks the server. Throws `NoOfficeError`, `RootChangedError`.
 * @returns {Promise<Office>}
 */
export function office() {
  known ??= recall().catch((error) => {
    known = undefined;
    throw error instanceof OfflineError ? new NoOfficeError() : error;
  });
  return known;
}

/** The office as last verified, without asking anybody; undefined on a device that never met it. */
export async function officeAtHand() {
  const row = await read('meta', ROW);
  return row && verified(row);
}

/**
 * Ask the server what it is now, verify that and keep it. Throws `OfflineError`, `RootChangedError`, or an `OpenError`
 * for a key list that its root did not sign or that is too old.
 * @returns {Promise<Office>}
 */
export function refreshOffice() {
  return renewed().catch(async (error) => {
    if (error instanceof RootChangedError) await warn();
    throw error;
  });
}

async function renewed() {
  const told = await ask();
  const row = await read('meta', ROW);
  if (row && row.told.root !== told.root) throw new RootChangedError();
  const keys = await verifyKeyList(told.keys, b64uDecode(told.root), { minSeq: row?.seq });
  const fresh = { name: ROW, told, seq: keys.seq, skew: told.time - now() };
  await transact(['meta'], 'readwrite', (store, fail) => {
    const found = store('meta').get(ROW);
    found.onsuccess = () => {
      const { told: old, seq = 0 } = found.result ?? {};
      // The pin is taken once, whatever another tab met meanwhile.
      if (old && old.root !== told.root) fail(new RootChangedError());
      else if (seq <= keys.seq) {
        store('meta').put(fresh);
        if (old && old.public !== told.public) store('meta').put({ name: UPDATE, public: told.public });
      }
      store('meta').delete(OTHER);
    };
  });
  known = Promise.resolve(shown(fresh, keys));
  return known;
}

/** Whether what answered last has another root than ours. */
export const hasMetOther = async () => Boolean(await read('meta', OTHER));

/** Note what time the office says it is. @param {number} time */
export async function noteTime(time) {
  const skew = time - now();
  const isNews = await amend('meta', ROW, (row) => (Math.abs(row.skew - skew) > 60 ? { ...row, skew } : undefined));
  if (isNews) known = known?.then((told) => (latest = { ...told, skew }));
}

/**
 * The time in Unix seconds, by the office's clock where this device's is plainly wrong.
 * @param {{skew: number}} office
 */
export const clockNow = ({ skew }) => now() + (Math.abs(skew) > SKEW ? skew : 0);

/** The day at the office, as YYYY-MM-DD. */
export const today = (office = latest) => dayAt(clockNow(office));

/** The day at the office of a time in Unix seconds. @param {number} at */
export const dayAt = (at) => new Date((at + WIB) * 1000).toISOString().slice(0, 10);

/** When the day at the office began, in Unix seconds. @param {{skew: number}} office */
export const dayStart = (office) => Math.floor((clockNow(office) + WIB) / 86_400) * 86_400 - WIB;

/**
 * Give the form of a service, the last one or a named one, under the name that its bytes have.
 * @param {string} service @param {string} [name]
 * @returns {Promise<LoadedForm>}
 */
export async function loadForm(service, name) {
  const path = name ? `/forms/${service}/${name}.json` : `/forms/${service}.json`;
  const answer = await fetch(path).then((response) => response.arrayBuffer(), () => new ArrayBuffer(0));
  const bytes = new Uint8Array(answer);
  const form = parsed(new TextDecoder().decode(bytes));
  if (form?.service !== service || !Array.isArray(form.sections)) throw new OfflineError();
  return { name: `${form.n}.${b32Encode(await sha256(bytes)).slice(0, 8)}`, form };
}

/** Whether a form asks for a document that the office issues: then its steps are the usual ones. @param {{type?: string, steps?: string[]}} form */
export const asksForDocument = ({ type = 'application', steps }) => type === 'application' && !steps;

const recall = async () => (await officeAtHand()) ?? refreshOffice();

/** @param {any} row */
const verified = async (row) =>
  shown(row, await verifyKeyList(row.told.keys, b64uDecode(row.told.root), { minSeq: row.seq }));

/** @param {any} row @param {import('./crypto/key-list.js').KeyList} keys @returns {Office} */
function shown({ told, skew }, keys) {
  const { name, official, origin } = told.office;
  return (latest = { name, official, origin, keys, root: told.root, forms: told.forms, public: told.public, skew, exchange: told.exchange });
}

async function ask() {
  const told = await import('./online.js').then(({ officeNow }) => officeNow()).catch(() => {});
  if (!told?.root || !told.keys || !told.office || !Number.isSafeInteger(told.time)) throw new OfflineError();
  return told;
}

/** @param {string} text @returns {any} */
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Every page says so from now on, until the known root answers again. */
async function warn() {
  await write('meta', { name: OTHER, at: Date.now() }).catch(() => {});
  document.dispatchEvent(new CustomEvent('rantau:root-changed'));
}

const now = () => Math.floor(Date.now() / 1000);
