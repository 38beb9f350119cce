/** Of a day that was booked a page reminds from two days before until it is over, and of nothing else. */

import assert from 'node:assert/strict';
import test from 'node:test';

import { soonTicket } from '../../../pwa/booking/bookings.js';

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
