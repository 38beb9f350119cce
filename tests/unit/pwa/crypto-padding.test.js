/** Padding and the compression inside it. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { utf8 } from '../../../pwa/crypto/canonical.js';
import { randomBytes } from '../../../pwa/crypto/cipher.js';
import { OpenError } from '../../../pwa/crypto/errors.js';
import { isPaddedLength, pad, paddedLength } from '../../../pwa/crypto/padding.js';
import { MAX_TEXT, unpad } from '../../../pwa/crypto/unpadding.js';

const vectors = JSON.parse(readFileSync(new URL('../../vectors/padding.json', import.meta.url)));
const hex = (bytes) => Buffer.from(bytes).toString('hex');
const bytes = (text) => new Uint8Array(Buffer.from(text, 'hex'));

test('a length has one class, and only a class is a padded length', () => {
  for (const [length, padded] of vectors.lengths) {
    assert.equal(paddedLength(length), padded);
    assert.ok(isPaddedLength(padded));
  }
  for (let length = 0; length < 5000; length += 1) {
    assert.equal(isPaddedLength(length), length >= 64 && paddedLength(length - 2) === length, `${length}`);
  }
});

test('uncompressed padding is exact', async () => {
  for (const [text, padded] of vectors.as_is) {
    assert.equal(hex(await pad(utf8(text), { compress: false })), padded);
    assert.equal(hex(await unpad(bytes(padded))), hex(utf8(text)));
  }
});

test('what either language compressed is read', async () => {
  assert.deepEqual(new Set(vectors.compressed.map(({ by }) => by)), new Set(['python', 'js']));
  for (const { text, padded } of vectors.compressed) {
    assert.equal(padded.slice(0, 2), '01');
    assert.equal(Buffer.from(await unpad(bytes(padded))).toString(), text);
  }
});

test('content of any length comes back', async () => {
  for (const length of [0, 1, 61, 62, 63, 254, 255, 1000, 70_000]) {
    for (const content of [randomBytes(Math.min(length, 65_536)), new Uint8Array(length)]) {
      assert.equal(hex(await unpad(await pad(content))), hex(content));
    }
  }
});

test('content is compressed only into a smaller class', async () => {
  assert.equal((await pad(new Uint8Array(62)))[0], 0);
  assert.equal((await pad(new Uint8Array(63)))[0], 1);
  assert.equal((await pad(randomBytes(4000)))[0], 0);
});

test('a browser without CompressionStream seals as is', async () => {
  const { CompressionStream } = globalThis;
  globalThis.CompressionStream = undefined;
  try {
    assert.equal((await pad(new Uint8Array(4000)))[0], 0);
  } finally {
    globalThis.CompressionStream = CompressionStream;
  }
});

for (const [what, padded] of Object.entries(vectors.bad)) {
  test(`padding is refused: ${what}`, () => assert.rejects(unpad(bytes(padded)), OpenError));
}

test('a mebibyte is the most that is read', async () => {
  assert.equal((await unpad(await pad(new Uint8Array(MAX_TEXT)))).length, MAX_TEXT);
  for (const compress of [true, false]) {
    await assert.rejects(unpad(await pad(new Uint8Array(MAX_TEXT + 1), { compress })), OpenError);
  }
});
