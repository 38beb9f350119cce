/** Words for bytes: as Python writes them. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { b64uDecode } from '../../../pwa/crypto/canonical.js';
import { fingerprint, speakable } from '../../../pwa/crypto/speakable.js';

const vectors = JSON.parse(readFileSync(new URL('../../vectors/speakable.json', import.meta.url)));

test('bytes have their words', () => {
  for (const [hex, count, words] of vectors.words) {
    assert.equal(speakable(new Uint8Array(Buffer.from(hex, 'hex')), count), words);
  }
});

test('a key has its fingerprint', async () => {
  for (const [pub, words] of vectors.fingerprints) assert.equal(await fingerprint(b64uDecode(pub)), words);
});

test('too few bytes are refused', () => {
  assert.throws(() => speakable(new Uint8Array(11), 8), RangeError);
});
