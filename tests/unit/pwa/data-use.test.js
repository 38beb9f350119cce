/** What a month has cost, where a phone did not count before, and where its clock jumps. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { sentIn, usedIn } from '../../../pwa/images/data-use.js';

const [MAY, JUNE] = [2026 * 12 + 4, 2026 * 12 + 5];
const at = (month, day) => new Date(2026, month - 1, day).getTime();

test('a phone that did not count begins with what went in this month, by text and by photo', () => {
  const files = [
    { id: 'a', wire: 400, at: at(6, 2) }, { id: 'b', wire: 900, before: 300, at: at(6, 3) }, { id: 'c', wire: 5000, at: at(5, 30) }, { id: 'd', wire: 0 },
  ];
  const items = /** @type {any[]} */ ([
    { bytes: 10, offeredAt: at(6, 1) }, { bytes: 20, offeredAt: at(5, 29), files }, { bytes: 40, offeredAt: 0 },
  ]);
  assert.equal(sentIn(items, JUNE), 10 + 400 + 600);
  assert.equal(sentIn(items, MAY), 20 + 5000);
  assert.equal(sentIn([], JUNE), 0);
});

test('what another month has cost is told again when a clock that was wrong comes back', () => {
  const row = { month: JUNE, bytes: 7, other: { month: MAY, bytes: 9 } };
  assert.deepEqual([MAY, JUNE, JUNE + 1].map((month) => usedIn(row, month)), [9, 7, 0]);
  assert.equal(usedIn({ month: MAY, bytes: 9 }, JUNE), 0);
});
