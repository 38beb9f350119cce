/** How long a send takes is foretold by bytes and round trips, and both are told apart in what was measured. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { photosLoad, secondsOf, textLoad } from '../../../pwa/components/send-time.js';
import { rateOf } from '../../../pwa/images/link-speed.js';

const EDGE = { rate: 6_250, roundTrip: 800 }; // bytes a second, and milliseconds
const photo = (length) => ({ bytes: { length } });

test('a text pays for the handshakes of a new connection', () => {
  assert.equal(secondsOf(textLoad(1_850, false), EDGE), 0.2 + 2 * 0.8); // a head is in one round trip alone
  assert.equal(secondsOf(textLoad(1_250, true), EDGE), 3);
});

test('each photo pays for its announcement and its chunks', () => {
  const files = /** @type {any} */ ([photo(25_000), photo(26_000)]); // four seconds of this link are a chunk
  assert.deepEqual(photosLoad(files, EDGE.rate), { bytes: 51_000, requests: 2 + 3 });
  assert.equal(secondsOf(photosLoad(files, EDGE.rate), EDGE), 51_000 / 6_250 + 5 * 0.8);
  assert.deepEqual(photosLoad([], null), { bytes: 0, requests: 0 });
});

test('what a request waited for the round trip is no part of the speed', () => {
  assert.equal(rateOf({ bytes: 12_500, milliseconds: 2_800 }, EDGE.roundTrip), EDGE.rate);
});

test('a round trip that was longer before does not make a link faster than it is', () => {
  assert.equal(rateOf({ bytes: 12_500, milliseconds: 2_000 }, 5_000), 12_500);
});
