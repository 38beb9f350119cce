/** How long a page of a locked phone may be out of sight before it locks. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { clockOf } from './clock.js';

class Element {}
const page = Object.assign(new EventTarget(), { visibilityState: 'visible', documentElement: { style: {} }, querySelector: () => null });
const window = Object.assign(new EventTarget(), { setTimeout: (...of) => setTimeout(...of) });
const indexedDB = { open: () => ({}) }; // which does not answer
Object.assign(globalThis, { Element, document: page, window, indexedDB });
const happen = (type, target = page) => page.dispatchEvent(Object.defineProperty(new Event(type), 'target', { value: target }));
const see = (visibilityState) => happen('visibilitychange', Object.assign(page, { visibilityState }));

test('who goes for a photograph has three minutes, and half a minute again from the first touch of the page', async (t) => {
  const { startLockWatch, stopLockWatch } = await import('../../../pwa/lock-watch.js');
  t.after(stopLockWatch);
  startLockWatch();
  const chooser = Object.assign(new Element(), { matches: () => true });

  /** For how many seconds it is given after what happened. @param {...[string, any?]} acts */
  const patience = (...acts) => {
    for (const [type, target] of acts) happen(type, target);
    const waiting = t.mock.method(globalThis, 'setTimeout', () => 0);
    see('hidden');
    waiting.mock.restore();
    see('visible');
    return waiting.mock.calls[0].arguments[1] / 1000;
  };
  assert.equal(patience(), 30);
  assert.equal(patience(['pointerdown', chooser], ['click', chooser]), 180);
  assert.equal(patience(), 30, 'once');
  assert.equal(patience(['click', chooser], ['cancel', chooser]), 30);
  // Some browsers do not tell that a chooser was left.
  assert.equal(patience(['click', chooser], ['pointerdown']), 30);
  assert.equal(patience(['keydown', chooser], ['click', chooser], ['keydown']), 30);
});

test('a page that is out of sight while the phone sleeps is locked within seconds of its waking', async (t) => {
  const { wait, sleep } = clockOf(t);
  const { startLockWatch, stopLockWatch } = await import('../../../pwa/lock-watch.js');
  t.after(stopLockWatch);
  let isLocked = false;
  page.addEventListener('rantau:locking', () => (isLocked = true));
  startLockWatch();
  see('hidden');
  wait(5000);
  sleep(10_000);
  wait(5000);
  assert.equal(isLocked, false);
  sleep(60_000);
  wait(5000);
  assert.equal(isLocked, true);
  assert.equal(page.documentElement.style.visibility, 'hidden');
});
