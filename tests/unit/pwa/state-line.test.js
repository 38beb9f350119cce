/** What every page says of the outbox. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { outboxLines } from '../../../pwa/components/state-line.js';

const NOW = Date.UTC(2026, 10, 25);
const HOUR = 3_600_000; // milliseconds

/** @param {string} state */
const item = (state, hours = 0) => ({ state, at: NOW - hours * HOUR });

test('nothing is said when the office has everything', () => {
  assert.deepEqual(outboxLines([], NOW), []);
  assert.deepEqual(outboxLines([item('done', 100)], NOW), []);
});

test('what the office does not have is counted, wherever it is meanwhile', () => {
  assert.deepEqual(outboxLines([item('waiting'), item('kept', 5), item('hub', 23), item('done')], NOW), [
    ['app.state.unsent', { count: 3 }],
  ]);
});

test('what waits for more than a day is said with its days', () => {
  assert.deepEqual(outboxLines([item('waiting', 1), item('waiting', 50)], NOW), [['app.state.old', { count: 2, days: 2 }]]);
});

test('a refusal is said by itself and ages nothing', () => {
  assert.deepEqual(outboxLines([item('refused', 90), item('waiting')], NOW), [
    ['app.state.unsent', { count: 1 }],
    ['app.state.refused', { count: 1 }],
  ]);
});

test('of what lacks its photos alone the office is said to have the text, however long that takes', () => {
  assert.deepEqual(outboxLines([item('photos', 90), item('photos'), item('waiting')], NOW), [
    ['app.state.unsent', { count: 1 }],
    ['app.state.photos', { count: 2 }],
  ]);
});
