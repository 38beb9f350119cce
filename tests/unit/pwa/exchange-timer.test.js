/** How long a device waits before it asks again. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { backoff, startExchange, stopExchange } from '../../../pwa/exchange-timer.js';

const all = () => 1 - Number.EPSILON;

test('waiting grows with every failure and never past ten minutes', () => {
  const longest = [1, 2, 3, 4, 10, 1000].map((count) => Math.round(backoff(count, 0, all)));
  assert.deepEqual(longest, [5000, 10_000, 20_000, 40_000, 600_000, 600_000]);
});

test('waits are spread over their whole length, but no two knocks fall in one second', () => {
  assert.equal(Math.round(backoff(3, 0, () => 0.5)), 10_000);
  assert.equal(backoff(3, 0, () => 0), 1000);
});

test('nobody comes earlier than the office asks for', () => {
  assert.equal(backoff(1, 120, () => 0), 121_000);
});

test('where another tab fails this one waits as for failures of its own, and where it was heard it goes at once', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  t.mock.method(Math, 'random', all);
  let tries = 0;
  const request = async (_name, _options, work) => (tries++, work(null)); // another tab is at it
  const [window, document] = [new EventTarget(), Object.assign(new EventTarget(), { visibilityState: 'visible' })];
  for (const [name, value] of Object.entries({ window, document, navigator: { locks: { request } } })) {
    Object.defineProperty(globalThis, name, { value, configurable: true });
  }
  const hear = (state) => document.dispatchEvent(new CustomEvent('rantau:exchanged', { detail: { state } }));
  const pass = async (milliseconds) => {
    t.mock.timers.tick(milliseconds);
    await new Promise((resume) => setImmediate(resume));
    return tries;
  };
  delete globalThis.BroadcastChannel; // it would keep this process
  startExchange();
  assert.equal(await pass(0), 1);
  for (const [n, wait] of [5000, 10_000, 20_000].entries()) {
    hear('offline');
    assert.equal(await pass(wait - 1), n + 1);
    assert.equal(await pass(1), n + 2);
  }
  hear('ok');
  assert.equal(await pass(0), 5);
  stopExchange();
});
