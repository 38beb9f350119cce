/** Canonical bytes, answers and the strict decoders, against the vectors that Python reads too. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { decodeAnswers, encodeAnswers } from '../../../pwa/crypto/answers.js';
import { b32Decode, b32Encode, b64uDecode, b64uEncode, canonical, h16, utf8 } from '../../../pwa/crypto/canonical.js';
import { FormatError, OpenError } from '../../../pwa/crypto/errors.js';

const vectors = JSON.parse(readFileSync(new URL('../../vectors/canonical.json', import.meta.url)));
const hex = (bytes) => Buffer.from(bytes).toString('hex');
const bytes = (text) => new Uint8Array(Buffer.from(text, 'hex'));

test('an array has one canonical text', () => {
  for (const [value, text] of vectors.canonical.good) assert.equal(Buffer.from(canonical(value)).toString(), text);
});

test('anything else has none', () => {
  const more = [[undefined], [, 1], [NaN], [Infinity], [1n], [Symbol('x')], [new Date()], undefined];
  for (const value of [...vectors.canonical.bad, ...more]) assert.throws(() => canonical(value), FormatError);
});

test('answers go both ways', () => {
  for (const [value, data] of vectors.answers.good) {
    assert.equal(hex(encodeAnswers(value)), data);
    assert.deepEqual(decodeAnswers(bytes(data)), value);
  }
});

test('what is no answer is not written', () => {
  const more = [[undefined], [, 1], [NaN], [1n], [new Date()], undefined];
  for (const value of [...vectors.answers.bad, ...more]) assert.throws(() => encodeAnswers(value), FormatError);
});

test('bytes that would not be written are not read', () => {
  const deep = hex(utf8('['.repeat(100_000)));
  for (const data of [...vectors.answers.bad_bytes, deep]) assert.throws(() => decodeAnswers(bytes(data)), OpenError);
});

for (const [name, encode, decode] of [['base64url', b64uEncode, b64uDecode], ['base32', b32Encode, b32Decode]]) {
  test(`${name} goes both ways`, () => {
    for (const [data, text] of vectors[name].good) {
      assert.equal(encode(bytes(data)), text);
      assert.equal(hex(decode(text)), data);
    }
  });

  test(`what ${name} would not write is refused`, () => {
    for (const text of [...vectors[name].bad, null, undefined, 7, ['AA']]) assert.throws(() => decode(text), FormatError);
  });
}

test('h16 is the first half of SHA-256', async () => {
  assert.equal(hex(await h16(utf8('abc'))), 'ba7816bf8f01cfea414140de5dae2223');
});

test('base64url of any length is what others write and read', () => {
  for (const length of [0, 1, 2, 3, 4095, 4096, 4097, 10_000]) {
    const data = new Uint8Array(length).map((_, at) => at * 7);
    const text = Buffer.from(data).toString('base64url');
    assert.equal(b64uEncode(data), text);
    assert.deepEqual(b64uDecode(text), data);
  }
  for (const odd of ['QR', 'QUJ', 'QUJDRF']) assert.throws(() => b64uDecode(odd), { name: 'FormatError' }, odd);
});
