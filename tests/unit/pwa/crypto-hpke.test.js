/** HPKE: exact against the published vectors, and against two libraries that are not ours, in both directions. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { Aes256Gcm, CipherSuite, DhkemP256HkdfSha256, HkdfSha256 } from '@hpke/core';
import * as other from 'hpke';

import { concat, utf8 } from '../../../pwa/crypto/canonical.js';
import { randomBytes } from '../../../pwa/crypto/cipher.js';
import { OpenError } from '../../../pwa/crypto/errors.js';
import { hpkeOpen, hpkeSeal } from '../../../pwa/crypto/hpke.js';
import { importPrivate, newKeyPair } from '../../../pwa/crypto/key-pair.js';

const published = JSON.parse(readFileSync(new URL('../../vectors/hpke.json', import.meta.url)));
const vector = Object.fromEntries(Object.entries(published).map(([k, v]) => [k, new Uint8Array(Buffer.from(v, 'hex'))]));
const recipient = { d: vector.skRm, pub: vector.pkRm };
const ephemeral = await importPrivate({ d: vector.skEm, pub: vector.pkEm });
const hex = (bytes) => Buffer.from(bytes).toString('hex');
const info = utf8('["sl1-wrap","application","a","k26a"]');

test('sealing with the published ephemeral key gives the published bytes', async () => {
  const sealed = await hpkeSeal(vector.pt, vector.pkRm, vector.info, { ephemeral, aad: vector.aad });
  assert.equal(hex(sealed), published.enc + published.ct);
});

test('the published bytes open', async () => {
  const sealed = concat(vector.enc, vector.ct);
  assert.equal(hex(await hpkeOpen(sealed, recipient, vector.info, { aad: vector.aad })), published.pt);
  const inside = await importPrivate(recipient);
  assert.equal(inside.key.extractable, false);
  assert.equal(hex(await hpkeOpen(sealed, inside, vector.info, { aad: vector.aad })), published.pt);
});

const plains = [0, 1, 64, 1000].map((length) => randomBytes(length));

test('@hpke/core opens what we seal, and we what it seals', async () => {
  const suite = new CipherSuite({ kem: new DhkemP256HkdfSha256(), kdf: new HkdfSha256(), aead: new Aes256Gcm() });
  const pair = await newKeyPair();
  const recipientPublicKey = await suite.kem.deserializePublicKey(pair.pub);
  const recipientKey = await suite.kem.deserializePrivateKey(pair.d);
  for (const plain of plains) {
    const ours = await hpkeSeal(plain, pair.pub, info);
    const { enc, ct } = await suite.seal({ recipientPublicKey, info }, plain);
    assert.equal(hex(await suite.open({ recipientKey, enc: ours.slice(0, 65), info }, ours.slice(65))), hex(plain));
    assert.equal(hex(await hpkeOpen(concat(new Uint8Array(enc), new Uint8Array(ct)), pair, info)), hex(plain));
  }
});

test('hpke opens what we seal, and we what it seals', async () => {
  const suite = new other.CipherSuite(
    other.KEM_DHKEM_P256_HKDF_SHA256, other.KDF_HKDF_SHA256, other.AEAD_AES_256_GCM,
  );
  const pair = await newKeyPair();
  const [publicKey, privateKey] = [
    await suite.DeserializePublicKey(pair.pub), await suite.DeserializePrivateKey(pair.d),
  ];
  for (const plain of plains) {
    const ours = await hpkeSeal(plain, pair.pub, info);
    const { encapsulatedSecret, ciphertext } = await suite.Seal(publicKey, plain, { info });
    assert.equal(hex(await suite.Open(privateKey, ours.slice(0, 65), ours.slice(65), { info })), hex(plain));
    assert.equal(hex(await hpkeOpen(concat(encapsulatedSecret, ciphertext), pair, info)), hex(plain));
  }
});

test('a changed byte, another key, another context do not open', async () => {
  const pair = await newKeyPair();
  const sealed = await hpkeSeal(utf8('secret'), pair.pub, info);
  for (let place = 0; place < sealed.length; place += 1) {
    const changed = sealed.slice();
    changed[place] ^= 1;
    await assert.rejects(hpkeOpen(changed, pair, info), OpenError);
  }
  await assert.rejects(hpkeOpen(sealed, await newKeyPair(), info), OpenError);
  await assert.rejects(hpkeOpen(sealed, pair, utf8('x')), OpenError);
  await assert.rejects(hpkeOpen(sealed.slice(0, 80), pair, info), OpenError);
  await assert.rejects(hpkeOpen(new Uint8Array(0), pair, info), OpenError);
});

test('nothing is sealed to what is no point', async () => {
  for (const pub of [new Uint8Array(65), vector.pkRm.slice(0, 64), concat([4], new Uint8Array(64))]) {
    await assert.rejects(hpkeSeal(utf8('secret'), pub, info));
  }
});
