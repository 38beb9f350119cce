/** How long a device waits before it asks again. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { backoff } from '../../../pwa/exchange-timer.js';

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
