/**
 * The key of an enrolled device, by which the office knows a volunteer's phone. It signs who is asking, nothing else; it
 * opens nothing, so that it need not be locked away, and it never leaves the phone.
 */

import { b64uEncode } from './crypto/canonical.js';
import { randomBytes } from './crypto/cipher.js';
import { newKeyPair, sign } from './crypto/key-pair.js';
import { amend, read, readAll, write } from './db.js';
import { StorageError } from './device-errors.js';

/** @typedef {import('./crypto/key-pair.js').KeyPair} KeyPair */
/** @typedef {import('./crypto/key-pair.js').PrivateKey} PrivateKey */
/** @typedef {'ok' | 'unknown' | 'revoked' | 'expired' | 'clock' | 'repeated' | 'busy'} Reading */
/**
 * @typedef {{name: string, device: string, login: string, pair: KeyPair | PrivateKey, since: string, reading: Reading,
 *   readUntil: number}} Device `since` is where reading goes on, `readUntil` in seconds
 */

const PREFIX = 'device.';
const NONCE = 16; // bytes

/** Make a key and store it in a row of `meta`, from where scripts can use it but not read it. @param {object} row */
export async function storeNewKey(row) {
  const made = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign', 'verify']);
  const pub = new Uint8Array(await crypto.subtle.exportKey('raw', made.publicKey));
  try {
    await write('meta', { ...row, pair: { key: made.privateKey, pub } });
  } catch (error) {
    if (!(error instanceof StorageError && error.cause instanceof DOMException && error.cause.name === 'DataCloneError')) throw error;
    // Some browsers refuse to store a CryptoKey (see vault.js).
    await write('meta', { ...row, pair: await newKeyPair() });
  }
}

/** @param {string} device @returns {Promise<Device | undefined>} */
export const readDevice = (device) => read('meta', nameOf(device));

/** The devices that this phone is, one for each volunteer. @returns {Promise<Device[]>} */
export const listDevices = async () => (await readAll('meta')).filter(({ name }) => name.startsWith(PREFIX));

/** @param {string} device @param {Partial<Device>} changed */
export const noteDevice = (device, changed) => amend('meta', nameOf(device), (row) => ({ ...row, ...changed }));

/** @param {string} device */
export const nameOf = (device) => PREFIX + device;

/** Say who is asking, for one request. @param {Device} device @param {number} at in seconds, by the office's clock */
export async function signAuth({ device, pair }, at) {
  const signed = ['dev1', device, at, b64uEncode(randomBytes(NONCE))];
  return [signed, await sign(signed, pair)];
}
