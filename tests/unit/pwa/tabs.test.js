/** What one tab says is heard in the others, and what waits to be sent is sent by one. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { hearOthers, say } from '../../../pwa/tabs.js';

const Channel = globalThis.BroadcastChannel;
globalThis.BroadcastChannel = /** @type {any} */ (class extends Channel {
  /** @param {string} name */
  constructor(name) {
    super(name);
    this.unref(); // or this process would wait for it
  }
});
globalThis.document = /** @type {any} */ (new EventTarget());

/** @param {string} name @returns {Promise<any>} */
const heard = (name) => new Promise((resolve) => document.addEventListener(name, ({ detail }) => resolve(detail), { once: true }));

test('what happened is said here and there, and what another tab is to send is only shown', async () => {
  const other = new BroadcastChannel('rantau');
  const there = new Promise((resolve) => (other.onmessage = ({ data }) => resolve(data)));
  const stop = hearOthers();
  const here = heard('rantau:progress');
  say('progress', { item: 'a', sent: 1 });
  assert.deepEqual(await here, { item: 'a', sent: 1 });
  assert.deepEqual(await there, { event: 'progress', detail: { item: 'a', sent: 1 } });

  document.addEventListener('rantau:queued', () => assert.fail('both would send it'));
  const shown = heard('rantau:stored');
  other.postMessage({ draft: 'd' });
  other.postMessage({ event: 'queued', detail: 'b' });
  assert.equal(await shown, 'b');
  stop();
  other.close();
});
