/** What goes alone waits while something else of its phone goes or went lately, and never for good. */

import assert from 'node:assert/strict';
import test from 'node:test';

import { isAmongOthers } from '../../../pwa/apart.js';
import { isDue } from '../../../pwa/outbox.js';

const [MINUTE, HOUR, NOW] = [60_000, 3_600_000, 1_796_000_000_000];
const files = [{ id: 'b', size: 9, sent: 9, wire: 9, way: 'office', done: NOW - 2 * MINUTE }];

/** @param {string} id @param {Partial<import('../../../pwa/outbox.js').Item>} [more] */
const item = (id, more = {}) => /** @type {import('../../../pwa/outbox.js').Item} */ ({
  id, case: id.split('.')[1], state: 'waiting', at: NOW - MINUTE, offeredAt: 0, done: null, ...more,
});
const complaint = item('cmp.own.1', { alone: true });
/** @param {import('../../../pwa/outbox.js').Item} other */
const waitsFor = (other) => isAmongOthers(complaint, [other, complaint], NOW);
/** @param {number} ago */
const sent = (ago) => ({ state: /** @type {const} */ ('done'), offeredAt: NOW - ago, done: NOW - ago });

test('it waits for what waits to go, and for what went lately, by its text or a photo', () => {
  assert.equal(waitsFor(item('app.other.1')), true);
  assert.equal(waitsFor(item('app.other.1', { state: 'kept' })), true);
  assert.equal(waitsFor(item('app.other.1', sent(HOUR / 2))), true);
  assert.equal(waitsFor(item('app.other.1', { ...sent(9 * HOUR), files })), true);
  assert.equal(waitsFor(item('cmp.other.1', { alone: true })), true, 'two of them are not linked with each other either');
  assert.equal(waitsFor(item('app.other.1', { state: 'refused', offeredAt: NOW })), true, 'what was refused went all the same');
});

test('it waits for photos that are to go', () => {
  const [left] = files.map((file) => ({ ...file, done: null }));
  /** @param {Partial<import('../../../pwa/outbox.js').Item>} more */
  const withPhotos = (more) => waitsFor(item('app.other.1', { ...sent(9 * HOUR), files: [left], ...more }));
  assert.equal(withPhotos({}), true);
  assert.equal(withPhotos({ state: 'hub', done: null }), true);
  assert.equal(withPhotos({ photos: 'wait' }), false, 'they go when somebody says so');
  assert.equal(withPhotos({ files: [{ ...left, reason: 'not-here' }] }), false, 'that one never goes');
  const others = [item('app.other.1', { state: 'waiting' })];
  assert.equal(isAmongOthers({ ...complaint, ...sent(MINUTE), files: [left] }, others, NOW), true, 'its own wait for what else goes');
  assert.equal(isAmongOthers({ ...complaint, ...sent(25 * HOUR), files: [left], at: NOW - 26 * HOUR }, others, NOW), false);
});

test('a message about it waits, and so does what was offered in vain', () => {
  const other = item('app.other.1');
  assert.equal(isAmongOthers({ ...complaint, id: 'msg.own.1' }, [other], NOW), true);
  assert.equal(isAmongOthers(item('msg.own.1'), [other], NOW), false, 'one that is kept here goes with the others');
  assert.equal(isAmongOthers(item('svy.own.1', { alone: true }), [other], NOW), false);
  const kept = { ...complaint, state: /** @type {const} */ ('kept') };
  assert.equal(isAmongOthers(kept, [other], NOW), true);
  assert.equal(isAmongOthers({ ...kept, at: NOW - 30 * HOUR, offeredAt: NOW - HOUR }, [other], NOW), true, 'a day from then on');
  assert.equal(isAmongOthers({ ...kept, at: NOW - 30 * HOUR, offeredAt: NOW - 25 * HOUR }, [other], NOW), false);
  const hub = { ...complaint, state: /** @type {const} */ ('hub'), at: NOW - 26 * HOUR };
  assert.equal(isAmongOthers({ ...hub, offeredAt: NOW - 25 * HOUR }, [other], NOW), true, 'the office is offered it a day later');
  for (const state of /** @type {const} */ (['kept', 'hub'])) {
    assert.equal(isDue({ ...hub, state, offeredAt: NOW - 25 * HOUR, notBefore: NOW + HOUR }, NOW), false);
    assert.equal(isDue({ ...hub, state, offeredAt: NOW - 25 * HOUR, notBefore: NOW - HOUR }, NOW), true);
  }
});

test('it does not wait in vain', () => {
  assert.equal(isAmongOthers(complaint, [complaint], NOW), false);
  assert.equal(waitsFor(item('app.other.1', sent(2 * HOUR))), false, 'that went long ago');
  assert.equal(waitsFor(item('app.other.1', { state: 'refused', offeredAt: NOW - 2 * HOUR })), false, 'that was refused long ago');
  assert.equal(waitsFor(item('msg.own.1', { alone: true })), false, 'that is about the same case');
  assert.equal(waitsFor(item('svy.other.1', { alone: true, notBefore: NOW - MINUTE })), false, 'surveys keep a distance of their own');
  assert.equal(waitsFor(item('cmp.other.1', { alone: true, notBefore: NOW + HOUR })), false, 'they do not wait for each other for ever');
  const old = { ...complaint, at: NOW - 25 * HOUR };
  assert.equal(isAmongOthers(old, [old, item('app.other.1')], NOW), false, 'after a day it goes in any case');
});

test('a clock that is set back makes nothing wait for a year', () => {
  assert.equal(isDue({ ...complaint, notBefore: NOW + HOUR }, NOW), false);
  assert.equal(isDue({ ...complaint, notBefore: NOW + 8766 * HOUR }, NOW), true);
  assert.equal(isAmongOthers({ ...complaint, at: NOW + 8766 * HOUR }, [complaint, item('app.other.1')], NOW), false);
});
