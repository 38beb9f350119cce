/**
 * Sealing by HPKE (RFC 9180) in base mode, one message a key: DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, AES-256-GCM.
 * WebCrypto's HKDF cannot extract alone, so extract and expand are HMAC here; no output is longer than one block.
 * One message means sequence number 0, so there is no nonce counter to get wrong.
 */

import { concat, utf8 } from './canonical.js';
import { hmac } from './cipher.js';
import { OpenError } from './errors.js';

/** @typedef {import('./canonical.js').Bytes} Bytes */
/** @typedef {import('./key-pair.js').PrivateKey} PrivateKey */

const P256 = { name: 'ECDH', namedCurve: 'P-256' };
const KEM = utf8('KEM\0\x10');
const HPKE = utf8('HPKE\0\x10\0\x01\0\x02');
const NOTHING = new Uint8Array(0);
const NO_SALT = new Uint8Array(32); // WebCrypto refuses an empty HMAC key; HMAC pads it to the same

/** @param {Bytes} suite @param {Bytes} salt @param {string} label @param {Bytes} ikm */
const extract = (suite, salt, label, ikm) => hmac(salt, concat(utf8('HPKE-v1'), suite, utf8(label), ikm));

/** @param {Bytes} suite @param {Bytes} prk @param {string} label @param {Bytes} info @param {number} length */
const expand = async (suite, prk, label, info, length) =>
  (await hmac(prk, concat([0, length], utf8('HPKE-v1'), suite, utf8(label), info, [1]))).slice(0, length);

/**
 * Key and nonce from the Diffie-Hellman value of `own` and `other` (RFC 9180, 4.1 and 5.1).
 * @param {CryptoKey} own @param {Bytes} other @param {Bytes} enc @param {Bytes} recipient @param {Bytes} info
 * @returns {Promise<[CryptoKey, Bytes]>}
 */
export async function schedule(own, other, enc, recipient, info) {
  if (other.length !== 65) throw new OpenError(); // some browsers read a compressed point, which gives other bytes
  const peer = await crypto.subtle.importKey('raw', other, P256, false, []);
  const dh = new Uint8Array(await crypto.subtle.deriveBits({ ...P256, public: peer }, own, 256));
  const shared = await expand(
    KEM, await extract(KEM, NO_SALT, 'eae_prk', dh), 'shared_secret', concat(enc, recipient), 32,
  );
  const ids = [extract(HPKE, NO_SALT, 'psk_id_hash', NOTHING), extract(HPKE, NO_SALT, 'info_hash', info)];
  const context = concat([0], ...(await Promise.all(ids)));
  const secret = await extract(HPKE, shared, 'secret', NOTHING);
  const key = await expand(HPKE, secret, 'key', context, 32);
  const nonce = await expand(HPKE, secret, 'base_nonce', context, 12);
  return [await crypto.subtle.importKey('raw', key, 'AES-GCM', false, ['encrypt', 'decrypt']), nonce];
}

/**
 * Seal to the holder of a public key of 65 bytes: enc, then ciphertext and tag.
 * @param {Bytes} plain @param {Bytes} pub @param {Bytes} info
 * @param {{ephemeral?: PrivateKey, aad?: Bytes}} [fixed] for the published vectors alone
 */
export async function hpkeSeal(plain, pub, info, { ephemeral, aad = NOTHING } = {}) {
  const { key: own, pub: enc } = ephemeral ?? (await newEphemeral());
  const [key, iv] = await schedule(own, pub, enc, pub, info);
  const sealed = await crypto.subtle.encrypt({ name: 'AES-GCM', iv, additionalData: aad }, key, plain);
  return concat(enc, new Uint8Array(sealed));
}

async function newEphemeral() {
  const { privateKey, publicKey } = await crypto.subtle.generateKey(P256, false, ['deriveBits']);
  return { key: privateKey, pub: new Uint8Array(await crypto.subtle.exportKey('raw', publicKey)) };
}
