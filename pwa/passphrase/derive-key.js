/** Deriving a key from a passphrase in a worker of its own, which does not outlive the one derivation. */

import { b64uDecode } from '../crypto/canonical.js';
import { passphraseBytes } from '../crypto/passphrase-bytes.js';
import { workerUrl } from '../worker-urls.js';

/** @typedef {import('../crypto/canonical.js').Bytes} Bytes */
/** @typedef {import('../crypto/keyring.js').Kdf} Kdf */

const WORKER = '/pwa/passphrase/argon2-worker.js';
const MOST = { m: 2 ** 20, t: 16, p: 8 }; // a record that asks for more than 1 GiB is no record of ours

/** The derivation could not run: no memory, no WebAssembly, or a record with costs beyond reason. */
export class DerivationError extends Error {
  name = 'DerivationError';
}

/**
 * Give the 32 bytes that Argon2id makes of a passphrase.
 * @param {string} passphrase
 * @param {Kdf} kdf
 * @param {AbortSignal} signal ends the worker at once
 * @returns {Promise<Bytes>}
 */
export async function deriveKey(passphrase, { name, m, t, p, salt }, signal) {
  if (name !== 'argon2id' || m > MOST.m || t > MOST.t || p > MOST.p) throw new DerivationError('costs');
  signal.throwIfAborted();
  const worker = new Worker(workerUrl(WORKER));
  try {
    return await answerOf(worker, { passphrase: passphraseBytes(passphrase), salt: b64uDecode(salt), m, t, p }, signal);
  } finally {
    worker.terminate();
  }
}

/** @param {Worker} worker @param {object} question @param {AbortSignal} signal @returns {Promise<Bytes>} */
function answerOf(worker, question, signal) {
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => (data ? resolve(data) : reject(new DerivationError('memory')));
    worker.onerror = (event) => {
      event.preventDefault();
      reject(new DerivationError(event.message));
    };
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    worker.postMessage(question);
  });
}
