/** The workers are the only scripts of ours that a page may start by their address. */

import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';

import { workerUrl } from '../../../pwa/worker-urls.js';

const FILES = readdirSync(new URL('../../../pwa', import.meta.url), { encoding: 'utf8', recursive: true });

/** @param {string} path */
function isAllowed(path) {
  try {
    return workerUrl(path) === path;
  } catch {
    return false;
  }
}

test('of all that is served the known workers alone become scripts', () => {
  const served = ['/service-worker.js', ...FILES.map((name) => `/pwa/${name}`)];
  assert.deepEqual(served.filter(isAllowed).sort(), [
    '/pwa/images/image-worker.js', '/pwa/passphrase/argon2-worker.js', '/pwa/staff/cases-worker.js', '/service-worker.js',
  ]);
  for (const other of ['https://elsewhere.example/service-worker.js', '//elsewhere.example/pwa/a/b-worker.js', 'data:,', '/pwa/images/image-worker.js?'])
    assert.throws(() => workerUrl(other), TypeError, other);
});
