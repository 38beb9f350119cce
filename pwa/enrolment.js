/**
 * Making this phone a volunteer's: the office's code of twelve words is posted with a key made here. The key is stored
 * before it is posted, so that an answer that was lost on the way can be asked for again.
 */

import { b64uEncode, sha256, utf8 } from './crypto/canonical.js';
import { sign } from './crypto/key-pair.js';
import { read, remove, transact } from './db.js';
import { listDevices, nameOf, storeNewKey } from './device-key.js';
import { within } from './stopwatch.js';

/** @typedef {import('./device-key.js').Device} Device */
/** @typedef {'malformed' | 'unknown' | 'used' | 'expired' | 'signature' | 'offline' | 'busy'} Reason */

const BEGUN = 'enrolling';
const QUIET = 30_000; // milliseconds without an answer after which nobody is there
const REASONS = ['unknown', 'used', 'expired', 'signature'];

/** This phone was not enrolled. */
export class EnrolmentError extends Error {
  name = 'EnrolmentError';

  /** @param {Reason} reason */
  constructor(reason) {
    super(reason);
    this.reason = reason;
  }
}

/**
 * Enrol this phone with a code as it was scanned or typed. Throws an `EnrolmentError`.
 * @param {string} typed
 * @returns {Promise<Device>}
 */
export async function enrol(typed) {
  const code = typed.replace(/[\s-]/g, '').toLowerCase();
  if (!/^[a-z]{48}$/.test(code)) throw new EnrolmentError('malformed');
  const { pair } = await begun(code);
  const pub = b64uEncode(pair.pub);
  const sig = await sign(['enrol1', b64uEncode(await sha256(utf8(code))), pub], pair);
  const told = await ask({ code, pub, sig });
  /** @type {Device} */
  const device = {
    name: nameOf(told.device), device: told.device, login: told.login, pair, since: '', reading: 'ok', readUntil: told.read_until,
  };
  await transact(['meta'], 'readwrite', (store) => {
    const known = store('meta').get(device.name);
    known.onsuccess = () => known.result ?? store('meta').put(device);
    store('meta').delete(BEGUN);
  });
  return device;
}

/** The device that is enrolled and has no person's passphrase yet, if one was left so. */
export async function unfinished() {
  const { listProfiles } = await import('./profiles.js');
  const [devices, profiles] = await Promise.all([listDevices(), listProfiles()]);
  return devices.find(({ device }) => !profiles.some((profile) => profile.device === device));
}

/** @param {string} code */
async function begun(code) {
  const known = await read('meta', BEGUN);
  if (known?.code !== code) await storeNewKey({ name: BEGUN, code });
  return known?.code === code ? known : read('meta', BEGUN);
}

/** @param {{code: string, pub: string, sig: string}} asked */
async function ask(asked) {
  const options = /** @type {const} */ ({ method: 'POST', cache: 'no-store', credentials: 'omit', redirect: 'error' });
  const headers = { 'Content-Type': 'application/json' };
  const [isOk, told] = await within(QUIET, async (signal) => {
    const answer = await fetch('/devices', { ...options, headers, body: JSON.stringify(asked), signal });
    return [answer.ok, await answer.json().catch(() => ({}))];
  }).catch(() => {
    throw new EnrolmentError('offline');
  });
  if (isOk && /^d-[a-z2-7]{8}$/.test(told.device)) return told;
  if (REASONS.includes(told.reason)) await remove('meta', BEGUN);
  throw new EnrolmentError(REASONS.includes(told.reason) ? told.reason : 'busy');
}
