/** The QR encoder lies here as it came, and makes what a reader expects. */

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { generate } from '../../../pwa/vendor/lean-qr/nano.js';

const FOLDER = new URL('../../../pwa/vendor/lean-qr/', import.meta.url);
// lean-qr 2.7.4 from npm, nano.mjs and LICENSE
const DIGESTS = {
  'nano.js': '9f064e870e3ab537ca1f87fadbaa45dd7fa56d8c32440bbddb8b893201b951d7',
  LICENSE: 'dc672b829e054d6c102da8776d327f26f27edc1f88740c1878a7ca5b9f74da73',
};

test('the QR encoder is the published one, byte for byte', () => {
  for (const [name, digest] of Object.entries(DIGESTS)) {
    assert.equal(createHash('sha256').update(readFileSync(new URL(name, FOLDER))).digest('hex'), digest, name);
  }
});

test('a receipt link fits a small code with its three finders', () => {
  const code = generate('https://rantau.example.go.id/k#0123456789abcdefg');
  assert.ok(code.size <= 33, `${code.size} modules`);
  const ring = (x, y) => [0, 1, 2, 3, 4, 5, 6].map((step) => code.get(x + step, y));
  for (const [x, y] of [[0, 0], [code.size - 7, 0], [0, code.size - 7]]) assert.deepEqual(ring(x, y), Array(7).fill(true));
  assert.equal(code.get(7, 7), false);
});
