/** The key list, receipts, grants and officers' keys. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { b64uDecode, b64uEncode } from '../../../pwa/crypto/canonical.js';
import { OpenError } from '../../../pwa/crypto/errors.js';
import { newKeyPair } from '../../../pwa/crypto/key-pair.js';
import {
  openGrant, sealGrant, unwrapOfficerKey, verifyKeyList, wrapOfficerKey,
} from '../../../pwa/crypto/keyring.js';
import { passphraseBytes } from '../../../pwa/crypto/passphrase-bytes.js';
import { verifyReceipt } from '../../../pwa/crypto/receipts.js';

const vectors = JSON.parse(readFileSync(new URL('../../vectors/keyring.json', import.meta.url)));
const bytes = (text) => new Uint8Array(Buffer.from(text, 'hex'));
const pairOf = ({ d, pub }) => ({ d: b64uDecode(d), pub: b64uDecode(pub) });
const root = b64uDecode(vectors.root.pub);
const { list, receipts } = vectors;

test('the list says which key is for what', async () => {
  const keys = await verifyKeyList(list, root, { minSeq: 7 });
  assert.equal(keys.primary('seal').kid, 'k26a');
  assert.equal(keys.primary('hub', 'hub:kinali').kid, 'h1');
  assert.equal(keys.primary('hub'), undefined);
  assert.equal(keys.find('k27a').state, 'next');
  assert.equal(keys.find('k99'), undefined);
  assert.deepEqual([keys.isPast(keys.until), keys.isPast(keys.until + 1)], [false, true]);
});

test('the list is signed by the pinned root and no older than the last', async () => {
  await assert.rejects(verifyKeyList(list, (await newKeyPair()).pub), OpenError);
  await assert.rejects(verifyKeyList(list, root, { minSeq: 8 }), OpenError);
  const newer = [[...list[0].slice(0, 2), 8, ...list[0].slice(3)], list[1]];
  for (const signed of [newer, [list[0], list[1].slice(0, -2)], [...list, 1], [list[0]], null, {}]) {
    await assert.rejects(verifyKeyList(signed, root), OpenError);
  }
});

for (const [what, signed] of Object.entries(vectors.bad_lists)) {
  test(`a list is refused although signed: ${what}`, () => assert.rejects(verifyKeyList(signed, root), OpenError));
}

test('a receipt says who holds what since when', async () => {
  const keys = await verifyKeyList(list, root);
  const { id, who, held } = await verifyReceipt(receipts.office, receipts.version, keys);
  assert.deepEqual([id, who, held], [receipts.version._id, 'office', receipts.version.blobs.slice(0, 1)]);
  assert.equal((await verifyReceipt(receipts.hub, receipts.version, keys)).who, 'hub:kinali');
});

test('a receipt that is changed, or signed but not true, is refused', async () => {
  const keys = await verifyKeyList(list, root);
  const [array, sig] = receipts.office;
  const changed = array.flatMap((_, place) => [null, 'x', 7, []].map((value) => [array.with(place, value), sig]));
  const shapeless = [null, [], {}, [array], [...receipts.office, 1], [[...array, 1], sig], ['', '']];
  for (const receipt of [...changed, ...shapeless, ...Object.values(receipts.bad)]) {
    await assert.rejects(verifyReceipt(receipt, receipts.version, keys), OpenError);
  }
  const other = structuredClone(receipts.version);
  other.seal.m = 'A'.repeat(43);
  await assert.rejects(verifyReceipt(receipts.office, other, keys), OpenError);
});

test('each language opens the grant that either made', async () => {
  assert.deepEqual(vectors.grants.map(({ by }) => by), ['python', 'js']);
  for (const { sealed, kid, officer, to, holds } of vectors.grants) {
    assert.deepEqual(await openGrant(sealed, kid, officer, pairOf(to)), pairOf(holds));
  }
});

test('a grant is for one key and one officer, and holds a true pair', async () => {
  const [epoch, officer] = [await newKeyPair(), await newKeyPair()];
  const sealed = await sealGrant('k26a', 'petugas', epoch, officer.pub);
  const untrue = await sealGrant('k26a', 'petugas', { d: epoch.d, pub: officer.pub }, officer.pub);
  assert.deepEqual(await openGrant(sealed, 'k26a', 'petugas', officer), epoch);
  for (const [grant, kid, name, pair] of [
    [sealed, 'k27a', 'petugas', officer], [sealed, 'k26a', 'kepala', officer], [sealed, 'k26a', 'petugas', epoch],
    [`${sealed}=`, 'k26a', 'petugas', officer], ['', 'k26a', 'petugas', officer], [untrue, 'k26a', 'petugas', officer],
  ]) {
    await assert.rejects(openGrant(grant, kid, name, pair), OpenError);
  }
});

test('each language opens the officer record that either made', async () => {
  assert.deepEqual(vectors.officers.map(({ by }) => by), ['python', 'js']);
  for (const { record, key, holds } of vectors.officers) {
    assert.deepEqual(await unwrapOfficerKey(record, bytes(key)), pairOf(holds));
  }
});

test('an officer record opens with its key alone', async () => {
  const [pair, key] = [await newKeyPair(), new Uint8Array(32).fill(7)];
  const record = await wrapOfficerKey(pair, key, 'petugas', vectors.officers[0].record.kdf);
  assert.deepEqual(await unwrapOfficerKey(record, key), pair);
  await assert.rejects(unwrapOfficerKey(record, new Uint8Array(32)), OpenError);
  for (const change of [{ officer: 'kepala' }, { pub: b64uEncode(root) }, { sealed: '' }, { sealed: null }]) {
    await assert.rejects(unwrapOfficerKey({ ...record, ...change }, key), OpenError);
  }
});

test('a passphrase counts in its composed form', () => {
  assert.deepEqual(passphraseBytes('e\u0301'), passphraseBytes('\u00e9'));
});
