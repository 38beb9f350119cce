/** Steps that the server signs together: believed only as far as it signed them. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { stepsOf } from '../../../pwa/bare-steps.js';
import { newKeyPair, sign } from '../../../pwa/crypto/key-pair.js';

const [server, other] = [await newKeyPair(), await newKeyPair()];
const CASE = 'a'.repeat(24);
const keys = (state = 'primary', use = 'server') => ({ find: (kid) => (kid === 's1' ? { kid, use, state, pub: server.pub } : undefined) });
const row = async (steps, pair = server, tag = 'steps1') => [[tag, 's1', steps], await sign([tag, 's1', steps], pair)];
const STEPS = [[CASE, 1, 'berkas_lengkap', 1795564800], [CASE, 2, 'dibayar', 1795564900]];

test('what the server signed comes as events without a note', async () => {
  const events = await stepsOf(await row(STEPS), keys());
  assert.deepEqual(events.map(({ case: id, n, step, at, note }) => [id, n, step, at, note]), STEPS.map((step) => [...step, null]));
});

test('anything else is nothing', async () => {
  const good = await row(STEPS);
  const moved = [[good[0][0], 's1', [[CASE, 1, 'ditolak', 1795564800]]], good[1]];
  assert.deepEqual(await stepsOf(moved, keys()), []);
  assert.deepEqual(await stepsOf(await row(STEPS, other), keys()), []);
  assert.deepEqual(await stepsOf(await row(STEPS, server, 'other1'), keys()), []);
  assert.deepEqual(await stepsOf(good, keys('destroyed')), []);
  assert.deepEqual(await stepsOf(good, keys('primary', 'hub')), []);
  for (const bad of [null, [], 'x', [[], ''], {}]) assert.deepEqual(await stepsOf(bad, keys()), []);
});

test('a step that is none is left out, and takes no other along', async () => {
  const events = await stepsOf(await row([['x', 1, 'dibayar', 1], STEPS[1], [CASE, 0, 'dibayar', 1]]), keys());
  assert.deepEqual(events.map(({ n }) => n), [2]);
});
