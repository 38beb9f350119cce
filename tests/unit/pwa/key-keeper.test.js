/** For how long the worker is told that a page's person is there, from whom another page then has the key. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { clockOf } from './clock.js';

test('a page that slept does not say that its person is there before it has looked', async (t) => {
  const { sleep, wait } = clockOf(t);
  let told = 0;
  const controller = { postMessage: ({ type }) => (told += Number(type === 'hold-key')) };
  Object.defineProperty(globalThis, 'navigator', { value: { serviceWorker: { controller } }, configurable: true });
  const { dropKey, holdKey } = await import('../../../pwa/key-keeper.js');
  const saysIn = (/** @type {number} */ time) => {
    const before = told;
    wait(time);
    return told > before;
  };
  holdKey({ id: 'own', key: {}, device: null, name: null, n: 1 });
  assert.equal(told, 1);
  assert.ok(saysIn(10_000));
  sleep(3_600_000);
  assert.equal(saysIn(10_000), false);
  assert.ok(saysIn(10_000), 'it was not locked, so its person is there');
  dropKey(true);
  assert.equal(saysIn(60_000), false);
});
