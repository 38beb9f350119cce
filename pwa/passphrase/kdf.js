/** What a passphrase costs to try: measured on the machine that sets it, and kept beside what it opens. */

import { b64uEncode } from '../crypto/canonical.js';
import { randomBytes } from '../crypto/cipher.js';
import { deriveKey } from './derive-key.js';

/** @typedef {import('../crypto/keyring.js').Kdf} Kdf */

export const SHORTEST = 12; // characters of a passphrase
const MEMORY = 65_536; // KiB
const SECOND = 1000; // milliseconds that an unlocking should take
const FEWEST = 3; // passes
const MOST = 16;

/** Give fresh parameters that take this machine about a second. @param {AbortSignal} signal @returns {Promise<Kdf>} */
export async function newKdf(signal) {
  return { name: 'argon2id', m: MEMORY, t: await passes(signal), p: 1, salt: b64uEncode(randomBytes(16)) };
}

/** @param {AbortSignal} signal */
async function passes(signal) {
  const begun = performance.now();
  await deriveKey('calibration', { name: 'argon2id', m: MEMORY, t: 1, p: 1, salt: b64uEncode(randomBytes(16)) }, signal);
  return Math.max(FEWEST, Math.min(MOST, Math.round(SECOND / (performance.now() - begun))));
}
