/** Of a day that was booked a page reminds from two days before until it is over, and of nothing else; a wish outlives the code. */

import assert from 'node:assert/strict';
import test from 'node:test';

import { answered, isBookable, soonTicket } from '../../../pwa/booking/bookings.js';
import { CodeNeededError, forgotten, isWishKept } from '../../../pwa/handed-out.js';

const HOUR = 3600;
const BEGINS = 1_797_000_000; // seconds
const offer = { id: '261212-aaaa', kind: 'office', place: 'Talu', begins: BEGINS, ends: BEGINS + HOUR };
const ticket = { number: 'AAAA 01 X', offer, place: 1, at: 0, why: ['online'], moves: 0 };
/** @type {import('../../../pwa/booking/bookings.js').Booking} */
const booked = { state: 'booked', ticket, at: 0 };

/** @param {number} seconds @param {import('../../../pwa/booking/bookings.js').Booking | undefined} [booking] */
const at = (seconds, booking = booked) => soonTicket(booking, seconds * 1000) === ticket;

test('from two days before it begins until it ends', () => {
  assert.deepEqual([-49, -47, 0, 0.5, 1.1].map((hours) => at(BEGINS + hours * HOUR)), [false, true, true, true, false]);
});

test('not of a wish, of a place that was given up, or of nothing', () => {
  assert.equal(at(BEGINS, { ...booked, state: 'none' }), false);
  assert.equal(at(BEGINS, { state: 'waiting', wish: [offer.id], at: 0 }), false);
  assert.equal(soonTicket(undefined, BEGINS * 1000), undefined);
});

/** @type {import('../../../pwa/booking/bookings.js').Ask} */
const ask = { do: 'wish', wish: [offer.id], priority: 1 };
const held = /** @type {import('../../../pwa/case-record.js').Content} */ ({
  code: 'c', open: 'o', proof: 'p', service: 'passport-new', title: 'SITI', versions: [], events: [], seen: 0,
});

test('a wish that waits when the code is handed out is sent all the same, and what proves whose it is goes with it', () => {
  const handed = forgotten({ ...held, booking: { state: 'none', at: 0, ask } }, 9);
  assert.deepEqual([handed.title, handed.code, handed.open, handed.proof, handed.booking?.ask], ['', '', '', 'p', ask]);
  const unknown = answered(handed, { state: 'refused', reason: 'unknown' }, ask);
  assert.deepEqual([unknown.proof, unknown.booking.ask], ['p', ask], 'the office does not have the application yet');
  const sent = answered(unknown, { state: 'waiting', wish: [offer.id], lost: 0 }, ask);
  assert.deepEqual([sent.proof, sent.booking.state, sent.booking.ask], ['', 'waiting', undefined]);
  assert.equal(answered({ ...held, booking: { state: 'none', at: 0, ask } }, { state: 'waiting' }, ask).proof, 'p', 'who has the code goes on');
});

test('a place that the office tells of with a refusal is had from then on; one that was given up elsewhere is had no more', () => {
  const has = answered({ ...held, booking: { state: 'waiting', at: 1 } }, { state: 'refused', reason: 'has-one', ticket, time: 9 }, { do: 'withdraw' });
  assert.deepEqual([has.booking.state, has.booking.ticket, has.booking.at], ['booked', ticket, 9000]);
  assert.equal(answered({ ...held, booking: booked }, { state: 'refused', reason: 'none' }, { do: 'cancel' }).booking.state, 'none');
  assert.equal(answered({ ...held, booking: booked }, { state: 'refused', reason: 'full' }, { do: 'move' }).booking.ticket, ticket);
});

test('a wish that was sealed with its application waits until the office has both, and says once more that it is none', () => {
  const versions = /** @type {any} */ ([[{ wish: [offer.id] }, { t: '' }]]);
  const unknown = answered({ ...held, versions }, { state: 'refused', reason: 'unknown', time: 9 });
  assert.deepEqual([unknown.booking.state, unknown.booking.at], ['waiting', 9000], 'asked about again, and not at every exchange');
  assert.equal(answered(unknown, { state: 'none' }).booking.state, 'waiting', 'a hub has brought it, and the office takes it in');
  const early = answered({ ...held, versions }, { state: 'none' });
  assert.equal(early.booking.state, 'waiting', 'taken in a minute later');
  assert.equal(answered(early, { state: 'none' }).booking.state, 'none');
  assert.equal(answered(held, { state: 'refused', reason: 'unknown' }).booking.state, 'none');
});

test('of a case that was handed out a wish still goes only with its proof, and no other day is chosen from here', () => {
  const handed = forgotten({ ...held, booking: { state: 'none', at: 0, ask } }, 9);
  assert.deepEqual([isWishKept(handed), isWishKept({ ...handed, proof: '' }), isWishKept({ ...handed, booking: booked })], [true, false, false]);
  assert.deepEqual([isBookable(held), isBookable(handed), isBookable({ ...held, erased: 9 })], [true, false, false]);
});

test('nothing proves whose a case is where nothing waits; a message that was begun needs the code', () => {
  assert.equal(forgotten({ ...held, booking: booked, typed: { pesan: ' ', puas: '' } }, 9).proof, '');
  for (const typed of [{ pesan: 'Kapan?', puas: '' }, { pesan: '', puas: 'ya' }]) {
    assert.throws(() => forgotten({ ...held, typed }, 9), (error) => error instanceof CodeNeededError && error.what === 'message');
  }
});
