/** The code that a volunteer's phone shows is the one that the office reads. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { codeOf, dueOn } from '../../../pwa/training.js';

const DONE = { name: '', guide: 'volunteer-day', day: '2026-11-30', device: 'd-abcdefgh' };

test('the code of a device, a guide and a day', async () => {
  assert.equal(await codeOf(DONE), 'l4hv2jxv'); // also in tests/unit/server/guides/test_training.py
  assert.equal(await codeOf({ ...DONE, device: null }), '');
});

test('the day on which it has to be done again', () => assert.equal(dueOn(DONE, 365), '2027-11-30'));
