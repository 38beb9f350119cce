/** Saving follows the last key by a moment, and waits for nobody who types without a pause. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Autosave } from '../../../pwa/components/autosave.js';

test('keys typed in one go are saved once, a moment later', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'] });
  let saves = 0;
  const autosave = new Autosave(() => (saves += 1));
  for (let key = 0; key < 3; key += 1) {
    autosave.changed();
    t.mock.timers.tick(100);
  }
  assert.equal(saves, 0);
  t.mock.timers.tick(200);
  assert.equal(saves, 1);
});

test('nothing typed waits longer than a second', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'] });
  let saves = 0;
  const autosave = new Autosave(() => (saves += 1));
  for (let key = 0; key < 10; key += 1) {
    autosave.changed();
    t.mock.timers.tick(100);
  }
  assert.equal(saves, 1);
});

test('leaving the page saves at once, and only what is not saved yet', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'] });
  let saves = 0;
  const autosave = new Autosave(() => (saves += 1));
  autosave.flush();
  autosave.changed();
  autosave.flush();
  autosave.flush();
  t.mock.timers.tick(2000);
  assert.equal(saves, 1);
});
