/** The receipt code: what a person types, and what is derived from it. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { CodeError, FormatError } from '../../../pwa/crypto/errors.js';
import { checkChar, derive, newCode, parseCode, showCode, spokenNumber } from '../../../pwa/crypto/receipt-code.js';

const vectors = JSON.parse(readFileSync(new URL('../../vectors/receipt-code.json', import.meta.url)));
const hex = (bytes) => Buffer.from(bytes).toString('hex');

test('eighty bits make a code, most significant first', () => {
  for (const [random, code] of vectors.random) assert.equal(newCode(() => new Uint8Array(Buffer.from(random, 'hex'))), code);
  assert.notEqual(newCode(), newCode());
});

test('everything is derived from the code', async () => {
  for (const entry of vectors.codes) {
    const keys = await derive(entry.code);
    assert.deepEqual(
      { case: keys.case, open: hex(keys.open), read: hex(keys.read), sign: hex(keys.sign), proof: keys.proof },
      { case: entry.case, open: entry.open, read: entry.read, sign: entry.sign, proof: entry.proof },
    );
    assert.equal(await checkChar(entry.code), entry.check);
    assert.equal(await showCode(entry.code), entry.shown);
    assert.equal(await spokenNumber(entry.case), entry.spoken);
  }
});

test('a code is read as people type it', async () => {
  for (const [typed, code] of vectors.typed) assert.equal(await parseCode(typed), code);
});

test('what is no code is refused with its reason', async () => {
  for (const [typed, reason] of vectors.refused) {
    await assert.rejects(parseCode(typed), (error) => error instanceof CodeError && error.reason === reason, typed);
  }
});

test('only a parsed code is derived from', async () => {
  for (const code of ['', '0'.repeat(15), '0'.repeat(17), 'O'.repeat(16)]) await assert.rejects(derive(code), FormatError);
});
