/**
 * Wycheproof's vectors through our own functions, the twin of tests/unit/sync/test_wycheproof.py, which says how a
 * case is mapped where a function of ours takes less than the standard allows.
 */

import assert from 'node:assert/strict';
import { createCipheriv, createECDH, createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { b64uDecode, concat, utf8 } from '../../../pwa/crypto/canonical.js';
import { aesOpen, aesSeal, hkdf, hmac } from '../../../pwa/crypto/cipher.js';
import { OpenError } from '../../../pwa/crypto/errors.js';
import { hpkeOpen, hpkeSeal } from '../../../pwa/crypto/hpke.js';
import { verifyBytes } from '../../../pwa/crypto/key-pair.js';
import { stretch } from '../../../pwa/crypto/receipt-code.js';

const bytes = (hex) => new Uint8Array(Buffer.from(hex, 'hex'));
const hex = (data) => Buffer.from(data).toString('hex');
const INFO = utf8('wycheproof');
const SECRET = utf8('what is sealed');

/** The cases of a file, each a line to name in a failure. */
function casesOf(name, count) {
  const { tests } = JSON.parse(readFileSync(new URL(`../../vectors/wycheproof/${name}_test.json`, import.meta.url)));
  assert.equal(tests.length, count); // a file cut short would pass
  return tests.map((one) => ({ ...one, name: `case ${one.tcId}: ${one.comment}` }));
}

test('AES-256-GCM: what is valid opens and is sealed to the same bytes, nothing else opens', async () => {
  for (const one of casesOf('aes_gcm', 66)) {
    const [key, iv, aad, plain] = [one.key, one.iv, one.aad, one.msg].map(bytes);
    const sealed = bytes(one.iv + one.ct + one.tag);
    if (one.result === 'valid') {
      assert.equal(hex(await aesOpen(key, sealed, aad)), one.msg, one.name);
      assert.equal(hex(await aesSeal(key, plain, aad, () => iv)), hex(sealed), one.name);
    } else {
      await assert.rejects(aesOpen(key, sealed, aad), OpenError, one.name);
    }
  }
});

/** HPKE once more, by node's own functions and from the Diffie-Hellman value on, which the vectors give. */
function sealedWith(shared, enc, pub) {
  const suites = { kem: Buffer.from('KEM\0\x10'), hpke: Buffer.from('HPKE\0\x10\0\x01\0\x02') };
  const joined = (parts) => Buffer.concat(parts.map((part) => Buffer.from(part)));
  const mac = (key, ...parts) => createHmac('sha256', key).update(joined(parts)).digest();
  const extract = (suite, salt, label, ikm) => mac(salt, 'HPKE-v1', suites[suite], label, ikm);
  const expand = (suite, prk, label, info, length) =>
    mac(prk, [0, length], 'HPKE-v1', suites[suite], label, info, [1]).subarray(0, length);
  const secretOf = expand('kem', extract('kem', '', 'eae_prk', shared), 'shared_secret', concat(enc, pub), 32);
  const context = joined([[0], extract('hpke', '', 'psk_id_hash', ''), extract('hpke', '', 'info_hash', INFO)]);
  const secret = extract('hpke', secretOf, 'secret', '');
  const [key, nonce] = [expand('hpke', secret, 'key', context, 32), expand('hpke', secret, 'base_nonce', context, 12)];
  const aes = createCipheriv('aes-256-gcm', key, nonce);
  return concat(enc, aes.update(SECRET), aes.final(), aes.getAuthTag());
}

async function checkExchange({ result, name, shared }, point, pair) {
  if (result === 'valid') {
    assert.equal(hex(await hpkeOpen(sealedWith(bytes(shared), point, pair.pub), pair, INFO)), hex(SECRET), name);
    assert.ok(await hpkeSeal(SECRET, point, INFO), name);
  } else {
    const sealed = concat(point, new Uint8Array(65 + 16 + SECRET.length));
    await assert.rejects(hpkeOpen(sealed, pair, INFO), OpenError, name);
    await assert.rejects(hpkeSeal(SECRET, point, INFO), name);
  }
}

test('ECDH with points: HPKE comes to the same value, and takes no point that is not of the curve', async () => {
  for (const one of casesOf('ecdh_secp256r1_ecpoint', 355)) {
    const d = bytes(one.private.padStart(64, '0').slice(-64));
    const own = createECDH('prime256v1');
    own.setPrivateKey(d);
    await checkExchange(one, bytes(one.public), { d, pub: new Uint8Array(own.getPublicKey()) });
  }
});

test('ECDH with keys as WebCrypto writes them: the same', async () => {
  for (const one of casesOf('ecdh_secp256r1_webcrypto', 348)) {
    const point = ({ x, y }) => concat([4], b64uDecode(x), b64uDecode(y));
    await checkExchange(one, point(one.public), { d: b64uDecode(one.private.d), pub: point(one.private) });
  }
});

test('HKDF-SHA-256 without a salt', async () => {
  for (const one of casesOf('hkdf_sha256', 23)) {
    const derived = hkdf(bytes(one.ikm), bytes(one.info), one.size);
    if (one.result === 'valid') assert.equal(hex(await derived), one.okm, one.name);
    else await assert.rejects(derived, one.name);
  }
});

test('HMAC-SHA-256', async () => {
  for (const one of casesOf('hmac_sha256', 81)) {
    assert.equal(hex(await hmac(bytes(one.key), bytes(one.msg))) === one.tag, one.result === 'valid', one.name);
  }
});

test('PBKDF2 with HMAC-SHA-256', async () => {
  for (const one of casesOf('pbkdf2_hmacsha256', 60)) {
    const derived = await stretch(bytes(one.password), bytes(one.salt), one.iterationCount, one.dkLen);
    assert.equal(hex(derived), one.dk, one.name);
  }
});

test('ECDSA: r and s of 32 bytes each, and no other way to write a signature', async () => {
  for (const one of casesOf('ecdsa_secp256r1_sha256_p1363', 262)) {
    const checked = verifyBytes(bytes(one.msg), bytes(one.sig), bytes(one.public));
    if (one.result === 'valid') await checked;
    else await assert.rejects(checked, OpenError, one.name);
  }
});
