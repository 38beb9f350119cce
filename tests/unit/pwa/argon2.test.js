/** The Argon2id that came from outside is exactly what was published, and counts as the Python side does. */

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { runInThisContext } from 'node:vm';

import { b64uDecode } from '../../../pwa/crypto/canonical.js';
import { passphraseBytes } from '../../../pwa/crypto/passphrase-bytes.js';

const FOLDER = new URL('../../../pwa/vendor/argon2/', import.meta.url);
// hash-wasm 4.13.0 from npm, dist/argon2.umd.min.js and LICENSE
const PUBLISHED = {
  'argon2.umd.min.js': 'acfe11b015852f593aaddc51116f71dc7850e4551e6b34d42c1f88cf39635f03',
  LICENSE: 'c14dea172f72f2714284a0ac2ab1b00b5352a01409d58255a46227ffc541debd',
};
const { officers } = JSON.parse(readFileSync(new URL('../../vectors/keyring.json', import.meta.url)));

for (const [name, digest] of Object.entries(PUBLISHED)) {
  test(`${name} lies there as it was published`, () => {
    assert.equal(createHash('sha256').update(readFileSync(new URL(name, FOLDER))).digest('hex'), digest);
  });
}

test('a passphrase gives the same key here as in Python', async () => {
  runInThisContext(readFileSync(new URL('argon2.umd.min.js', FOLDER), 'utf8'));
  for (const { passphrase, key, record } of officers) {
    const { m, t, p, salt } = record.kdf;
    const costs = { memorySize: m, iterations: t, parallelism: p, hashLength: 32, outputType: 'hex' };
    const wanted = { password: passphraseBytes(passphrase), salt: b64uDecode(salt), ...costs };
    assert.equal(await globalThis.hashwasm.argon2id(wanted), key);
  }
});
