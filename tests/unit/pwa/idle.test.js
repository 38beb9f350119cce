/** A computer that slept is locked by the clock: its timers stood still, and go on where they were. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Idle } from '../../../pwa/idle.js';
import { clockOf } from './clock.js';

const [LIMIT, HOUR] = [120_000, 3_600_000]; // milliseconds

/** A desk that nobody is at from now on. @param {import('node:test').TestContext} t */
function desk(t) {
  const clock = clockOf(t);
  globalThis.window = Object.assign(new EventTarget(), { setTimeout: (...of) => setTimeout(...of) });
  let ends = 0;
  const idle = new Idle(LIMIT, () => (ends += 1));
  idle.start();
  t.after(() => idle.stop());
  return { ...clock, ends: () => ends };
}

/** @param {string} type */
function happen(type) {
  const event = new Event(type, { cancelable: true });
  let isHeard = false;
  const hear = () => (isHeard = true);
  window.addEventListener(type, hear);
  window.dispatchEvent(event);
  window.removeEventListener(type, hear);
  return { isHeard, isStopped: event.defaultPrevented };
}

test('it ends after the time without a sign, and not before', (t) => {
  const { wait, ends } = desk(t);
  wait(LIMIT - 1000);
  happen('pointermove');
  wait(LIMIT - 1000);
  assert.equal(ends(), 0);
  wait(1000);
  assert.equal(ends(), 1);
  wait(2 * LIMIT);
  assert.equal(ends(), 1, 'once');
});

test('a computer that wakes shows nothing for longer than seconds', (t) => {
  const { wait, sleep, ends } = desk(t);
  wait(1000);
  sleep(HOUR);
  wait(5000);
  assert.equal(ends(), 1);
});

test('a clock that is set back neither ends it nor keeps it open', (t) => {
  const { wait, sleep, ends } = desk(t);
  wait(LIMIT - 1000);
  sleep(-HOUR);
  wait(LIMIT - 1000);
  assert.equal(ends(), 0);
  wait(6000);
  assert.equal(ends(), 1);
});

test('the key that wakes it does nothing else', (t) => {
  const { sleep, ends } = desk(t);
  assert.deepEqual(happen('keydown'), { isHeard: true, isStopped: false });
  sleep(HOUR);
  assert.deepEqual(happen('keydown'), { isHeard: false, isStopped: true });
  assert.equal(ends(), 1);
});
